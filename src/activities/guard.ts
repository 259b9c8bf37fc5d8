/** What stands around every activity: project, proof, heartbeat, cancellation, failures, redaction. */

import { Context } from '@temporalio/activity';
import { WORKER_ENDS } from '../actions/liveness.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Language } from '../diagnostics/language.ts';
import type { ActionResult, PreflightResult } from '../plan/run.ts';
import { beat, beatMs, cancellationOf, isWorkerEnding } from './context.ts';
import {
  type Attempt,
  diagnosed,
  FIRST_ATTEMPT,
  handedOver,
  laterAgain,
  toActivityFailure,
} from './failures.ts';
import type { Proof } from './sealing/proof.ts';

export interface GuardOptions {
  readonly redact: (text: string) => string;
  /** This worker's project; work of another one is refused. Absent: any project's. */
  readonly project?: string;
  /** Refuses what no worker of the project pinned. Absent: everybody is believed. */
  readonly proof?: Proof;
}

/** A set of activities by name. */
export type Guardable<A> = { readonly [K in keyof A]: (...args: never[]) => Promise<unknown> };

/** The same activities, each guarded. The evidence that they return is redacted. */
export function guardAll<A extends Guardable<A>>(activities: A, options: GuardOptions): A {
  const guarded = Object.entries<(...args: never[]) => Promise<unknown>>(activities).map(
    ([name, activity]) => [name, guard(name, activity, options)],
  );
  return Object.fromEntries(guarded) as A;
}

function guard<I extends never[]>(
  name: string,
  activity: (...args: I) => Promise<unknown>,
  options: GuardOptions,
): (...args: I) => Promise<unknown> {
  return async (...args) => {
    const context = Context.current();
    const startedMs = performance.now();
    try {
      refuseOtherProject(args[0], options.project);
      if (options.proof !== undefined) {
        await options.proof(name, args[0], context.info);
        cancellationOf(context).throwIfAborted();
      }
      const result = await whileBeating(context, () => activity(...args));
      return redactResult(result, options.redact);
    } catch (error) {
      const attempt = attemptOf(context, performance.now() - startedMs);
      const isCancelled = cancellationOf(context).aborted;
      const language = languageOf(args[0]);
      if (isCancelled && isWorkerEnding(context)) throw handedOver(language);
      const failure = toActivityFailure(error, isCancelled, options.redact, attempt, language);
      throw context.info.isLocal ? failure : laterAgain(failure, context.info.attempt);
    }
  };
}

/** Both times are the server's, so that its clock and ours need not agree. */
function attemptOf({ info }: Context, spentMs: number): Attempt {
  const { retryPolicy } = info;
  // What is to be tried for ever has no attempt after which it is enough.
  if (retryPolicy !== undefined && !isBounded(retryPolicy.maximumAttempts)) return FIRST_ATTEMPT;
  const waitedMs = info.currentAttemptScheduledTimestampMs - info.scheduledTimestampMs;
  const isLast = info.attempt >= (retryPolicy?.maximumAttempts ?? Infinity) - WORKER_ENDS;
  return { number: info.attempt, sinceFirstMs: Math.max(0, waitedMs) + spentMs, isLast };
}

function isBounded(attempts: number | undefined): boolean {
  return attempts !== undefined && attempts > 0 && Number.isFinite(attempts);
}

/** Its beats carry what a next attempt has to know: an empty one between them would lose that. */
const BEATS_ITSELF = 'guardPool';

/** A slow beat behind the activities' own, for what forgets or blocks it; its details are empty. */
async function whileBeating<T>(context: Context, work: () => Promise<T>): Promise<T> {
  const timeoutMs = context.info.heartbeatTimeoutMs ?? 0;
  const { isLocal, activityType } = context.info;
  if (isLocal || timeoutMs === 0 || activityType === BEATS_ITSELF) return work();
  const timer = setInterval(() => beat(context), beatMs(context));
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Projects do not mix: one project a task queue. */
function refuseOtherProject(input: unknown, project: string | undefined): void {
  const theirs = projectOf(input);
  if (project === undefined || theirs === undefined || theirs === project) return;
  const named = { own: project, other: theirs };
  throw diagnosed({ language: languageOf(input) }, diagnose('WRONG_PROJECT', 'queue', named));
}

function languageOf(input: unknown): Language {
  return runOf(input)?.['language'] === 'zh' ? 'zh' : 'en';
}

function projectOf(input: unknown): string | undefined {
  const project = runOf(input)?.['project'];
  return typeof project === 'string' ? project : undefined;
}

function runOf(input: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(input) && isObject(input['run']) ? input['run'] : undefined;
}

/** What came from a program or a server is redacted: evidence, and the findings of a preflight. */
function redactResult(result: unknown, redact: GuardOptions['redact']): unknown {
  if (Array.isArray(result)) return result.map((each) => redactResult(each, redact));
  if (isEvidence(result)) return redactEvidence(result, redact);
  return isFindings(result) ? redactFindings(result, redact) : result;
}

function isFindings(value: unknown): value is PreflightResult {
  return isObject(value) && typeof value['subject'] === 'string' && Array.isArray(value['checks']);
}

function redactFindings(result: PreflightResult, redact: GuardOptions['redact']): PreflightResult {
  const checks = result.checks.map((each) => ({ ...each, detail: redact(each.detail) }));
  return { ...result, checks };
}

type Evidence = Pick<ActionResult, 'facts' | 'evidence' | 'warnings'>;

/** Facts and lines of evidence hold output; plans, pins and settings must come back as they are. */
function isEvidence(value: unknown): value is Evidence {
  return isObject(value) && Array.isArray(value['facts']) && Array.isArray(value['evidence']);
}

function redactEvidence<R extends Evidence>(result: R, redact: (text: string) => string): R {
  const facts = result.facts.map((fact) =>
    fact.detail === undefined ? fact : { ...fact, detail: redact(fact.detail) },
  );
  const { warnings } = result;
  return {
    ...result,
    facts,
    evidence: result.evidence.map(redact),
    ...(warnings !== undefined && { warnings: warnings.map(redact) }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
