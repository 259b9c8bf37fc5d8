/** Undoes what a run did to one server. */
import { COMPENSATIONS, type CompensationId } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { underLock } from '../fleet/under-lock.ts';
import { type FleetParts, type InLanguage } from '../run.ts';
import { noteEffect } from '../showing/effects.ts';
import { noteServer } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, compensations, summaryOf } from '../tasks/activities.ts';
import type { SagaEntry } from './saga.ts';

const LONGEST_EVIDENCE = 300;
/** The difference of the settings is told whole. */
const LONGEST_EVIDENCE_ANEW = 2_000;

/** What could not be undone, for the person who looks. */
export interface Stuck {
  readonly server: string;
  readonly compensation: CompensationId;
  /** The compensation for people. */
  readonly phrase: string;
  readonly message: string;
}

/** What has been undone on a server, a line each, and where it got stuck. */
export interface Undone {
  readonly server: string;
  readonly lines: readonly string[];
  readonly stuck: Stuck | null;
}

/** Works a server's mutations off, last first; what is stuck stays the next. */
export async function undoServer(run: FleetParts, server: string): Promise<Undone> {
  const lines: string[] = [];
  for (let entry = run.saga.last(server); entry !== undefined; entry = run.saga.last(server)) {
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

export function nameOf(run: InLanguage, compensation: CompensationId): string {
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
  const { compensation, server, step } = entry;
  const before = run.before.get(server) ?? { server, release: null, pool: 'absent' as const };
  const phrase = nameOf(run, compensation);
  noteServer(run, server, { doing: phrase });
  run.status.activity = `↩ ${server} ${phrase}`;
  const project = sectionsOf(run.resolved.settings, COMPENSATIONS[compensation]);
  const isAnew = run.withCurrentSettings.has(server);
  try {
    const result = await underLock(run, 'undo', async () => {
      if (run.lock?.foreign.has(server) === true) return null;
      return compensations[compensation].executeWithOptions(
        { ...beats(run.resolved.settings), summary: summaryOf(step, server, `↩ ${phrase}`) },
        [
          {
            run: run.ref,
            seal: sealFor(run.resolved.proof, compensation),
            step,
            server,
            before,
            project,
            ...(isAnew && { withCurrentSettings: true }),
          },
        ],
      );
    });
    noteServer(run, server, { doing: '' });
    if (result === null) return keptLine(run, server, phrase);
    noteEffect(run, COMPENSATIONS[compensation].effect, server);
    const longest = isAnew ? LONGEST_EVIDENCE_ANEW : LONGEST_EVIDENCE;
    const evidence = result.evidence.slice(0, 3).join('; ').slice(0, longest);
    return `${server} ${phrase}${evidence === '' ? '' : `: ${evidence}`}`;
  } catch (error) {
    noteServer(run, server, { doing: '' });
    return { server, compensation, phrase, message: messageOf(error) };
  }
}
