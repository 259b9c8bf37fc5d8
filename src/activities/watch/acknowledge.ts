/**
 * Tells the watch over a run that was ended that a person takes care of it: no more messages are sent.
 * Whoever reaches the Temporal server can signal a watch; here it is a known person with a role that may.
 */
import { ApplicationFailure } from '@temporalio/common';
import { say } from '../../diagnostics/language.ts';
import type { AckedWatch, AckWatchInput } from '../../plan/watched-run.ts';
import type { Execution } from '../contract.ts';
import type { DecisionPolicy } from '../local/judge.ts';
import { judgeOperator } from '../local/operator.ts';
import { literal, type ReadHistory, type TemporalAccess } from '../local/temporal.ts';
import { isLeftInTheMiddle } from './dead-run.ts';

export interface Acknowledging {
  readonly access: Pick<TemporalAccess, 'list' | 'describe' | 'historyOf' | 'signal'>;
  readonly policy: DecisionPolicy;
  readonly taskQueue: string;
}

/** As the watch knows it (`acknowledgeSignal`). */
const SIGNAL = 'acknowledge';

/** @throws ApplicationFailure NO_WATCH | ALREADY_ACKNOWLEDGED, or as the judge names it */
export async function acknowledge(
  { access, policy, taskQueue }: Acknowledging,
  input: AckWatchInput,
  asked: Execution,
): Promise<AckedWatch> {
  const { watched, by, language } = input;
  const found = await find(access, watched, taskQueue);
  if (found === null) throw noWatch(input, WHY.none);
  const { watch, run, running } = found;
  const { input: started, heard = [] } = await access.historyOf(watch);
  const place = placeIn(started);
  const judged = judgeOperator({ ...place, by, reason: SIGNAL, language }, policy);
  if (!judged.accepted) throw ApplicationFailure.nonRetryable(judged.reason, judged.code);
  const who = `${judged.vote.name} (${judged.vote.role})`;
  const earlier = wordIn(heard);
  // The question asked once more, by an attempt whose answer was lost.
  if (earlier?.asked === asked.runId) return { watched, ...place, who };
  if (earlier !== null) throw alreadyAcknowledged(input, earlier.by);
  if ((await access.describe(run.workflowId, run.runId))?.running === true)
    throw noWatch(input, WHY.runs);
  const isLeft = running && (await isLeftInTheMiddle(access, place, run));
  const word: Word = { by: who, asked: asked.runId };
  if (!isLeft || !(await access.signal(watch, SIGNAL, word))) throw noWatch(input, WHY.over);
  return { watched, ...place, who };
}

interface Found {
  readonly watch: Execution;
  /** The execution that it watches. */
  readonly run: Execution;
  readonly running: boolean;
}

/** The watch that the run itself has started, by what the server says. */
async function find(
  access: Acknowledging['access'],
  run: string,
  taskQueue: string,
): Promise<Found | null> {
  const query = `WorkflowType='runWatch' AND ParentWorkflowId=${literal(run)}`;
  const [workflowId] = await access.list(query, 1);
  const watch = workflowId === undefined ? null : await access.describe(workflowId);
  if (workflowId === undefined || watch?.startedBy?.workflowId !== run) return null;
  if (watch.type !== 'runWatch' || watch.taskQueue !== taskQueue) return null;
  return {
    watch: { workflowId, runId: watch.runId },
    run: watch.startedBy,
    running: watch.running,
  };
}

/** What a watch is started with names its run. */
function placeIn(started: unknown): { readonly service: string; readonly environment: string } {
  const run: unknown = isObject(started) ? started['run'] : undefined;
  const named = (key: string): string => {
    const value: unknown = isObject(run) ? run[key] : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { service: named('service'), environment: named('environment') };
}

interface Word {
  readonly by: string;
  /** The question that wanted it. */
  readonly asked: string;
}

/** The first that it was told; null: nobody has. Whoever reaches the server may say anything. */
function wordIn(heard: NonNullable<ReadHistory['heard']>): Partial<Word> | null {
  const told = heard.find(({ name }) => name === SIGNAL);
  if (told === undefined) return null;
  const { by, asked } = isObject(told.input) ? told.input : {};
  return {
    ...(typeof by === 'string' && { by: by.slice(0, 200) }),
    ...(typeof asked === 'string' && { asked }),
  };
}

const WHY = {
  none: {
    zh: '没有对它的监视：它没有取得过锁，或监视已不再保存',
    en: 'there is no watch over it: it never held a lock, or its watch is no longer kept',
  },
  runs: { zh: '它还没有结束', en: 'it has not ended' },
  over: {
    zh: '已不再发送消息：它自行结束，另一张发布单已取得锁，或一天已过',
    en: 'no messages are sent any more: it ended by itself, another run has taken the lock, or a day is over',
  },
} as const;

function noWatch(input: AckWatchInput, { zh, en }: (typeof WHY)[keyof typeof WHY]): Error {
  const { watched } = input;
  const text = say(
    input,
    `${watched} 没有可知悉的消息：${zh}`,
    `nothing to acknowledge for ${watched}: ${en}`,
  );
  return ApplicationFailure.nonRetryable(text, 'NO_WATCH');
}

function alreadyAcknowledged(input: AckWatchInput, by = '?'): Error {
  const { watched } = input;
  const text = say(
    input,
    `${watched} 的消息已由 ${by} 知悉`,
    `${watched} was acknowledged already, by ${by}`,
  );
  return ApplicationFailure.nonRetryable(text, 'ALREADY_ACKNOWLEDGED');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
