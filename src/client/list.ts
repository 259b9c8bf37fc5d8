import type { Client } from '@temporalio/client';
import { NO_RUNS } from '../plan/reserved-ids.ts';

export interface ListedRun {
  readonly workflowId: string;
  readonly templateId: string;
  /** Temporal's own: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED. */
  readonly status: string;
  /** From the search attributes; null where the server does not have them. */
  readonly environment: string | null;
  readonly version: string | null;
  readonly outcome: string | null;
  readonly startedAtMs: number;
  /** When a run that was started with a delay begins; null: its time has come. */
  readonly beginsAtMs: number | null;
  readonly closedAtMs: number | null;
}

/** The latest first. */
export async function listRuns(
  client: Client,
  taskQueue: string,
  limit: number,
  openOnly: boolean,
): Promise<readonly ListedRun[]> {
  const open = openOnly ? ` AND ExecutionStatus='Running'` : '';
  const others = NO_RUNS.map((type) => ` AND WorkflowType!='${type}'`).join('');
  const query = `TaskQueue='${taskQueue.replace(/['\\]/gu, '')}'${others}${open}`;
  const runs: ListedRun[] = [];
  const nowMs = Date.now();
  for await (const each of client.workflow.list({ query, pageSize: limit })) {
    const attributes: Readonly<Record<string, unknown>> = each.searchAttributes;
    const attribute = (name: string): string | null => {
      const value = attributes[name];
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? first : null;
    };
    const begins = each.executionTime?.getTime() ?? 0;
    runs.push({
      workflowId: each.workflowId,
      templateId: each.type,
      status: each.status.name,
      startedAtMs: each.startTime.getTime(),
      beginsAtMs: each.closeTime === undefined && begins > nowMs ? begins : null,
      closedAtMs: each.closeTime?.getTime() ?? null,
      environment: attribute('RunsheetEnvironment'),
      version: attribute('RunsheetVersion'),
      outcome: attribute('RunsheetStatus'),
    });
    if (runs.length >= limit) break;
  }
  return runs;
}
