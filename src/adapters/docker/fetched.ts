/** Releases that were fetched for a service. What became of their runs, the engine does not know. */
import { digestIn, familiar, nameAndTagOf } from './image-name.ts';
import { appendJournal, type FetchEntry, type JournalEntry, readJournal } from './journal.ts';
import { removeImage } from './remove.ts';
import { type Found, lookAt, type Service } from './service.ts';

/** Written down as the latest, also where it was fetched before: a run is about to start it. */
export async function recordFetch(
  { engine, service, repository }: Service,
  digest: string,
): Promise<void> {
  const image = `${repository}@${digest}`;
  const entries = await readJournal(engine.host, service);
  if (entries.findLast(isFetch)?.image === image) return;
  await appendJournal(engine.host, service, { kind: 'fetch', image });
}

/** Of what was never started, the latest `keep` stay, and what is about to be fetched. */
export async function pruneFetchedImages(
  service: Service,
  keep: number,
  toFetch: string,
): Promise<readonly string[]> {
  const waiting = neverStarted(await lookAt(service));
  const old = waiting.filter((each) => digestIn(each) !== toFetch).slice(keep);
  const went = await Promise.all(
    old.map(async (each) => ((await removeImage(service, each)) ? digestIn(each) : null)),
  );
  return went.filter((digest) => digest !== null);
}

/**
 * As the engine names them, the latest fetched first. Only what was fetched for this service: in its
 * repository there may be others'. Not what a container is of, whoever has made it.
 */
export function neverStarted(found: Found): readonly string[] {
  const { journal, images, containers, starts, listed } = found;
  const fetched = journal.filter(isFetch).map(({ image }) => familiarName(image));
  const started = [...containers, ...starts].map(({ digest }) => digest);
  const used = listed.flatMap(({ Image, ImageID }) => [familiarName(Image), ImageID]);
  return images
    .filter(({ Id }) => !used.includes(Id))
    .flatMap(({ RepoDigests }) => RepoDigests ?? [])
    .map((reference) => ({ reference, name: familiarName(reference) }))
    .filter(({ name }) => fetched.includes(name) && !used.includes(name))
    .filter(({ reference }) => !started.includes(digestIn(reference) ?? ''))
    .sort((a, b) => fetched.lastIndexOf(b.name) - fetched.lastIndexOf(a.name))
    .map(({ reference }) => reference);
}

function isFetch(entry: JournalEntry): entry is FetchEntry {
  return entry.kind === 'fetch';
}

/** `repository@sha256:…` as an engine lists it. */
function familiarName(reference: string): string {
  return `${familiar(nameAndTagOf(reference).name)}@${digestIn(reference) ?? ''}`;
}
