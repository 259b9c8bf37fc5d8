import { randomUUID } from 'node:crypto';
import { confirm, isCancel } from '@clack/prompts';
import { Command } from 'commander';
import type { RunsheetClient } from '../../client.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import {
  languageOf,
  print,
  refuse,
  requireProject,
  requireWorker,
  withClient,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withExamples } from '../help.ts';
import { type PreparedRequest, prepareRequest, type RequestOptions } from '../request.ts';
import { follow } from '../view/follow.ts';
import { planText, withRequest } from './plan.ts';

interface RunOptions extends RequestOptions {
  readonly yes?: boolean;
  readonly follow?: boolean;
  readonly id?: string;
}

export function runCommand(): Command {
  const command = withRequest(new Command('run'))
    .description('显示计划，确认后运行并跟踪 · Show the plan, ask, run it and follow')
    .option('--yes', '不询问 · do not ask')
    .option('--no-follow', '只启动，不跟踪 · start only')
    .option('--id <workflow-id>', '运行编号（默认自动生成） · id of the run (default: made up)')
    .option('--json', '每行一个状态 · one status a line, as JSON')
    .action(run);
  return withExamples(
    command,
    'runsheet run deployment.md -p environment=production -p servers=app-server-1,app-server-2 -p version=v2.1.0',
    'runsheet run deployment.md -p environment=development -p servers=dev-server-1 -p version=v2.1.0 --yes',
    'runsheet run deployment.md --file request.yaml --yes --no-follow',
  );
}

async function run(template: string | undefined, options: RunOptions): Promise<void> {
  const project = await requireProject(options);
  const prepared = await prepareRequest(project, template, options);
  const language = languageOf(options, prepared.run.language);
  if (options.json !== true) print(`${planText(prepared, project, options)}\n`);
  refuseWithoutTerminal(options);
  process.exitCode = await withClient(project, options, async (client) => {
    await requireWorker(client, project, options);
    if (options.yes !== true) await ask(options, language);
    return startAndFollow(client, { project, prepared, options, language });
  });
}

interface Start {
  readonly project: ProjectFile;
  readonly prepared: PreparedRequest;
  readonly options: RunOptions;
  readonly language: Language;
}

/** @returns the exit code */
export async function startAndFollow(
  client: RunsheetClient,
  { project, prepared, options, language }: Start,
): Promise<number> {
  const { plan, environment } = prepared.run;
  const workflowId =
    options.id ?? `${plan.templateId}-${environment || 'run'}-${randomUUID().slice(0, 8)}`;
  await client.start({
    templateId: plan.templateId,
    taskQueue: project.taskQueue,
    workflowId,
    inputs: prepared.inputs,
  });
  if (options.json === true) print(JSON.stringify({ workflowId }));
  else {
    print(language === 'zh' ? `已启动 ${workflowId}` : `started ${workflowId}`);
    const page = uiPage(project, workflowId);
    if (page !== null) print(page);
  }
  if (options.follow === false) {
    if (options.json !== true) print(`runsheet status ${workflowId} --watch`);
    return EXIT.succeeded;
  }
  return follow(client, workflowId, { language, json: options.json === true });
}

/** The run in the Temporal Web UI; null: its address is not known. */
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
      zh: '没有终端可以确认，什么也没有运行\n下一步：看过计划后，加上 --yes 再运行',
      en: 'there is no terminal to ask; nothing was run\nnext: look at the plan, then run it again with --yes',
    },
    options,
  );
}

async function ask(options: RunOptions, language: Language): Promise<void> {
  const answer = await confirm({
    message: language === 'zh' ? '按此计划运行？' : 'Run this plan?',
  });
  if (isCancel(answer) || !answer)
    throw refuse({ zh: '没有运行', en: 'nothing was run' }, options, EXIT.withdrawn);
}
