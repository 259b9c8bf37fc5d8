/** `runsheet worker`: a worker for one project or several, until it is stopped. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { environmentOfProcess, readEnvironment } from '../../config/environment.ts';
import { startWorkerProcess } from '../../embedded/worker-process.ts';
import {
  type CommonOptions,
  print,
  projectFolder,
  requireProjects,
  withClient,
} from '../context.ts';
import { languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { printEvent, untilStopped, withEmbeddedErrors } from '../running.ts';

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
    .addOption(
      new Option(
        '--drain',
        say({
          zh: '不接受新的发布单；该版本的发布单都结束后退出',
          en: 'take no new runs, and end once none of this version is open',
        }),
      ).conflicts('makeCurrent'),
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
