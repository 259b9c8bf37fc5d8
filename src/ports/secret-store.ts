/** Resolves `secret://name` references inside activities. */
export interface SecretStore {
  /** @throws PortError `not-found` naming the reference, never a value. */
  resolve(reference: string): Promise<Secret>;
}

/** Prints as [REDACTED] everywhere; `reveal` is the only way to the value. */
export interface Secret {
  reveal(): string;
  toString(): '[REDACTED]';
  toJSON(): '[REDACTED]';
}
