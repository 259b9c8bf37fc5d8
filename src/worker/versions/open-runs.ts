/** Open runs with the version that each began on, and those that wait for a worker of theirs. */
import { NO_RUNS } from '../../plan/reserved-ids.ts';
import { type Deployment, isPolled } from './deployment.ts';
import { ask, milliseconds, type Server } from './server.ts';

export interface OpenRun {
  readonly workflowId: string;
  readonly type: string;
  /** Build id; null: it has not begun, and waits for the current version. */
  readonly version: string | null;
  /** Of one that is to begin later, when that is. */
  readonly startedMs: number;
}

export interface WaitingRun extends OpenRun {
  /** The version of which no worker polls; null: no version is current. */
  readonly waitsFor: string | null;
}

/** More are not told apart; a project that people oversee has far fewer. */
export const MOST_OPEN = 1000;
const PAGE = 250;
/** A run that has just been started has not been seen by anybody yet. */
const NEW_MS = 5_000;
const UNTIL_BUILD = /^.*:/u;

/** Everything open on the project's queue, the latest first. */
export async function openWorkflows(
  server: Server,
  taskQueue: string,
): Promise<readonly OpenRun[]> {
  const { namespace } = server;
  const query = `TaskQueue='${taskQueue.replace(/['\\]/gu, '')}' AND ExecutionStatus='Running'`;
  const found: OpenRun[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await ask(server, (service) =>
      service.listWorkflowExecutions({ namespace, query, pageSize: PAGE, nextPageToken }),
    );
    for (const { execution, type, startTime, executionTime, searchAttributes } of page.executions) {
      const version = searchAttributes?.indexedFields?.['TemporalWorkerDeploymentVersion'];
      found.push({
        workflowId: execution?.workflowId ?? '',
        type: type?.name ?? '',
        version: buildIn(version?.data),
        startedMs: milliseconds(executionTime) ?? milliseconds(startTime) ?? 0,
      });
    }
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0 && found.length < MOST_OPEN);
  return found;
}

/** `runsheet-shop:3f2a…`, as JSON. */
function buildIn(data: Uint8Array | null | undefined): string | null {
  if (data === null || data === undefined || data.length === 0) return null;
  const text: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof text === 'string' ? text.replace(UNTIL_BUILD, '') : null;
}

export function runsAmong(workflows: readonly OpenRun[]): readonly OpenRun[] {
  return workflows.filter(({ type }) => !NO_RUNS.includes(type));
}

/** Those that nobody carries on: no worker polls for the version that they began on. */
export function waitingAmong(
  workflows: readonly OpenRun[],
  deployment: Deployment,
  nowMs: number,
): readonly WaitingRun[] {
  return runsAmong(workflows).flatMap((run) => {
    const waitsFor = run.version ?? deployment.current;
    if (waitsFor !== null && isPolled(deployment, waitsFor)) return [];
    if (run.version === null && nowMs - run.startedMs < NEW_MS) return [];
    return [{ ...run, waitsFor }];
  });
}
