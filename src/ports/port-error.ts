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

/** The one error that adapters throw on purpose; activities/failures.ts maps it by kind. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly kind: PortErrorKind;
  /** Names the server, registry or address that it is about. */
  readonly subject: string;
  /** What to do next, one sentence. */
  readonly remedy: string;

  constructor(
    kind: PortErrorKind,
    subject: string,
    message: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.subject = subject;
    this.remedy = remedy;
  }
}
