/** Marks what a restore of a run's started, so that it is never taken for that run's new release. */
export function restoredRunId(requestId: string): string {
  return `${requestId}-restored`;
}
