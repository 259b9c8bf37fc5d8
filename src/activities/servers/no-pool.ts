/** A project without a pool in front of its servers: what is done in one is done nowhere, and measured nowhere. */
import type { ActionResult } from '../../plan/run.ts';
import { type Scoped, type ServerPorts, say } from './context.ts';

/** null: there is a pool. No facts: what nobody can tell is not measured, so its criterion fails. */
export function withoutPool(ports: ServerPorts, input: Scoped): ActionResult | null {
  if (ports.balancer.capabilities.pool) return null;
  const line = say(
    input,
    '项目没有负载均衡池：没有移出或加入，也没有测量',
    'the project has no pool: nothing leaves or joins one, and nothing is measured in one',
  );
  return { facts: [], evidence: [line] };
}
