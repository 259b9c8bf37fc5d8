/** `runsheet worker`: a worker for one project or several, until it is stopped. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { environmentOfProcess, readEnvironment } from '../../config/environment.ts';
import { mixesCodeAndKeys, ROLES, type Role } from '../../config/worker-role.ts';
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
    .addOption(roleChoice(say))
    .addOption(languageChoice(say))
    .action(worker);
  return withExamples(
    command,
    say,
    'runsheet worker',
    'runsheet worker --make-current',
    'runsheet worker --drain',
    'runsheet worker --projects services/shop services/billing',
    'runsheet worker --role deploy',
    'runsheet worker --role build',
    'TEMPORAL_ADDRESS=temporal.example.com:7233 runsheet worker',
  );
}

function roleChoice(say: Say): Option {
  const option = new Option(
    '--role <role>',
    say({
      zh: 'deploy：持有密钥，操作服务器；build：检出源代码并运行项目的命令（默认：两者）',
      en: "deploy: hold the keys and reach servers; build: check out the source and run the project's commands (default: both)",
    }),
  );
  return option.choices(ROLES);
}

/** For each project: on a busy machine it takes a few seconds. */
const READY_LIMIT_MS = 60_000;

const CODE_BESIDE_KEYS = {
  zh: '注意：项目的命令（检查、测试、构建）以持有服务器密钥的用户运行，在任何人批准之前就能读到这些密钥。\n请改用两个 worker，以不同的用户或机器运行：runsheet worker --role deploy、runsheet worker --role build',
  en: "note: the project's commands (checks, tests, builds) run as the user who holds the keys to servers, and can read them before anybody has approved.\nUse two workers, of different users or machines: runsheet worker --role deploy, runsheet worker --role build",
};

interface WorkerCommandOptions extends CommonOptions {
  readonly projects?: readonly string[];
  readonly makeCurrent?: boolean;
  readonly drain?: boolean;
  readonly role?: Role;
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
        ...(options.role === undefined ? [] : ['--role', options.role]),
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
  const as = options.role === undefined ? '' : ` (${options.role})`;
  print(
    say({
      zh: `worker${as} 已就绪，正在轮询任务队列 ${queues.join('、')}；按 Ctrl-C 停止`,
      en: `the worker${as} is ready and polls the task queue${queues.length === 1 ? '' : 's'} ${queues.join(', ')}; press Ctrl-C to stop it`,
    }),
  );
  if (projects.some((each) => mixesCodeAndKeys(each, options.role))) print(say(CODE_BESIDE_KEYS));
  const isStopped = await Promise.race([stopped.then(() => true), over.then(() => false)]);
  if (isStopped) print(say({ zh: '正在停止 worker …', en: 'stopping the worker …' }));
  await started.close();
}
