/**
 * Limits of actions on each server. They converge, so that they may be tried again after a half-done
 * attempt. A server that is out of reach is tried again for a while: the activities judge how long by
 * the time (activities/failures.ts), so this only has to be enough attempts.
 */
const ATTEMPTS = 12;

/** Why a project without a load balancer neither takes servers out of a pool nor waits for requests. */
export const STOP_DRAINS = {
  zh: '没有负载均衡：由停止服务本身排空',
  en: "no load balancer: the service's own stop drains",
} as const;

export const SERVER = {
  scope: 'server',
  settings: {},
  takes: [],
  timeouts: { startToCloseSeconds: 180 },
  retry: { maximumAttempts: ATTEMPTS },
} as const;
