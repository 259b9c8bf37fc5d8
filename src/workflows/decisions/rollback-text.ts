import { say } from '../../diagnostics/language.ts';
import { irreversibleText } from '../../plan/failure/asking.ts';
import { commandUndoneBy } from '../../plan/failure/undoing.ts';
import type { FleetParts } from '../run.ts';
import { firstOf } from '../showing/many.ts';
import { failureOf, type StepFailure } from '../steps/failure.ts';
import { meaningFor } from '../undo/meaning.ts';

const SERVERS_TOLD = 20;

/** What becomes of every server, and of the project's own actions, where a failure is decided. */
export function rollbackText(run: FleetParts, failure: StepFailure): string {
  const meaning = meaningFor(run, failureOf(failure, failure.step, null));
  const lines = meaning.servers.flatMap(({ server, fate }) => {
    const version = run.before.get(server)?.release?.version ?? '–';
    // What another run has deployed there since is not this run's to undo.
    const isForeign = run.lock?.foreign.has(server) === true;
    if (fate === 'undone' && !isForeign)
      return [say(run.ref, `${server} 恢复 ${version}`, `${server} back on ${version}`)];
    return fate === 'kept' || isForeign
      ? [say(run.ref, `${server} 保持现状`, `${server} stays as it is`)]
      : [];
  });
  const shared = [...meaning.shared.undo].flatMap(({ undo }) => {
    const name = commandUndoneBy(undo);
    return name === null ? [] : [say(run.ref, `撤销「${name}」`, `"${name}" is undone`)];
  });
  const kept = run.saga.irreversible;
  const stays = kept.size === 0 ? [] : [irreversibleText([...kept])[run.ref.language]];
  const all = [...firstOf(lines, SERVERS_TOLD), ...shared];
  if (all.length > 0) return [...all, ...stays].join(', ');
  const nothing = say(
    run.ref,
    '发布结束，没有要撤销的改动',
    'the run ends, and there is nothing to undo',
  );
  return [nothing, ...stays].join(', ');
}
