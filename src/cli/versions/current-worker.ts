/** Before anything begins: a worker has to poll for the version that it would begin on. */
import type { RunsheetClient } from '../../client.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { type CommonOptions, refuseWith, requireWorker } from '../context.ts';

/** @throws CommandError NO_WORKER with the next command, exit 2 */
export async function requireCurrentWorker(
  client: RunsheetClient,
  project: ProjectFile,
  options: CommonOptions,
): Promise<void> {
  await requireWorker(client, project, options);
  // Loads a third of a second of Temporal's package, which has been loaded by now.
  const { describeDeployment, isPolled, shortBuild } = await import(
    '../../worker/versions/deployment.ts'
  );
  const deployment = await describeDeployment(client.server, project.taskQueue);
  if (deployment === null) return;
  const { current, versions } = deployment;
  if (current !== null && isPolled(deployment, current)) return;
  const [other] = versions.filter(({ buildId }) => isPolled(deployment, buildId));
  if (other === undefined) return;
  const polled = shortBuild(other.buildId);
  const variant = current === null ? 'noCurrent' : 'otherVersion';
  const found = { polled, current: current === null ? '' : shortBuild(current) };
  throw refuseWith(diagnose('NO_WORKER', variant, found), options);
}
