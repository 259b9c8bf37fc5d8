/**
 * The search attributes that every run carries, with the type each is registered as. Data only: the
 * worker registers them, the interpreter writes them, `list` and the look for pending requests read.
 */
export const SEARCH_ATTRIBUTES = {
  RunsheetService: 'KEYWORD',
  RunsheetEnvironment: 'KEYWORD',
  RunsheetVersion: 'KEYWORD',
  /** A RunOutcome. */
  RunsheetStatus: 'KEYWORD',
  /** The number of the step that runs now. */
  RunsheetStep: 'INT',
  /** An ApprovalState. */
  RunsheetApproval: 'KEYWORD',
} as const;

/** pending: a person is asked now. */
export type ApprovalState = 'none' | 'pending' | 'approved' | 'rejected' | 'expired' | 'superseded';
