/** What the servers of an environment run, since when, by which run, and whether they serve. */
import { Command } from 'commander';
import type { RunsheetClient } from '../../client.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import { type CommonOptions, print, refuse, requireProject, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say } from '../language.ts';
import { withRefusals } from '../refusals.ts';
import { type JudgedServer, judgeServers, type OpenRun } from '../servers/judge.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { renderServers } from '../view/servers.ts';

/** More open runs than this are not looked into. */
const MOST_OPEN = 100;

interface Shown extends Pick<ServerStates, 'silent'> {
  readonly environment: string;
  readonly servers: readonly JudgedServer[];
}

export function serversCommand(say: Say): Command {
  const command = new Command('servers')
    .description(
      say({
        zh: '显示各服务器运行的版本、由哪张发布单启动、是否在服务；不做任何改动',
        en: 'Show what each server runs, by which run, and whether it serves; changes nothing',
      }),
    )
    .argument(
      '[environments...]',
      say({ zh: '环境（默认：全部）', en: 'environments (default: all)' }),
    )
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(servers);
  return withExamples(
    command,
    say,
    'runsheet servers',
    'runsheet servers production',
    'runsheet servers production --json',
  );
}

/** Exit 3 where a server is not as it should be, and no run that goes on explains it. */
async function servers(named: readonly string[], options: CommonOptions): Promise<void> {
  const project = await requireProject(options);
  const environments = environmentsOf(project, named, options);
  const shown = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    const all: Shown[] = [];
    for (const environment of environments)
      all.push(await withRefusals(() => look(client, project, environment, options)));
    return all;
  });
  if (options.json === true) print(JSON.stringify(shown, null, 2));
  else print(shown.map((each) => textOf(each, options)).join('\n\n'));
  process.exitCode = shown.every(isWell) ? EXIT.succeeded : EXIT.failed;
}

function environmentsOf(
  { environments }: ProjectFile,
  named: readonly string[],
  options: CommonOptions,
): readonly string[] {
  const known = Object.keys(environments);
  const unknown = named.find((each) => !known.includes(each));
  if (unknown === undefined) return named.length === 0 ? known : [...new Set(named)];
  const [shown, all] = [JSON.stringify(unknown), known.join(', ')];
  throw refuse(
    {
      zh: `项目没有环境 ${shown}\n现有的：${all}`,
      en: `the project has no environment ${shown}\nenvironments: ${all}`,
    },
    options,
  );
}

async function look(
  client: RunsheetClient,
  { service, taskQueue, environments }: ProjectFile,
  environment: string,
  options: CommonOptions,
): Promise<Shown> {
  const names = environments[environment]?.servers ?? [];
  const asked = { service, environment, servers: names, language: languageOf(options) };
  const [states, open] = await Promise.all([
    client.serverStates(taskQueue, asked),
    openRuns(client, taskQueue, environment),
  ]);
  return { environment, servers: judgeServers(states, open), silent: states.silent };
}

/** Those of the environment, and those of which the Temporal server cannot say it. */
async function openRuns(
  client: RunsheetClient,
  taskQueue: string,
  environment: string,
): Promise<readonly OpenRun[]> {
  const all = await client.list(taskQueue, MOST_OPEN, true);
  const runs = all.filter((each) => each.environment === null || each.environment === environment);
  const looked = await Promise.all(
    runs.map(async ({ workflowId }) => {
      const { status } = await client.look(workflowId);
      return { workflowId, status };
    }),
  );
  return looked.flatMap(({ workflowId, status }): OpenRun[] => {
    if (status !== null && status.environment !== environment) return [];
    return [{ workflowId, servers: status?.servers ?? null }];
  });
}

function textOf({ environment, servers: judged, silent }: Shown, options: CommonOptions): string {
  return renderServers(environment, judged, { silent }, languageOf(options)).join('\n');
}

function isWell({ servers: judged, silent }: Shown): boolean {
  return silent.length === 0 && judged.every(({ state }) => state !== 'failed');
}
