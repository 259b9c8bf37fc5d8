import { ReportError } from './report-error.ts';

/** JSON out of a report; tools that print a line before it are understood from the first bracket on. */
export function parseJson(text: string, format: string): unknown {
  const body = text.replace(/^\ufeff/, '').trim();
  if (body === '') {
    throw new ReportError({
      zh: `报告是空的，应为 ${format}`,
      en: `the report is empty, ${format} was expected`,
    });
  }
  for (const start of [0, firstBracket(body)]) {
    if (start < 0) continue;
    try {
      return JSON.parse(body.slice(start));
    } catch {
      // tried from the first bracket next
    }
  }
  throw new ReportError({
    zh: `报告不是 JSON，应为 ${format}`,
    en: `the report is not JSON, ${format} was expected`,
  });
}

function firstBracket(text: string): number {
  return text.search(/^[[{]/m);
}
