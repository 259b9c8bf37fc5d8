/** Which of the leftovers may go. */
import type { ListedRun } from '../../client.ts';
import type { KeepLimits } from '../../config/project-file.ts';
import type { Found, FoundBuild, FoundRun } from './found.ts';

export interface Chosen {
  readonly runs: readonly FoundRun[];
  readonly builds: readonly FoundBuild[];
}

interface Known {
  readonly keep: KeepLimits;
  readonly open: readonly Pick<ListedRun, 'workflowId' | 'startedAtMs'>[];
  readonly nowMs: number;
}

/** Whatever the limits are, what is younger stays. */
const DAY_MS = 86_400_000;

/**
 * Of a run, its logs and artifacts: where it has ended, and is both beyond the number and older than the
 * age. A build beyond the number, where it is older than a day, and by a day than every run that is open:
 * such a run may still push it.
 */
export function chooseLeftovers({ runs, builds }: Found, { keep, open, nowMs }: Known): Chosen {
  const openIds = new Set(open.map(({ workflowId }) => workflowId));
  const runsBeforeMs = nowMs - Math.max(keep.ageMs, DAY_MS);
  const buildsBeforeMs = Math.min(nowMs, ...open.map((each) => each.startedAtMs)) - DAY_MS;
  return {
    runs: newestFirst(runs)
      .slice(keep.runs)
      .filter((run) => run.changedAtMs < runsBeforeMs && run.files.length > 0)
      .filter((run) => !openIds.has(run.workflowId)),
    builds: newestFirst(builds)
      .slice(keep.builds)
      .filter((build) => build.changedAtMs < buildsBeforeMs),
  };
}

function newestFirst<T extends { readonly changedAtMs: number }>(all: readonly T[]): readonly T[] {
  return all.toSorted((a, b) => b.changedAtMs - a.changedAtMs);
}
