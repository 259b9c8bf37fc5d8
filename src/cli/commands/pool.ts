/** A person takes a server out of its pool for maintenance, or puts it back. */
import { Command } from 'commander';
import type { ProjectFile } from '../../config/project-file.ts';
import { type CommonOptions, print, refuse, requireProject, withClient } from '../context.ts';
import { byChoice, jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { withRefusals } from '../refusals.ts';
import { localUser } from '../request.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { visible } from '../view/text.ts';

interface MoveOptions extends CommonOptions {
  readonly environment?: string;
  readonly reason?: string;
  readonly by?: string;
}

type Direction = 'in' | 'out';

export function poolCommand(say: Say): Command {
  const command = new Command('pool').description(
    say({
      zh: '为维护把一台服务器移出负载均衡，或放回去',
      en: 'Take a server out of the load balancer for maintenance, or put it back',
    }),
  );
  command.addCommand(
    moveCommand(say, 'out').description(
      say({
        zh: '移出负载均衡：发布单不会把它放回去，直到 pool in',
        en: 'Take it out of the pool: no run puts it back, until pool in',
      }),
    ),
  );
  command.addCommand(
    moveCommand(say, 'in').description(
      say({
        zh: '放回负载均衡，无论是谁移出的',
        en: 'Put it back into the pool, whoever had taken it out',
      }),
    ),
  );
  return withExamples(command, say, ...Object.values(EXAMPLES));
}

const EXAMPLES: Readonly<Record<Direction, string>> = {
  out: 'runsheet pool out app-server-1 --by alice --reason "new disk"',
  in: 'runsheet pool in app-server-1 --by alice',
};

function moveCommand(say: Say, to: Direction): Command {
  const command = new Command(to).argument('<server>', say({ zh: '服务器', en: 'server' })).option(
    '--environment <name>',
    say({
      zh: '环境（默认：服务器所在的环境）',
      en: 'environment (default: the one that has the server)',
    }),
  );
  const words = say({
    zh: '原因，会显示在 runsheet servers 中',
    en: 'why; runsheet servers shows it',
  });
  if (to === 'out') command.requiredOption('--reason <text>', words);
  else command.option('--reason <text>', words);
  command
    .addOption(byChoice(say))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action((server: string, options: MoveOptions) => move(server, to, options));
  return withExamples(command, say, EXAMPLES[to]);
}

async function move(server: string, to: Direction, options: MoveOptions): Promise<void> {
  const project = await requireProject(options);
  const environment = environmentOf(project, server, options);
  const language = languageOf(options);
  const { reason = '', by = localUser() } = options;
  const { service, taskQueue } = project;
  const moved = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    const asked = { service, environment, server, to, by, reason, language };
    return withRefusals(() => client.movePool(taskQueue, asked));
  });
  if (options.json === true) return print(JSON.stringify({ environment, ...moved }));
  const say = sayIn(language);
  const [name, who] = [visible(server), visible(moved.who)];
  const already = moved.changed ? '' : say({ zh: '（原本如此）', en: ' (it was so already)' });
  print(
    to === 'out'
      ? say({
          zh: `✓ ${name} 已移出负载均衡${already}，由 ${who}：${visible(reason)}`,
          en: `✓ ${name} is out of the pool${already}, by ${who}: ${visible(reason)}`,
        })
      : say({
          zh: `✓ ${name} 已放回负载均衡${already}，由 ${who}`,
          en: `✓ ${name} is in the pool${already}, by ${who}`,
        }),
  );
  print(`runsheet servers ${visible(environment)}`);
}

/** The environment that has the server, or the one that was named, where it has. */
function environmentOf(
  { environments }: ProjectFile,
  server: string,
  options: MoveOptions,
): string {
  const having = Object.entries(environments)
    .filter(([, { servers }]) => servers.includes(server))
    .map(([name]) => name);
  const { environment: named } = options;
  if (named !== undefined && having.includes(named)) return named;
  const [only, ...others] = having;
  if (named === undefined && only !== undefined && others.length === 0) return only;
  const shown = JSON.stringify(server);
  if (named === undefined && only !== undefined) {
    const all = having.join(', ');
    throw refuse(
      {
        zh: `服务器 ${shown} 在几个环境中：${all}\n下一步：用 --environment 指定`,
        en: `the server ${shown} is in several environments: ${all}\nnext: name one with --environment`,
      },
      options,
    );
  }
  const known = Object.entries(environments)
    .filter(([name]) => named === undefined || name === named)
    .flatMap(([, { servers }]) => servers);
  throw refuse(
    {
      zh: `${named ?? '项目'} 没有服务器 ${shown}\n现有的：${known.join(', ')}`,
      en: `${named ?? 'the project'} has no server ${shown}\nservers: ${known.join(', ')}`,
    },
    options,
  );
}
