import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import type { ServiceContainer } from './containers.ts';
import { hasStatus } from './engine-errors.ts';
import { digestIn, familiar, nameAndTagOf } from './image-name.ts';
import { cutJournal } from './journal.ts';
import { restorePolicy } from './restart-policy.ts';
import { type Found, lookAt, type Service } from './service.ts';

/**
 * The run has succeeded: what runs comes up by itself from now on, and of what ran before the newest
 * `keep` stay, containers and images. Volumes are never removed.
 */
export async function finishService(service: Service, keep: number): Promise<void> {
  const found = await lookAt(service);
  const running = found.containers.find((each) => each.running);
  if (running === undefined) throw nothingRuns(service);
  await restorePolicy(service, found, running);
  const old = oldContainers(found, keep);
  await Promise.all(old.map((each) => removeContainer(service, each)));
  const left = found.containers.filter((each) => !old.includes(each));
  await Promise.all(
    oldImages(service, found, left, keep).map((reference) => removeImage(service, reference)),
  );
  await cutJournal(service.engine.host, service.service, found.journal);
}

/** What a run started in vain, and what was kept beyond the newest. */
function oldContainers({ containers, starts }: Found, keep: number): readonly ServiceContainer[] {
  const startOrder = (id: string): number => starts.findLastIndex((each) => each.id === id);
  const kept = containers
    .filter((each) => !each.running && each.role !== 'failed')
    .sort((a, b) => startOrder(b.id) - startOrder(a.id) || b.createdSeconds - a.createdSeconds);
  const failed = containers.filter((each) => !each.running && each.role === 'failed');
  return [...failed, ...kept.slice(keep)];
}

/**
 * By digest only: a tag that somebody gave an image stays. What was never started may have been
 * fetched for a run that waits for this one, so the newest of it stay, too.
 */
function oldImages(
  { repository }: Service,
  { images, starts }: Found,
  left: readonly ServiceContainer[],
  keep: number,
): readonly string[] {
  const name = familiar(repository);
  const references = [...images]
    .sort((a, b) => b.Created - a.Created)
    .flatMap(({ RepoDigests }) => RepoDigests ?? [])
    .filter((each) => nameAndTagOf(each).name === name);
  const used = left.map(({ digest }) => digest);
  const byStart = [...new Set(starts.map(({ digest }) => digest).reverse())];
  const ran = byStart.filter(
    (each) => !left.some(({ running, digest }) => running && digest === each),
  );
  const waiting = references
    .map((each) => digestIn(each) ?? '')
    .filter((digest) => !byStart.includes(digest) && !used.includes(digest));
  const kept = [...used, ...ran.slice(0, keep), ...waiting.slice(0, keep)];
  return references.filter((each) => !kept.includes(digestIn(each) ?? ''));
}

export function removeContainer(
  { engine }: Service,
  { id, name }: ServiceContainer,
): Promise<void> {
  return unlessGone(() =>
    engine.ask(
      { zh: `删除 ${name}`, en: `remove ${name}` },
      (docker, abortSignal) => docker.getContainer(id).remove({ abortSignal }),
      { expect: [404, 409] },
    ),
  );
}

/** An image that another container uses stays. */
export function removeImage({ engine }: Service, reference: string): Promise<void> {
  return unlessGone(() =>
    engine.ask(
      { zh: `删除 ${reference}`, en: `remove ${reference}` },
      (docker, abortSignal) => docker.getImage(reference).remove({ abortSignal }),
      { expect: [404, 409] },
    ),
  );
}

async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasStatus(error, 404, 409)) throw error;
  }
}

function nothingRuns({ engine, service }: Service): PortError {
  const server = engine.host.name;
  return failure(server, diagnose('CONFLICT', 'dockerNothingRuns', { server, service }));
}
