import { setTimeout as sleep } from 'node:timers/promises';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { FormerRelease, ReleaseStart } from '../../ports/container-runtime.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import { containerBody, furtherNetworks, restartOf } from './container-body.ts';
import type { ServiceContainer } from './containers.ts';
import { engineError, failureOf, hasStatus } from './engine-errors.ts';
import { digestIn } from './image-name.ts';
import { inspectContainer, newest, startOf, unrecordedStart } from './inspect.ts';
import { appendJournal } from './journal.ts';
import { failedName, keptName } from './names.ts';
import { askNeighboursAnew } from './neighbours.ts';
import { keepDown, restorePolicy, setRestart } from './restart-policy.ts';
import { type Found, lookAt, type Service } from './service.ts';
import { startError } from './start-error.ts';

const START_TIMEOUT_MS = 60_000;
/** Five seconds: an engine that is busy takes its time over a container. */
const LOOK_EVERY_MS = 100;
const MOST_LOOKS = 50;
/** Seen once with six attempts at the same time: the engine had listed the container, and did not know it. */
const UNKNOWN = /no such container/iu;
const MOST_UNKNOWN = 10;

/**
 * Makes this release run, once: what was left half-way by an attempt before is carried on, and one
 * that runs already stays as it is.
 * @throws PortError `conflict` where another release runs, PORT_TAKEN where the port is not free
 */
export async function startRelease(service: Service, release: ReleaseStart): Promise<void> {
  const found = await lookAt(service);
  if (await runsAlready(service, found, release)) return;
  const id = await makeNew(service, found, release);
  await run(service, found, id, release);
  await record(service, found, id, release, false);
  // What ran before had its policy: nobody waits for a success that would give it one.
  if (release.undoes !== undefined) await setRestart(service, id, restartOf(release));
}

/** Starts the container that ran before, as it was. @returns false where it is gone */
export async function resumeRelease(service: Service, former: FormerRelease): Promise<boolean> {
  const found = await lookAt(service);
  if (await runsAlready(service, found, former)) return true;
  const container = formerOf(found, former.digest, former.undoes);
  if (container === undefined) return false;
  await bringBack(service, found, container, former.undoes);
  await run(service, found, container.id, former);
  await record(service, found, container.id, former, false);
  await restorePolicy(service, found, container);
  return true;
}

type Wanted = Pick<ReleaseStart, 'digest' | 'runId' | 'port' | 'undoes'>;

/** @throws PortError `conflict` where another release runs */
async function runsAlready(service: Service, found: Found, wanted: Wanted): Promise<boolean> {
  const running = found.containers.find((each) => each.running);
  if (running === undefined) return false;
  if (running.digest !== wanted.digest) throw conflict(service, running);
  await record(service, found, running.id, wanted, true);
  if (wanted.undoes !== undefined) await restorePolicy(service, found, running);
  return true;
}

/** What serves makes room under the service's name; it stays as it is otherwise. */
async function makeNew(service: Service, found: Found, release: ReleaseStart): Promise<string> {
  const serving = found.containers.find(({ role }) => role === 'serving');
  const isHalfWay = serving?.run === release.runId && serving.digest === release.digest;
  if (serving !== undefined && isHalfWay) return serving.id;
  if (serving !== undefined) await makeRoom(service, found, serving, release.undoes);
  return create(service, found, release);
}

/** The container that ran before, under the service's name again. */
async function bringBack(
  service: Service,
  found: Found,
  former: ServiceContainer,
  undone: string,
): Promise<void> {
  const serving = found.containers.find(({ role }) => role === 'serving');
  if (serving?.id === former.id) return;
  if (serving !== undefined) await makeRoom(service, found, serving, undone);
  await rename(service, former, service.name);
}

/** What the undone run made has failed, and is never started again. */
async function makeRoom(
  service: Service,
  found: Found,
  serving: ServiceContainer,
  undone: string | undefined,
): Promise<void> {
  const name =
    serving.run === undone
      ? failedName(service.name, serving.id)
      : keptName(service.name, serving.digest, serving.id);
  await keepDown(service, found, serving);
  await rename(service, serving, name);
}

function formerOf(found: Found, digest: string, undone: string): ServiceContainer | undefined {
  const candidates = found.containers.filter(
    (each) => each.digest === digest && each.role !== 'failed' && each.run !== undone,
  );
  const started = found.starts
    .map(({ id }) => candidates.find((each) => each.id === id))
    .filter((each) => each !== undefined);
  return candidates.find(({ role }) => role === 'serving') ?? started.at(-1) ?? newest(candidates);
}

async function create(service: Service, found: Found, release: ReleaseStart): Promise<string> {
  const { engine, name } = service;
  const image = imageOf(service, found, release.digest);
  const body = containerBody({ server: engine.host.name, ...service, image, release });
  try {
    const created = await engine.ask(
      { zh: `创建 ${name}`, en: `create ${name}` },
      (docker, abortSignal) => {
        // Kept apart, or the whole body, values of the environment included, would be in the URL.
        const options = { _query: { name }, _body: body, abortSignal };
        return docker.createContainer(options);
      },
      { expect: [404, 409] },
    );
    for (const network of furtherNetworks(release)) {
      await engine.ask(
        { zh: `把 ${name} 接入网络 ${network}`, en: `connect ${name} to the network ${network}` },
        (docker) => docker.getNetwork(network).connect({ Container: created.id }),
      );
    }
    return created.id;
  } catch (error) {
    if (hasStatus(error, 404)) throw notPulled(service, release.digest);
    if (hasStatus(error, 409)) return madeMeanwhile(service, release, error);
    throw error;
  }
}

/**
 * Another attempt of the same run may have been quicker. The engine takes the name before it lists the
 * container: until then nobody knows whose it is.
 */
async function madeMeanwhile(
  service: Service,
  { digest, runId }: ReleaseStart,
  error: unknown,
): Promise<string> {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    if (looks > 0) await sleep(LOOK_EVERY_MS);
    const { containers } = await lookAt(service);
    const serving = containers.find(({ role }) => role === 'serving');
    if (serving?.digest === digest && serving.run === runId) return serving.id;
    if (serving !== undefined) break;
  }
  throw engineError(
    service.engine.host.name,
    { zh: `创建 ${service.name}`, en: `create ${service.name}` },
    error,
  );
}

/** By the repository's name where the image was pulled under it, else by another that it has here. */
function imageOf({ repository }: Service, { images }: Found, digest: string): string {
  const wanted = `${repository}@${digest}`;
  const names = images.flatMap(({ RepoDigests }) => RepoDigests ?? []);
  if (names.includes(wanted)) return wanted;
  return names.find((each) => digestIn(each) === digest) ?? wanted;
}

async function run(
  { engine, name }: Service,
  found: Found,
  id: string,
  { port }: Pick<ReleaseStart, 'port'>,
): Promise<void> {
  for (let unknown = 0; ; unknown += 1) {
    try {
      await engine.ask(
        { zh: `启动 ${name}`, en: `start ${name}` },
        (docker, abortSignal) => docker.getContainer(id).start({ abortSignal }),
        { timeoutMs: START_TIMEOUT_MS, expect: [304, 404] },
      );
      return;
    } catch (error) {
      if (hasStatus(error, 304)) return;
      if (!UNKNOWN.test(failureOf(error).message) || unknown === MOST_UNKNOWN)
        throw await startError(engine.host, { name, port }, found.listed, error);
      await sleep(LOOK_EVERY_MS);
    }
  }
}

/** Each start is in the journal once, under the time that the engine gives it. */
async function record(
  service: Service,
  found: Found,
  id: string,
  { digest, runId }: Wanted,
  mayBeKnown: boolean,
): Promise<void> {
  const detail = await inspectContainer(service, id);
  const startedAt = mayBeKnown ? unrecordedStart(found, detail) : startOf(detail);
  if (startedAt === null) return;
  const { host } = service.engine;
  const entry = { kind: 'start', id, startedAt, digest, run: runId } as const;
  await Promise.all([appendJournal(host, service.service, entry), askNeighboursAnew(host, detail)]);
}

function rename({ engine }: Service, { id, name }: ServiceContainer, to: string): Promise<void> {
  return engine.ask(
    { zh: `把 ${name} 改名为 ${to}`, en: `rename ${name} to ${to}` },
    async (docker, abortSignal) => {
      await docker.getContainer(id).rename({ name: to, abortSignal });
    },
  );
}

function conflict({ engine, service }: Service, running: ServiceContainer): PortError {
  const server = engine.host.name;
  const version = running.version ?? { zh: '未知版本', en: 'an unknown version' };
  const named = { server, service, version, container: running.name };
  return failure(server, diagnose('CONFLICT', 'dockerOtherRelease', named));
}

function notPulled({ engine, repository }: Service, digest: string): PortError {
  const server = engine.host.name;
  const named = { server, image: `${repository}@${digest}` };
  return failure(server, diagnose('NOT_FOUND', 'dockerNotPulled', named));
}
