import type { ContainerInspectInfo } from 'dockerode';
import type { ServiceState } from '../../ports/container-runtime.ts';
import type { ServiceContainer } from './containers.ts';
import { hasStatus } from './engine-errors.ts';
import { digestIn, familiar, nameAndTagOf } from './image-name.ts';
import { type Found, lookAt, type Service } from './service.ts';

/** What the engine says of a container that was never started. */
const NEVER = '0001-01-01T00:00:00Z';

/** What runs, what ran last, which releases are there, and how often each was started. */
export async function inspectService(service: Service): Promise<ServiceState> {
  const [found, serving] = await Promise.all([
    lookAt(service),
    inspectContainer(service, service.name),
  ]);
  const running = found.containers.find((each) => each.running);
  const detail =
    running === undefined || running.id === serving?.Id
      ? serving
      : await inspectContainer(service, running.id);
  const last = running ?? lastOf(found, detail);
  return {
    running: running !== undefined,
    release: last === undefined ? null : releaseOf(found, last),
    present: presentOn(service, found),
    starts: startsOf(found, detail),
  };
}

export async function inspectContainer(
  { engine }: Service,
  idOrName: string,
): Promise<ContainerInspectInfo | null> {
  try {
    return await engine.ask(
      { zh: `查看 ${idOrName}`, en: `inspect ${idOrName}` },
      (docker, abortSignal) => docker.getContainer(idOrName).inspect({ abortSignal }),
      { expect: [404] },
    );
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}

/** When the container was started; null: never. */
export function startOf(detail: ContainerInspectInfo | null): string | null {
  const at = detail?.State.StartedAt ?? NEVER;
  return at === NEVER ? null : at;
}

/** Where nothing runs: what serves under the name if it ever ran, else what was started last. */
function lastOf(found: Found, serving: ContainerInspectInfo | null): ServiceContainer | undefined {
  const byId = (id: string | undefined): ServiceContainer | undefined =>
    found.containers.find((each) => each.id === id);
  if (startOf(serving) !== null) return byId(serving?.Id);
  const started = found.starts.map(({ id }) => byId(id)).filter((each) => each !== undefined);
  return started.at(-1) ?? newest(found.containers.filter(({ role }) => role === 'kept'));
}

export function newest(containers: readonly ServiceContainer[]): ServiceContainer | undefined {
  return [...containers].sort((a, b) => b.createdSeconds - a.createdSeconds)[0];
}

/** Who started it last: a container that was brought back keeps the labels of the run that made it. */
function releaseOf(
  found: Found,
  { id, digest, version, run }: ServiceContainer,
): ServiceState['release'] {
  const start = found.starts.findLast((each) => each.id === id);
  return { digest, version, runId: start?.run ?? run };
}

/** By digest, in the order of each release's last start. */
function startsOf(found: Found, detail: ContainerInspectInfo | null): Record<string, number> {
  const own = found.containers.find(({ id }) => id === detail?.Id);
  const unrecorded = own === undefined ? null : unrecordedStart(found, detail);
  const entries = [...found.starts, ...(own === undefined || unrecorded === null ? [] : [own])];
  const starts: Record<string, number> = {};
  for (const { digest } of entries) {
    const count = (starts[digest] ?? 0) + 1;
    delete starts[digest];
    starts[digest] = count;
  }
  return starts;
}

/**
 * When a start is not in the journal: the worker was lost between the two. A container with a
 * restart policy is started again by its engine, and one that somebody else made by somebody else.
 */
export function unrecordedStart(
  { containers, starts }: Pick<Found, 'containers' | 'starts'>,
  detail: ContainerInspectInfo | null,
): string | null {
  const startedAt = startOf(detail);
  const own = containers.find(({ id }) => id === detail?.Id);
  const isOff = ['', 'no'].includes(detail?.HostConfig.RestartPolicy?.Name ?? '');
  if (startedAt === null || own === undefined || own.restart === null || !isOff) return null;
  const known = starts.some((each) => each.id === own.id && each.startedAt === startedAt);
  return known ? null : startedAt;
}

/** Of the repository, and of the service's containers: an image in use cannot have gone. */
function presentOn({ repository }: Service, { images, containers }: Found): readonly string[] {
  const name = familiar(repository);
  const pulled = images
    .flatMap(({ RepoDigests }) => RepoDigests ?? [])
    .filter((each) => nameAndTagOf(each).name === name)
    .map((each) => digestIn(each) ?? '');
  const used = containers.filter(({ role }) => role !== 'failed').map(({ digest }) => digest);
  return [...new Set([...pulled, ...used])].filter((digest) => digest !== '');
}
