/** Out of the pool, until nothing is in flight, and back in. */
import { Context } from '@temporalio/activity';
import type { drain } from '../../actions/servers/drain.ts';
import type { enable } from '../../actions/servers/enable.ts';
import type { waitForRequests } from '../../actions/servers/wait-for-requests.ts';
import { say } from '../../diagnostics/language.ts';
import type { ServerBefore } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { keepBaseline } from './baseline.ts';
import { type OnServer, reading, type ServerPorts, seconds } from './context.ts';
import { enterPool } from './enter.ts';
import { leavePool } from './floor.ts';
import { countDown, heartbeatWhile, pause } from './pace.ts';
import { findServer, isMaintained, isTaking, poolServer, poolState } from './pool-state.ts';
import { leftOpen, remains, uncounted, type Waited } from './remaining.ts';
import type { PoolSettings } from './serving.ts';

const POLL_MS = 100;
/** Of six servers at once behind nginx, the last reload had settled after 3 s on a busy machine. */
const SETTLES_MS = 15_000;

/** pool.drain: no new requests for this server. An operator's own maintenance state stays. */
export async function takeOut(
  ports: ServerPorts,
  input: WorkOf<typeof drain>,
  balancer: BalancerSettings,
): Promise<OutcomeOf<typeof drain>> {
  const now = await poolServer(ports, input, balancer);
  if (now === null) return removed(true, say(input.run, '不在负载均衡池中', 'not in the pool'));
  if (isOperators(input, now)) {
    return removed(
      true,
      say(input.run, '保持运维人员设置的 maint', "stays in the operator's own maint"),
    );
  }
  // Others of the batch may be before it, and a balancer that reloads takes its time.
  if (isTaking(now)) await heartbeatWhile(() => leavePool(ports, input, balancer));
  const after = await onceOut(ports, input, balancer);
  const admin = after?.admin ?? 'absent';
  return removed(
    after === null || !isTaking(after),
    say(input.run, `负载均衡状态 ${admin}`, `pool state ${admin}`),
  );
}

/**
 * The server once it takes nothing, or after a time: a balancer that reloads is between two states while
 * another server of the batch is taken out.
 */
async function onceOut(
  ports: ServerPorts,
  input: OnServer,
  balancer: BalancerSettings,
): Promise<PoolServer | null> {
  const clock = countDown(SETTLES_MS);
  for (;;) {
    const now = await poolServer(ports, input, balancer);
    if (now === null || !isTaking(now) || clock.remainingMs() === 0) return now;
    await pause(POLL_MS, clock, {});
  }
}

/** Whether an operator, not this run, took the server out. */
function isOperators({ before }: { before?: ServerBefore }, now: PoolServer): boolean {
  return isMaintained(now) || before?.pool === 'maint';
}

function removed(value: boolean, detail: string): OutcomeOf<typeof drain> {
  return { facts: { 'pool.removed': reading(value, detail) }, evidence: [detail] };
}

/** connections.wait: until nothing is in flight, at most `settings.limitSeconds`. */
export async function awaitRequests(
  ports: ServerPorts,
  input: WorkOf<typeof waitForRequests>,
  balancer: BalancerSettings,
): Promise<OutcomeOf<typeof waitForRequests>> {
  const { limitSeconds } = input.settings;
  const left = await waitForIdle(ports, input, balancer, limitSeconds);
  const { active, awaited } = left;
  const waited = seconds(left.waitedMs);
  if (active === null) {
    const line = uncounted(input, waited, awaited);
    return { facts: { 'connections.active': null }, evidence: [line] };
  }
  const detail =
    active === 0
      ? say(input.run, `等待 ${waited} 后无请求在处理`, `nothing in flight after ${waited}`)
      : say(
          input.run,
          `等待 ${waited} 后仍有 ${active} 个请求在处理（上限 ${limitSeconds}s）`,
          `${active} in flight after ${waited} (limit ${limitSeconds}s)`,
        );
  const evidence = [
    detail,
    ...(active === 0 ? [] : remains(input, left)),
    ...leftOpen(input, left),
  ];
  return { facts: { 'connections.active': reading(active, detail) }, evidence };
}

/**
 * Polls the requests in flight; where the balancer does not count them, they have the whole limit. The
 * time that an earlier attempt waited counts: the limit is one. A balancer that starts anew meanwhile
 * has forgotten the drain, so it is told again.
 * @returns how many remained at the deadline (null: not counted), what they waited for, and how long it waited
 */
export async function waitForIdle(
  ports: ServerPorts,
  input: OnServer,
  balancer: BalancerSettings,
  limitSeconds: number,
): Promise<Waited> {
  const { server } = input;
  const clock = countDown(limitSeconds * 1000, spentBefore());
  let wasOut = ports.notes.wanted(input.run.requestId, server) === 'out';
  for (;;) {
    const now = await poolServer(ports, input, balancer);
    const isBack = wasOut && now !== null && isTaking(now);
    if (isBack) await heartbeatWhile(() => ports.balancer.drain(balancer.pool, server));
    wasOut ||= now !== null && !isTaking(now);
    const active = activeOf(ports, now);
    if ((active === 0 && !isBack) || clock.remainingMs() === 0) {
      return {
        active,
        awaited: now?.awaited ?? null,
        tunnels: now?.tunnels,
        waitedMs: clock.elapsedMs(),
      };
    }
    await pause(POLL_MS, clock, { waitedMs: clock.elapsedMs() });
  }
}

/** Who is not in the pool has nothing in flight, as far as a balancer that counts can tell. */
function activeOf({ balancer }: ServerPorts, now: PoolServer | null): number | null {
  if (now !== null) return now.active;
  return balancer.capabilities.inFlight ? 0 : null;
}

/** What the attempt that a dead worker made had waited, from its last heartbeat. */
function spentBefore(): number {
  const details: unknown = Context.current().info.heartbeatDetails;
  if (typeof details !== 'object' || details === null || !('waitedMs' in details)) return 0;
  return typeof details.waitedMs === 'number' ? details.waitedMs : 0;
}

/** pool.enable: back in, believed only after real answers through the balancer. */
export async function putIn(
  ports: ServerPorts,
  input: WorkOf<typeof enable>,
  settings: PoolSettings,
): Promise<OutcomeOf<typeof enable>> {
  const state = await poolState(ports, settings.balancer);
  const now = findServer(state, input.server);
  if (now !== null && isOperators(input, now)) {
    const detail = say(
      input.run,
      '运维人员设置的 maint 保持不变，未加入负载均衡池',
      "stays in the operator's own maint and out of the pool",
    );
    return { facts: { 'pool.enabled': reading(true, detail) }, evidence: [detail] };
  }
  const isFirst = await keepBaseline(ports, input, state);
  // In the pool before anybody asked: a balancer that started anew has forgotten the drain.
  const isForgotten = isFirst && now !== null && isTaking(now);
  const line = await enterPool(ports, input, settings, { process: state.process, isForgotten });
  return { facts: { 'pool.enabled': reading(true, line) }, evidence: [line] };
}
