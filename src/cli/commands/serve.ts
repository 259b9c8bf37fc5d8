/** The commands that stay: worker, and dev, which starts everything else beside one. */
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { environmentOfProcess, readEnvironment } from '../../config/environment.ts';
import { loadProject, PROJECT_FILE } from '../../config/load-project.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { findProjectFolder, sampleFolderOf } from '../../config/project-folder.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { EmbeddedError } from '../../embedded/embedded-error.ts';
import { startEnvironment } from '../../embedded/environment.ts';
import { startWorkerProcess, type WorkerEvent } from '../../embedded/worker-process.ts';
import {
  badInput,
  CommandError,
  type CommonOptions,
  languageOf,
  print,
  projectFolder,
  refuse,
  requireProject,
  withClient,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { languageChoice, withExamples } from '../help.ts';

export function workerCommand(): Command {
  const command = new Command('worker')
    .description('在本文件夹启动 worker 并保持 · Start a worker in this folder; stays until Ctrl-C')
    .addOption(languageChoice())
    .action(worker);
  return withExamples(
    command,
    'runsheet worker',
    'TEMPORAL_ADDRESS=temporal.example.com:7233 runsheet worker',
  );
}

async function worker(options: CommonOptions): Promise<void> {
  const folder = projectFolder();
  const zh = languageOf(options) === 'zh';
  const project = await requireProject(options);
  // Asked here, so that a missing server is said in one sentence instead of a worker's log.
  await withClient(project, options, () => Promise.resolve());
  // Before anything starts: a Ctrl-C meanwhile ends what has started, and leaves nothing behind.
  const stopped = untilStopped();
  print(zh ? `正在启动 worker（${folder}）…` : `starting a worker in ${folder} …`);
  const started = await said(options, () =>
    startWorkerProcess({
      projectFolder: folder,
      env: readEnvironment(folder),
      onEvent: (event) => printEvent(event, zh),
    }),
  );
  print(
    zh
      ? `worker 已就绪，处理队列 ${project.taskQueue}；Ctrl-C 结束`
      : `the worker is ready and polls ${project.taskQueue}; Ctrl-C ends it`,
  );
  await stopped;
  print(zh ? '正在结束 worker …' : 'ending the worker …');
  await started.close();
}

/** What the person who watches has to know; being ready is said at the start. */
function printEvent(event: WorkerEvent, zh: boolean): void {
  if (event.kind === 'died')
    print(
      zh
        ? `worker 退出（${event.how}），正在重启`
        : `the worker ended (${event.how}) and is started again`,
    );
  if (event.kind === 'given-up')
    print(
      zh
        ? `worker 一再退出，不再重启；查看 ${event.logFile}`
        : `the worker ends again and again and is not restarted; look into ${event.logFile}`,
    );
}

interface DevOptions extends CommonOptions {
  readonly temporalPort?: string;
  readonly uiPort?: string;
  readonly balancerPort?: string;
}

export function devCommand(): Command {
  const port = '，0 表示任意空闲端口';
  const command = new Command('dev')
    .description('启动嵌入的一切并保持 · Start everything embedded; stays until Ctrl-C')
    .option('--temporal-port <port>', `Temporal 的端口${port} · port of Temporal; 0: any free one`)
    .option('--ui-port <port>', `Web UI 的端口${port} · port of the Web UI; 0: any free one`)
    .option(
      '--balancer-port <port>',
      `负载均衡的端口${port} · port of the balancer; 0: any free one`,
    )
    .addOption(languageChoice())
    .action(dev);
  withExamples(command, 'runsheet dev', 'runsheet dev --temporal-port 7233 --balancer-port 8000');
  return command.addHelpText(
    'after',
    ({ command: shown }) => `\n${sampleNote(languageOf(shown.opts()))}`,
  );
}

function sampleNote(language: Language): string {
  return language === 'zh'
    ? '没有 runsheet.yaml 时使用示例服务，复制到 .runsheet/sample；本文件夹中的其他命令也用它。'
    : 'Without runsheet.yaml the sample service is used, copied to .runsheet/sample; the other commands in this folder use it too.';
}

async function dev(options: DevOptions): Promise<void> {
  const ports = {
    ...portOf('temporalPort', '--temporal-port', options),
    ...portOf('uiPort', '--ui-port', options),
    ...portOf('balancerPort', '--balancer-port', options),
  };
  const folder = await folderWithProject(process.cwd());
  const { project, diagnostics } = await loadProject(folder, readEnvironment(folder));
  if (project === null) throw badInput(diagnostics, options);
  const language = languageOf(options);
  const zh = language === 'zh';
  const servers = Object.entries(project.environments).flatMap(([environment, each]) =>
    each.embedded ? each.servers.map((name) => ({ name, environment })) : [],
  );
  // Before anything starts: a Ctrl-C meanwhile ends what has started, and leaves nothing behind.
  const stopped = untilStopped();
  const started = await said(options, () =>
    startEnvironment({
      projectFolder: folder,
      servers,
      // What an earlier `dev` left in .runsheet/env has ended with it.
      env: environmentOfProcess(),
      healthPath: project.settings.health.path,
      onProgress: (text) => print(`  ${text[language]}`),
      ...ports,
    }),
  );
  const shared = await shareEnvironment(process.cwd(), folder);
  try {
    print(zh ? '  正在启动 worker …' : '  starting the worker …');
    const workerProcess = await said(options, () =>
      startWorkerProcess({
        projectFolder: folder,
        env: { ...environmentOfProcess(), ...started.env },
        onStarted: (pid) => void started.record(pid),
        onEvent: (event) => printEvent(event, zh),
      }),
    );
    for (const line of readyLines(project, started.env, language)) print(line);
    const reason = await Promise.race([stopped, started.broken]);
    print(zh ? '正在结束一切 …' : 'ending everything …');
    await workerProcess.close();
    if (reason !== null) throw new CommandError(reason, EXIT.other);
  } finally {
    await shared.withdraw();
    await started.close();
  }
}

function readyLines(
  project: ProjectFile,
  env: Readonly<Record<string, string>>,
  language: Language,
): readonly string[] {
  const zh = language === 'zh';
  const [environment, definition] = Object.entries(project.environments)[0] ?? [
    'production',
    { servers: [] },
  ];
  const servers = definition.servers.join(',');
  return [
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    zh
      ? `就绪（${project.folder}）；Ctrl-C 结束一切`
      : `ready in ${project.folder}; Ctrl-C ends everything`,
    zh ? '下一步，在另一个终端：' : 'next, in another terminal:',
    `  runsheet run deployment.md -p environment=${environment} -p servers=${servers} -p version=v1.0.0`,
  ];
}

function portOf<Name extends 'temporalPort' | 'uiPort' | 'balancerPort'>(
  name: Name,
  flag: string,
  options: DevOptions,
): { readonly [key in Name]?: number } {
  const text = options[name];
  if (text === undefined) return {};
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65_535) return { [name]: port } as { readonly [key in Name]?: number };
  throw refuse(
    {
      zh: `${flag} 应为 0–65535 的端口号，而不是「${text}」\n例如：runsheet dev ${flag} 0（任意空闲端口）`,
      en: `${flag} should be a port, 0–65535, not "${text}"\nfor example: runsheet dev ${flag} 0 (any free one)`,
    },
    options,
  );
}

/** The folder itself, or a copy of the sample service where it has no project. */
async function folderWithProject(folder: string): Promise<string> {
  const found = findProjectFolder(folder);
  if (existsSync(join(found, PROJECT_FILE))) return found;
  const sample = sampleFolderOf(folder);
  const source = fileURLToPath(new URL('../../../examples/service', import.meta.url));
  // Beside, then renamed: a copy that was interrupted is never taken for a project.
  const beside = `${sample}.${process.pid}`;
  await mkdir(dirname(sample), { recursive: true, mode: 0o700 });
  await writeFile(join(dirname(sample), '.gitignore'), '*\n');
  await cp(source, beside, {
    recursive: true,
    filter: (path) => !/[/\\](?:\.runsheet|node_modules)$/u.test(path),
  });
  await rm(sample, { recursive: true, force: true });
  await rename(beside, sample);
  return sample;
}

/** The addresses also where `dev` was typed, if the project is the sample below that folder. */
async function shareEnvironment(
  typedIn: string,
  folder: string,
): Promise<{ withdraw(): Promise<void> }> {
  const own = join(resolve(typedIn), '.runsheet', 'env');
  if (resolve(typedIn) === resolve(folder)) return { withdraw: () => Promise.resolve() };
  await cp(join(folder, '.runsheet', 'env'), own);
  return { withdraw: () => rm(own, { force: true }) };
}

/** Settles at Ctrl-C or SIGTERM. */
export function untilStopped(): Promise<null> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(null));
    process.once('SIGTERM', () => resolve(null));
  });
}

/** Runs what starts embedded parts. @throws CommandError with their text and remedy, exit 2 */
export async function said<T>(options: CommonOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EmbeddedError)) throw error;
    const language = languageOf(options);
    throw new CommandError(
      `${error.code}: ${error.text[language]}\n${error.remedy[language]}`,
      EXIT.badInput,
    );
  }
}
