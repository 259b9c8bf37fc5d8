import { afterEach } from 'vitest';
import { createMemoryArtifactStore } from '../../../src/adapters/artifacts/memory-artifact-store.ts';
import type { ArtifactArchive } from '../../../src/ports/artifact-store.ts';
import { artifactStoreContract } from '../../contracts/artifact-store.ts';

let store: ArtifactArchive | null = null;
afterEach(() => {
  store = null;
});

artifactStoreContract('in memory', async () => (store ??= createMemoryArtifactStore()));
