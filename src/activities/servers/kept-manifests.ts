/** Which releases a server has kept what they ran with of, the last started first. Reads only. */
import type { ReleaseManifest } from '../../plan/manifest.ts';
import type { OnServer, ServerPorts } from './context.ts';
import { manifestsOn, readManifest, type Started } from './manifest-file.ts';

/** Of a fleet's server no more is kept than this, or nothing prunes it. */
const MOST = 40;
const NAME = /^([0-9a-f]{64})\.([A-Za-z0-9_-]{1,100})\.json$/u;

interface KeptManifests {
  readonly manifests: readonly ReleaseManifest[];
  /** Those that are not ours, or were changed. */
  readonly unread: number;
}

/** All that can be believed. */
export async function manifestsKept(
  ports: Pick<ServerPorts, 'hosts' | 'seal'>,
  input: OnServer,
): Promise<KeptManifests> {
  const names = (await manifestsOn(ports, input)).slice(0, MOST);
  const manifests: ReleaseManifest[] = [];
  for (const name of names) {
    const started = startedOf(name, '');
    const found =
      started === null ? null : await readManifest(ports, input, started).catch(() => null);
    if (found !== null) manifests.push(found);
  }
  return { manifests, unread: names.length - manifests.length };
}

/** What the last start of a release ran with; null: none is kept. @throws as readManifest */
export async function latestManifest(
  ports: ServerPorts,
  input: OnServer,
  { digest, version }: Started,
): Promise<ReleaseManifest | null> {
  for (const name of await manifestsOn(ports, input)) {
    const started = startedOf(name, version);
    if (started?.digest === digest) return readManifest(ports, input, started);
  }
  return null;
}

function startedOf(name: string, version: string): Required<Started> | null {
  const [, hex, runId] = NAME.exec(name) ?? [];
  return hex === undefined || runId === undefined
    ? null
    : { digest: `sha256:${hex}`, version, runId };
}
