import { setTimeout as sleep } from 'node:timers/promises';
import type { ReleaseStart } from '../../ports/container-runtime.ts';
import { PortError } from '../../ports/port-error.ts';
import { containerBody, furtherNetworks } from './container-body.ts';
import type { ServiceContainer } from './containers.ts';
import { engineError, hasStatus } from './engine-errors.ts';
import { digestIn } from './image-name.ts';
import { inspectContainer, newest, startOf, unrecordedStart } from './inspect.ts';
import { appendJournal } from './journal.ts';
import { failedName, keptName } from './names.ts';
import { askNeighboursAnew } from './neighbours.ts';
import { keepDown, restorePolicy } from './restart-policy.ts';
import { type Found, lookAt, type Service } from './service.ts';
import { startError } from './start-error.ts';

const START_TIMEOUT_MS = 60_000;
/** Five seconds: an engine that is busy takes its time over a container. */
const LOOK_EVERY_MS = 100;
const MOST_LOOKS = 50;

/**
 * Makes this release run, once: what was left half-way by an attempt before is carried on, and one
 * that runs already stays as it is.
 * @throws PortError `conflict` where another release runs, PORT_TAKEN where the port is not free
 */
export async function startRelease(service: Service, release: ReleaseStart): Promise<void> {
  const found = await lookAt(service);
  const running = found.containers.find((each) => each.running);
  if (running !== undefined) {
    if (running.digest !== release.digest) throw conflict(service, running);
    await record(service, found, running.id, release, true);
    if (release.undoes !== undefined) await restorePolicy(service, found, running);
    return;
  }
  if (release.undoes === undefined) {
    const id = await makeNew(service, found, release);
    await run(service, found, id, release);
    return record(service, found, id, release, false);
  }
  const former = await bringBack(service, found, release, release.undoes);
  const id = former?.id ?? (await create(service, found, release));
  await run(service, found, id, release);
  await record(service, found, id, release, false);
  if (former !== undefined) await restorePolicy(service, found, former);
}

/** The former container makes room under the service's name; it stays as it is otherwise. */
async function makeNew(service: Service, found: Found, release: ReleaseStart): Promise<string> {
  const serving = found.containers.find(({ role }) => role === 'serving');
  const isHalfWay = serving?.run === release.runId && serving.digest === release.digest;
  if (serving !== undefined && isHalfWay) return serving.id;
  if (serving !== undefined) {
    await keepDown(service, found, serving);
    await rename(service, serving, keptName(service.name, serving.digest, serving.id));
  }
  return create(service, found, release);
}

/** The container that ran before, under the service's name again; undefined: it is gone. */
async function bringBack(
  service: Service,
  found: Found,
  release: ReleaseStart,
  undone: string,
): Promise<ServiceContainer | undefined> {
  const serving = found.containers.find(({ role }) => role === 'serving');
  const former = formerOf(found, release.digest, undone);
  if (serving !== undefined && serving.id !== former?.id) {
    const isOfUndoneRun = serving.run === undone;
    const name = isOfUndoneRun
      ? failedName(service.name, serving.id)
      : keptName(service.name, serving.digest, serving.id);
    await keepDown(service, found, serving);
    await rename(service, serving, name);
  }
  if (former !== undefined && former.role !== 'serving') {
    await rename(service, former, service.name);
  }
  return former;
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
      `create ${name}`,
      (docker, abortSignal) => {
        // Kept apart, or the whole body, values of the environment included, would be in the URL.
        const options = { _query: { name }, _body: body, abortSignal };
        return docker.createContainer(options);
      },
      { expect: [404, 409] },
    );
    for (const network of furtherNetworks(release)) {
      await engine.ask(`connect ${name} to the network ${network}`, (docker) =>
        docker.getNetwork(network).connect({ Container: created.id }),
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
  throw engineError(service.engine.host.name, `create ${service.name}`, error);
}

/** By the repository's name where the image was pulled under it, else by another that it has here. */
function imageOf({ repository }: Service, { images }: Found, digest: string): string {
  const wanted = `${repository}@${digest}`;
  const names = images.flatMap(({ RepoDigests }) => RepoDigests ?? []);
  if (names.includes(wanted)) return wanted;
  return names.find((each) => digestIn(each) === digest) ?? wanted;
}

async function run(
  { engine, name, service }: Service,
  found: Found,
  id: string,
  release: ReleaseStart,
): Promise<void> {
  try {
    await engine.ask(
      `start ${name}`,
      (docker, abortSignal) => docker.getContainer(id).start({ abortSignal }),
      { timeoutMs: START_TIMEOUT_MS, expect: [304] },
    );
  } catch (error) {
    if (hasStatus(error, 304)) return;
    throw await startError(engine.host, { service, name, release }, found.listed, error);
  }
}

/** Each start is in the journal once, under the time that the engine gives it. */
async function record(
  service: Service,
  found: Found,
  id: string,
  { digest, runId }: ReleaseStart,
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
  return engine.ask(`rename ${name} to ${to}`, async (docker, abortSignal) => {
    await docker.getContainer(id).rename({ name: to, abortSignal });
  });
}

function conflict({ engine, service }: Service, running: ServiceContainer): PortError {
  const server = engine.host.name;
  return new PortError(
    'conflict',
    server,
    `${server} runs another release of ${service}: ${running.version} in the container ${running.name}.`,
    'Stop it first.',
  );
}

function notPulled({ engine, repository }: Service, digest: string): PortError {
  const server = engine.host.name;
  const message = `${server} has no image ${repository}@${digest}.`;
  return new PortError('not-found', server, message, 'Pull it first.');
}
