import { randomUUID } from 'node:crypto';
import { confirm, isCancel } from '@clack/prompts';
import { Command } from 'commander';
import { languageOf, print, refuse, requireProject, requireWorker, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { prepareRequest, type RequestOptions } from '../request.ts';
import { follow } from '../view/follow.ts';
import { renderPlan } from '../view/plan.ts';
import { withRequest } from './plan.ts';

interface RunOptions extends RequestOptions {
  readonly yes?: boolean;
  readonly follow?: boolean;
}

export function runCommand(): Command {
  return withRequest(new Command('run'))
    .description('显示计划，确认后运行并跟踪 · Show the plan, ask, run it and follow')
    .option('--yes', 'do not ask')
    .option('--no-follow', 'start only')
    .option('--json', 'one status a line')
    .addHelpText('after', '\nExample:\n  runsheet run deployment.md -p environment=development -p servers=dev-server-1 -p version=v1 --yes')
    .action(run);
}

async function run(template: string | undefined, options: RunOptions): Promise<void> {
  const project = await requireProject(options);
  const prepared = await prepareRequest(project, template, options);
  const language = languageOf(options, prepared.run.language);
  if (options.json !== true) for (const line of renderPlan(prepared.run, language)) print(line);
  await askUnlessYes(options, language);
  process.exitCode = await withClient(project, options, async (client) => {
    await requireWorker(client, project, options);
    const { templateId } = prepared.run.plan;
    const workflowId = `${templateId}-${prepared.run.environment || 'run'}-${randomUUID().slice(0, 8)}`;
    await client.start({ templateId, taskQueue: project.taskQueue, workflowId, inputs: prepared.inputs });
    print(options.json === true ? JSON.stringify({ workflowId }) : workflowId);
    if (options.follow === false) return EXIT.succeeded;
    return follow(client, workflowId, { language, json: options.json === true });
  });
}

async function askUnlessYes(options: RunOptions, language: 'zh' | 'en'): Promise<void> {
  if (options.yes === true) return;
  if (process.stdin.isTTY !== true) {
    throw refuse({ zh: '没有终端可以确认：加上 --yes', en: 'there is no terminal to ask: add --yes' }, options);
  }
  const answer = await confirm({ message: language === 'zh' ? '按此计划运行？' : 'Run this plan?' });
  if (isCancel(answer) || !answer) throw refuse({ zh: '没有运行', en: 'nothing was run' }, options, EXIT.withdrawn);
}
