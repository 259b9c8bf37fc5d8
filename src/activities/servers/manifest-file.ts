/** What a release runs with, on its server: written beside it, read back and believed only if sealed. */
import { ApplicationFailure } from '@temporalio/common';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ReleaseManifest } from '../../plan/manifest.ts';
import type { Signature } from '../../ports/seal.ts';
import { diagnosed } from '../failures.ts';
import type { OnServer, ServerPorts } from './context.ts';

/** A start of a release: what names its manifest. */
export interface Started {
  readonly digest: string;
  readonly version: string;
  /** Absent: probed by an earlier Runsheet; empty: somebody else started it. */
  readonly runId?: string;
}

const NOT_BELIEVED = ['MANIFEST_CHANGED', 'MANIFEST_KEY_UNKNOWN', 'NEWER_MANIFEST'];
const SCHEMA = 1;
/** It names secrets, and what a release may ask for. */
const MODE = 0o600;
const LONGEST = 1024 ** 2;
const DIGEST = /^sha256:([0-9a-f]{64})$/u;
const RUN = /^[A-Za-z0-9_-]{1,100}$/u;

/** Written before the release is started, so that none runs without. */
export async function writeManifest(
  ports: ServerPorts,
  input: OnServer,
  manifest: ReleaseManifest,
): Promise<void> {
  const path = pathOf(input, { ...manifest, runId: manifest.run });
  if (path === null) return;
  const seal = await ports.seal.sign(manifest);
  const text = `${JSON.stringify({ manifest, seal })}\n`;
  await ports.hosts.get(input.server).writeFile(path, text, { mode: MODE });
}

/**
 * @returns null where there is none: the release was started by somebody else, or by an earlier Runsheet
 * @throws ApplicationFailure MANIFEST_CHANGED | MANIFEST_KEY_UNKNOWN | NEWER_MANIFEST
 */
export async function readManifest(
  ports: Pick<ServerPorts, 'hosts' | 'seal'>,
  input: OnServer,
  started: Started,
): Promise<ReleaseManifest | null> {
  const path = pathOf(input, started);
  const content = path === null ? null : await ports.hosts.get(input.server).readFile(path);
  if (path === null || content === null) return null;
  const { server } = input;
  const said = { server, file: path, version: started.version };
  const found = content.length > LONGEST ? null : parsed(content.toString('utf8'));
  if (found === null) throw diagnosed(input.run, diagnose('MANIFEST_CHANGED', 'content', said));
  const { manifest, seal } = found;
  const verdict = await ports.seal.verify(manifest, seal);
  if (verdict === 'unknown-key') {
    const key = seal.key.slice(0, 64);
    throw diagnosed(input.run, diagnose('MANIFEST_KEY_UNKNOWN', 'unknown', { ...said, key }));
  }
  if (verdict === 'changed')
    throw diagnosed(input.run, diagnose('MANIFEST_CHANGED', 'content', said));
  const schema = String(manifest['schema']);
  if (schema !== String(SCHEMA)) {
    throw diagnosed(input.run, diagnose('NEWER_MANIFEST', 'form', { server, file: path, schema }));
  }
  // Signed in this form, so it has this form.
  const signed = manifest as unknown as ReleaseManifest;
  const written = placeOf(signed);
  const wanted = placeOf({ ...input.run, ...started, server, run: started.runId ?? '' });
  if (written === wanted) return signed;
  throw diagnosed(input.run, diagnose('MANIFEST_CHANGED', 'foreign', { ...said, written, wanted }));
}

/** For whom a person has said to do without it. @returns null where there is none that is believed, too */
export async function believedManifest(
  ports: Pick<ServerPorts, 'hosts' | 'seal'>,
  input: OnServer,
  started: Started,
): Promise<ReleaseManifest | null> {
  try {
    return await readManifest(ports, input, started);
  } catch (error) {
    if (error instanceof ApplicationFailure && NOT_BELIEVED.includes(error.type ?? '')) return null;
    throw error;
  }
}

/** What a run has written for the release that it started, or was about to start. */
export async function removeManifestsOf(
  ports: ServerPorts,
  input: OnServer,
  runId: string,
): Promise<void> {
  await removeManifests(ports, input, (name) => name.endsWith(`.${runId}.json`));
}

/** Of releases that are on the server no more. */
export async function removeManifestsFor(
  ports: ServerPorts,
  input: OnServer,
  digests: readonly string[],
): Promise<void> {
  if (digests.length === 0) return;
  const gone = new Set(digests.map(hexOf));
  await removeManifests(ports, input, (name) => gone.has(name.split('.')[0] ?? ''));
}

async function removeManifests(
  ports: ServerPorts,
  input: OnServer,
  isMeant: (name: string) => boolean,
): Promise<void> {
  const names = (await manifestsOn(ports, input)).filter(isMeant);
  await removeFiles(
    ports,
    input,
    names.map((name) => `${folderOf(input)}/${name}`),
  );
}

/** After success: those of releases that are gone go too, and of each that stays the last one stays. */
export async function pruneManifests(ports: ServerPorts, input: OnServer): Promise<void> {
  const { release, present } = await ports.runtime.inspect(input.server, input.run.service);
  const folder = folderOf(input);
  const kept = new Set(present.map(hexOf));
  const current = release === null ? null : pathOf(input, release);
  const old: string[] = [];
  for (const name of await manifestsOn(ports, input)) {
    const path = `${folder}/${name}`;
    if (path === current) continue;
    const hex = name.split('.')[0] ?? '';
    const isLast = kept.delete(hex) && hex !== hexOf(release?.digest ?? '');
    if (!isLast) old.push(path);
  }
  await removeFiles(ports, input, old);
}

/** Their names, the last written first. */
export async function manifestsOn(
  ports: Pick<ServerPorts, 'hosts'>,
  input: OnServer,
): Promise<readonly string[]> {
  const host = ports.hosts.get(input.server);
  const { exitCode, stdout } = await host.exec([
    'ls',
    '-t',
    `${host.baseFolder}/${folderOf(input)}`,
  ]);
  return exitCode === 0 ? stdout.split('\n').filter((name) => name !== '') : [];
}

async function removeFiles(
  ports: ServerPorts,
  input: OnServer,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  const host = ports.hosts.get(input.server);
  const places = paths.map((path) => `${host.baseFolder}/${path}`);
  const { exitCode, stderr } = await host.exec(['rm', '-f', '--', ...places]);
  if (exitCode !== 0) throw new Error(`${host.name}: rm -f ${places.join(' ')}: ${stderr.trim()}`);
}

function folderOf({ run }: OnServer): string {
  return `services/${run.service}/manifests`;
}

/** null: it was started by nobody who writes one. Both names come from the server. */
function pathOf(input: OnServer, { digest, runId = '' }: Started): string | null {
  const hex = hexOf(digest);
  return hex === '' || !RUN.test(runId) ? null : `${folderOf(input)}/${hex}.${runId}.json`;
}

function hexOf(digest: string): string {
  return DIGEST.exec(digest)?.[1] ?? '';
}

interface Kept {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly seal: Signature;
}

/** null: this is not what we wrote. */
function parsed(text: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(text);
    if (!isObject(kept) || !isObject(kept['manifest']) || !isObject(kept['seal'])) return null;
    const { key, value } = kept['seal'];
    if (typeof key !== 'string' || typeof value !== 'string') return null;
    return { manifest: kept['manifest'], seal: { key, value } };
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Place = Pick<ReleaseManifest, 'project' | 'service' | 'server' | 'digest' | 'run'>;

/** Whose it is: another server's, another service's or another start's settings are not taken. */
function placeOf({ project, service, server, digest, run }: Place): string {
  return [project, service, server, digest, run].join(' ');
}
