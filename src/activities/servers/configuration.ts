/** The project's configuration files on one server: written, kept beside, put back. */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ActionInput, ActionResult } from '../../plan/run.ts';
import type { ConfigurationFile } from '../../plan/settings.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { fact, fail, type Scoped, type ServerPorts, say, section, serverOf } from './context.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { heartbeatWhile } from './pace.ts';
import { fill, placeholderValues, reveal, valuesFor } from './render.ts';

/** Copies may hold secrets, so only their owner reads them. */
const KEPT_MODE = 0o600;

/**
 * config.update: renders each file for server and environment, keeps the former one beside, writes
 * and reads back. The evidence names files and sizes, never content: values may be secrets.
 */
export async function updateConfiguration(
  ports: ServerPorts,
  oneAtATime: OneAtATime,
  input: ActionInput,
): Promise<ActionResult> {
  const files = section(input, 'files');
  if (files.length === 0) {
    const detail = say(input, '项目没有配置文件需要更新', 'the project has no configuration files');
    return { facts: [fact('config.current', true, detail)], evidence: [detail] };
  }
  // Making the checkout writes its files anew: nobody may read them meanwhile, or half a file would
  // go to a server. All are rendered before the first is written.
  const rendered = await heartbeatWhile(() =>
    oneAtATime(input.run.requestId, () => renderAll(ports, input, files)),
  );
  const host = ports.hosts.get(serverOf(input));
  const lines: string[] = [];
  let current = true;
  for (const { file, content } of rendered) {
    await heartbeatWhile(() => replace(host, file, content, input.run.requestId));
    const written = (await host.readFile(file.path))?.equals(content) ?? false;
    current &&= written;
    lines.push(describeFile(input, file, content, written));
  }
  return { facts: [fact('config.current', current, lines.join('; '))], evidence: lines };
}

interface RenderedFile {
  readonly file: ConfigurationFile;
  readonly content: Buffer;
}

async function renderAll(
  ports: ServerPorts,
  input: ActionInput,
  files: readonly ConfigurationFile[],
): Promise<readonly RenderedFile[]> {
  const checkout = await checkoutOf(ports, input);
  const rendered: RenderedFile[] = [];
  for (const file of files) {
    rendered.push({ file, content: await render(ports, input, checkout, file) });
  }
  return rendered;
}

/** Puts back what config.update replaced. Files that this run never touched stay as they are. */
export async function restoreConfiguration(
  ports: ServerPorts,
  input: Scoped,
): Promise<ActionResult> {
  const host = ports.hosts.get(serverOf(input));
  const lines: string[] = [];
  for (const file of section(input, 'files')) {
    const kept = keptNames(file.path, input.run.requestId);
    const former = await host.readFile(kept.former);
    if (former !== null) {
      await host.writeFile(file.path, former, modeOf(file));
      lines.push(say(input, `已恢复 ${file.path}`, `restored ${file.path}`));
    } else if ((await host.readFile(kept.absent)) !== null) {
      await removeFiles(host, [file.path]);
      lines.push(
        say(input, `已删除 ${file.path}（之前不存在）`, `removed ${file.path} (there was none)`),
      );
    } else continue;
    await removeFiles(host, [kept.former, kept.absent]);
  }
  if (lines.length === 0)
    lines.push(say(input, '配置文件未被更改', 'no configuration file was changed'));
  return { facts: [], evidence: lines };
}

/** Removes the copies that a restore would have needed. */
export async function forgetFormerConfiguration(ports: ServerPorts, input: Scoped): Promise<void> {
  const files = section(input, 'files');
  if (files.length === 0) return;
  const names = files.map((file) => keptNames(file.path, input.run.requestId));
  const host = ports.hosts.get(serverOf(input));
  await removeFiles(
    host,
    names.flatMap(({ former, absent }) => [former, absent]),
  );
}

/**
 * Keeps the former content first, and only once: a repeated attempt finds the new content in place
 * and must not keep that as the former one.
 */
async function replace(
  host: ServerHost,
  file: ConfigurationFile,
  content: Buffer,
  requestId: string,
): Promise<void> {
  const kept = keptNames(file.path, requestId);
  const isKept =
    (await host.readFile(kept.former)) !== null || (await host.readFile(kept.absent)) !== null;
  const former = await host.readFile(file.path);
  if (!isKept) {
    if (former === null) await host.writeFile(kept.absent, '', KEPT_MODE);
    else await host.writeFile(kept.former, former, KEPT_MODE);
  }
  if (former === null || !former.equals(content)) {
    await host.writeFile(file.path, content, modeOf(file));
  }
}

async function render(
  ports: ServerPorts,
  input: ActionInput,
  checkout: string,
  file: ConfigurationFile,
): Promise<Buffer> {
  const { servicePort } = ports.hosts.get(serverOf(input));
  const base = placeholderValues(input, servicePort);
  const values: Record<string, string> = { ...base };
  for (const [name, value] of Object.entries(valuesFor(file.values, input.run.environment))) {
    values[name] = await reveal(ports.secrets, fill(value, base, `files.values.${name}`));
  }
  const template = await readTemplate(input, checkout, file.template);
  return Buffer.from(fill(template, values, file.template));
}

/** Reads a template of the checkout; links that lead out of it are refused. */
async function readTemplate(input: ActionInput, checkout: string, name: string): Promise<string> {
  const path = resolve(checkout, name);
  if (isAbsolute(name) || leaves(checkout, path)) throw outside(input, name);
  try {
    if (leaves(await realpath(checkout), await realpath(path))) throw outside(input, name);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    throw fail(
      'BAD_CONFIGURATION',
      say(
        input,
        `检出的源代码中没有 ${name}；请检查 runsheet.yaml 的 files.template 与版本 ${input.run.version}`,
        `the checkout has no ${name}; check files.template in runsheet.yaml and version ${input.run.version}`,
      ),
    );
  }
}

function leaves(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function outside(input: ActionInput, name: string): Error {
  return fail(
    'PATH_OUTSIDE_PROJECT',
    say(
      input,
      `files.template ${name} 指向检出的源代码之外；请改为其中的相对路径`,
      `files.template ${name} leaves the checkout; name a path inside it`,
    ),
  );
}

async function checkoutOf(ports: ServerPorts, input: ActionInput): Promise<string> {
  if (ports.ensureCheckout !== undefined) return ports.ensureCheckout(input);
  return join(await ports.artifacts.folder(input.run.requestId), 'source');
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

function modeOf(file: ConfigurationFile): number {
  return Number.parseInt(file.mode, 8);
}

function describeFile(
  input: ActionInput,
  { path }: ConfigurationFile,
  content: Buffer,
  written: boolean,
): string {
  if (!written) return say(input, `${path} 读回内容不一致`, `${path} reads back differently`);
  return say(
    input,
    `${path} 已更新（${content.length} 字节）`,
    `${path} written (${content.length} bytes)`,
  );
}
