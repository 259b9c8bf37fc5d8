/** Closes what Bolt leaves open: it accepts a request dated in the future, and the same request twice. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type RequestRefusal = 'REQUEST_NOT_SIGNED' | 'REQUEST_TOO_OLD' | 'REPLAYED';

export interface RequestGuard {
  /** @returns null: the request is from Slack, recent, and not a repetition */
  check(headers: IncomingHttpHeaders, body: Buffer): RequestRefusal | null;
}

/** Slack's own recommendation; in both directions, as a request dated in the future could be replayed later. */
const TOLERANCE_SECONDS = 300;
/** Signatures kept; with more than these, requests are refused rather than forgotten. */
const MOST_SIGNATURES = 10_000;

/** @param nowSeconds the clock, seconds since the epoch */
export function createRequestGuard(
  signingSecret: string,
  nowSeconds: () => number = () => Date.now() / 1000,
): RequestGuard {
  if (signingSecret === '') throw new Error('The Slack signing secret is empty.');
  /** Signature → when it may be forgotten, in order of arrival. */
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
      // Kept for twice the tolerance: as long as the timestamp of an early request would still pass.
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
