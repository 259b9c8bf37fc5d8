/** Said besides, on standard error: runs that no worker carries on, since none polls for their version. */
import type { RunsheetClient } from '../../client.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { WaitingRun } from '../../worker/versions/open-runs.ts';

/** @param only one run; default: any. What was asked does not fail because of what is said besides. */
export async function sayWaiting(
  { server }: RunsheetClient,
  { taskQueue }: ProjectFile,
  language: Language,
  only?: string,
): Promise<void> {
  // They load Temporal's package, which is there once a client is.
  const [{ describeDeployment }, { openWorkflows, waitingAmong }, { waitingLines }] =
    await Promise.all([
      import('../../worker/versions/deployment.ts'),
      import('../../worker/versions/open-runs.ts'),
      import('../../worker/versions/standing-lines.ts'),
    ]);
  const find = async (): Promise<readonly WaitingRun[]> => {
    const deployment = await describeDeployment(server, taskQueue);
    if (deployment === null) return [];
    return waitingAmong(await openWorkflows(server, taskQueue), deployment, Date.now());
  };
  const waiting = await find().catch(() => []);
  const told = waiting.filter(({ workflowId }) => only === undefined || workflowId === only);
  for (const line of waitingLines(told, language)) process.stderr.write(`${line}\n`);
}
