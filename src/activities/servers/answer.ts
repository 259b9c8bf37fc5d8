/** What came of a request. */
import type { Localized } from '../../diagnostics/language.ts';

export type Answer = Answered | { readonly kind: 'failed'; readonly reason: Localized };

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly durationMs: number;
  readonly sent: Sent;
}

/** What was sent, as far as it may be shown. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  /** null: none was set, so the address was sent. */
  readonly host: string | null;
}
