import type { ContainerInspectInfo } from 'dockerode';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ReleaseStop, StopResult } from '../../ports/container-runtime.ts';
import { failure, phrase } from '../refusal.ts';
import type { ServiceContainer } from './containers.ts';
import { hasStatus } from './engine-errors.ts';
import { execInside } from './exec-inside.ts';
import { inspectContainer } from './inspect.ts';
import { keepDown, policyOf, rememberPolicy, setRestart } from './restart-policy.ts';
import { type Found, lookAt, type Service } from './service.ts';

/** Beyond the grace: the engine takes the container's network and files apart. */
const TEARDOWN_TIMEOUT_MS = 30_000;
const LEAST_BEFORE_MS = 1_000;
const KILLED = 137;
const NUMBERS: Readonly<Record<string, string>> = { 2: 'INT', 3: 'QUIT', 9: 'KILL', 15: 'TERM' };

/**
 * Stops every container of the service that runs; none does: nothing to do. By their ids: what is
 * started meanwhile has another one.
 */
export async function stopService(service: Service, stop: ReleaseStop): Promise<StopResult> {
  const began = performance.now();
  const found = await lookAt(service);
  const running = found.containers.filter(
    ({ running: isRunning, run }) =>
      isRunning && (stop.spares === undefined || run !== stop.spares),
  );
  const ended = found.containers.filter((each) => !each.running && each.role === 'serving');
  await Promise.all(ended.map((each) => keepDown(service, found, each)));
  const forced = await Promise.all(running.map((each) => stopOne(service, found, each, stop)));
  return {
    forced: forced.includes(true),
    durationMs: Math.round(performance.now() - began),
  };
}

/** @returns whether it was ended by force */
async function stopOne(
  service: Service,
  found: Found,
  container: ServiceContainer,
  stop: ReleaseStop,
): Promise<boolean> {
  const detail = await inspectContainer(service, container.id);
  if (detail === null) return false;
  const policy = policyOf(detail);
  await rememberPolicy(service, found, container, policy);
  // Others bring it back when the engine or the server starts in the middle of this. `unless-stopped`
  // does not, and is turned off quicker once nothing runs.
  const isOffFirst = policy !== 'no' && policy !== 'unless-stopped';
  if (isOffFirst) await setRestart(service, container.id, 'no');
  if (stop.before !== undefined && stop.before.length > 0) {
    await runBefore(service, container, stop.before, Math.max(stop.graceMs, LEAST_BEFORE_MS));
  }
  const own = signalName(stopSignalOf(detail));
  const signal = stop.signal === undefined ? own : signalName(stop.signal);
  const forced =
    signal === own
      ? await stopByEngine(service, container, stop.graceMs)
      : await stopBySignal(service, container, signal, stop.graceMs);
  if (policy === 'unless-stopped') await setRestart(service, container.id, 'no');
  return forced;
}

/** The container's own signal is the one that is wanted: one request does it all. */
async function stopByEngine(
  service: Service,
  { id, name }: ServiceContainer,
  graceMs: number,
): Promise<boolean> {
  const { engine } = service;
  const began = performance.now();
  const t = Math.ceil(graceMs / 1000);
  await quietly([304], () =>
    engine.ask(
      { zh: `停止 ${name}`, en: `stop ${name}` },
      (docker, abortSignal) => docker.getContainer(id).stop({ t, abortSignal }),
      {
        timeoutMs: t * 1000 + TEARDOWN_TIMEOUT_MS,
        expect: [304],
      },
    ),
  );
  // Within the grace nothing was forced; after it the exit code tells.
  return performance.now() - began < t * 1000
    ? false
    : wasKilled(await inspectContainer(service, id));
}

/** Another signal than the container's: older engines cannot be told at the stop. */
async function stopBySignal(
  service: Service,
  container: ServiceContainer,
  signal: string,
  graceMs: number,
): Promise<boolean> {
  await kill(service, container, `SIG${signal}`);
  if (await hasEnded(service, container, Math.max(graceMs, 1))) return false;
  await kill(service, container, 'SIGKILL');
  if (await hasEnded(service, container, TEARDOWN_TIMEOUT_MS)) {
    return wasKilled(await inspectContainer(service, container.id));
  }
  const server = service.engine.host.name;
  const named = { server, container: container.name, seconds: TEARDOWN_TIMEOUT_MS / 1000 };
  throw failure(server, diagnose('UNAVAILABLE', 'dockerStillRuns', named));
}

async function kill(
  { engine }: Service,
  { id, name }: ServiceContainer,
  signal: string,
): Promise<void> {
  // 409: it has ended meanwhile.
  await quietly([404, 409], () =>
    engine.ask(
      { zh: `向 ${name} 发送 ${signal}`, en: `send ${signal} to ${name}` },
      (docker, abortSignal) => docker.getContainer(id).kill({ signal, abortSignal }),
      { expect: [404, 409] },
    ),
  );
}

async function hasEnded(
  service: Service,
  { id, name }: ServiceContainer,
  withinMs: number,
): Promise<boolean> {
  const limit = AbortSignal.timeout(withinMs);
  try {
    await service.engine.ask(
      { zh: `等到 ${name} 结束`, en: `wait for ${name}` },
      (docker, abortSignal) =>
        docker.getContainer(id).wait({ condition: 'not-running', abortSignal }),
      { signal: limit, timeoutMs: withinMs + TEARDOWN_TIMEOUT_MS },
    );
    return true;
  } catch (error) {
    if (limit.aborted) return false;
    throw error;
  }
}

async function runBefore(
  service: Service,
  { id, name }: ServiceContainer,
  argv: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const { exitCode, output } = await execInside(service.engine, id, argv, timeoutMs);
  if (exitCode === 0) return;
  const server = service.engine.host.name;
  const named = {
    server,
    container: name,
    exitCode: String(exitCode),
    said: phrase(output.slice(-500)),
  };
  throw failure(server, diagnose('UNAVAILABLE', 'dockerBeforeStop', named));
}

/** Killed for its memory it would have 137 too; that is not our doing. */
function wasKilled(detail: ContainerInspectInfo | null): boolean {
  return detail?.State.ExitCode === KILLED && !detail.State.OOMKilled;
}

/** The image's or the container's own; the client's types leave it out. */
function stopSignalOf({ Config }: ContainerInspectInfo): string {
  const signal: unknown = Reflect.get(Config, 'StopSignal');
  return typeof signal === 'string' && signal !== '' ? signal : 'TERM';
}

function signalName(signal: string): string {
  const name = signal.replace(/^SIG/u, '');
  return NUMBERS[name] ?? name;
}

async function quietly(statuses: readonly number[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasStatus(error, ...statuses)) throw error;
  }
}
