/**
 * Where decisions arrive. Handlers only put them here: whoever waits (an approval step, a run that
 * needs a person) takes them out one by one and has each judged. What nobody waits for is refused.
 */
import type { Judgement } from '../../activities/contract.ts';
import type { ResolutionMessage } from '../messages.ts';

/** Undecided decisions that are kept; the rest are only counted. */
export const UNDECIDED_LIMIT = 100;
/** Decisions after which a request ends as refused: the server itself stops at 10,000 signals. */
export const RECEIVED_LIMIT = 5000;
const REFUSALS_SHOWN = 50;
const NAME_LIMIT = 200;
const COMMENT_LIMIT = 4096;

export type DecisionKind = 'approve' | 'reject' | 'retry' | 'skip' | 'rollback';

/** What is waited for: votes on an approval step, or a person who says how a stuck run goes on. */
export interface OpenRequest {
  readonly waitsFor: 'approval' | 'resolution';
  readonly step: number;
}

export interface Undecided {
  readonly kind: DecisionKind;
  readonly message: ResolutionMessage;
  /** Set once it has been judged; an update waits for it. */
  judgement: Judgement | null;
}

type Refused = Extract<Judgement, { readonly accepted: false }>;

export class DecisionDesk {
  private readonly queue: Undecided[] = [];
  private readonly refusals: string[];
  private open: OpenRequest | null = null;
  private received = 0;
  private refusedCount = 0;

  /** @param refusals the status's list, which this desk alone writes. */
  constructor(refusals: string[]) {
    this.refusals = refusals;
  }

  openFor(request: OpenRequest): void {
    this.open = request;
  }

  /** Refuses what is still undecided: nobody will judge it any more. */
  close(): void {
    this.open = null;
    for (const item of this.queue.splice(0)) this.refuse(item, 'WRONG_STEP', 'already decided');
  }

  /** Puts a decision on the desk, or refuses it where nobody waits for it. Never throws. */
  take(kind: DecisionKind, message: unknown): Undecided {
    this.received += 1;
    const wrongShape = shapeProblem(message);
    const item: Undecided = { kind, message: readMessage(message), judgement: null };
    if (wrongShape !== null) this.refuse(item, wrongShape.code, wrongShape.reason);
    else if (this.open === null)
      this.refuse(item, 'WRONG_STEP', 'nothing waits for a decision now');
    else if (!fits(kind, this.open)) this.refuse(item, 'WRONG_STEP', expectation(this.open));
    else if (item.message.withCurrentSettings === true && kind !== 'retry')
      this.refuse(item, 'BAD_DECISION', 'withCurrentSettings goes with retry only');
    else if (item.message.step !== undefined && item.message.step !== this.open.step) {
      this.refuse(item, 'WRONG_STEP', expectation(this.open));
    } else if (this.queue.length >= UNDECIDED_LIMIT) {
      this.refuse(item, 'TOO_LARGE', `more than ${UNDECIDED_LIMIT} undecided decisions`);
    } else this.queue.push(item);
    return item;
  }

  next(): Undecided | undefined {
    return this.queue.shift();
  }

  get hasUndecided(): boolean {
    return this.queue.length > 0;
  }

  /** More decisions came than one request may take. */
  get flooded(): boolean {
    return this.received > RECEIVED_LIMIT;
  }

  /** Records a refusal where everybody sees it: the first ones in words, the rest as a number. */
  refuse(item: Undecided, code: string, reason: string): void {
    const refused: Refused = { accepted: false, code, reason };
    item.judgement = refused;
    this.refusedCount += 1;
    const rest = this.refusedCount - REFUSALS_SHOWN;
    if (rest <= 0) this.refusals.push(`${item.kind} ${item.message.by}: ${code}: ${reason}`);
    else this.refusals[REFUSALS_SHOWN] = `… +${rest}`;
  }
}

/** What is wrong with the shape or size of a message; null: nothing. Updates' validators use it too. */
export function shapeProblem(message: unknown): { code: string; reason: string } | null {
  if (message === null || typeof message !== 'object' || Array.isArray(message)) {
    return { code: 'BAD_DECISION', reason: 'expected an object such as {"by":"alice"}' };
  }
  const { by, comment, step, withCurrentSettings } = message as Record<string, unknown>;
  if (typeof by !== 'string' || by.trim() === '') {
    return { code: 'BAD_DECISION', reason: 'expected `by`: who decides' };
  }
  if (isNot(comment, 'string') || isNot(step, 'number')) {
    return { code: 'BAD_DECISION', reason: 'expected comment as text, step as a number' };
  }
  if (isNot(withCurrentSettings, 'boolean')) {
    return { code: 'BAD_DECISION', reason: 'expected withCurrentSettings as true or false' };
  }
  const tooLong =
    by.length > NAME_LIMIT || (typeof comment === 'string' && comment.length > COMMENT_LIMIT);
  if (!tooLong) return null;
  const limits = `by ${NAME_LIMIT}, comment ${COMMENT_LIMIT} characters`;
  return { code: 'TOO_LARGE', reason: `the limits are ${limits}` };
}

function isNot(value: unknown, type: 'string' | 'number' | 'boolean'): boolean {
  return value !== undefined && value !== null && typeof value !== type;
}

/** The known fields of a message, cut to size: what is refused is shown too. */
function readMessage(message: unknown): ResolutionMessage {
  const fields = (typeof message === 'object' && message !== null ? message : {}) as Record<
    string,
    unknown
  >;
  return {
    by: typeof fields['by'] === 'string' ? fields['by'].slice(0, NAME_LIMIT) : '?',
    ...(typeof fields['comment'] === 'string' && {
      comment: fields['comment'].slice(0, COMMENT_LIMIT),
    }),
    ...(typeof fields['step'] === 'number' && { step: fields['step'] }),
    ...(fields['withCurrentSettings'] === true && { withCurrentSettings: true }),
  };
}

function fits(kind: DecisionKind, open: OpenRequest): boolean {
  const votes = kind === 'approve' || kind === 'reject';
  return votes === (open.waitsFor === 'approval');
}

function expectation(open: OpenRequest): string {
  const kinds = open.waitsFor === 'approval' ? 'approve or reject' : 'retry, skip or rollback';
  return `step ${open.step} waits for ${kinds}`;
}
