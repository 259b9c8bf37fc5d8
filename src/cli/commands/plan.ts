import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { RefusedError } from '../../client/errors.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { renderDiagnostics } from '../../diagnostics/render.ts';
import type { PreflightResult } from '../../plan/run.ts';
import {
  CommandError,
  languageOf,
  paintFor,
  print,
  requireProject,
  requireWorker,
  withClient,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { type PreparedRequest, prepareRequest, type RequestOptions } from '../request.ts';
import { renderPlan } from '../view/plan.ts';
import { renderProbe } from '../view/probe.ts';

interface PlanOptions extends RequestOptions {
  readonly probe?: boolean;
}

export function planCommand(): Command {
  const command = withRequest(new Command('plan'))
    .description('显示将会做什么；不做任何事 · Show what a run would do; changes nothing')
    .option(
      '--probe',
      '由 worker 查看服务器、负载均衡和镜像仓库；不改变任何东西 · have the worker look at servers, balancer and registry; changes nothing',
    )
    .addOption(jsonChoice())
    .action(plan);
  return withExamples(
    command,
    'runsheet plan deployment.md -p environment=production -p servers=app-server-1,app-server-2 -p version=v2.1.0',
    'runsheet plan deployment.md --file request.yaml --batches 1,25% --observe 30s',
    'runsheet plan deployment.md --file request.json --skip 1="checked in CI"',
    'runsheet plan deployment.md --file request.json --probe',
  );
}

/** The options with which `plan` and `run` take a request. */
export function withRequest(command: Command): Command {
  const collect = (value: string, former: readonly string[] = []): readonly string[] => [
    ...former,
    value,
  ];
  return command
    .argument(
      '[template]',
      '文件名、template_id，或文字形式的请求 · file, template_id, or a request in text form',
    )
    .option('-p, --param <name=value>', '一个参数，可重复 · a parameter; may be repeated', collect)
    .option(
      '--skip <step=reason>',
      '跳过一个步骤，须有原因 · leave a step out, with the reason',
      collect,
    )
    .option('--add <step=task>', '为一个步骤增加任务 · add a task to a step', collect)
    .option(
      '--file <request>',
      '请求文件：JSON、YAML 或文字 · a request in a file: JSON, YAML or text',
    )
    .option(
      '--batches <sizes>',
      '分批：1、25%、1,10%,50% 或 all（一次全部） · roll: 1, 25%, 1,10%,50%, or all at once',
    )
    .option('--batch-pause <duration>', '批次之间等待，例如 1m · wait between batches')
    .option('--failure-budget <servers>', '可以失败的服务器台数 · servers that may fail')
    .option(
      '--minimum-in-pool <percent>',
      '负载均衡池中至少留下，例如 50% · never fewer in the pool',
    )
    .option('--observe <duration>', '第一批观察多久，例如 30s · how long the first one is observed')
    .option(
      '--requested-by <name>',
      '申请人（默认：本机用户名） · who asks (default: the name of the local user)',
    )
    .addOption(languageChoice());
}

async function plan(template: string | undefined, options: PlanOptions): Promise<void> {
  const project = await requireProject(options);
  const prepared = await prepareRequest(project, template, options);
  if (options.probe === true) return probe(prepared, project, options);
  if (options.json === true) print(JSON.stringify(prepared.run, null, 2));
  else print(planText(prepared, project, options));
}

/** Exit 3 where a run would fail its preflight. The worker has the servers' keys, so it looks. */
async function probe(
  prepared: PreparedRequest,
  project: ProjectFile,
  options: PlanOptions,
): Promise<void> {
  const { run, inputs } = prepared;
  const isJson = options.json === true;
  if (!isJson) print(`${planText(prepared, project, options)}\n`);
  const results = await withClient(project, options, async (client) => {
    await requireWorker(client, project, options);
    const { taskQueue } = project;
    const workflowId = `probe-${randomUUID()}`;
    return client.probe({ templateId: run.plan.templateId, taskQueue, workflowId, inputs });
  }).catch((error: unknown) => {
    if (!(error instanceof RefusedError)) throw error;
    throw new CommandError(`${error.code}: ${error.message}`, EXIT.badInput);
  });
  if (isJson) print(JSON.stringify({ run, results }, null, 2));
  else print(renderProbe(results, languageOf(options, run.language), run.version).join('\n'));
  process.exitCode = results.some(isBad) ? EXIT.failed : EXIT.succeeded;
}

function isBad({ reachable, checks }: PreflightResult): boolean {
  return !reachable || checks.some((check) => check.state === 'failed');
}

/** What a person reads before a run: the plan, then warnings. */
export function planText(
  { run, diagnostics }: PreparedRequest,
  project: ProjectFile,
  options: RequestOptions,
): string {
  const language = languageOf(options, run.language);
  const pool = project.environments[run.environment]?.servers ?? [];
  const lines = renderPlan(run, pool, language).join('\n');
  if (diagnostics.length === 0) return lines;
  return `${lines}\n\n${renderDiagnostics(diagnostics, language, paintFor(process.stdout))}`;
}
