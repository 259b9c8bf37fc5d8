import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { ReportError } from './finding.ts';
import { parseJson } from './json.ts';

export interface Coverage {
  readonly coveredLines: number;
  readonly lines: number;
}

const Istanbul = z.looseObject({
  total: z.looseObject({ lines: z.looseObject({ total: z.number(), covered: z.number() }) }),
});
const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: false,
});

/**
 * Line coverage out of Cobertura XML, LCOV or an Istanbul summary; the format is seen from the text.
 * @throws ReportError where it is none of them
 */
export function readCoverage(text: string): Coverage {
  const body = text.replace(/^\ufeff/, '').trimStart();
  if (body.startsWith('<')) return readCobertura(body);
  return body.startsWith('{') ? readIstanbul(body) : readLcov(body);
}

/** Covered lines of all files together, in percent; null where there are no lines. */
export function coveragePercent(reports: readonly Coverage[]): number | null {
  const lines = reports.reduce((sum, each) => sum + each.lines, 0);
  const covered = reports.reduce((sum, each) => sum + each.coveredLines, 0);
  return lines === 0 ? null : (covered / lines) * 100;
}

/** Lines are counted where the file lists them; a bare `line-rate` counts as 10,000 lines. */
function readCobertura(text: string): Coverage {
  const document: unknown = xml.parse(text);
  const coverage = z
    .looseObject({
      coverage: z.looseObject({
        '@line-rate': z.coerce.number(),
        '@lines-valid': z.coerce.number().optional(),
        '@lines-covered': z.coerce.number().optional(),
      }),
    })
    .safeParse(document);
  if (!coverage.success)
    throw new ReportError('no Cobertura report: <coverage line-rate="…"> is missing');
  const attributes = coverage.data.coverage;
  const lines = attributes['@lines-valid'];
  const covered = attributes['@lines-covered'];
  if (lines !== undefined && covered !== undefined) return { lines, coveredLines: covered };
  return { lines: 10_000, coveredLines: attributes['@line-rate'] * 10_000 };
}

function readIstanbul(text: string): Coverage {
  const parsed = Istanbul.safeParse(parseJson(text, 'Istanbul summary'));
  if (!parsed.success)
    throw new ReportError(`no Istanbul summary: ${z.prettifyError(parsed.error)}`);
  const { total, covered } = parsed.data.total.lines;
  return { lines: total, coveredLines: covered };
}

/** From the DA lines, so that a record without LF and LH counts too. */
function readLcov(text: string): Coverage {
  let lines = 0;
  let coveredLines = 0;
  for (const [, hits] of text.matchAll(/^DA:\d+,(\d+)/gm)) {
    lines += 1;
    if (Number(hits) > 0) coveredLines += 1;
  }
  if (lines === 0 && !/^SF:/m.test(text))
    throw new ReportError('neither Cobertura, LCOV nor Istanbul');
  return { lines, coveredLines };
}
