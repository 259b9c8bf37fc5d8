export type PortErrorKind =
  /** Lost connection, timeout, 5xx: trying again may help. */
  | 'unavailable'
  | 'unreachable'
  | 'not-found'
  | 'unknown'
  /** A refused key or login, a changed host key: trying again does not help. */
  | 'refused'
  | 'conflict'
  | 'invalid';

/** What an error says to a person, in one language. */
export interface Said {
  readonly message: string;
  /** What to do next, one sentence. */
  readonly remedy: string;
}

export interface PortErrorOptions extends ErrorOptions {
  /** The same in Chinese, where the catalogue of diagnostics has it. */
  readonly zh?: Said;
}

/** The one error that adapters throw on purpose; activities/failures.ts maps it by kind. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly kind: PortErrorKind;
  /** Names the server, registry or address that it is about. */
  readonly subject: string;
  /** What to do next, one sentence. */
  readonly remedy: string;
  readonly zh: Said | null;

  constructor(
    kind: PortErrorKind,
    subject: string,
    message: string,
    remedy: string,
    options?: PortErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.subject = subject;
    this.remedy = remedy;
    this.zh = options?.zh ?? null;
  }
}
