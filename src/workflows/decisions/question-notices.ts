/**
 * Tells people what waits for them, at once and then at a growing distance until it is answered. A notice
 * that does not arrive is a warning, and nobody waits for one.
 */
import { isCancellation, sleep } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { Question } from '../../plan/question.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { type AskingParts, presentationOf } from '../run.ts';
import { warn } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';
import { approvalOf, resolverRoles } from './approvers.ts';
import { hasChannel } from './channels.ts';

const MINUTE_MS = 60_000;
/** After the first notice; then every hour. */
const AGAIN_MINUTES = [5, 15, 30, 60];
/** A day of notices is about 27, each some eleven events (decision 49). */
const DAY_MINUTES = 24 * 60;

export interface Telling {
  /** Whether it still waits; its words may have changed. */
  readonly isOpen: () => boolean;
  /** Since when it has been asked, where it was opened anew because nobody came. */
  readonly sinceMs?: number;
}

/**
 * Begins to tell, where the project has a channel. No timer is cancelled once it is answered, and none depends on how a notice went: a
 * replay may learn of a judgement earlier than the run did (decision 23).
 */
export function tellQuestion(run: AskingParts, question: Question, telling: Telling): void {
  if (!hasChannel(run)) return;
  const { isOpen, sinceMs = question.openedAtMs } = telling;
  const earlier = sinceMs < question.openedAtMs;
  tell(run, question, earlier);
  void tellAgain(run, question, sinceMs, isOpen).catch(() => undefined);
}

async function tellAgain(
  run: AskingParts,
  question: Question,
  sinceMs: number,
  isOpen: () => boolean,
): Promise<void> {
  const summary = summaryOf(
    question.step,
    null,
    say(run.ref, '再次通知：等待人工决定', 'told again: a person is waited for'),
  );
  let atMs = question.openedAtMs;
  for (const next of againAtMs(question, sinceMs)) {
    await sleep(next - atMs, { summary });
    atMs = next;
    if (!isOpen()) return;
    tell(run, { ...question, text: run.status.needsAttention ?? question.text }, true);
  }
}

/** When it is told again in its first day: not beside its opening and its deadline, which are told too. */
export function againAtMs(
  { openedAtMs, deadlineMs }: Pick<Question, 'openedAtMs' | 'deadlineMs'>,
  sinceMs: number,
): readonly number[] {
  const minutes = [...AGAIN_MINUTES];
  for (let next = 120; next <= DAY_MINUTES; next += 60) minutes.push(next);
  const untilMs = deadlineMs ?? Number.POSITIVE_INFINITY;
  return minutes
    .map((each) => sinceMs + each * MINUTE_MS)
    .filter((each) => each > openedAtMs + MINUTE_MS && each < untilMs - MINUTE_MS);
}

function tell(run: AskingParts, question: Question, isRepeated: boolean): void {
  const approval = approvalOf(run.plan);
  const sending = system.announceQuestion
    .executeWithOptions(
      {
        ...beats(run.resolved.settings),
        summary: summaryOf(
          question.step,
          null,
          say(run.ref, '通知：等待人工决定', 'notice: a person is waited for'),
        ),
      },
      [
        {
          run: run.ref,
          seal: sealFor(run.resolved.proof, 'announceQuestion'),
          question,
          title: presentationOf(run.plan, question.step).title,
          roles: approval === undefined ? [] : resolverRoles(run, approval),
          servers: run.resolved.servers,
          isRepeated,
          atMs: Date.now(),
        },
      ],
    )
    .then(
      ({ failed }) => failed.forEach((each) => warnOnce(run, each)),
      (error: unknown) => {
        if (!isCancellation(error)) warnOnce(run, messageOf(error));
      },
    );
  run.background.push(sending);
}

/** What is told again fails again for the same reason. */
function warnOnce(run: AskingParts, reason: string): void {
  const text = say(run.ref, `提问通知未送达：${reason}`, `question not delivered: ${reason}`);
  if (!run.status.warnings.includes(text)) warn(run, text);
}
