/** One server before anything is built: reads it only, and every finding is a value. */
import type { ActionId } from '../../actions/index.ts';
import { concerns } from '../../actions/questions.ts';
import { say } from '../../diagnostics/language.ts';
import type { PreflightCheck, PreflightResult } from '../../plan/run.ts';
import type { HealthSettings, ImageSettings } from '../../plan/settings.ts';
import type { ServerExamination, ServiceState } from '../../ports/container-runtime.ts';
import { isPortError, wordsOf } from '../failures.ts';
import { type OnServer } from '../servers/context.ts';
import type { ReleaseSettings } from '../servers/manifest.ts';
import { mannerOf } from '../servers/manner.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { placeOf } from '../servers/pool-state.ts';
import { beforeOf } from '../servers/probe.ts';
import { type Answer, askServer, describeAnswer } from '../servers/requests.ts';
import { check, failedBy, isOutOfReach, ok } from './findings.ts';
import { keptRelease } from './kept-release.ts';
import { runsOn } from './platform.ts';
import type { FleetPorts } from './ports.ts';
import { fileChecks } from './preflight-files.ts';
import { poolCheck, poolOf } from './preflight-pool.ts';
import { repairChecks } from './repairs.ts';

const CONNECT_TIMEOUT_MS = 15_000;
const CLOCK_LIMIT_MS = 5_000;
const MIB = 1024 ** 2;

interface ServerWork extends OnServer {
  /** The actions of the plan. */
  readonly does: readonly ActionId[];
}

type ServerSettings = Pick<
  ReleaseSettings,
  'image' | 'runtime' | 'container' | 'files' | 'health' | 'balancer'
>;

/** Reachable, key, engine, disk, port, clock, registry, files, the old release and its place in the pool. */
export async function examineServer(
  ports: FleetPorts,
  input: ServerWork,
  settings: ServerSettings,
): Promise<PreflightResult> {
  const { server } = input;
  const { image, health, balancer } = settings;
  const refusal = await connectionTo(ports, input);
  if (refusal !== null) return { subject: server, ...refusal };
  const checks: PreflightCheck[] = [
    ok('connection', say(input.run, '已连接，主机密钥正确', 'connected, the host key is right')),
  ];
  const [state, pool] = await Promise.all([
    engineChecks(ports, input, image, checks).then(async (found) => {
      if (found !== null) checks.push(...(await registryCheck(ports, input)));
      return found;
    }),
    poolOf(ports, input, balancer),
  ]);
  if (input.does.includes('config.update'))
    checks.push(...(await fileChecks(ports, input, settings.files)));
  if (state !== null) {
    const kept = await keptRelease(ports, input, settings, state);
    if (input.does.includes('service.resume') && !isRunning(state))
      checks.push(nothingToRestart(input));
    checks.push(...kept.checks, await healthCheck(ports, input, kept.health ?? health, state));
  }
  checks.push(...(await repairChecks(ports, input)));
  const isWell = checks.some(({ name, state: found }) => name === 'health' && found === 'ok');
  if (pool !== undefined && ports.balancer.capabilities.pool)
    checks.push(poolCheck(input, balancer, pool, isWell && state?.running === true));
  return {
    subject: server,
    reachable: true,
    checks,
    ...(state !== null &&
      pool !== undefined && { before: beforeOf(server, state, placeOf(ports, pool)) }),
  };
}

/** null: it answers. A refused key is a server that was reached, so that no budget covers it. */
async function connectionTo(
  ports: FleetPorts,
  input: OnServer,
): Promise<Pick<PreflightResult, 'reachable' | 'checks'> | null> {
  try {
    await heartbeatWhile((signal) =>
      ports.hosts.get(input.server).exec(['true'], { timeoutMs: CONNECT_TIMEOUT_MS, signal }),
    );
    return null;
  } catch (error) {
    await endIfCancelled();
    return { reachable: !isOutOfReach(error), checks: [failedBy('connection', error, input)] };
  }
}

/** @returns what runs; null where the engine does not say, which is then a failed check. */
async function engineChecks(
  ports: FleetPorts,
  input: ServerWork,
  image: ImageSettings,
  checks: PreflightCheck[],
): Promise<ServiceState | null> {
  const { service } = input.run;
  const port = ports.hosts.get(input.server).servicePort;
  try {
    const [found, state] = await heartbeatWhile(() =>
      Promise.all([
        ports.runtime.examine(input.server, service, port),
        ports.runtime.inspect(input.server, service),
      ]),
    );
    checks.push(engineCheck(input, image, found), diskCheck(input, image, found));
    checks.push(portCheck(input, found, port), clockCheck(input, found));
    return state;
  } catch (error) {
    await endIfCancelled();
    checks.push(failedBy('engine', error, input));
    return null;
  }
}

/** The engine itself fetches: the way to the registry and its login are the server's own. */
async function registryCheck(
  ports: FleetPorts,
  input: ServerWork,
): Promise<readonly PreflightCheck[]> {
  if (!concerns(input.does, 'pushed-image')) return [];
  try {
    await heartbeatWhile(() => ports.runtime.mayPull(input.server, input.run.service));
    return [];
  } catch (error) {
    await endIfCancelled();
    // Before its first push a repository is shown to nobody.
    const isPushed = input.does.includes('image.push');
    if (isPushed && isPortError(error) && error.kind === 'not-found') return [];
    return [failedBy('registry', error, input)];
  }
}

/** An image that is built for other platforms would fail when it is started. */
function engineCheck(
  { run, does }: ServerWork,
  { kind, docker: { platforms } }: ImageSettings,
  { engine, platform }: ServerExamination,
): PreflightCheck {
  if (!does.includes('image.build') || kind !== 'docker' || runsOn(platforms, platform))
    return ok('engine', engine);
  const named = platforms.join(', ');
  return check(
    'engine',
    'failed',
    say(
      run,
      `平台是 ${platform}，而镜像只为 ${named} 构建：请把它加入 image.docker.platforms`,
      `its platform is ${platform}, and the image is built for ${named} only: add it to image.docker.platforms`,
    ),
  );
}

function diskCheck(
  input: OnServer,
  { minimumFreeBytes }: ImageSettings,
  { freeBytes }: ServerExamination,
): PreflightCheck {
  const needed = Math.ceil(minimumFreeBytes / MIB);
  if (freeBytes === null) {
    return check('disk', 'warning', say(input.run, '可用空间未知', 'the free space is not known'));
  }
  const free = Math.floor(freeBytes / MIB);
  if (freeBytes >= minimumFreeBytes) {
    return ok('disk', say(input.run, `可用 ${free} MiB`, `${free} MiB free`));
  }
  return check(
    'disk',
    'failed',
    say(
      input.run,
      `可用 ${free} MiB，需要 ${needed} MiB：请清理磁盘，或调整 image.minimum_free`,
      `${free} MiB free, ${needed} MiB needed: free some, or change image.minimum_free`,
    ),
  );
}

function portCheck(
  input: OnServer,
  { port: state }: ServerExamination,
  port: number,
): PreflightCheck {
  if (state === 'ours') {
    return ok(
      'port',
      say(input.run, `端口 ${port} 由本服务使用`, `port ${port} is this service's`),
    );
  }
  if (state === 'free')
    return ok('port', say(input.run, `端口 ${port} 空闲`, `port ${port} is free`));
  return check(
    'port',
    'failed',
    say(
      input.run,
      `端口 ${port} 被其他程序占用：请停止该程序，或更改服务端口`,
      `port ${port} belongs to another program: stop that one, or change the service's port`,
    ),
  );
}

function clockCheck(input: OnServer, { clockOffsetMs }: ServerExamination): PreflightCheck {
  const offset = `${(clockOffsetMs / 1000).toFixed(1)}s`;
  if (Math.abs(clockOffsetMs) <= CLOCK_LIMIT_MS) {
    return ok('clock', say(input.run, `时钟偏差 ${offset}`, `the clock is off by ${offset}`));
  }
  const limit = `${CLOCK_LIMIT_MS / 1000}s`;
  return check(
    'clock',
    'failed',
    say(
      input.run,
      `时钟偏差 ${offset}，最多 ${limit}：请在服务器上启用时间同步（NTP）`,
      `the clock is off by ${offset}, at most ${limit}: turn on time synchronisation (NTP) there`,
    ),
  );
}

function isRunning({ running, release }: ServiceState): boolean {
  return running && release !== null;
}

function nothingToRestart({ run }: OnServer): PreflightCheck {
  return check(
    'release',
    'failed',
    say(
      run,
      '没有运行任何版本，无法重新启动：请先部署一个版本',
      'nothing runs there that could be started again: deploy a version first',
    ),
  );
}

/** A deployment may be the cure, so a sick old release warns and does not stop the run. */
async function healthCheck(
  ports: FleetPorts,
  input: OnServer,
  health: HealthSettings,
  { running, release }: ServiceState,
): Promise<PreflightCheck> {
  if (!running && release === null) {
    return ok('health', say(input.run, '尚未运行任何版本', 'no release runs there yet'));
  }
  const version = release?.version ?? '-';
  if (!running) {
    const detail = say(input.run, `${version} 已停止运行`, `${version} is there but does not run`);
    return check('health', 'warning', detail);
  }
  const answer = await healthAnswer(ports, input, health);
  if (answer.kind === 'answered' && answer.status === health.status) {
    return ok('health', say(input.run, `${version} 运行正常`, `${version} runs and is healthy`));
  }
  return check(
    'health',
    'warning',
    say(
      input.run,
      `${version} 不健康（${describeAnswer(input, answer)}）：失败时也只能回到这个状态`,
      `${version} is not healthy (${describeAnswer(input, answer)}): a rollback would come back to that`,
    ),
  );
}

/** A secret that it is to be shown and that is not there is a finding as well. */
async function healthAnswer(
  ports: FleetPorts,
  input: OnServer,
  health: HealthSettings,
): Promise<Answer> {
  try {
    const manner = await mannerOf(ports, input, health);
    return await askServer(ports.http, ports.hosts.get(input.server), manner, health);
  } catch (error) {
    await endIfCancelled();
    return { kind: 'failed', reason: wordsOf(error) };
  }
}
