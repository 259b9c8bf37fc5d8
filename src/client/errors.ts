/** How asking can end; apart from the client itself, which takes a third of a second to load. */

/** No worker answers for a run. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** Its time has not come: it was started with a delay, and nothing of it has been done. */
export class NotBegunError extends NoAnswerError {
  readonly beginsAtMs: number;

  constructor(beginsAtMs: number) {
    super(`it begins at ${new Date(beginsAtMs).toISOString()}`);
    this.beginsAtMs = beginsAtMs;
  }
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

/** How a connection failed. */
export interface ConnectFault {
  /** Something answers there: not the address is wrong, but certificates, keys or a profile. */
  readonly answers: boolean;
  /** The fault's own words, one line. */
  readonly reason: string;
}

/** No Temporal server can be used there. The caller says what to type next. */
export class NoTemporalServerError extends Error {
  override readonly name = 'NoTemporalServerError';
  readonly address: string;
  readonly fault: ConnectFault;

  constructor(address: string, fault: ConnectFault) {
    super(`${address}: ${fault.reason}`);
    this.address = address;
    this.fault = fault;
  }
}
