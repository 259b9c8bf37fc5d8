import type { Words } from './report-error.ts';

/** One entry of a tool's report, whatever the tool. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  /** Counts for 无高危安全漏洞; each reader says what makes it so. */
  readonly high: boolean;
  readonly rule: string;
  readonly text: string;
  /** file:line, or the package that it is about; empty where the report names none. */
  readonly place: string;
}

/** What a tool's report says; one that is malformed or contradicts itself is refused instead. */
export interface ToolReport {
  readonly findings: readonly Finding[];
  /** Why the tool has not looked at what it was to look at; null: it has. */
  readonly unmeasured: Words | null;
}

/** The findings that decide, the most serious first, as one line each. */
export function describeFindings(findings: readonly Finding[], most: number): readonly string[] {
  const lines = findings.slice(0, most).map((each) => {
    const place = each.place === '' ? '' : `${each.place}: `;
    return `${place}${each.text} (${each.rule})`;
  });
  const rest = findings.length - lines.length;
  return rest > 0 ? [...lines, `+${rest}`] : lines;
}
