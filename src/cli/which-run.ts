/** Which run is meant where none is named. */
import { NoAnswerError } from '../client/errors.ts';
import type { RunsheetClient } from '../client.ts';
import type { ProjectFile } from '../config/project-file.ts';
import type { RunStatus } from '../workflows/messages.ts';
import { type CommonOptions, refuse } from './context.ts';

/** Runs that are looked at: more wait for a person in no project that one person oversees. */
const MOST_OPEN = 50;

/** The run named, else the latest. @throws CommandError where there is none, exit 2 */
export async function latestRun(
  client: RunsheetClient,
  project: ProjectFile,
  named: string | undefined,
  options: CommonOptions,
): Promise<string> {
  if (named !== undefined) return named;
  const [latest] = await client.list(project.taskQueue, 1);
  if (latest !== undefined) return latest.workflowId;
  throw refuse(
    {
      zh: `RUN_NOT_FOUND: 队列 ${project.taskQueue} 还没有运行\n下一步：runsheet run deployment.md`,
      en: `RUN_NOT_FOUND: the queue ${project.taskQueue} has no run yet\nnext: runsheet run deployment.md`,
    },
    options,
  );
}

export interface Waiting {
  /** `approve`, `resolve`: what would be typed. */
  readonly verb: string;
  readonly holds: (status: RunStatus) => boolean;
}

/** The run named, or the only one that waits. @throws CommandError with the commands to choose from, exit 2 */
export async function waitingRun(
  client: RunsheetClient,
  project: ProjectFile,
  named: string | undefined,
  { verb, holds }: Waiting,
  options: CommonOptions,
): Promise<string> {
  if (named !== undefined) return named;
  const open = await client.list(project.taskQueue, MOST_OPEN, true);
  const looked = await Promise.all(
    open.map(async ({ workflowId }) => ({
      workflowId,
      status: await client.status(workflowId).catch(ignoreSilence),
    })),
  );
  const waiting = looked.flatMap(({ workflowId, status }) =>
    status !== null && holds(status) ? [workflowId] : [],
  );
  const [only] = waiting;
  if (only !== undefined && waiting.length === 1) return only;
  if (only === undefined) {
    throw refuse(
      {
        zh: '现在没有运行在等待\n下一步：runsheet list',
        en: 'no run waits now\nnext: runsheet list',
      },
      options,
    );
  }
  const commands = waiting.map((each) => `  runsheet ${verb} ${each}`).join('\n');
  throw refuse(
    {
      zh: `有 ${waiting.length} 次运行在等待，请指明：\n${commands}`,
      en: `${waiting.length} runs wait; name one:\n${commands}`,
    },
    options,
  );
}

/** One run without a worker does not hide the others. */
function ignoreSilence(error: unknown): null {
  if (error instanceof NoAnswerError) return null;
  throw error;
}
