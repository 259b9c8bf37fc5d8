/** Which run is meant if none is named. */
import { NoAnswerError } from '../client/errors.ts';
import type { RunsheetClient } from '../client.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { RunStatus } from '../workflows/messages.ts';
import { type CommonOptions, refuse, refuseWith } from './context.ts';

/** Open runs that are looked at: a project that one person oversees has fewer. */
const MOST_OPEN = 50;

/** The run named, else the latest. @throws CommandError if there is none, exit 2 */
export async function latestRun(
  client: RunsheetClient,
  project: ProjectFile,
  named: string | undefined,
  options: CommonOptions,
): Promise<string> {
  if (named !== undefined) return named;
  const [latest] = await client.list(project.taskQueue, 1);
  if (latest !== undefined) return latest.workflowId;
  throw refuseWith(diagnose('RUN_NOT_FOUND', 'noneYet', { queue: project.taskQueue }), options);
}

export interface Waiting {
  /** `approve`, `answer`: what would be typed. */
  readonly verb: string;
  /** What would be typed behind the run. */
  readonly rest?: string;
  readonly holds: (status: RunStatus) => boolean;
}

/** The run named, or the only one waiting. @throws CommandError with the commands to choose from, exit 2 */
export async function waitingRun(
  client: RunsheetClient,
  project: ProjectFile,
  named: string | undefined,
  { verb, rest, holds }: Waiting,
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
        zh: `没有发布单在等待 ${rest ?? verb}\n下一步：runsheet pending`,
        en: `no run is waiting for ${rest ?? verb}\nnext: runsheet pending`,
      },
      options,
    );
  }
  const behind = rest === undefined ? '' : ` ${rest}`;
  const commands = waiting.map((each) => `  runsheet ${verb} ${each}${behind}`).join('\n');
  throw refuse(
    {
      zh: `有 ${waiting.length} 张发布单在等待，请指定一张：\n${commands}`,
      en: `${waiting.length} runs are waiting; name one:\n${commands}`,
    },
    options,
  );
}

/** One run without a worker does not hide the others. */
function ignoreSilence(error: unknown): null {
  if (error instanceof NoAnswerError) return null;
  throw error;
}
