/** A report without lines has 0 of 0: nothing was measured. */
export interface Coverage {
  readonly coveredLines: number;
  readonly lines: number;
}

/** Covered lines of all files together, in percent; null where there are no lines. */
export function coveragePercent(reports: readonly Coverage[]): number | null {
  const lines = reports.reduce((sum, each) => sum + each.lines, 0);
  const covered = reports.reduce((sum, each) => sum + each.coveredLines, 0);
  return lines === 0 ? null : (covered * 100) / lines;
}
