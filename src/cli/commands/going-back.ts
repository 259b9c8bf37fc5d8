/** What `rollback` and `repair` have in common: the look at the servers, and the run that follows. */
import type { Command } from 'commander';
import type { LoadedProject } from '../../config/load-project.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import { projectHere, refuse, requireProject, withClient } from '../context.ts';
import { jsonChoice, languageChoice } from '../help.ts';
import { languageOf, type Say } from '../language.ts';
import { withRefusals } from '../refusals.ts';
import { prepareRequest } from '../request.ts';
import type { Place } from '../servers/going-back.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { type RunOptions, showAndStart } from './run.ts';

export interface GoingBackOptions extends RunOptions {
  readonly to?: string;
  readonly servers?: string;
  readonly reason?: string;
}

export interface FoundServers {
  readonly loaded: LoadedProject;
  readonly environment: string;
  /** Those that the run is for. */
  readonly servers: readonly string[];
  readonly states: ServerStates;
}

export function withGoingBack(command: Command, say: Say): Command {
  return command
    .argument('<service>', say({ zh: '服务', en: 'service' }))
    .argument('<environment>', say({ zh: '环境', en: 'environment' }))
    .option(
      '--servers <names>',
      say({
        zh: '服务器，用逗号分隔（默认：环境的全部）',
        en: 'servers, by commas (default: all of the environment)',
      }),
    )
    .option('--reason <text>', say({ zh: '原因，写入报告', en: 'why, for the report' }))
    .option(
      '--requested-by <person>',
      say({
        zh: '申请人（默认：本机用户名）',
        en: 'who requests it (default: your local user name)',
      }),
    )
    .option('--batches <list>', say({ zh: '批次，例如 1,50%', en: 'batches, such as 1,50%' }))
    .option('--yes', say({ zh: '不询问', en: 'do not ask for confirmation' }))
    .option('--no-follow', say({ zh: '只启动，不跟踪', en: 'start the run without following it' }))
    .option(
      '--id <workflow-id>',
      say({ zh: '发布单编号（默认自动生成）', en: 'run id (default: generated)' }),
    )
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say));
}

/** Which servers it is for. @throws CommandError, exit 2, for a place that the project has not */
export async function serversFor(
  { service, environment }: Place,
  options: GoingBackOptions,
): Promise<Omit<FoundServers, 'states'> & { readonly project: ProjectFile }> {
  const loaded = await projectHere(options);
  const project = await requireProject(options);
  if (service !== project.service)
    throw refuse(
      {
        zh: `这个项目的服务是 ${project.service}，不是 ${service}`,
        en: `the service of this project is ${project.service}, not ${service}`,
      },
      options,
    );
  const known = project.environments[environment]?.servers;
  if (known === undefined) {
    const all = Object.keys(project.environments).join(', ');
    throw refuse(
      {
        zh: `项目没有环境 ${environment}；现有的：${all}`,
        en: `the project has no environment ${environment}; environments: ${all}`,
      },
      options,
    );
  }
  const named = options.servers?.split(',').map((each) => each.trim());
  return { loaded, project, environment, servers: named ?? known };
}

/** What the servers run and have kept. @throws CommandError, exit 2, for a place that the project has not */
export async function lookFor(place: Place, options: GoingBackOptions): Promise<FoundServers> {
  const { loaded, project, environment, servers } = await serversFor(place, options);
  const { service } = place;
  const states = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    const asked = {
      service,
      environment,
      servers,
      language: languageOf(options),
      withKept: true,
    } as const;
    return withRefusals(() => client.serverStates(project.taskQueue, asked));
  });
  return { loaded, environment, servers, states };
}

/** Shows the plan, asks, and starts the run as `run` does. */
export async function startGoingBack(
  template: 'rollback' | 'repair',
  { loaded, environment, servers }: FoundServers,
  version: string,
  options: GoingBackOptions,
): Promise<void> {
  const { reason } = options;
  const param = [
    `environment=${environment}`,
    `servers=${servers.join(',')}`,
    `version=${version}`,
    ...(reason === undefined ? [] : [`reason=${reason}`]),
  ];
  const prepared = await prepareRequest(loaded, template, { ...options, param });
  await showAndStart(prepared, options, null);
}
