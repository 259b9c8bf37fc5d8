/** Which of the keys that servers present are trusted: the part of `hosts trust` that decides. */
import type { HostKeyAnswer } from '../workflows/beginning/plan-probe.ts';

export type ShownHostKey = Extract<HostKeyAnswer, { readonly shown: unknown }>['shown'];

export interface TrustRules {
  /** Fingerprints that the person has from the servers themselves. */
  readonly fingerprints: readonly string[];
  readonly replace: boolean;
  /** Servers whose keys runsheet.yaml pins: known_hosts does not count for them. */
  readonly pinned: ReadonlySet<string>;
  readonly terminal: boolean;
}

export type Verdict =
  | { readonly kind: 'already' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'trust' }
  | { readonly kind: 'refuse'; readonly code: RefusalCode };

export type RefusalCode =
  | 'PINNED'
  | 'HOST_KEY_REVOKED'
  | 'HOST_KEY_CHANGED'
  | 'OTHER_FINGERPRINT'
  | 'NO_FINGERPRINT';

/**
 * A key is trusted if a person who sees it confirms it, or if a script brings its fingerprint from
 * elsewhere. There is no "yes to all": that would be trust on first use by another name.
 */
export function verdictOn(shown: ShownHostKey, rules: TrustRules): Verdict {
  if (shown.state === 'trusted') return { kind: 'already' };
  if (shown.state === 'revoked') return refuse('HOST_KEY_REVOKED');
  if (shown.jump === null && rules.pinned.has(shown.server)) return refuse('PINNED');
  if (shown.state === 'changed' && !rules.replace) return refuse('HOST_KEY_CHANGED');
  if (rules.fingerprints.includes(shown.fingerprint)) return { kind: 'trust' };
  if (rules.fingerprints.length > 0) return refuse('OTHER_FINGERPRINT');
  return rules.terminal ? { kind: 'ask' } : refuse('NO_FINGERPRINT');
}

function refuse(code: RefusalCode): Verdict {
  return { kind: 'refuse', code };
}
