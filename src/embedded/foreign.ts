import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/iu;

/**
 * Whether a request to a listener of this machine comes from a page of somebody else's: under a name of
 * their own that points here (DNS rebinding), or with the origin that browsers tell.
 */
export function isForeign({ host = '', origin }: IncomingHttpHeaders): boolean {
  if (!LOOPBACK.test(host)) return true;
  return origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//iu, ''));
}
