import type { ArtifactListing, StoredArtifact } from '../../ports/artifact-store.ts';

/** Artifacts by their runs, both sorted. @param placeOf where a run is kept, for people */
export function listingOf(
  artifacts: readonly StoredArtifact[],
  placeOf: (requestId: string) => string,
): ArtifactListing {
  const byRun = new Map<string, StoredArtifact[]>();
  for (const artifact of artifacts) {
    const { requestId } = artifact;
    byRun.set(requestId, [...(byRun.get(requestId) ?? []), artifact]);
  }
  const runs = [...byRun].map(([requestId, all]) => ({
    requestId,
    place: placeOf(requestId),
    artifacts: all.toSorted((a, b) => compare(a.name, b.name)),
    others: [],
  }));
  return { runs: runs.toSorted((a, b) => compare(a.requestId, b.requestId)), others: [] };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
