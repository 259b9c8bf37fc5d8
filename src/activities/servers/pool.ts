/** Out of the pool, until nothing is in flight, and back in. */
import { Context } from '@temporalio/activity';
import type { ActionInput, ActionResult } from '../../plan/run.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import { keepBaseline } from './baseline.ts';
import { fact, type Scoped, type ServerPorts, say, seconds, section, serverOf } from './context.ts';
import { countDown, pause } from './pace.ts';
import { poolServer } from './pool-state.ts';
import { waitUntilServing } from './serving.ts';

const POLL_MS = 100;
/** The seed's own limit, for a document that states none. */
const DEFAULT_LIMIT_SECONDS = 30;

/** pool.drain: no new requests for this server. An operator's own maintenance state stays. */
export async function drainServer(ports: ServerPorts, input: ActionInput): Promise<ActionResult> {
  const now = await poolServer(ports, input);
  if (now === null) return removed(true, say(input, '不在负载均衡池中', 'not in the pool'));
  if (isMaintained(input, now)) {
    return removed(
      true,
      say(input, '保持运维人员设置的 maint', "stays in the operator's own maint"),
    );
  }
  if (now.admin === 'ready') {
    await ports.balancer.drain(section(input, 'balancer').pool, now.name);
  }
  const after = await poolServer(ports, input);
  const admin = after?.admin ?? 'absent';
  return removed(admin !== 'ready', say(input, `负载均衡状态 ${admin}`, `pool state ${admin}`));
}

/** Whether an operator, not this run, took the server out. */
export function isMaintained(input: ActionInput, now: PoolServer): boolean {
  return now.admin === 'maint' || input.before?.pool === 'maint';
}

function removed(value: boolean, detail: string): ActionResult {
  return { facts: [fact('pool.removed', value, detail)], evidence: [detail] };
}

/** connections.wait: until nothing is in flight, at most `settings.limitSeconds`. */
export async function waitForConnections(
  ports: ServerPorts,
  input: ActionInput,
): Promise<ActionResult> {
  const limit = input.settings['limitSeconds'];
  const limitSeconds = typeof limit === 'number' ? limit : DEFAULT_LIMIT_SECONDS;
  const { active, waitedMs } = await waitForIdle(ports, input, limitSeconds);
  const waited = seconds(waitedMs);
  const detail =
    active === 0
      ? say(input, `等待 ${waited} 后无请求在处理`, `nothing in flight after ${waited}`)
      : say(
          input,
          `等待 ${waited} 后仍有 ${active} 个请求在处理（上限 ${limitSeconds}s）`,
          `${active} in flight after ${waited} (limit ${limitSeconds}s)`,
        );
  return { facts: [fact('connections.active', active, detail)], evidence: [detail] };
}

/**
 * Polls the requests in flight. The time that an earlier attempt waited counts: the limit is one.
 * @returns how many remained at the deadline, and how long it waited
 */
export async function waitForIdle(
  ports: ServerPorts,
  input: Scoped,
  limitSeconds: number,
): Promise<{ readonly active: number; readonly waitedMs: number }> {
  const clock = countDown(limitSeconds * 1000, spentBefore());
  let active = await inFlight(ports, input);
  while (active > 0 && clock.remainingMs() > 0) {
    await pause(POLL_MS, clock, { waitedMs: clock.elapsedMs() });
    active = await inFlight(ports, input);
  }
  return { active, waitedMs: clock.elapsedMs() };
}

async function inFlight(ports: ServerPorts, input: Scoped): Promise<number> {
  return (await poolServer(ports, input))?.active ?? 0;
}

/** What the attempt that a dead worker made had waited, from its last heartbeat. */
function spentBefore(): number {
  const details: unknown = Context.current().info.heartbeatDetails;
  if (typeof details !== 'object' || details === null || !('waitedMs' in details)) return 0;
  return typeof details.waitedMs === 'number' ? details.waitedMs : 0;
}

/** pool.enable: back in, believed only after real answers through the balancer. */
export async function enableServer(ports: ServerPorts, input: ActionInput): Promise<ActionResult> {
  const now = await poolServer(ports, input);
  if (now !== null && isMaintained(input, now)) {
    const detail = say(
      input,
      '运维人员设置的 maint 保持不变，未加入负载均衡池',
      "stays in the operator's own maint and out of the pool",
    );
    return { facts: [fact('pool.enabled', true, detail)], evidence: [detail] };
  }
  const { pool } = section(input, 'balancer');
  await keepBaseline(ports, input, now);
  if (now?.admin !== 'ready') await ports.balancer.enable(pool, serverOf(input));
  const line = await waitUntilServing(ports, input);
  return { facts: [fact('pool.enabled', true, line)], evidence: [line] };
}
