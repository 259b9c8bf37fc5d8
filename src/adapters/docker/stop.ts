import type { ContainerInspectInfo, HostRestartPolicy } from 'dockerode';
import type { ReleaseStop, StopResult } from '../../ports/container-runtime.ts';
import { PortError } from '../../ports/port-error.ts';
import type { ServiceContainer } from './containers.ts';
import { hasStatus, sentence } from './engine-errors.ts';
import { execInside } from './exec-inside.ts';
import { inspectContainer } from './inspect.ts';
import { appendJournal } from './journal.ts';
import { lookAt, type Service } from './service.ts';
import { setRestart } from './start.ts';

/** Beyond the grace: the engine takes the container's network and files apart. */
const TEARDOWN_TIMEOUT_MS = 30_000;
const LEAST_BEFORE_MS = 1_000;
const KILLED = 137;
const NUMBERS: Readonly<Record<string, string>> = { 2: 'INT', 3: 'QUIT', 9: 'KILL', 15: 'TERM' };

/** Stops every container of the service that runs; none does: nothing to do. */
export async function stopService(service: Service, stop: ReleaseStop): Promise<StopResult> {
  const began = performance.now();
  const { containers, adopted } = await lookAt(service);
  const isRecorded = ({ id, restart }: ServiceContainer): boolean =>
    restart !== null || adopted.some((each) => each.id === id);
  const running = containers.filter((each) => each.running);
  const ended = containers.filter((each) => !each.running && each.role === 'serving');
  const [forced] = await Promise.all([
    Promise.all(running.map((each) => stopOne(service, each, stop, isRecorded(each)))),
    Promise.all(ended.map((each) => keepDown(service, each, isRecorded(each)))),
  ]);
  return {
    stopped: true,
    forced: forced.includes(true),
    durationMs: Math.round(performance.now() - began),
  };
}

/** It has ended by itself, or with its engine; the next start of the engine must not bring it back. */
async function keepDown(
  service: Service,
  container: ServiceContainer,
  isRecorded: boolean,
): Promise<void> {
  const detail = await inspectContainer(service, container.id);
  const policy = detail?.HostConfig.RestartPolicy ?? { Name: 'no' };
  if (isOffIn(policy)) return;
  if (!isRecorded) await recordPolicy(service, container, policy);
  await setRestart(service, container.id, 'no');
}

async function recordPolicy(
  { engine, service }: Service,
  { id }: ServiceContainer,
  policy: HostRestartPolicy,
): Promise<void> {
  await appendJournal(engine.host, service, { kind: 'adopted', id, restart: policyText(policy) });
}

function isOffIn({ Name }: HostRestartPolicy): boolean {
  return ['', 'no'].includes(Name);
}

/** @returns whether it was ended by force */
async function stopOne(
  service: Service,
  container: ServiceContainer,
  stop: ReleaseStop,
  isRecorded: boolean,
): Promise<boolean> {
  const detail = await inspectContainer(service, container.id);
  if (detail === null) return false;
  const policy = detail.HostConfig.RestartPolicy ?? { Name: 'no' };
  if (!isRecorded) await recordPolicy(service, container, policy);
  const isOff = isOffIn(policy);
  // Others bring it back when the engine or the server starts in the middle of this. `unless-stopped`
  // does not, and is turned off quicker once nothing runs.
  const isOffFirst = !isOff && policy.Name !== 'unless-stopped';
  if (isOffFirst) await setRestart(service, container.id, 'no');
  if (stop.before !== undefined && stop.before.length > 0) {
    await runBefore(service, container, stop.before, Math.max(stop.graceMs, LEAST_BEFORE_MS));
  }
  const signal = signalName(stop.signal);
  const forced =
    signal === signalName(stopSignalOf(detail))
      ? await stopByEngine(service, container, stop.graceMs)
      : await stopBySignal(service, container, signal, stop.graceMs);
  if (!isOff && !isOffFirst) await setRestart(service, container.id, 'no');
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
      `stop ${name}`,
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
  throw new PortError(
    'unavailable',
    server,
    `${server} still runs ${container.name} ${TEARDOWN_TIMEOUT_MS / 1000} s after SIGKILL.`,
    `Look at what holds its processes there (docker top ${container.name}).`,
  );
}

async function kill(
  { engine }: Service,
  { id, name }: ServiceContainer,
  signal: string,
): Promise<void> {
  // 409: it has ended meanwhile.
  await quietly([404, 409], () =>
    engine.ask(
      `send ${signal} to ${name}`,
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
      `wait for ${name}`,
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
  throw new PortError(
    'unavailable',
    server,
    `The command before the stop of ${name} on ${server} ended with ${exitCode}: ${sentence(output.slice(-500))}`,
    'Correct runtime.stop.before, or what it asks of the service.',
  );
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

function policyText(policy: HostRestartPolicy): string {
  const name = policy.Name === '' ? 'no' : policy.Name;
  const retries = policy.MaximumRetryCount ?? 0;
  return retries > 0 ? `${name}:${retries}` : name;
}

async function quietly(statuses: readonly number[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasStatus(error, ...statuses)) throw error;
  }
}
