import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import type { RunsheetClient } from '../../client.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { askYesNo } from '../ask.ts';
import { print, projectHere, refuse, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { type PreparedRequest, prepareRequest, type RequestOptions } from '../request.ts';
import { readStartTime } from '../start-time.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { follow } from '../view/follow.ts';
import { beginsLater, localTime, shownAtStart } from '../view/start.ts';
import { planText, withRequest } from './plan.ts';

export interface RunOptions extends RequestOptions {
  readonly yes?: boolean;
  readonly follow?: boolean;
  readonly id?: string;
  readonly at?: string;
}

export function runCommand(say: Say): Command {
  const command = withRequest(new Command('run'), say)
    .description(
      say({
        zh: '显示计划，确认后启动发布单并跟踪',
        en: 'Show the plan, ask for confirmation, then start the run and follow it',
      }),
    )
    .option('--yes', say({ zh: '不询问', en: 'do not ask for confirmation' }))
    .option('--no-follow', say({ zh: '只启动，不跟踪', en: 'start the run without following it' }))
    .option(
      '--id <workflow-id>',
      say({ zh: '发布单编号（默认自动生成）', en: 'run id (default: generated)' }),
    )
    .option(
      '--at <time>',
      say({
        zh: '到这个时间才开始，须带时区，例如 2026-12-01T02:00+08:00',
        en: 'begin at this time, which has a zone, such as 2026-12-01T02:00+08:00',
      }),
    )
    .option(
      '--no-wait',
      say({
        zh: '锁由另一张发布单持有时不排队，立即失败',
        en: 'fail at once, rather than queue, where another run holds the lock',
      }),
    )
    .option(
      '--supersede',
      say({
        zh: '取代同一服务和环境中等待审批的发布单',
        en: 'replace runs of the same service and environment that wait for their approval',
      }),
    )
    .option('--json', say({ zh: '每行输出一个 JSON 状态', en: 'print one JSON status per line' }))
    .action(run);
  return withExamples(
    command,
    say,
    'runsheet run deployment.md -p environment=production -p servers=app-server-1,app-server-2 -p version=v2.1.0',
    'runsheet run deployment.md -p environment=development -p servers=dev-server-1 -p version=v2.1.0 --yes',
    'runsheet run deployment.md --file request.yaml --yes --no-follow',
    'runsheet run deployment.md --file request.yaml --at 2026-12-01T02:00+08:00',
  );
}

async function run(runSheet: string | undefined, options: RunOptions): Promise<void> {
  const beginsAtMs = startTime(options);
  const prepared = await prepareRequest(await projectHere(options), runSheet, options);
  await showAndStart(prepared, options, beginsAtMs);
}

/** Shows the plan, asks, and starts it. @param beginsAtMs null: at once */
export async function showAndStart(
  prepared: PreparedRequest,
  options: RunOptions,
  beginsAtMs: number | null,
): Promise<void> {
  const { project } = prepared;
  const language = languageOf(options, prepared.run.language);
  if (options.json !== true) print(`${planText(prepared, options)}\n`);
  refuseWithoutTerminal(options);
  process.exitCode = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    if (options.yes !== true) await ask(options, language);
    return startAndFollow(client, { project, prepared, options, language, beginsAtMs });
  });
}

interface Start {
  readonly project: ProjectFile;
  readonly prepared: PreparedRequest;
  readonly options: RunOptions;
  readonly language: Language;
  /** null: at once. */
  readonly beginsAtMs: number | null;
}

/** @returns the exit code */
export async function startAndFollow(client: RunsheetClient, start: Start): Promise<number> {
  const { project, prepared, options, language, beginsAtMs } = start;
  const { plan, environment } = prepared.run;
  const workflowId =
    options.id ?? `${plan.templateId}-${environment || 'run'}-${randomUUID().slice(0, 8)}`;
  await client.start({
    templateId: plan.templateId,
    taskQueue: project.taskQueue,
    workflowId,
    inputs: prepared.inputs,
    servers: prepared.run.servers.length,
    shown: shownAtStart(prepared.run),
    ...(beginsAtMs !== null && { delayMs: Math.max(1, beginsAtMs - Date.now()) }),
  });
  const beginsAt = beginsAtMs === null ? null : new Date(beginsAtMs).toISOString();
  if (options.json === true)
    print(JSON.stringify({ workflowId, ...(beginsAt !== null && { beginsAt }) }));
  else {
    if (beginsAtMs !== null) print(beginsLater(workflowId, beginsAtMs, language).join('\n'));
    else print(sayIn(language)({ zh: `已启动 ${workflowId}`, en: `started ${workflowId}` }));
    const page = uiPage(project, workflowId);
    if (page !== null) print(page);
  }
  if (beginsAtMs !== null) return EXIT.succeeded;
  if (options.follow === false) {
    if (options.json !== true) print(`runsheet status ${workflowId} --watch`);
    return EXIT.succeeded;
  }
  return follow(client, workflowId, { language, json: options.json === true });
}

/** @throws CommandError for a time without a zone, or one that is over, exit 2 */
function startTime(options: RunOptions): number | null {
  if (options.at === undefined) return null;
  const beginsAtMs = readStartTime(options.at);
  if (beginsAtMs === null) {
    throw refuse(
      {
        zh: `--at「${options.at}」应写成日期、时间和时区，例如 2026-12-01T02:00+08:00 或 2026-11-30T18:00Z`,
        en: `--at "${options.at}": expected date, time and zone, such as 2026-12-01T02:00+08:00 or 2026-11-30T18:00Z`,
      },
      options,
    );
  }
  if (beginsAtMs > Date.now()) return beginsAtMs;
  const now = localTime(Date.now());
  throw refuse(
    {
      zh: `--at ${options.at} 已经过去，现在是 ${now}`,
      en: `--at ${options.at} is over; it is ${now} now`,
    },
    options,
  );
}

/** The run's page in the Temporal Web UI; null: its address is unknown. */
function uiPage({ connections }: ProjectFile, workflowId: string): string | null {
  const { temporal } = connections;
  if (temporal === null || temporal.uiUrl === null) return null;
  return `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(workflowId)}`;
}

function refuseWithoutTerminal(options: RunOptions): void {
  if (options.yes === true || (process.stdin.isTTY === true && process.stdout.isTTY === true))
    return;
  throw refuse(
    {
      zh: '没有终端可供确认，没有启动\n下一步：看过计划后，加上 --yes 再执行',
      en: 'there is no terminal to ask for confirmation; nothing was started\nnext: review the plan, then type the same with --yes',
    },
    options,
  );
}

async function ask(options: RunOptions, language: Language): Promise<void> {
  const say = sayIn(language);
  const interrupted = { zh: '没有启动', en: 'nothing was started' };
  const message = say({ zh: '按此计划发布？', en: 'Run this plan?' });
  if (!(await askYesNo({ message, interrupted }, say)))
    throw refuse(interrupted, options, EXIT.calledOff);
}
