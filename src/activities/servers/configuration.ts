/** The project's configuration files on one server: written, kept beside, put back. */

import type { updateConfiguration } from '../../actions/servers/configure.ts';
import { say } from '../../diagnostics/language.ts';
import type { ConfigurationFile } from '../../plan/settings.ts';
import type { FileAttributes, ServerHost } from '../../ports/server-host.ts';
import type { CompensationWork, OutcomeOf, WorkOf } from '../implement.ts';
import { type OnServer, reading, type ServerPorts } from './context.ts';
import { isFirstDeployment } from './first-deployment.ts';
import { digestOf } from './manifest.ts';
import { believedManifest, readManifest } from './manifest-file.ts';
import { heartbeatWhile } from './pace.ts';
import { renderAll } from './template-files.ts';

type ConfigurationWork = Omit<WorkOf<typeof updateConfiguration>, 'settings'>;

/** Copies may hold secrets, so only their owner reads them. */
const KEPT: FileAttributes = { mode: 0o600 };

/**
 * config.update: renders each file for server and environment, keeps the former one beside, writes
 * and reads back. The evidence names files and sizes, never content: values may be secrets.
 */
export async function writeConfiguration(
  ports: ServerPorts,
  input: ConfigurationWork,
  files: readonly ConfigurationFile[],
): Promise<OutcomeOf<typeof updateConfiguration>> {
  if (files.length === 0) {
    const detail = say(
      input.run,
      '项目没有配置文件需要更新',
      'the project has no configuration files',
    );
    return { facts: { 'config.current': reading(true, detail) }, evidence: [detail] };
  }
  // All are rendered before the first is written.
  const rendered = await heartbeatWhile(() => renderAll(ports, input, files));
  const host = ports.hosts.get(input.server);
  const lines: string[] = [];
  let current = true;
  for (const { file, content } of rendered) {
    await heartbeatWhile(() => replaceFile(host, file, content, input.run.requestId));
    const written = (await host.readFile(file.path))?.equals(content) ?? false;
    current &&= written;
    lines.push(describeFile(input, file, content, written));
  }
  return { facts: { 'config.current': reading(current, lines.join('; ')) }, evidence: lines };
}

/**
 * Puts back what config.update replaced, with the mode and owner that the release before it had them
 * with. Files that this run never touched stay as they are.
 */
export async function putConfigurationBack(
  ports: ServerPorts,
  input: CompensationWork,
  files: readonly ConfigurationFile[],
): Promise<readonly string[]> {
  const { release } = input.before;
  const read = input.withCurrentSettings === true ? believedManifest : readManifest;
  const manifest = release === null ? null : await read(ports, input, release);
  const host = ports.hosts.get(input.server);
  const lines: string[] = [];
  const absent: string[] = [];
  for (const file of files) {
    const kept = keptNames(file.path, input.run.requestId);
    const former = await host.readFile(kept.former);
    if (former !== null) {
      const known = manifest?.files.find(({ path }) => path === file.path);
      await host.writeFile(file.path, former, attributesOf(known ?? file));
      lines.push(describeRestored(input, file, known?.digest === digestOf(former)));
    } else if ((await host.readFile(kept.absent)) !== null) {
      await removeFiles(host, [file.path]);
      absent.push(file.path);
      lines.push(
        say(
          input.run,
          `已删除 ${file.path}（之前不存在）`,
          `removed ${file.path} (there was none)`,
        ),
      );
    } else continue;
    await removeFiles(host, [kept.former, kept.absent]);
  }
  if (isFirstDeployment(input)) await removeEmptyFolders(host, absent);
  if (lines.length === 0)
    lines.push(say(input.run, '配置文件未被更改', 'no configuration file was changed'));
  return lines;
}

/** Removes the copies that a restore would have needed. */
export async function forgetFormerConfiguration(
  ports: ServerPorts,
  input: OnServer,
  files: readonly ConfigurationFile[],
): Promise<void> {
  if (files.length === 0) return;
  const names = files.map((file) => keptNames(file.path, input.run.requestId));
  const host = ports.hosts.get(input.server);
  await removeFiles(
    host,
    names.flatMap(({ former, absent }) => [former, absent]),
  );
}

/**
 * Keeps the former content first, and only once: a repeated attempt finds the new content in place
 * and must not keep that as the former one.
 */
export async function replaceFile(
  host: ServerHost,
  file: Pick<ConfigurationFile, 'path' | 'mode' | 'owner'>,
  content: Buffer,
  requestId: string,
): Promise<void> {
  const kept = keptNames(file.path, requestId);
  const isKept =
    (await host.readFile(kept.former)) !== null || (await host.readFile(kept.absent)) !== null;
  const former = await host.readFile(file.path);
  if (!isKept) {
    if (former === null) await host.writeFile(kept.absent, '', KEPT);
    else await host.writeFile(kept.former, former, KEPT);
  }
  if (former === null || !former.equals(content)) {
    await host.writeFile(file.path, content, attributesOf(file));
  }
}

/** Those below the base folder that the files made necessary; one that holds anything stays. */
async function removeEmptyFolders(host: ServerHost, files: readonly string[]): Promise<void> {
  const own = files.filter((path) => !path.startsWith('/')).flatMap(foldersOf);
  // The innermost first.
  const places = [...new Set(own)].sort((a, b) => b.length - a.length);
  if (places.length === 0) return;
  await host.exec(['rmdir', '--', ...places.map((path) => `${host.baseFolder}/${path}`)]);
}

/** `a/b/c.conf` → `a/b`, `a`. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function removeFiles(host: ServerHost, paths: readonly string[]): Promise<void> {
  const absolute = paths.map((path) =>
    path.startsWith('/') ? path : `${host.baseFolder}/${path}`,
  );
  const { exitCode, stderr } = await host.exec(['rm', '-f', '--', ...absolute]);
  if (exitCode !== 0)
    throw new Error(`${host.name}: rm -f ${absolute.join(' ')}: ${stderr.trim()}`);
}

function keptNames(
  path: string,
  requestId: string,
): { readonly former: string; readonly absent: string } {
  return { former: `${path}.before-${requestId}`, absent: `${path}.absent-${requestId}` };
}

function describeRestored(
  { run }: OnServer,
  { path }: ConfigurationFile,
  isAsStarted: boolean,
): string {
  return isAsStarted
    ? say(
        run,
        `已恢复 ${path}，与该版本启动时相同`,
        `restored ${path}, as that version was started with`,
      )
    : say(run, `已恢复 ${path}`, `restored ${path}`);
}

function attributesOf({ mode, owner }: Pick<ConfigurationFile, 'mode' | 'owner'>): FileAttributes {
  return { mode: Number.parseInt(mode, 8), ...(owner !== undefined && { owner }) };
}

function describeFile(
  input: ConfigurationWork,
  { path }: ConfigurationFile,
  content: Buffer,
  written: boolean,
): string {
  if (!written) return say(input.run, `${path} 读回内容不一致`, `${path} reads back differently`);
  return say(
    input.run,
    `${path} 已更新（${content.length} 字节）`,
    `${path} written (${content.length} bytes)`,
  );
}
