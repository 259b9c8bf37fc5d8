/** What a world has beside its servers: source, registry, records, secrets, and the worker's own places. */
import { join } from 'node:path';
import { createMemoryArtifactStore } from '../../../src/adapters/artifacts/memory-artifact-store.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { ImageSettings } from '../../../src/plan/settings.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import type { DeploymentRecord } from '../../../src/ports/record-store.ts';
import type { Registry } from '../../../src/ports/registry.ts';
import type { Secret } from '../../../src/ports/secret-store.ts';
import { broken, type Ground, learn, troubled } from './ground.ts';
import { FILE, FILE_SECRET, OLD_SECRET, PLATFORM, SERVICE_SECRET, templateOf } from './project.ts';
import { type Fault, isWrong, type World } from './world.ts';

const REVISION = 'd'.repeat(40);
const HOUR_MS = 3_600_000;

const GONE: Readonly<Record<string, Fault['what']>> = {
  [FILE_SECRET]: 'no secret of a file',
  [SERVICE_SECRET]: 'no secret of the service',
  [OLD_SECRET]: 'secret of the old release gone',
};

const SECRET: Secret = {
  reveal: () => 'hush',
  toString: () => '[REDACTED]',
  toJSON: () => '[REDACTED]',
};

export interface Wanted {
  readonly version: string;
  readonly image: ImageSettings;
  /** The worker's folder of the run. */
  readonly folder: string;
}

type Surroundings = Pick<
  Ports,
  'source' | 'registry' | 'builder' | 'records' | 'secrets' | 'artifacts' | 'commands'
>;

export function surroundingsOf(
  world: World,
  { fake }: Pick<Ground, 'fake'>,
  wanted: Wanted,
): Surroundings {
  const { version, image, folder } = wanted;
  const inner = createFakeRegistry();
  const platforms = world.kind === 'docker' ? [PLATFORM] : [];
  const ready = inner.holds(image.repository, version, {
    platforms,
    labels: { 'org.opencontainers.image.revision': REVISION },
    createdAtMs: Date.now() - HOUR_MS,
  });
  learn(fake, { digest: ready, version });
  const isThere = !isWrong(world, 'no such image');
  if (!isThere) {
    inner.forgets(image.repository, version);
    inner.forgets(image.repository, ready);
  }
  if (isWrong(world, 'worker denied to pull')) inner.denies('pull');
  if (isWrong(world, 'worker denied to push')) inner.denies('push');
  const registry: Registry = {
    ...inner,
    async push(...given) {
      const pushed = await inner.push(...given);
      learn(fake, { digest: pushed.digest, version });
      return pushed;
    },
    async resolve(...given) {
      const found = await inner.resolve(...given);
      return found === null ? null : { ...found, platforms };
    },
  };
  return {
    registry: troubled(registry, () =>
      isWrong(world, 'no registry') ? broken('unreachable', 'registry', 'no registry') : null,
    ),
    builder: {
      async build({ repository, tag, labels }) {
        const localReference = `${repository}:${tag}`;
        inner.built(localReference, version, labels);
        return { localReference, sizeBytes: 1 };
      },
    },
    source: {
      checkoutsFolder: folder,
      async resolve() {
        if (isWrong(world, 'no such version'))
          throw broken('not-found', version, 'no such version');
        return { revision: REVISION, kind: 'git' };
      },
      checkout: () => Promise.resolve(join(folder, 'checkout')),
      checkoutId: () => Promise.resolve('one'),
      files: () => Promise.resolve(new Set([FILE])),
      read: (_revision, path) => Promise.resolve(path === FILE ? templateOf(world) : null),
      missing: () => Promise.resolve([]),
    },
    records: {
      write: () => Promise.resolve(),
      find: () => Promise.resolve(null),
      list: () => Promise.resolve([]),
      succeeded: () => Promise.resolve([]),
      lastSucceeded: () => Promise.resolve(isThere ? recordOf(version, ready) : null),
    },
    secrets: {
      async resolve(reference) {
        const gone = GONE[reference];
        if (gone !== undefined && isWrong(world, gone)) throw broken('not-found', reference, gone);
        return SECRET;
      },
    },
    artifacts: createMemoryArtifactStore(),
    commands: {
      run: () => Promise.reject(new PortError('invalid', 'worker', 'runs nothing', 'Run it.')),
    },
  };
}

function recordOf(version: string, digest: string): DeploymentRecord {
  return {
    requestId: 'earlier',
    workflowId: 'earlier',
    service: 'hello',
    environment: 'staging',
    version,
    revision: REVISION,
    digest,
    planDigest: '',
    outcome: 'succeeded',
    requestedBy: 'alice',
    approvals: [],
    startedAtMs: 0,
    durationMs: 1,
    servers: [],
    report: '',
  };
}
