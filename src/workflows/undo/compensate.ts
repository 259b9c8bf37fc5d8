/** Undoes what a run did to one server. */
import { COMPENSATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import { commandUndoneBy, isOfCommand, type UndoId } from '../../plan/failure/undoing.ts';
import type { ActionResult } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { underLock } from '../fleet/under-lock.ts';
import { type FleetParts, type InLanguage } from '../run.ts';
import { noteEffect } from '../showing/effects.ts';
import { noteServer } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, compensations, summaryOf } from '../tasks/activities.ts';
import { undoOnServer, undoPhrase } from './project-undo.ts';
import type { SagaEntry } from './saga.ts';
import type { Stuck } from './stuck.ts';

const LONGEST_EVIDENCE = 300;
/** The difference of the settings is told whole. */
const LONGEST_EVIDENCE_ANEW = 2_000;

/** What has been undone on a server, a line each, and where it got stuck. */
export interface Undone {
  readonly server: string;
  readonly lines: readonly string[];
  readonly stuck: Stuck | null;
}

/**
 * Works a server's mutations off, last first; what is stuck stays the next.
 * @param after only those that were attempted later
 */
export async function undoServer(run: FleetParts, server: string, after?: number): Promise<Undone> {
  const lines: string[] = [];
  const next = (): SagaEntry | undefined => run.saga.last(server, after);
  for (let entry = next(); entry !== undefined; entry = next()) {
    const result = await compensate(run, entry);
    if (typeof result !== 'string') return { server, lines, stuck: result };
    lines.push(result);
    run.saga.drop(server);
  }
  return { server, lines, stuck: null };
}

/** Takes a server out of the pool for good. It asks the balancer alone: the server may be down. */
export async function keepOut(
  run: FleetParts,
  step: number,
  server: string,
): Promise<Stuck | null> {
  const result = await compensate(run, { compensation: 'pool.withdraw', server, step });
  return typeof result === 'string' ? null : result;
}

export function nameOf(run: InLanguage, compensation: UndoId): string {
  if (isOfCommand(compensation)) return undoPhrase(run, commandUndoneBy(compensation) ?? '');
  const { zh, en } = COMPENSATIONS[compensation].name;
  return say(run.ref, zh, en);
}

/** What another run has deployed there since is not this run's to undo. */
function keptLine(run: InLanguage, server: string, phrase: string): string {
  return say(
    run.ref,
    `${server} ${phrase}：不执行，其他发布单已部署到它`,
    `${server} ${phrase}: not done, as another run has deployed there`,
  );
}

/** @returns a line about what was done, or where it got stuck. */
async function compensate(run: FleetParts, entry: SagaEntry): Promise<string | Stuck> {
  const { compensation, server } = entry;
  const phrase = nameOf(run, compensation);
  noteServer(run, server, { doing: phrase });
  run.status.activity = `↩ ${server} ${phrase}`;
  try {
    const result = await underLock(run, 'undo', async () =>
      run.lock?.foreign.has(server) === true ? null : perform(run, entry, phrase),
    );
    noteServer(run, server, { doing: '' });
    if (result === null) return keptLine(run, server, phrase);
    if (!isOfCommand(compensation)) noteEffect(run, COMPENSATIONS[compensation].effect, server);
    const longest = run.withCurrentSettings.has(server) ? LONGEST_EVIDENCE_ANEW : LONGEST_EVIDENCE;
    const evidence = result.evidence.slice(0, 3).join('; ').slice(0, longest);
    return `${server} ${phrase}${evidence === '' ? '' : `: ${evidence}`}`;
  } catch (error) {
    noteServer(run, server, { doing: '' });
    return { server, compensation, phrase, message: messageOf(error) };
  }
}

function perform(run: FleetParts, entry: SagaEntry, phrase: string): Promise<ActionResult> {
  const { compensation, server, step } = entry;
  if (isOfCommand(compensation)) return undoOnServer(run, entry);
  const before = run.before.get(server) ?? { server, release: null, pool: 'absent' as const };
  const { settings, proof } = run.resolved;
  return compensations[compensation].executeWithOptions(
    { ...beats(settings), summary: summaryOf(step, server, `↩ ${phrase}`) },
    [
      {
        run: run.ref,
        seal: sealFor(proof, compensation),
        step,
        server,
        before,
        project: sectionsOf(settings, COMPENSATIONS[compensation]),
        ...(run.withCurrentSettings.has(server) && { withCurrentSettings: true }),
      },
    ],
  );
}
