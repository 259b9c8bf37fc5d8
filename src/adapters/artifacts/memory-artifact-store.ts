import type { ArtifactArchive, StoredArtifact } from '../../ports/artifact-store.ts';
import { listingOf } from './listing.ts';
import {
  type ArtifactName,
  checked,
  checkedContent,
  checkedName,
  checkedRun,
  parseReference,
  referenceOf,
} from './names.ts';

/** The fake for unit tests: as the other stores, but gone with the process. */
export function createMemoryArtifactStore(): ArtifactArchive {
  const kept = new Map<string, { readonly about: StoredArtifact; readonly content: Buffer }>();
  let written = 0;
  const named = ({ requestId, name }: ArtifactName) => kept.get(referenceOf({ requestId, name }));
  return {
    write(requestId, name, content) {
      return promised(() => {
        const place = referenceOf(checked(requestId, name));
        const bytes = checkedContent(name, content);
        const mark = String((written += 1));
        const named = { requestId, name, place, mark };
        const about = { ...named, bytes: bytes.length, changedAtMs: Date.now() };
        kept.set(place, { about, content: bytes });
        return place;
      });
    },
    read: (reference) =>
      promised(() => {
        const found = named(parseReference(reference));
        return found === undefined ? null : Buffer.from(found.content);
      }),
    ofEveryRun: (name) =>
      promised(() => {
        checkedName(name);
        return [...kept.values()]
          .filter(({ about }) => about.name === name)
          .map(({ about: { requestId }, content }) => ({ requestId, content }));
      }),
    list: (requestId) =>
      promised(() => {
        if (requestId !== undefined) checkedRun(requestId);
        const all = [...kept.values()].map(({ about }) => about);
        const wanted = all.filter(
          (each) => requestId === undefined || each.requestId === requestId,
        );
        return listingOf(wanted, (id) => `artifact:${id}`);
      }),
    remove: (artifact) =>
      promised(
        () => named(artifact)?.about.mark === artifact.mark && kept.delete(referenceOf(artifact)),
      ),
    close: () => Promise.resolve(),
  };
}

/** What it throws is a rejection, as with every other store. */
async function promised<T>(work: () => T): Promise<T> {
  return work();
}
