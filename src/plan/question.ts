/** Whatever waits for people: one shape for the desk, the status, the notice and the commands. */

/**
 * What a run may ask. stuck_rollback: what was done to a server cannot be undone. lost_lock: somebody else
 * has changed the servers meanwhile.
 */
export type QuestionKind = 'approval' | 'failure' | 'stuck_rollback' | 'lost_lock';

export type AnswerWord = 'approve' | 'reject' | 'retry' | 'skip' | 'rollback';

export interface Question {
  readonly kind: QuestionKind;
  readonly step: number;
  /** Who may answer, by the roles' names; none: any person whom the project knows. */
  readonly roles: readonly string[];
  /** The words that are taken, and what each would do with every server. */
  readonly answers: readonly { readonly word: AnswerWord; readonly would: string }[];
  /** What it is about. */
  readonly text: string;
  readonly openedAtMs: number;
  /** null: it is waited for as long as it takes. */
  readonly deadlineMs: number | null;
  /** What happens at the deadline; nothing ever goes on by itself. */
  readonly atDeadline: string;
}
