/** How a server stands in the pool before anything is built. Reads only. */
import { say } from '../../diagnostics/language.ts';
import type { PreflightCheck } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import type { OnServer } from '../servers/context.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { poolServer } from '../servers/pool-state.ts';
import { check, ok } from './findings.ts';
import type { FleetPorts } from './ports.ts';

/** undefined: the balancer did not answer, which the shared preflight says once. */
export async function poolOf(
  ports: FleetPorts,
  input: OnServer,
  balancer: BalancerSettings,
): Promise<PoolServer | null | undefined> {
  try {
    return await heartbeatWhile(() => poolServer(ports, input, balancer));
  } catch {
    await endIfCancelled();
    return undefined;
  }
}

/** @param isWell whether what runs there answers its own health check */
export function poolCheck(
  input: OnServer,
  { pool: name }: BalancerSettings,
  pool: PoolServer | null,
  isWell: boolean,
): PreflightCheck {
  const { run, server } = input;
  if (pool === null) {
    const zh = `负载均衡池 ${name} 中没有 ${server}：请在负载均衡配置中加入它`;
    const en = `the pool ${name} does not know ${server}: add it to the balancer's configuration`;
    return check('pool', 'failed', say(run, zh, en));
  }
  if (pool.held !== undefined && pool.admin !== 'ready') {
    const zh = `负载均衡自己不让它进入池 ${name}：${pool.held.zh}。请先修复，部署后它才会接收流量`;
    const en = `the balancer itself keeps it out of the pool ${name}: ${pool.held.en}. Mend that first, or it takes no traffic after the deployment`;
    return check('pool', 'failed', say(run, zh, en));
  }
  // A deployment may be the cure of what the balancer alone finds ill.
  if (pool.healthy === false && isWell) {
    const zh = `负载均衡认为它不健康，而它自己的健康检查正常：请检查负载均衡到它服务端口的连通，以及负载均衡的健康检查，否则部署后它不接收流量`;
    const en = `the balancer calls it ill, and it answers its own health check: see that the balancer reaches its service port, and how it checks it, or it takes no traffic after the deployment`;
    return check('pool', 'warning', say(run, zh, en));
  }
  if (pool.admin === 'ready') return ok('pool', say(run, '在负载均衡池中', 'in the pool'));
  const zh = `在负载均衡中的状态为 ${pool.admin}`;
  const out = say(run, zh, `its state in the pool is ${pool.admin}`);
  const stays = say(
    run,
    '：由运维人员设置，部署后仍不接收流量',
    ', set by an operator: it will be deployed but take no traffic',
  );
  return check('pool', 'warning', pool.admin === 'maint' ? `${out}${stays}` : out);
}
