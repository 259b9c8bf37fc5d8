import { z } from 'zod';
import { parseJson } from './json.ts';
import type { Coverage } from './line-coverage.ts';
import { lineOf, ReportError } from './report-error.ts';

const Summary = z.looseObject({
  total: z.looseObject({
    lines: z.looseObject({
      total: z.unknown().optional(),
      covered: z.unknown().optional(),
      /** In percent, cut off after two digits; "Unknown" where there are no lines. */
      pct: z.unknown().optional(),
    }),
  }),
});

/**
 * The `json-summary` report of Istanbul (nyc, c8, Jest, Vitest).
 * @throws ReportError also where its figures cannot be, or contradict each other
 */
export function readIstanbul(text: string): Coverage {
  const parsed = Summary.safeParse(parseJson(text, 'Istanbul summary'));
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw new ReportError({
      zh: `不是 Istanbul 的 json-summary 报告：${reason}`,
      en: `no Istanbul summary: ${reason}`,
    });
  }
  const { total: lines, covered, pct } = parsed.data.total.lines;
  if (!isCount(lines) || !isCount(covered) || covered > lines || !agrees(lines, covered, pct)) {
    const shown = JSON.stringify({ total: lines, covered, pct });
    throw new ReportError(
      {
        zh: `总行数 ${shown} 无效或自相矛盾`,
        en: `the total of lines ${shown} is invalid or contradicts itself`,
      },
      lineOf(text, /"total"/),
    );
  }
  return { lines, coveredLines: covered };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function agrees(lines: number, covered: number, pct: unknown): boolean {
  if (pct === undefined || lines === 0) return true;
  return typeof pct === 'number' && Math.abs(pct - (covered * 100) / lines) < 1;
}
