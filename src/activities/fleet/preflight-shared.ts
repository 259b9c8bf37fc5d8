/** The balancer, the registry and the settings before anything is built. Reads only. */
import { concerns } from '../../actions/questions.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import type { PreflightCheck, PreflightResult } from '../../plan/run.ts';
import type { BalancerSettings, ImageSettings } from '../../plan/settings.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import type { RegistryRight } from '../../ports/registry.ts';
import { isPortError } from '../failures.ts';
import { type OfRun } from '../servers/context.ts';
import type { ReleaseSettings } from '../servers/manifest.ts';
import { noPoolLine } from '../servers/no-pool.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { isServing, poolState } from '../servers/pool-state.ts';
import { failedBy, isOutOfReach, ok } from './findings.ts';
import type { FleetPorts } from './ports.ts';
import { examineSettings, type SettingsWork } from './preflight-settings.ts';

export async function examineShared(
  ports: FleetPorts,
  work: SettingsWork,
  settings: ReleaseSettings,
): Promise<readonly PreflightResult[]> {
  const [found, others] = await Promise.all([
    Promise.all([pool(ports, work, settings.balancer), registry(ports, work, settings.image)]),
    examineSettings(ports, work, settings),
  ]);
  return [...found.flat(), ...others];
}

async function pool(
  ports: FleetPorts,
  input: SettingsWork,
  balancer: BalancerSettings,
): Promise<readonly PreflightResult[]> {
  if (!balancer.capabilities.pool) return [];
  try {
    const { servers } = await heartbeatWhile(() => poolState(ports, balancer));
    const none = noPoolLine(ports, input);
    const detail = none ?? poolLine(input, balancer, servers);
    const found = { subject: 'balancer', reachable: true } as const;
    if (none !== null) return [{ ...found, checks: [ok('pool', detail)] }];
    if (isChanged(input)) {
      await heartbeatWhile(async () => ports.balancer.assertChangeable?.(balancer.pool));
    }
    const checks = [ok('pool', detail), ...(await routeChecks(ports, input, balancer))];
    const serving = servers.filter(isServing).map(({ name }) => name);
    return [{ ...found, checks, pool: { size: servers.length, serving } }];
  } catch (error) {
    await endIfCancelled();
    const checks = [failedBy('pool', error, input)];
    return [{ subject: 'balancer', reachable: !isOutOfReach(error), checks }];
  }
}

/** Whether a server leaves the pool in this run. */
function isChanged({ does }: SettingsWork): boolean {
  return (
    does.includes('pool.drain') || does.includes('pool.enable') || does.includes('routes.update')
  );
}

/** A route to a pool that there is not is refused when the servers are back, and all is undone. */
async function routeChecks(
  ports: FleetPorts,
  input: SettingsWork,
  { pool: own, routes }: BalancerSettings,
): Promise<readonly PreflightCheck[]> {
  if (!input.does.includes('routes.update')) return [];
  const checks: PreflightCheck[] = [];
  for (const target of new Set(Object.values(routes))) {
    if (target === own) continue;
    try {
      await heartbeatWhile(() => ports.balancer.state(target));
    } catch (error) {
      await endIfCancelled();
      checks.push(failedBy('pool', error, input));
    }
  }
  return checks;
}

function poolLine(
  input: OfRun,
  { pool: name }: BalancerSettings,
  servers: readonly PoolServer[],
): string {
  const taking = servers.filter(isServing).length;
  return say(
    input.run,
    `池 ${name} 有 ${servers.length} 台服务器，其中 ${taking} 台接收流量`,
    `the pool ${name} has ${countedEn(servers.length, 'server')}, of which ${taking} ${taking === 1 ? 'takes' : 'take'} traffic`,
  );
}

/** Nothing where no image is fetched: a restart goes on while the registry is away. */
async function registry(
  ports: FleetPorts,
  { run, does }: SettingsWork,
  { repository }: ImageSettings,
): Promise<readonly PreflightResult[]> {
  if (!concerns(does, 'pushed-image')) return [];
  const right: RegistryRight = does.includes('image.push') ? 'push' : 'pull';
  try {
    const isShown = await heartbeatWhile(async () => {
      const shown = await isPulled(ports, repository, right);
      if (right === 'push') await ports.registry.mayUse(repository, 'push');
      return shown;
    });
    const may =
      right === 'pull'
        ? say(run, `可以拉取 ${repository}`, `${repository} may be pulled`)
        : isShown
          ? say(run, `可以推送和拉取 ${repository}`, `${repository} may be pushed and pulled`)
          : say(
              run,
              `可以推送 ${repository}；它还不在镜像仓库中`,
              `${repository} may be pushed, and is not there yet`,
            );
    return [{ subject: 'registry', reachable: true, checks: [ok('registry', may)] }];
  } catch (error) {
    await endIfCancelled();
    const checks = [failedBy('registry', error, { run })];
    return [{ subject: 'registry', reachable: !isOutOfReach(error), checks }];
  }
}

/** A repository that a run pushes need not be there before: then nobody may see it. */
async function isPulled(
  { registry }: FleetPorts,
  repository: string,
  right: RegistryRight,
): Promise<boolean> {
  try {
    await registry.mayUse(repository, 'pull');
    return true;
  } catch (error) {
    if (right === 'push' && isPortError(error) && error.kind === 'not-found') return false;
    throw error;
  }
}
