import { say } from '../../diagnostics/language.ts';
import type { FleetParts } from '../run.ts';
import { firstOf } from '../showing/many.ts';
import { failureOf, type StepFailure } from '../steps/failure.ts';
import { meaningFor } from '../undo/meaning.ts';

const SERVERS_TOLD = 20;

/** What becomes of every server where a failure is decided. */
export function rollbackText(run: FleetParts, failure: StepFailure): string {
  const { servers } = meaningFor(run, failureOf(failure, failure.step, null));
  const lines = servers.flatMap(({ server, fate }) => {
    const version = run.before.get(server)?.release?.version ?? '–';
    // What another run has deployed there since is not this run's to undo.
    const isForeign = run.lock?.foreign.has(server) === true;
    if (fate === 'undone' && !isForeign)
      return [say(run.ref, `${server} 恢复 ${version}`, `${server} back on ${version}`)];
    return fate === 'kept' || isForeign
      ? [say(run.ref, `${server} 保持现状`, `${server} stays as it is`)]
      : [];
  });
  return lines.length === 0
    ? say(run.ref, '发布结束，没有要撤销的改动', 'the run ends, and there is nothing to undo')
    : firstOf(lines, SERVERS_TOLD).join(', ');
}
