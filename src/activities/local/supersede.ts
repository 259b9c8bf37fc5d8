/** A newer run replaces those of its service and environment that wait for their approval. */
import { say } from '../../diagnostics/language.ts';
import { sealedWork } from '../../plan/sealed-work.ts';
import { SEARCH_ATTRIBUTES } from '../../plan/search-attributes.ts';
import type { Seal } from '../../ports/seal.ts';
import type { Execution, OfRun } from '../contract.ts';
import type {
  JudgeSuccessorInput,
  SuccessorJudgement,
  SupersededRun,
} from '../supersede-contract.ts';
import { pendingApprovals, type TemporalAccess } from './temporal.ts';

const REASON_CHARACTERS = 300;

/** Asks each of them. One that does not answer stays as it is. */
export async function supersedeRuns(
  access: TemporalAccess,
  input: OfRun,
  taskQueue: string,
): Promise<readonly SupersededRun[]> {
  const waiting = await pendingApprovals(access, input.run, SEARCH_ATTRIBUTES, taskQueue);
  return Promise.all(
    waiting.map(async (workflowId) => {
      try {
        return { workflowId, refused: await access.supersede(workflowId, input) };
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        return { workflowId, refused: text.slice(0, REASON_CHARACTERS) };
      }
    }),
  );
}

interface Asked {
  readonly access: Pick<TemporalAccess, 'describe'>;
  readonly seal: Seal;
  readonly taskQueue: string;
}

/**
 * Whether it is a run of this project that was told to replace others: signed for one execution, which is
 * open, of the same place, and younger than this one. @param own as the server says
 */
export async function judgeSuccessor(
  { access, seal, taskQueue }: Asked,
  { run, successor }: JudgeSuccessorInput,
  own: Execution,
): Promise<SuccessorJudgement> {
  const refuse = (zh: string, en: string): SuccessorJudgement => ({
    accepted: false,
    code: 'NOT_A_SUCCESSOR',
    reason: say(run, zh, en),
  });
  const shown = successor.seal;
  const told = successor.run;
  const work = shown === undefined ? null : sealedWork('supersedeRuns', shown.runId, { run: told });
  if (shown === undefined || work === null || (await seal.verify(work, shown)) !== 'good')
    return refuse('没有本项目 worker 的签名', 'no worker of this project has signed it');
  const isSamePlace =
    told.project === run.project &&
    told.service === run.service &&
    told.environment === run.environment;
  if (!isSamePlace)
    return refuse('它属于另一个服务或环境', 'it is for another service or environment');
  const theirs = await access.describe(told.workflowId, shown.runId);
  if (theirs?.running !== true || theirs.taskQueue !== taskQueue)
    return refuse('它已经结束', 'it has ended');
  const mine = await access.describe(own.workflowId, own.runId);
  if (own.runId === shown.runId || mine === null || theirs.startedAtMs < mine.startedAtMs)
    return refuse('它不比本发布单新', 'it is not newer than this run');
  return { accepted: true };
}
