/** The commands that keep running: worker, and dev, which starts everything that a worker needs. */
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { environmentOfProcess, readEnvironment } from '../../config/environment.ts';
import { loadProject, PROJECT_FILE } from '../../config/load-project.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { findProjectFolder, sampleFolderOf } from '../../config/project-folder.ts';
import { EmbeddedError } from '../../embedded/embedded-error.ts';
import { startEnvironment } from '../../embedded/environment.ts';
import { startWorkerProcess, type WorkerEvent } from '../../embedded/worker-process.ts';
import {
  badInput,
  CommandError,
  type CommonOptions,
  print,
  projectFolder,
  refuse,
  refuseWith,
  requireProjects,
  withClient,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { firstRun } from '../first-run.ts';
import { languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';

export function workerCommand(say: Say): Command {
  const command = new Command('worker')
    .description(
      say({
        zh: '启动 worker，运行到 Ctrl-C：服务于本文件夹的项目，或 --projects 列出的项目',
        en: "Start a worker and run it until Ctrl-C: for this folder's project, or for those of --projects",
      }),
    )
    .option(
      '--projects <folder...>',
      say({
        zh: '一个 worker 服务于多个项目：各自的 runsheet.yaml 所在的文件夹',
        en: 'folders of several projects, each with its runsheet.yaml, for one worker',
      }),
    )
    .option(
      '--make-current',
      say({
        zh: '新的发布单由这个 worker 的版本执行',
        en: "let new runs begin on this worker's version",
      }),
    )
    .option(
      '--drain',
      say({
        zh: '不接受新的发布单；该版本的发布单都结束后退出',
        en: 'take no new runs, and end once none of this version is open',
      }),
    )
    .addOption(languageChoice(say))
    .action(worker);
  return withExamples(
    command,
    say,
    'runsheet worker',
    'runsheet worker --make-current',
    'runsheet worker --drain',
    'runsheet worker --projects services/shop services/billing',
    'TEMPORAL_ADDRESS=temporal.example.com:7233 runsheet worker',
  );
}

/** For each project: on a busy machine it takes a few seconds. */
const READY_LIMIT_MS = 60_000;

interface WorkerCommandOptions extends CommonOptions {
  readonly projects?: readonly string[];
  readonly makeCurrent?: boolean;
  readonly drain?: boolean;
}

async function worker(options: WorkerCommandOptions): Promise<void> {
  const { projects: folders = [projectFolder()] } = options;
  const language = languageOf(options);
  const say = sayIn(language);
  const projects = await requireProjects(folders, options);
  // Checked here, so that a missing server is one sentence instead of a worker's log.
  for (const each of projects) await withClient(each, options, () => Promise.resolve());
  // Before anything starts: a Ctrl-C meanwhile stops what has started and leaves nothing behind.
  const stopped = untilStopped();
  const shown = folders.join(', ');
  print(say({ zh: `正在启动 worker（${shown}）…`, en: `starting a worker in ${shown} …` }));
  const [first = process.cwd()] = folders;
  let isOver: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const started = await withEmbeddedErrors(options, () =>
    startWorkerProcess({
      projectFolder: resolve(first),
      env: options.projects === undefined ? readEnvironment(first) : environmentOfProcess(),
      readyLimitMs: READY_LIMIT_MS * folders.length,
      args: [
        ...(options.projects ?? []).flatMap((folder) => ['--projects', resolve(folder)]),
        ...(options.makeCurrent === true ? ['--make-current'] : []),
        ...(options.drain === true ? ['--drain'] : []),
      ],
      endsByItself: options.drain === true,
      language,
      onEvent: (event) => {
        printEvent(event, say);
        if (event.kind === 'ended') isOver();
      },
    }),
  );
  const queues = projects.map(({ taskQueue }) => taskQueue);
  print(
    say({
      zh: `worker 已就绪，正在轮询任务队列 ${queues.join('、')}；按 Ctrl-C 停止`,
      en: `the worker is ready and polls the task queue${queues.length === 1 ? '' : 's'} ${queues.join(', ')}; press Ctrl-C to stop it`,
    }),
  );
  const isStopped = await Promise.race([stopped.then(() => true), over.then(() => false)]);
  if (isStopped) print(say({ zh: '正在停止 worker …', en: 'stopping the worker …' }));
  await started.close();
}

/** What the person who watches has to know; that it is ready is printed besides. */
function printEvent(event: WorkerEvent, say: Say): void {
  if (event.kind === 'draining') print(`  ${event.line}`);
  if (event.kind === 'ready') for (const each of event.notices) print(`  ${each}`);
  if (event.kind === 'died') {
    const { zh, en } = event.how;
    print(
      say({
        zh: `worker 已退出（${zh}），正在重启`,
        en: `the worker exited (${en}); restarting it`,
      }),
    );
  }
  if (event.kind === 'given-up') {
    const { logFile } = event;
    print(
      say({
        zh: `worker 反复退出，不再重启；日志：${logFile}`,
        en: `the worker keeps exiting and will not be restarted; see ${logFile}`,
      }),
    );
  }
}

interface DevOptions extends CommonOptions {
  readonly temporalPort?: string;
  readonly uiPort?: string;
  readonly balancerPort?: string;
}

export function devCommand(say: Say): Command {
  const portOf = (zh: string, en: string): string =>
    say({ zh: `${zh} 的端口（0：任意空闲端口）`, en: `${en} port (0: any free port)` });
  const command = new Command('dev')
    .description(
      say({
        zh: '启动全部内置组件，运行到 Ctrl-C',
        en: 'Start all embedded components and run them until Ctrl-C',
      }),
    )
    .option('--temporal-port <port>', portOf('Temporal', 'Temporal'))
    .option('--ui-port <port>', portOf('Web UI', 'Web UI'))
    .option('--balancer-port <port>', portOf('负载均衡', 'load balancer'))
    .addOption(languageChoice(say))
    .action(dev);
  withExamples(
    command,
    say,
    'runsheet dev',
    'runsheet dev --temporal-port 7233 --balancer-port 8000',
  );
  const note = say({
    zh: '没有 runsheet.yaml 时使用示例服务（复制到 .runsheet/sample），本文件夹中的其他命令也会使用它。',
    en: 'Without a runsheet.yaml, the sample service is copied to .runsheet/sample and used, also by the other commands in this folder.',
  });
  return command.addHelpText('after', `\n${note}`);
}

async function dev(options: DevOptions): Promise<void> {
  const ports = {
    ...portOf('temporalPort', '--temporal-port', options),
    ...portOf('uiPort', '--ui-port', options),
    ...portOf('balancerPort', '--balancer-port', options),
  };
  const folder = await folderWithProject(process.cwd());
  const loaded = await loadProject(folder, readEnvironment(folder));
  const { project, diagnostics } = loaded;
  if (project === null) throw badInput(diagnostics, options);
  const language = languageOf(options);
  const say = sayIn(language);
  const servers = Object.entries(project.environments).flatMap(([environment, each]) =>
    each.embedded ? each.servers.map((name) => ({ name, environment })) : [],
  );
  // Before anything starts: a Ctrl-C meanwhile stops what has started and leaves nothing behind.
  const stopped = untilStopped();
  const started = await withEmbeddedErrors(options, () =>
    startEnvironment({
      projectFolder: folder,
      servers,
      // Not the addresses in .runsheet/env: the `dev` that wrote them has ended.
      env: environmentOfProcess(),
      service: {
        name: project.service,
        health: project.settings.health,
        secretsFolder: project.secretsFolder,
        secretCommands: project.secretCommands,
      },
      onProgress: (text) => print(`  ${say(text)}`),
      ...ports,
    }),
  );
  const shared = await shareEnvironment(process.cwd(), folder);
  try {
    print(say({ zh: '  正在启动 worker …', en: '  starting the worker …' }));
    const workerProcess = await withEmbeddedErrors(options, () =>
      startWorkerProcess({
        projectFolder: folder,
        env: { ...environmentOfProcess(), ...started.env },
        args: ['--make-current'],
        language,
        onStarted: (pid) => void started.record(pid),
        onEvent: (event) => printEvent(event, say),
      }),
    );
    const next = await firstRun(loaded);
    for (const line of readyLines(project, started.env, next, say)) print(line);
    // To be stopped is how it ends: no failure.
    const reason = await Promise.race([stopped.then(() => null), started.broken]);
    print(say({ zh: '正在停止全部组件 …', en: 'stopping everything …' }));
    await workerProcess.close();
    if (reason !== null) throw new CommandError(say(reason), EXIT.other);
  } finally {
    await shared.withdraw();
    await started.close();
  }
}

function readyLines(
  project: ProjectFile,
  env: Readonly<Record<string, string>>,
  next: string,
  say: Say,
): readonly string[] {
  return [
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    say({
      zh: `已就绪（${project.folder}）；按 Ctrl-C 全部停止`,
      en: `ready in ${project.folder}; press Ctrl-C to stop everything`,
    }),
    say({ zh: '下一步，在另一个终端输入：', en: 'next, in another terminal:' }),
    `  ${next}`,
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
      en: `${flag}: expected a port from 0 to 65535, not "${text}"\nfor example: runsheet dev ${flag} 0 (any free port)`,
    },
    options,
  );
}

/** The folder itself, or a copy of the sample service if it has no project. */
async function folderWithProject(folder: string): Promise<string> {
  const found = findProjectFolder(folder);
  if (existsSync(join(found, PROJECT_FILE))) return found;
  const sample = sampleFolderOf(folder);
  const source = fileURLToPath(new URL('../../../examples/service', import.meta.url));
  // Copied beside, then renamed: an interrupted copy is never taken for a project.
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

/** Writes the addresses also where `dev` was typed, if the project is the sample below that folder. */
async function shareEnvironment(
  typedIn: string,
  folder: string,
): Promise<{ withdraw(): Promise<void> }> {
  const own = join(resolve(typedIn), '.runsheet', 'env');
  if (resolve(typedIn) === resolve(folder)) return { withdraw: () => Promise.resolve() };
  await cp(join(folder, '.runsheet', 'env'), own);
  return { withdraw: () => rm(own, { force: true }) };
}

/** Settles at Ctrl-C or SIGTERM, with the code of that. */
export function untilStopped(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(EXIT.interrupted));
    process.once('SIGTERM', () => resolve(EXIT.terminated));
  });
}

/** Runs what starts embedded components. @throws CommandError with their text and remedy, exit 2 */
export async function withEmbeddedErrors<T>(
  options: CommonOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EmbeddedError)) throw error;
    throw refuseWith(error.diagnostic, options);
  }
}
