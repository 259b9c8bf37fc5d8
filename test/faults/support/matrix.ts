/** The whole matrix: on the way there, on the way back, and with workers that were frozen. */
import { casesOf, type FaultCase, failureAt, sampleOf, undoingCasesOf } from './cases.ts';
import { touchesServers } from './changes.ts';
import type { Note } from './notes.ts';
import type { Settings } from './options.ts';
import type { Stack } from './stack.ts';

/** The last thing that can fail while servers are changed: every compensation is needed then. */
const BECAUSE = 'traffic.verify';

type Chosen = Pick<Settings, 'wanted' | 'rollback' | 'sample' | 'signal' | 'isWhole'>;

/** @param good notes of a run of this stack that nobody disturbed */
export async function casesFor(
  stack: Stack,
  good: readonly Note[],
  { wanted, rollback, sample, signal, isWhole }: Chosen,
): Promise<readonly FaultCase[]> {
  if (isWhole) return wholeMatrix(stack, good);
  if (rollback === undefined) return sampleOf(casesOf(good, wanted, signal), sample);
  const because = failureAt(good, rollback);
  const failed = await stack.failing(because);
  return sampleOf(undoingCasesOf(good, failed, because, { wanted, signal }), sample);
}

async function wholeMatrix(stack: Stack, good: readonly Note[]): Promise<readonly FaultCase[]> {
  const because = failureAt(good, BECAUSE);
  const failed = await stack.failing(because);
  const frozen = { wanted: [], signal: 'SIGSTOP' } as const;
  return [
    ...casesOf(good, [], 'SIGKILL'),
    ...undoingCasesOf(good, failed, because, { wanted: [], signal: 'SIGKILL' }),
    ...casesOf(good, [], 'SIGSTOP').filter(touches),
    ...undoingCasesOf(good, failed, because, frozen).filter(touches),
  ];
}

function touches({ activity }: FaultCase): boolean {
  return touchesServers(activity);
}
