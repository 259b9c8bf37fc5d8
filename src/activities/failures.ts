/** The one place where errors become Temporal failures: a stable type, retryable or not, a remedy. */
import { CancelledFailure } from '@temporalio/activity';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Language, Localized } from '../diagnostics/language.ts';
import type { PortError, PortErrorKind, Said } from '../ports/port-error.ts';

type Redact = (text: string) => string;

/** How far an activity is: which attempt, and how long ago the first was scheduled. */
export interface Attempt {
  readonly number: number;
  readonly sinceFirstMs: number;
  /** No more attempts may fail; what is left is for those whose worker is gone. */
  readonly isLast?: boolean;
}

/**
 * What is out of reach is tried again for so long: a partition that heals after 30 s is outlived, a
 * server that is down does not hold the others up for minutes.
 */
const PATIENCE_MS = 45_000;
/** An attempt may itself take long before it finds a server gone; the next may find it back. */
const CERTAIN_ATTEMPTS = 3;
/** Of failures that are nobody's idea of an outage. */
const OTHER_ATTEMPTS = 5;
/** Between two attempts, the first time and at most. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 8_000;
/** Until a worker that ends asks for no more work. */
const HAND_OVER_MS = 300;
export const FIRST_ATTEMPT: Attempt = { number: 1, sinceFirstMs: 0 };

/** Trying again helps only where something was out of reach. */
const BY_KIND: Record<PortErrorKind, { readonly type: string; readonly retryable: boolean }> = {
  unavailable: { type: 'UNAVAILABLE', retryable: true },
  unreachable: { type: 'UNREACHABLE', retryable: true },
  'not-found': { type: 'NOT_FOUND', retryable: false },
  unknown: { type: 'UNKNOWN_NAME', retryable: false },
  refused: { type: 'REFUSED', retryable: false },
  conflict: { type: 'CONFLICT', retryable: false },
  invalid: { type: 'INVALID', retryable: false },
};

/** A message that begins with a refusal's name (`PATH_OUTSIDE_PROJECT: …`) gives the type. */
const NAMED = /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+): /;
const LONGEST_MESSAGE = 4_000;

/**
 * A failure of an activity's own making, for example a test run without a report, in the run's language.
 * @param retryable only where the same attempt may succeed later
 */
export function diagnosed(
  { language }: { readonly language: Language },
  { code, message, remedy }: Diagnostic,
  { retryable = false }: { readonly retryable?: boolean } = {},
): ApplicationFailure {
  const next = remedy === undefined ? '' : asSentence(remedy, language);
  return ApplicationFailure.create({
    type: code,
    message: sentence(asSentence(message, language), next),
    nonRetryable: !retryable,
  });
}

/**
 * Turns whatever an activity threw into a failure that Temporal and people understand.
 * @param cancelled whether the activity was told to stop; then its error is the cancellation
 * @param language of the run, for what the catalogue says in both
 */
export function toActivityFailure(
  error: unknown,
  cancelled: boolean,
  redact: Redact,
  attempt = FIRST_ATTEMPT,
  language: Language = 'en',
): Error {
  if (error instanceof CancelledFailure) return error;
  if (cancelled) return new CancelledFailure('The activity was cancelled.');
  const isEnough = attempt.isLast === true || attempt.number >= OTHER_ATTEMPTS;
  if (error instanceof ApplicationFailure) return redacted(error, redact, isEnough);
  if (error instanceof TemporalFailure) return error;
  if (isPortError(error)) return fromPort(error, redact, attempt, language);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return ApplicationFailure.create({
    type: 'UNEXPECTED',
    message: clip(redact(message)),
    nonRetryable: isEnough || error instanceof TypeError || error instanceof RangeError,
  });
}

/** Of an activity whose worker was told to end: another worker begins it again at once. */
export function handedOver(language: Language): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'HANDED_OVER',
    message: { zh: '已移交：执行它的 worker 正在停止', en: 'Handed over by the worker that ends' }[
      language
    ],
    nextRetryDelay: HAND_OVER_MS,
  });
}

/**
 * The same failure with the pause before the next attempt. Only failures are waited for: what a dead
 * worker left is begun again at once.
 * @param attempt the one that has failed, from 1
 */
export function laterAgain(failure: Error, attempt: number): Error {
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable === true) return failure;
  const { message, type, details, cause } = failure;
  return ApplicationFailure.create({
    message,
    nextRetryDelay: Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)),
    ...(typeof type === 'string' && { type }),
    ...(Array.isArray(details) && { details }),
    ...(cause !== undefined && { cause }),
  });
}

/** By its name and kind: activities know the types of ports only. */
export function isPortError(error: unknown): error is PortError {
  return (
    error instanceof Error &&
    error.name === 'PortError' &&
    'kind' in error &&
    typeof error.kind === 'string' &&
    Object.hasOwn(BY_KIND, error.kind)
  );
}

/** What an error says without what to do next: a port's in both languages, any other as it is. */
export function wordsOf(error: unknown): Localized {
  const en = error instanceof Error ? error.message : String(error);
  return { zh: isPortError(error) && error.zh !== null ? error.zh.message : en, en };
}

/** What an adapter's error says, with what to do next; in Chinese where the catalogue has it. */
export function portSentence(error: PortError, language: Language): string {
  const { message, remedy }: Said = language === 'zh' && error.zh ? error.zh : error;
  return sentence(message, remedy);
}

function fromPort(
  error: PortError,
  redact: Redact,
  attempt: Attempt,
  language: Language,
): ApplicationFailure {
  const { type, retryable } = BY_KIND[error.kind];
  const isPatient = attempt.number < CERTAIN_ATTEMPTS || attempt.sinceFirstMs < PATIENCE_MS;
  return ApplicationFailure.create({
    type: NAMED.exec(error.message)?.[1] ?? type,
    message: clip(redact(portSentence(error, language))),
    nonRetryable: !retryable || !isPatient || attempt.isLast === true,
    details: [{ kind: error.kind, subject: redact(error.subject) }],
  });
}

function redacted(
  error: ApplicationFailure,
  redact: Redact,
  isEnough: boolean,
): ApplicationFailure {
  const message = redact(error.message);
  const nonRetryable = error.nonRetryable === true || isEnough;
  if (message === error.message && nonRetryable === (error.nonRetryable === true)) return error;
  return ApplicationFailure.create({
    message,
    nonRetryable,
    ...(typeof error.type === 'string' && { type: error.type }),
  });
}

function sentence(message: string, remedy: string): string {
  if (remedy === '') return message;
  // A Chinese stop is as wide as a space.
  return message.endsWith('。') ? `${message}${remedy}` : `${message} ${remedy}`;
}

/** A catalogue's text begins in lower case and has no stop; a name at its beginning stays as it is. */
function asSentence({ zh, en }: Localized, language: Language): string {
  return language === 'zh' ? `${zh}。` : `${en.replace(/^[a-z](?=[a-z]*[\s,])/u, capital)}.`;
}

function capital(letter: string): string {
  return letter.toUpperCase();
}

function clip(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`;
}
