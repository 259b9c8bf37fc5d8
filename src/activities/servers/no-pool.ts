/** A project without a pool in front of its servers: what is done in one is done nowhere, and measured nowhere. */

import { say } from '../../diagnostics/language.ts';
import { type OfRun, type ServerPorts } from './context.ts';

/** null: there is a pool. */
export function noPoolLine(ports: ServerPorts, input: OfRun): string | null {
  if (ports.balancer.capabilities.pool) return null;
  return say(
    input.run,
    '项目没有负载均衡池：没有移出或加入，也没有测量',
    'the project has no pool: nothing leaves or joins one, and nothing is measured in one',
  );
}

/** The work, where there is a pool; where there is none, what was not measured, and why. */
export async function inPool<Facts>(
  ports: ServerPorts,
  input: OfRun,
  unmeasured: Facts,
  work: () => Promise<{ readonly facts: Facts; readonly evidence: readonly string[] }>,
): Promise<{ readonly facts: Facts; readonly evidence: readonly string[] }> {
  const line = noPoolLine(ports, input);
  return line === null ? work() : { facts: unmeasured, evidence: [line] };
}
