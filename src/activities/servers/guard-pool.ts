/** A balancer that starts anew has forgotten what it was told: the run's states are set again. */
import { Context } from '@temporalio/activity';
import type { ActionResult } from '../../plan/run.ts';
import type { PoolState } from '../../ports/load-balancer.ts';
import type { ServersInput } from '../contract.ts';
import type { ServerPorts } from './context.ts';
import { section } from './context.ts';
import { poolState } from './pool-state.ts';

const POLL_MS = 1_000;

/** Watches the balancer's process until the run cancels it. */
export async function guardPool(ports: ServerPorts, input: ServersInput): Promise<ActionResult> {
  const context = Context.current();
  let known = await poolState(ports, input);
  for (;;) {
    context.heartbeat();
    await context.sleep(POLL_MS);
    const now = await poolState(ports, input);
    if (now.process !== known.process) await setAgain(ports, input, known, now);
    known = now.process === known.process ? now : await poolState(ports, input);
  }
}

async function setAgain(
  ports: ServerPorts,
  input: ServersInput,
  known: PoolState,
  now: PoolState,
): Promise<void> {
  const { pool } = section(input, 'balancer');
  for (const { name, admin } of known.servers) {
    const isOut = now.servers.some((each) => each.name === name && each.admin !== 'ready');
    if (!input.servers.includes(name) || admin === 'ready' || isOut) continue;
    await ports.balancer.drain(pool, name);
  }
}
