/** What waits for people in all open runs of the project. */
import { Command } from 'commander';
import { NoAnswerError, NotBegunError } from '../../client/errors.ts';
import type { RunsheetClient } from '../../client.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { type CommonOptions, print, requireProject, withClient } from '../context.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { pendingLines, pendingOf } from '../view/questions.ts';
import { visible } from '../view/text.ts';

/** Open runs that are asked. */
const MOST_OPEN = 200;

export function pendingCommand(say: Say): Command {
  const command = new Command('pending')
    .description(
      say({
        zh: '列出所有等待人决定的问题，最急的在前',
        en: 'List every question that waits for people, the most urgent first',
      }),
    )
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(pending);
  return withExamples(command, say, 'runsheet pending', 'runsheet pending --json');
}

async function pending(options: CommonOptions): Promise<void> {
  const project = await requireProject(options);
  const asked = await withClient(project, options, (client) => askAll(client, project.taskQueue));
  const questions = pendingOf(asked.statuses);
  const { silent, isPart } = asked;
  if (options.json === true) {
    print(JSON.stringify({ questions, silent, isPart }, null, 2));
    return;
  }
  const language = languageOf(options);
  const say = sayIn(language);
  for (const each of questions) print(pendingLines(each, language, Date.now()).join('\n'));
  for (const run of silent) {
    const name = visible(run);
    print(
      say({
        zh: `! ${name}：没有 worker 回答，不知道它是否在等待\n   runsheet status ${name}`,
        en: `! ${name}: no worker answers, so whether it waits is not known\n   runsheet status ${name}`,
      }),
    );
  }
  if (isPart) {
    print(
      say({
        zh: `! 只询问了最新的 ${MOST_OPEN} 张未结束的发布单`,
        en: `! only the latest ${MOST_OPEN} open runs were asked`,
      }),
    );
  }
  if (questions.length === 0) {
    print(say({ zh: '没有等待人决定的问题', en: 'no question waits for anybody' }));
  }
}

export interface AskedRuns {
  readonly statuses: readonly RunStatus[];
  /** Those for which no worker answers. */
  readonly silent: readonly string[];
  /** There are more open runs than were asked. */
  readonly isPart: boolean;
}

/** One run without a worker does not hide the others. */
export async function askAll(
  client: Pick<RunsheetClient, 'list' | 'status'>,
  taskQueue: string,
): Promise<AskedRuns> {
  const open = await client.list(taskQueue, MOST_OPEN, true);
  const silent: string[] = [];
  const statuses = await Promise.all(
    open.map(async ({ workflowId, beginsAtMs }) => {
      if (beginsAtMs !== null) return [];
      try {
        return [await client.status(workflowId)];
      } catch (error) {
        // It has ended since it was listed, or has not begun: it asks nothing.
        if (error instanceof NotBegunError) return [];
        if (error instanceof Error && error.name === 'WorkflowNotFoundError') return [];
        if (!(error instanceof NoAnswerError)) throw error;
        silent.push(workflowId);
        return [];
      }
    }),
  );
  return { statuses: statuses.flat(), silent: silent.toSorted(), isPart: open.length >= MOST_OPEN };
}
