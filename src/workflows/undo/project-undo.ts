/** Runs the `undo` of a project's action where the action ran: on a server, or in a checkout. */
import type { UndoCommandInput } from '../../activities/contract.ts';
import { say } from '../../diagnostics/language.ts';
import { commandUndoneBy, type UndoId } from '../../plan/failure/undoing.ts';
import type { ActionResult, ServerBefore } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { underLock } from '../fleet/under-lock.ts';
import type { FleetParts, InLanguage, RunIdentity, UndoParts } from '../run.ts';
import { changed } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, retryAfter, SERVER_ATTEMPTS, summaryOf, undos } from '../tasks/activities.ts';
import {
  type InPlaceOptions,
  lostPlace,
  performThere,
  takeCheckout,
} from '../tasks/take-checkout.ts';
import type { SagaEntry, SharedEntry } from './saga.ts';
import type { Stuck } from './stuck.ts';

/** On top of the project's limit, before an attempt counts as lost. */
const MARGIN_SECONDS = 60;
/** The most times that it is begun, with the pauses between them. */
const LONGEST_ATTEMPTS = 5;
/** Workers with a checkout that it outlives. */
const MOST_PLACES = 3;
const LONGEST_EVIDENCE = 300;

export function undoPhrase(run: InLanguage, command: string): string {
  return say(run.ref, `撤销「${command}」`, `undo "${command}"`);
}

/** On the server where it ran. Call it under the lock. */
export function undoOnServer(
  run: FleetParts,
  { compensation, server, step }: SagaEntry,
): Promise<ActionResult> {
  const servers = [server];
  const input = inputOf(run, compensation, { step, servers });
  return perform(run, { ...input, server }, server);
}

/** @returns a line about what was done, or where it got stuck */
export async function undoShared(run: UndoParts, entry: SharedEntry): Promise<string | Stuck> {
  const { compensation, servers } = entry;
  const phrase = undoPhrase(run, commandUndoneBy(compensation) ?? '');
  run.status.activity = `↩ ${phrase}`;
  changed(run);
  try {
    const result = await underLock(run, 'undo', async () => {
      const isForeign = servers.some((server) => run.lock?.foreign.has(server) === true);
      return isForeign ? null : undoInCheckout(run, entry);
    });
    if (result !== null) return withEvidence(phrase, result);
    return say(
      run.ref,
      `${phrase}：不执行，其他发布单已部署到这些服务器`,
      `${phrase}: not done, as another run has deployed to these servers`,
    );
  } catch (error) {
    return { server: null, compensation, shared: entry, phrase, message: messageOf(error) };
  }
}

function withEvidence(phrase: string, { evidence }: ActionResult): string {
  const text = evidence.slice(0, 3).join('; ').slice(0, LONGEST_EVIDENCE);
  return `${phrase}${text === '' ? '' : `: ${text}`}`;
}

/** In the run's checkout, or, where its worker is gone, in another one of the same source. */
async function undoInCheckout(run: UndoParts, entry: SharedEntry): Promise<ActionResult> {
  const { compensation, step, servers } = entry;
  const { source, checkout } = run;
  const input = inputOf(run, compensation, { step, servers });
  for (let losses = 1; ; losses += 1) {
    const taken = (checkout.place ??= takeCheckout(run, step));
    try {
      const place = await taken;
      const told = { ...input, checkout: place.checkout, ...(source !== undefined && { source }) };
      const there = (options: InPlaceOptions): Promise<ActionResult> =>
        perform(run, told, null, { ...options, taskQueue: place.queue });
      return await performThere(there, true);
    } catch (error) {
      if (checkout.place === taken) checkout.place = null;
      if (lostPlace(error) === null || losses >= MOST_PLACES) throw error;
    }
  }
}

interface Where extends InPlaceOptions {
  readonly taskQueue: string;
}

function perform(
  run: RunIdentity,
  input: UndoCommandInput,
  server: string | null,
  where?: Where,
): Promise<ActionResult> {
  const command = String(input.settings['name']);
  const { settings } = run.resolved;
  const seconds = settings.actions[command]?.undo?.timeoutSeconds ?? 0;
  const startToCloseSeconds = seconds + MARGIN_SECONDS;
  return undos['project.undo'].executeWithOptions(
    {
      ...beats(settings),
      summary: summaryOf(input.step, server, `↩ ${undoPhrase(run, command)}`),
      startToCloseTimeout: startToCloseSeconds * 1000,
      scheduleToCloseTimeout: LONGEST_ATTEMPTS * startToCloseSeconds * 1000,
      retry: retryAfter(SERVER_ATTEMPTS, where?.nonRetryableErrorTypes),
      ...(where !== undefined && {
        taskQueue: where.taskQueue,
        scheduleToStartTimeout: where.scheduleToStartTimeout,
      }),
    },
    [input],
  );
}

function inputOf(
  run: FleetParts,
  compensation: UndoId,
  { step, servers }: { readonly step: number; readonly servers: readonly string[] },
): UndoCommandInput {
  const settings = { name: commandUndoneBy(compensation) ?? '' };
  const { actions } = run.resolved.settings;
  return {
    run: run.ref,
    seal: sealFor(run.resolved.proof, 'project.undo', settings),
    step,
    settings,
    project: { actions },
    servers,
    previousVersion: previousVersion(servers.map((server) => run.before.get(server))),
  };
}

/** What all of them ran before. */
function previousVersion(before: readonly (ServerBefore | undefined)[]): string | null {
  const versions = new Set(before.map((each) => (each?.release ?? each?.stopped)?.version ?? null));
  const [only = null] = versions;
  return versions.size === 1 ? only : null;
}
