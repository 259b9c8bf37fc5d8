/** What Bolt leaves open: it takes a request that is early, and the same request again. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type RequestRefusal = 'REQUEST_NOT_SIGNED' | 'REQUEST_TOO_OLD' | 'REPLAYED';

export interface RequestGuard {
  /** @returns null where the request is Slack's, new and seen for the first time. */
  check(headers: IncomingHttpHeaders, body: Buffer): RequestRefusal | null;
}

/** Slack's own recommendation; both ways, for an early request could be kept for later. */
const TOLERANCE_SECONDS = 300;
/** Signatures kept for the tolerance; beyond it a request is refused rather than forgotten. */
const MOST_SIGNATURES = 10_000;

/** @param nowSeconds the clock, seconds since the epoch */
export function createRequestGuard(
  signingSecret: string,
  nowSeconds: () => number = () => Date.now() / 1000,
): RequestGuard {
  if (signingSecret === '') throw new Error('The Slack signing secret is empty.');
  /** Signature → when it may be forgotten. Insertion order is order of arrival. */
  const seen = new Map<string, number>();
  return {
    check(headers, body) {
      const timestamp = headers['x-slack-request-timestamp'];
      const signature = headers['x-slack-signature'];
      if (typeof timestamp !== 'string' || typeof signature !== 'string')
        return 'REQUEST_NOT_SIGNED';
      if (!/^\d{1,12}$/.test(timestamp)) return 'REQUEST_NOT_SIGNED';
      if (!isSignedWith(signingSecret, timestamp, body, signature)) return 'REQUEST_NOT_SIGNED';
      const now = nowSeconds();
      if (Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) return 'REQUEST_TOO_OLD';
      // Nothing is forgotten while its timestamp would still pass: early ones live twice as long.
      forget(seen, now);
      if (seen.has(signature) || seen.size >= MOST_SIGNATURES) return 'REPLAYED';
      seen.set(signature, now + 2 * TOLERANCE_SECONDS);
      return null;
    },
  };
}

/** `v0=` and the HMAC-SHA256 of `v0:<timestamp>:<body>`, compared in constant time. */
function isSignedWith(secret: string, timestamp: string, body: Buffer, signature: string): boolean {
  const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body);
  const expected = Buffer.from(`v0=${hmac.digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function forget(seen: Map<string, number>, now: number): void {
  for (const [signature, until] of seen) {
    if (until >= now) return;
    seen.delete(signature);
  }
}
