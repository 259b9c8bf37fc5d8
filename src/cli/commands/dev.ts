/** `runsheet dev`: everything that a worker needs, and the worker, until it is stopped. */
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { environmentOfProcess, readEnvironment } from '../../config/environment.ts';
import { loadProject, PROJECT_FILE } from '../../config/load-project.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { findProjectFolder, sampleFolderOf } from '../../config/project-folder.ts';
import { startEnvironment } from '../../embedded/environment.ts';
import { startWorkerProcess } from '../../embedded/worker-process.ts';
import { badInput, CommandError, type CommonOptions, print, refuse } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { firstRun } from '../first-run.ts';
import { languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { printEvent, untilStopped, withEmbeddedErrors } from '../running.ts';

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
