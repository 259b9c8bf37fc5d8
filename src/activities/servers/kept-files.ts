/**
 * The configuration files that a release ran with, kept on its server by their content: a later release
 * overwrites the files themselves. Copies may hold secrets, so only their owner reads them.
 */
import type { returnConfiguration } from '../../actions/servers/kept.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ManifestFile, ReleaseManifest } from '../../plan/manifest.ts';
import type { ConfigurationFile } from '../../plan/settings.ts';
import { diagnosed } from '../failures.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import { replaceFile, writeConfiguration } from './configuration.ts';
import { type OnServer, reading, type ServerPorts } from './context.ts';
import { latestManifest, manifestsKept } from './kept-manifests.ts';
import { digestOf } from './manifest.ts';
import { heartbeatWhile } from './pace.ts';

type ReturnWork = WorkOf<typeof returnConfiguration>;

const KEPT = { mode: 0o600 } as const;
const HEX = /^sha256:([0-9a-f]{64})$/u;

/** Beside the manifest that names them, before the release is started. */
export async function keepFiles(
  ports: ServerPorts,
  input: OnServer,
  { files }: Pick<ReleaseManifest, 'files'>,
): Promise<void> {
  const host = ports.hosts.get(input.server);
  for (const { path, digest } of files) {
    const place = placeOf(input, digest);
    if (place === null || (await host.readFile(place)) !== null) continue;
    const content = await host.readFile(path);
    if (content !== null && digestOf(content) === digest)
      await host.writeFile(place, content, KEPT);
  }
}

/** After success: of releases that are gone. One manifest that cannot be read, and all stay. */
export async function pruneFiles(ports: ServerPorts, input: OnServer): Promise<void> {
  const { manifests, unread } = await manifestsKept(ports, input);
  if (unread > 0) return;
  const used = new Set(manifests.flatMap(({ files }) => files.map(({ digest }) => digest)));
  const host = ports.hosts.get(input.server);
  const folder = `${host.baseFolder}/${folderOf(input)}`;
  const { exitCode, stdout } = await host.exec(['ls', folder]);
  if (exitCode !== 0) return;
  const old = stdout.split('\n').filter((name) => name !== '' && !used.has(`sha256:${name}`));
  if (old.length > 0)
    await host.exec(['rm', '-f', '--', ...old.map((name) => `${folder}/${name}`)]);
}

/** What of a release's files is neither in place nor kept. */
export async function lostFiles(
  ports: ServerPorts,
  input: OnServer,
  { files }: Pick<ReleaseManifest, 'files'>,
): Promise<readonly string[]> {
  const host = ports.hosts.get(input.server);
  const lost: string[] = [];
  for (const file of files) {
    if (file.digest === null || (await isInPlace(ports, input, file))) continue;
    const place = placeOf(input, file.digest);
    if (place === null || (await host.readFile(place)) === null) lost.push(file.path);
  }
  return lost;
}

/**
 * config.return: the files that the version's last start on this server had; where it was never started
 * there, as the project has them now.
 */
export async function putFilesBack(
  ports: ServerPorts,
  input: ReturnWork,
  settings: readonly ConfigurationFile[],
): Promise<OutcomeOf<typeof returnConfiguration>> {
  const { run } = input;
  const { digest } = input.image;
  const kept = await heartbeatWhile(() =>
    latestManifest(ports, input, { digest, version: run.version }),
  );
  if (kept === null) {
    const source = await ports.source.resolve(run.version);
    const { evidence, facts } = await writeConfiguration(ports, { ...input, source }, settings);
    return { facts: { 'config.returned': facts['config.current'] }, evidence };
  }
  const missing: string[] = [];
  const lines: string[] = [];
  for (const file of kept.files) {
    if (file.digest === null || (await isInPlace(ports, input, file))) continue;
    // Only of these a failure knows how to take it back.
    const isKnown = settings.some(({ path }) => path === file.path);
    const isBack = isKnown && (await heartbeatWhile(() => putBack(ports, input, file)));
    if (isBack) lines.push(say(run, `已放回 ${file.path}`, `put ${file.path} back`));
    else missing.push(file.path);
  }
  if (missing.length > 0) throw filesLost(input, missing);
  const detail =
    lines.length === 0
      ? say(run, '配置文件与该版本运行时相同', 'the files are as the version ran with them')
      : lines.join('; ');
  return { facts: { 'config.returned': reading(true, detail) }, evidence: [detail] };
}

/** For the refusal before anything is changed, and where it has come to that since. */
export function filesLost({ run, server }: OnServer, files: readonly string[]): Error {
  const { version } = run;
  return diagnosed(run, diagnose('RELEASE_NOT_KEPT', 'files', { server, version, files }));
}

async function putBack(ports: ServerPorts, input: OnServer, file: ManifestFile): Promise<boolean> {
  const host = ports.hosts.get(input.server);
  const place = placeOf(input, file.digest);
  const content = place === null ? null : await host.readFile(place);
  if (content === null || digestOf(content) !== file.digest) return false;
  await replaceFile(host, file, content, input.run.requestId);
  return true;
}

async function isInPlace(
  ports: ServerPorts,
  { server }: OnServer,
  { path, digest }: ManifestFile,
): Promise<boolean> {
  const content = await ports.hosts.get(server).readFile(path);
  return content !== null && digestOf(content) === digest;
}

function folderOf({ run }: OnServer): string {
  return `services/${run.service}/files`;
}

function placeOf(input: OnServer, digest: string | null): string | null {
  const hex = HEX.exec(digest ?? '')?.[1];
  return hex === undefined ? null : `${folderOf(input)}/${hex}`;
}
