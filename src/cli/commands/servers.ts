/** What the servers of an environment run, since when, by which run, and whether they serve. */
import { Command } from 'commander';
import type { RunsheetClient } from '../../client.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import { dirtiedBy } from '../../worker/locks.ts';
import { type CommonOptions, print, refuse, requireProject, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { withRefusals } from '../refusals.ts';
import { type JudgedServer, judgeServers, type OpenRun } from '../servers/judge.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { renderServers } from '../view/servers.ts';
import { visible } from '../view/text.ts';

/** More open runs than this are not looked into. */
const MOST_OPEN = 100;

interface Shown extends Pick<ServerStates, 'silent'> {
  readonly environment: string;
  readonly servers: readonly JudgedServer[];
  /** The run that was ended while it changed them; null: none was. */
  readonly dirty: string | null;
  /** What mends that; null: nothing has to be. */
  readonly next: string | null;
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
  const [states, open, dirty] = await Promise.all([
    client.serverStates(taskQueue, asked),
    openRuns(client, taskQueue, environment),
    dirtiedBy(client.server, { service, environment }),
  ]);
  const next = dirty === null ? null : `runsheet repair ${service} ${environment}`;
  return { environment, servers: judgeServers(states, open), silent: states.silent, dirty, next };
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

function textOf(shown: Shown, options: CommonOptions): string {
  const { environment, servers: judged, silent } = shown;
  const language = languageOf(options);
  const lines = renderServers(environment, judged, { silent }, language);
  return [...lines, ...dirtyLines(shown, language)].join('\n');
}

function dirtyLines({ dirty, next }: Shown, language: Language): readonly string[] {
  if (dirty === null || next === null) return [];
  const run = visible(dirty);
  return [
    sayIn(language)({
      zh: `✗ DIRTY：发布单 ${run} 在更改这些服务器时被终止，什么都没有撤销`,
      en: `✗ DIRTY: the run ${run} was ended while it changed these servers, and nothing was undone`,
    }),
    next,
  ];
}

function isWell({ servers: judged, silent, dirty }: Shown): boolean {
  return dirty === null && silent.length === 0 && judged.every(({ state }) => state !== 'failed');
}
