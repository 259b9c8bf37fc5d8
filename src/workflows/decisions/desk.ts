/**
 * Where decisions arrive. Handlers only put them here: whoever waits (an approval step, a run that
 * needs a person) takes them out one by one and has each judged. What nobody waits for is refused.
 */
import type { Judgement } from '../../activities/contract.ts';
import type { Successor } from '../../activities/supersede-contract.ts';
import { say } from '../../diagnostics/language.ts';
import type { AnswerWord } from '../../plan/question.ts';
import type { ResolutionMessage } from '../messages.ts';
import { readMessage, shapeProblem, WORDS, wordOf, wordProblem } from './answer-shape.ts';

/** Undecided decisions that are kept; the rest are only counted. */
export const UNDECIDED_LIMIT = 100;
/** Decisions after which a request ends as refused: the server itself stops at 10,000 signals. */
export const RECEIVED_LIMIT = 5000;
const REFUSALS_SHOWN = 50;

/** What is waited for: votes on an approval step, or a person who says how a stuck run goes on. */
export interface OpenRequest {
  readonly waitsFor: 'approval' | 'resolution';
  readonly step: number;
}

export interface Undecided {
  readonly kind: AnswerWord;
  readonly message: ResolutionMessage;
  /** Set where it is no vote, but a newer run that would replace this one. */
  readonly successor?: Successor;
  /** Set once it has been judged; an update waits for it. */
  judgement: Judgement | null;
}

/** The part of the status that the desk knows. */
export interface ShownRefusals {
  readonly refusals: string[];
  readonly language: 'zh' | 'en';
}

type Refused = Extract<Judgement, { readonly accepted: false }>;

export class DecisionDesk {
  private readonly queue: Undecided[] = [];
  private readonly status: ShownRefusals;
  private open: OpenRequest | null = null;
  /** Since the request was opened: what came before is no reason to end it. */
  private received = 0;
  /** null: nothing but that it was decided. */
  private ended: string | null = null;
  private readonly refused: { count: number };

  /** @param status of which this desk, and those beside it, write the refusals, in its language. */
  constructor(status: ShownRefusals, refused = { count: 0 }) {
    this.status = status;
    this.refused = refused;
  }

  /** A second one, for what is asked beside everything else. */
  beside(): DecisionDesk {
    return new DecisionDesk(this.status, this.refused);
  }

  openFor(request: OpenRequest): void {
    this.open = request;
    this.ended = null;
    this.received = 0;
  }

  /** Refuses what is still undecided: nobody will judge it any more. */
  close(): void {
    this.open = null;
    const reason = this.ended ?? say(this.status, '已经决定', 'already decided');
    for (const item of this.queue.splice(0)) this.refuse(item, 'WRONG_STEP', reason);
  }

  /** Puts a decision on the desk, or refuses it where nobody waits for it. Never throws. */
  take(kind: AnswerWord, message: unknown): Undecided {
    this.received += 1;
    const item: Undecided = { kind, message: readMessage(message), judgement: null };
    const problem = shapeProblem(message, this.status) ?? this.notExpected(item);
    if (problem === null) this.queue.push(item);
    else this.refuse(item, problem.code, problem.reason);
    return item;
  }

  /** The same where the word is in the message. */
  takeAnswer(message: unknown): Undecided {
    const word = wordOf(message);
    if (word !== null) return this.take(word, message);
    this.received += 1;
    const item: Undecided = { kind: 'reject', message: readMessage(message), judgement: null };
    const problem = shapeProblem(message, this.status) ?? wordProblem('word', WORDS, this.status);
    this.refuse(item, problem.code, problem.reason, 'answer');
    return item;
  }

  /** A newer run that would replace this one: judged in the order of the votes. */
  takeSuccessor(successor: Successor): Undecided {
    this.received += 1;
    const message = { by: successor.run.requestedBy };
    const item: Undecided = { kind: 'reject', message, successor, judgement: null };
    const problem = this.notExpected(item);
    if (problem === null) this.queue.push(item);
    else this.refuse(item, problem.code, problem.reason, 'supersede');
    return item;
  }

  /** Why nobody decides any more, for whoever comes later. */
  end(reason: string): void {
    this.ended = reason;
  }

  next(): Undecided | undefined {
    return this.queue.shift();
  }

  /** Somebody waits for a decision. */
  get isOpen(): boolean {
    return this.open !== null;
  }

  get hasUndecided(): boolean {
    return this.queue.length > 0;
  }

  /** More decisions came than one request may take. */
  get flooded(): boolean {
    return this.received > RECEIVED_LIMIT;
  }

  /** Records a refusal where everybody sees it: the first ones in words, the rest as a number. */
  refuse(item: Undecided, code: string, reason: string, word: string = item.kind): void {
    const refused: Refused = { accepted: false, code, reason };
    item.judgement = refused;
    this.refused.count += 1;
    const rest = this.refused.count - REFUSALS_SHOWN;
    const { refusals } = this.status;
    if (rest <= 0) refusals.push(`${word} ${item.message.by}: ${code}: ${reason}`);
    else refusals[REFUSALS_SHOWN] = `… +${rest}`;
  }

  /** Why nobody waits for a decision of this kind now; null: it is waited for. */
  private notExpected({ kind, message }: Undecided): { code: string; reason: string } | null {
    const { open, status } = this;
    if (open === null) {
      const nothing = say(status, '现在没有等待的决定', 'nothing waits for a decision now');
      const reason = this.ended ?? nothing;
      return { code: 'WRONG_STEP', reason };
    }
    if (!fits(kind, open)) return { code: 'WRONG_STEP', reason: expectation(open, status) };
    if (message.withCurrentSettings === true && kind !== 'retry') {
      const reason = say(
        status,
        'withCurrentSettings 只能与 retry 一起使用',
        'withCurrentSettings goes with retry only',
      );
      return { code: 'BAD_DECISION', reason };
    }
    if (message.step !== undefined && message.step !== open.step) {
      return { code: 'WRONG_STEP', reason: expectation(open, status) };
    }
    if (this.queue.length < UNDECIDED_LIMIT) return null;
    const reason = say(
      status,
      `未裁定的决定超过 ${UNDECIDED_LIMIT} 个`,
      `more than ${UNDECIDED_LIMIT} undecided decisions`,
    );
    return { code: 'TOO_LARGE', reason };
  }
}

function fits(kind: AnswerWord, open: OpenRequest): boolean {
  const votes = kind === 'approve' || kind === 'reject';
  return votes === (open.waitsFor === 'approval');
}

function expectation({ waitsFor, step }: OpenRequest, status: ShownRefusals): string {
  const [zh, en] =
    waitsFor === 'approval'
      ? ['approve 或 reject', 'approve or reject']
      : ['retry、skip 或 rollback', 'retry, skip or rollback'];
  return say(status, `步骤 ${step} 在等待 ${zh}`, `step ${step} waits for ${en}`);
}
