import { ReportError } from './report-error.ts';

/** A line on which an array or an object begins; `[dotenv@17] injecting env` is none. */
const BEGINNING =
  /^(?:\[\s*(?:$|[[\]{"]|(?:true|false|null|-?\d[\d.eE+-]*)\s*(?:[,\]]|$))|\{\s*(?:$|["}]))/m;

/**
 * JSON out of a report, which begins on the first line that looks like it: tools print others before.
 * A property that is null is one that is not there.
 * @throws ReportError where there is none, or something follows: a second report would be lost
 */
export function parseJson(text: string, format: string): unknown {
  const body = text.replace(/^\ufeff/, '').trim();
  if (body === '') {
    throw new ReportError({
      zh: `报告是空的，应为 ${format}`,
      en: `the report is empty, ${format} was expected`,
    });
  }
  try {
    return JSON.parse(body.slice(Math.max(0, body.search(BEGINNING))), withoutNull);
  } catch {
    throw new ReportError({
      zh: `报告不是一份完整的 JSON，应为 ${format}`,
      en: `the report is not JSON, or more than one document; ${format} was expected`,
    });
  }
}

/** In a list, null stays: it has a place there. */
function withoutNull(this: unknown, _key: string, value: unknown): unknown {
  return value === null && !Array.isArray(this) ? undefined : value;
}
