/** The start of a run, and what the server itself shows of it before the first workflow task. */
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Json } from '../plan/plan.ts';

export interface StartOptions {
  readonly templateId: string;
  readonly taskQueue: string;
  readonly workflowId: string;
  readonly inputs: readonly Json[];
  /** How many: a worker that takes a fleet's run over needs longer for its history. */
  readonly servers: number;
  readonly shown?: ShownAtStart;
  /** Begins after so long; until then nothing is done. */
  readonly delayMs?: number;
}

export interface ShownAtStart {
  /** One line of the Web UI. */
  readonly summary: string;
  /** Markdown. */
  readonly details: string;
  /** Search attributes by their names, as text; written where the server knows all of them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Temporal's limits are 400 bytes and 20,000; a Chinese character takes three. */
const SUMMARY_LIMIT = 130;
const DETAILS_LIMIT = 6_500;
/** Longest value that every visibility store takes. */
const VALUE_LIMIT = 255;
const ASKING_LIMIT_MS = 2_000;
/**
 * Another worker goes on with a local activity after so long, instead of Temporal's ten seconds. A
 * history has to be replayed in it, which is sure for so few servers (15 to 20 ms each) only.
 */
const TASK_TIMEOUT = '4 seconds';
const FEW_SERVERS = 30;

/** @throws WorkflowExecutionAlreadyStartedError where a run has, or had, this id */
export async function startRun(client: Client, options: StartOptions): Promise<void> {
  const { templateId, taskQueue, workflowId, inputs, servers, shown, delayMs } = options;
  await client.workflow.start(templateId, {
    taskQueue,
    workflowId,
    args: [...inputs],
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    ...(servers <= FEW_SERVERS && { workflowTaskTimeout: TASK_TIMEOUT }),
    ...(delayMs !== undefined && { startDelay: delayMs }),
    ...(shown !== undefined && (await fieldsOf(client, shown))),
  });
}

async function fieldsOf(
  client: Client,
  { summary, details, attributes }: ShownAtStart,
): Promise<Partial<WorkflowStartOptions>> {
  const known = await attributesOf(client);
  const isKnown = Object.keys(attributes).every((name) => known.has(name));
  const pairs = Object.entries(attributes).map(
    ([name, value]): SearchAttributePair => ({
      key: defineSearchAttributeKey(name, 'KEYWORD'),
      value: value.slice(0, VALUE_LIMIT),
    }),
  );
  return {
    staticSummary: summary.slice(0, SUMMARY_LIMIT),
    staticDetails: details.slice(0, DETAILS_LIMIT),
    // A start with one that the server does not know is refused.
    ...(isKnown && { typedSearchAttributes: pairs }),
  };
}

/** None where the server may not be asked: the run writes them itself when it begins. */
async function attributesOf({ connection, options }: Client): Promise<ReadonlySet<string>> {
  const asking = connection.withDeadline(Date.now() + ASKING_LIMIT_MS, () =>
    connection.operatorService.listSearchAttributes({ namespace: options.namespace }),
  );
  const { customAttributes } = await asking.catch(() => ({ customAttributes: null }));
  return new Set(Object.keys(customAttributes ?? {}));
}
