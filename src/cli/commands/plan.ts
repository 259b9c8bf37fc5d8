import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { RefusedError } from '../../client/errors.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { renderDiagnostics } from '../../diagnostics/render.ts';
import type { PreflightResult, ResolvedRun } from '../../plan/run.ts';
import { CommandError, paintFor, print, projectHere, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say } from '../language.ts';
import { type PreparedRequest, prepareRequest, type RequestOptions } from '../request.ts';
import { requireCurrentWorker } from '../versions/current-worker.ts';
import { untold } from '../view/balancer.ts';
import { renderPlan } from '../view/plan.ts';
import { renderProbe } from '../view/probe.ts';

interface PlanOptions extends RequestOptions {
  readonly probe?: boolean;
}

export function planCommand(say: Say): Command {
  const command = withRequest(new Command('plan'), say)
    .description(
      say({
        zh: '显示一张发布单将要做什么；不做任何改动',
        en: 'Show what a run would do, without changing anything',
      }),
    )
    .option(
      '--probe',
      say({
        zh: '由 worker 检查服务器、负载均衡和镜像仓库；不做任何改动',
        en: 'have the worker check servers, load balancer and registry, without changing anything',
      }),
    )
    .addOption(jsonChoice(say))
    .action(plan);
  return withExamples(
    command,
    say,
    'runsheet plan deployment.md -p environment=production -p servers=app-server-1,app-server-2 -p version=v2.1.0',
    'runsheet plan deployment.md --file request.yaml --batches 1,25% --observe 30s',
    'runsheet plan deployment.md --file request.json --skip 1="checked in CI"',
    'runsheet plan deployment.md --file request.json --probe',
  );
}

/** The options with which `plan` and `run` take a request. */
export function withRequest(command: Command, say: Say): Command {
  const collect = (value: string, former: readonly string[] = []): readonly string[] => [
    ...former,
    value,
  ];
  return command
    .argument(
      '[run-sheet]',
      say({
        zh: '文件名、template_id，或文字形式的请求',
        en: 'file name, template_id, or a request as text',
      }),
    )
    .option(
      '-p, --param <name=value>',
      say({ zh: '一个参数，可重复', en: 'a parameter; may be repeated' }),
      collect,
    )
    .option(
      '--skip <step=reason>',
      say({ zh: '跳过一个步骤，须写明原因', en: 'skip a step and say why' }),
      collect,
    )
    .option(
      '--add <step=task>',
      say({ zh: '给一个步骤增加任务', en: 'add a task to a step' }),
      collect,
    )
    .option(
      '--file <request>',
      say({ zh: '请求文件：JSON、YAML 或文字', en: 'request file: JSON, YAML or text' }),
    )
    .option(
      '--batches <sizes>',
      say({
        zh: '分批：1、25%、1,10%,50% 或 all（一次全部）',
        en: 'deploy in batches: 1, 25%, 1,10%,50%, or all (all at once)',
      }),
    )
    .option(
      '--batch-pause <duration>',
      say({ zh: '批次间隔，例如 1m', en: 'pause between batches, such as 1m' }),
    )
    .option(
      '--failure-budget <servers>',
      say({ zh: '允许失败台数', en: 'how many servers may fail' }),
    )
    .option(
      '--minimum-in-pool <percent>',
      say({
        zh: '最少在线，例如 50%',
        en: 'least share of the servers in the pool at any time, such as 50%',
      }),
    )
    .option(
      '--observe <duration>',
      say({ zh: '首批观察时长，例如 30s', en: 'how long to observe the first batch, such as 30s' }),
    )
    .option(
      '--requested-by <name>',
      say({
        zh: '申请人（默认：本机用户名）',
        en: 'who requests the run (default: your local user name)',
      }),
    )
    .addOption(languageChoice(say));
}

async function plan(runSheet: string | undefined, options: PlanOptions): Promise<void> {
  const here = await projectHere(options);
  const prepared = await prepareRequest(here, runSheet, options, { isPlanOnly: true });
  const { project } = prepared;
  if (options.probe === true) return probe(prepared, project, options);
  if (options.json === true) print(JSON.stringify(asJson(prepared.run), null, 2));
  else print(planText(prepared, options));
}

/** Exit 3 if a run would fail its preflight. The worker does the checks, as it has the servers' keys. */
async function probe(
  prepared: PreparedRequest,
  project: ProjectFile,
  options: PlanOptions,
): Promise<void> {
  const { run, inputs } = prepared;
  const isJson = options.json === true;
  if (!isJson) print(`${planText(prepared, options)}\n`);
  const results = await withClient(project, options, async (client) => {
    await requireCurrentWorker(client, project, options);
    const { taskQueue } = project;
    const workflowId = `probe-${randomUUID()}`;
    return client.probe({ templateId: run.plan.templateId, taskQueue, workflowId, inputs });
  }).catch((error: unknown) => {
    if (!(error instanceof RefusedError)) throw error;
    throw new CommandError(`${error.code}: ${error.message}`, EXIT.badInput);
  });
  if (isJson) print(JSON.stringify({ run: asJson(run), results }, null, 2));
  else print(renderProbe(results, languageOf(options, run.language), run.version).join('\n'));
  process.exitCode = results.some(isBad) ? EXIT.failed : EXIT.succeeded;
}

function isBad({ reachable, checks }: PreflightResult): boolean {
  return !reachable || checks.some((check) => check.state === 'failed');
}

/** The run, and beside it what its load balancer cannot tell. */
function asJson(run: ResolvedRun): object {
  return { ...run, cannotTell: untold(run.settings.balancer) };
}

/** What a person reads before a run: the plan, then warnings. */
export function planText({ run, diagnostics }: PreparedRequest, options: RequestOptions): string {
  const language = languageOf(options, run.language);
  const lines = renderPlan(run, language).join('\n');
  if (diagnostics.length === 0) return lines;
  return `${lines}\n\n${renderDiagnostics(diagnostics, language, paintFor(process.stdout))}`;
}
