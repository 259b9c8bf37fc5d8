/** Signs values, and tells whether a value is as it was signed. */
export interface Seal {
  /** @param value JSON; the order of its keys means nothing */
  sign(value: unknown): Promise<Signature>;
  verify(value: unknown, signature: Signature): Promise<SealVerdict>;
}

export interface Signature {
  /** Names the key, so that a key can be replaced while what it signed is still good. */
  readonly key: string;
  /** base64url. */
  readonly value: string;
}

/** `unknown-key`: signed with a key whose public half is not here, so nothing can be said. */
export type SealVerdict = 'good' | 'changed' | 'unknown-key';
