/** The balancer and the registry before anything is built. Reads only. */
import type { PreflightResult } from '../../plan/run.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import type { ServersInput } from '../contract.ts';
import { say, section } from '../servers/context.ts';
import { withoutPool } from '../servers/no-pool.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { isServing, poolState } from '../servers/pool-state.ts';
import { failedBy, isOutOfReach, ok } from './findings.ts';
import type { FleetPorts } from './ports.ts';

export function preflightShared(
  ports: FleetPorts,
  input: ServersInput,
): Promise<readonly PreflightResult[]> {
  return Promise.all([balancer(ports, input), registry(ports, input)]);
}

async function balancer(ports: FleetPorts, input: ServersInput): Promise<PreflightResult> {
  try {
    const { servers } = await heartbeatWhile(() => poolState(ports, input));
    const detail = withoutPool(ports, input)?.evidence.join('; ') ?? poolLine(input, servers);
    return { subject: 'balancer', reachable: true, checks: [ok('pool', detail)] };
  } catch (error) {
    await endIfCancelled();
    return {
      subject: 'balancer',
      reachable: !isOutOfReach(error),
      checks: [failedBy('pool', error)],
    };
  }
}

function poolLine(input: ServersInput, servers: readonly PoolServer[]): string {
  const taking = servers.filter(isServing).length;
  const { pool } = section(input, 'balancer');
  return say(
    input,
    `池 ${pool} 有 ${servers.length} 台服务器，其中 ${taking} 台接收流量`,
    `the pool ${pool} has ${servers.length} servers, ${taking} of them take traffic`,
  );
}

async function registry(ports: FleetPorts, input: ServersInput): Promise<PreflightResult> {
  try {
    await heartbeatWhile(() => ports.registry.ping());
    const detail = say(input, '镜像仓库可用', 'the registry answers');
    return { subject: 'registry', reachable: true, checks: [ok('registry', detail)] };
  } catch (error) {
    await endIfCancelled();
    return {
      subject: 'registry',
      reachable: !isOutOfReach(error),
      checks: [failedBy('registry', error)],
    };
  }
}
