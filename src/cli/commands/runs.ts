/** The commands about runs that exist, beside status: cancel, list. */
import { Command } from 'commander';
import type { ListedRun } from '../../client.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { type CommonOptions, print, refuse, requireProject, withClient } from '../context.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { sayWaiting } from '../versions/waiting.ts';
import { whyNoCancel } from '../view/cancel.ts';
import { localTime } from '../view/start.ts';
import { pad, visible } from '../view/text.ts';
import { outcomeWord } from '../view/words.ts';

export function cancelCommand(say: Say): Command {
  const command = new Command('cancel')
    .description(
      say({
        zh: '取消一张发布单；已做的改动会回滚',
        en: 'Cancel a run; what it changed is rolled back',
      }),
    )
    .argument('<run>', say({ zh: '发布单编号', en: 'run id' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(cancel);
  return withExamples(command, say, 'runsheet cancel $RUN');
}

async function cancel(run: string, options: CommonOptions): Promise<void> {
  const project = await requireProject(options);
  await withClient(project, options, async (client) => {
    if (!(await client.isOpen(run))) {
      throw refuse(
        {
          zh: `${run} 已经结束，无需取消\n下一步：runsheet status ${run}`,
          en: `${run} has already ended; there is nothing to cancel\nnext: runsheet status ${run}`,
        },
        options,
      );
    }
    const why = whyNoCancel(run, await client.look(run));
    if (why !== null) throw refuse(why, options);
    await client.cancel(run);
    if (options.json === true) print(JSON.stringify({ workflowId: run, cancelRequested: true }));
    else {
      const say = sayIn(languageOf(options));
      print(
        say({
          zh: `已请求取消 ${run}；已做的改动会先回滚`,
          en: `requested cancellation of ${run}; what it changed is rolled back first`,
        }),
      );
      print(`runsheet status ${run} --watch`);
    }
  });
}

export function listCommand(say: Say): Command {
  const command = new Command('list')
    .description(
      say({ zh: '列出最近的发布单，最新的在前', en: 'List the latest runs, newest first' }),
    )
    .option('--limit <number>', say({ zh: '最多列出几张', en: 'how many runs at most' }), '20')
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(list);
  return withExamples(command, say, 'runsheet list', 'runsheet list --limit 5 --json');
}

const MOST_LISTED = 1000;

async function list(options: CommonOptions & { readonly limit: string }): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED) {
    const text = `1–${MOST_LISTED}`;
    throw refuse(
      { zh: `--limit 应为 ${text} 的整数`, en: `--limit: expected a whole number, ${text}` },
      options,
    );
  }
  const project = await requireProject(options);
  const language = languageOf(options);
  const runs = await withClient(project, options, async (client) => {
    const found = await client.list(project.taskQueue, limit);
    if (found.some(({ closedAtMs }) => closedAtMs === null))
      await sayWaiting(client, project, language);
    return found;
  });
  if (options.json === true) print(JSON.stringify(runs, null, 2));
  else if (runs.length > 0) for (const each of runs) print(listLine(each, language));
  else {
    print(
      sayIn(language)({
        zh: `任务队列 ${project.taskQueue} 还没有发布单`,
        en: `the task queue ${project.taskQueue} has no runs yet`,
      }),
    );
  }
}

/** `2026-01-15 09:30:12  成功  v2.1.0 → production  deployment_workflow_v1-…`, in local time. */
export function listLine(run: ListedRun, language: Language): string {
  const when = localTime(run.startedAtMs).slice(0, 'YYYY-MM-DD hh:mm:ss'.length);
  const target = run.version === null ? '' : `${run.version} → ${run.environment ?? ''}`;
  return `${when}  ${pad(listedOutcome(run, language), 24)}  ${pad(target, 28)}  ${visible(run.workflowId)}`;
}

/** Temporal's own word where the run did not say how it ended: refused at its start, or terminated. */
function listedOutcome({ outcome, status, beginsAtMs }: ListedRun, language: Language): string {
  if (beginsAtMs !== null) {
    const when = localTime(beginsAtMs).slice(0, 'YYYY-MM-DD hh:mm'.length);
    return sayIn(language)({ zh: `定于 ${when}`, en: `begins ${when}` });
  }
  const known = OUTCOMES.find((each) => each === outcome);
  const hasSaid = known !== undefined && (status === 'RUNNING' || known !== 'running');
  return hasSaid ? outcomeWord(known, language) : status.toLowerCase();
}

const OUTCOMES = [
  'running',
  'succeeded',
  'failed',
  'rolled_back',
  'rejected',
  'expired',
  'superseded',
  'cancelled',
  'needs_attention',
] as const;
