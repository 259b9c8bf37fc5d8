import { inspect } from 'node:util';
import type { Secret } from '../../ports/secret-store.ts';

/** A value that prints as [REDACTED] in text, JSON and the inspector. */
export class RedactedSecret implements Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): '[REDACTED]' {
    return '[REDACTED]';
  }

  toJSON(): '[REDACTED]' {
    return '[REDACTED]';
  }

  [inspect.custom](): '[REDACTED]' {
    return '[REDACTED]';
  }
}
