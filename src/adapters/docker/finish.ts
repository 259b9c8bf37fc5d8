import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import type { ServiceContainer } from './containers.ts';
import { neverStarted } from './fetched.ts';
import { digestIn, familiar, nameAndTagOf } from './image-name.ts';
import { cutJournal } from './journal.ts';
import { removeContainer, removeImage } from './remove.ts';
import { restorePolicy } from './restart-policy.ts';
import { type Found, lookAt, type Service } from './service.ts';

/**
 * The run has succeeded: what runs comes up by itself from now on, and of what ran before the newest
 * `keep` stay, containers and images. Volumes are never removed.
 */
export async function finishService(
  service: Service,
  keep: number,
  stay: readonly string[] = [],
): Promise<void> {
  const found = await lookAt(service);
  const running = found.containers.find((each) => each.running);
  if (running === undefined) throw nothingRuns(service);
  await restorePolicy(service, found, running);
  const old = oldContainers(found, keep, stay);
  await Promise.all(old.map((each) => removeContainer(service, each)));
  const left = found.containers.filter((each) => !old.includes(each));
  await Promise.all(
    oldImages(service, found, left, keep)
      .filter((reference) => !stay.includes(digestIn(reference) ?? ''))
      .map((reference) => removeImage(service, reference)),
  );
  await cutJournal(service.engine.host, service.service, found.journal);
}

/** What a run started in vain, and what was kept beyond the newest. */
function oldContainers(
  { containers, starts }: Found,
  keep: number,
  stay: readonly string[],
): readonly ServiceContainer[] {
  const startOrder = (id: string): number => starts.findLastIndex((each) => each.id === id);
  const kept = containers
    .filter((each) => !each.running && each.role !== 'failed')
    .sort((a, b) => startOrder(b.id) - startOrder(a.id) || b.createdSeconds - a.createdSeconds);
  const failed = containers.filter((each) => !each.running && each.role === 'failed');
  const old = kept.slice(keep).filter(({ digest }) => !stay.includes(digest));
  return [...failed, ...old];
}

/**
 * By digest only: a tag that somebody gave an image stays. What was never started may have been
 * fetched for a run that waits for this one, so the newest of it stay, too.
 */
function oldImages(
  { repository }: Service,
  found: Found,
  left: readonly ServiceContainer[],
  keep: number,
): readonly string[] {
  const { images, starts } = found;
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
  const fetched = neverStarted(found).filter((each) => references.includes(each));
  const waiting = [...new Set([...fetched, ...references])]
    .map((each) => digestIn(each) ?? '')
    .filter((digest) => !byStart.includes(digest) && !used.includes(digest));
  const kept = [...used, ...ran.slice(0, keep), ...waiting.slice(0, keep)];
  return references.filter((each) => !kept.includes(digestIn(each) ?? ''));
}

function nothingRuns({ engine, service }: Service): PortError {
  const server = engine.host.name;
  return failure(server, diagnose('CONFLICT', 'dockerNothingRuns', { server, service }));
}
