/**
 * Whether the run before left an environment half changed: its lock was ended with it, not released.
 * Whoever approves the next run reads that before anything is changed.
 */
import type { ResolvedRun } from '../../plan/run.ts';
import type { TemporalAccess } from './temporal.ts';

/** A warning for the run, or none. */
export async function leftBehind(
  access: Pick<TemporalAccess, 'describe'>,
  { service, environment, servers, language }: ResolvedRun,
): Promise<readonly string[]> {
  if (servers.length === 0) return [];
  const lock = await access.describe(`runsheet-lock:${service}:${environment}`);
  if (lock === null || !lock.wasCut || lock.startedBy === null) return [];
  const { workflowId, runId } = lock.startedBy;
  const holder = await access.describe(workflowId, runId);
  // Open, it goes on, and nobody changes the servers before it has the lock again or is done.
  if (holder?.running === true) return [];
  return [
    language === 'zh'
      ? `发布单 ${workflowId} 在更改 ${service}/${environment} 的服务器时被终止，什么都没有撤销；本发布单失败时恢复的，是现在服务器上的样子。请先查看：runsheet servers ${environment}`
      : `the run ${workflowId} was ended while it changed the servers of ${service}/${environment}, and nothing was undone; what this run restores, should it fail, is what is there now. Look first: runsheet servers ${environment}`,
  ];
}
