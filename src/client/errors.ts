/** How asking can end; apart from the client itself, which takes a third of a second to load. */

/** No worker answers for a run. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** The run refused what was asked of it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** Stable name, for example NOT_AN_APPROVER. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nobody answers there. The caller says what to type next. */
export class NoTemporalServerError extends Error {
  override readonly name = 'NoTemporalServerError';
}
