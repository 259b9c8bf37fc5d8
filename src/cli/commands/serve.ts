/** The commands that stay: worker, and dev, which starts everything else beside one. */
import { cp, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { environmentOfProcess, readEnvironment } from '../../config/environment.ts';
import { loadProject, PROJECT_FILE } from '../../config/load-project.ts';
import { EmbeddedError } from '../../embedded/embedded-error.ts';
import { startEnvironment } from '../../embedded/environment.ts';
import { startWorkerProcess } from '../../embedded/worker-process.ts';
import { badInput, type CommonOptions, CommandError, languageOf, print, projectFolder } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export function workerCommand(): Command {
  return new Command('worker')
    .description('启动 worker · Start a worker in this folder; stays')
    .option('--lang <language>', 'zh or en')
    .addHelpText('after', '\nExample:\n  runsheet worker')
    .action(async (options: CommonOptions) => {
      const folder = projectFolder();
      const worker = await said(options, () => startWorkerProcess({ projectFolder: folder, env: readEnvironment(folder) }));
      print(languageOf(options) === 'zh' ? 'worker 已就绪；Ctrl-C 结束' : 'the worker is ready; Ctrl-C ends it');
      await untilStopped();
      await worker.close();
    });
}

export function devCommand(): Command {
  return new Command('dev')
    .description('启动嵌入的一切并保持 · Start everything embedded; stays until Ctrl-C')
    .option('--temporal-port <port>', '0: any free one')
    .option('--balancer-port <port>', '0: any free one')
    .option('--lang <language>', 'zh or en')
    .addHelpText('after', '\nExample:\n  runsheet dev\nWithout runsheet.yaml the sample service is used, copied to .runsheet/sample.')
    .action(dev);
}

async function dev(options: CommonOptions & { temporalPort?: string; balancerPort?: string }): Promise<void> {
  const folder = await folderWithProject(projectFolder());
  const env = readEnvironment(folder);
  const { project, diagnostics } = await loadProject(folder, env);
  if (project === null) throw badInput(diagnostics, options);
  const language = languageOf(options);
  const servers = Object.entries(project.environments).flatMap(([environment, each]) =>
    each.embedded ? each.servers.map((name) => ({ name, environment })) : [],
  );
  const started = await said(options, () =>
    startEnvironment({
      projectFolder: folder,
      servers,
      // What an earlier `dev` left in .runsheet/env has ended with it.
      env: environmentOfProcess(),
      healthPath: project.settings.health.path,
      onProgress: (text) => print(text[language]),
      ...(options.temporalPort !== undefined && { temporalPort: Number(options.temporalPort) }),
      ...(options.balancerPort !== undefined && { balancerPort: Number(options.balancerPort) }),
    }),
  );
  try {
    const worker = await said(options, () =>
      startWorkerProcess({
        projectFolder: folder,
        env: { ...environmentOfProcess(), ...started.env },
        onStarted: (pid) => void started.record(pid),
        onEvent: (event) => void (event.kind === 'ready' || print(`worker: ${event.kind}`)),
      }),
    );
    for (const [name, value] of Object.entries(started.env)) print(`${name}=${value}`);
    print(language === 'zh' ? `就绪（${folder}）；Ctrl-C 结束一切` : `ready in ${folder}; Ctrl-C ends everything`);
    const reason = await Promise.race([untilStopped(), started.broken]);
    await worker.close();
    if (reason !== null) throw new CommandError(reason, EXIT.other);
  } finally {
    await started.close();
  }
}

/** The folder itself, or a copy of the sample service where it has no project. */
async function folderWithProject(folder: string): Promise<string> {
  if (await exists(join(folder, PROJECT_FILE))) return folder;
  const sample = join(folder, '.runsheet', 'sample');
  if (!(await exists(join(sample, PROJECT_FILE)))) {
    await mkdir(sample, { recursive: true });
    await cp(fileURLToPath(new URL('../../../examples/service', import.meta.url)), sample, { recursive: true });
  }
  return sample;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
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
    throw new CommandError(`${error.code}: ${error.text[language]}\n${error.remedy[language]}`, EXIT.badInput);
  }
}
