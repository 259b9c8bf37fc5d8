/** What changes which version runs begin and go on with. */
import proto from '@temporalio/proto';
import { ask, type Server } from './server.ts';

const { PinnedOverrideBehavior } = proto.temporal.api.workflow.v1.VersioningOverride;

/** Who the server notes as the one that changed it. */
const IDENTITY = 'runsheet';

export interface Change {
  /** Of the deployment. */
  readonly name: string;
  readonly buildId: string;
  /** Makes the change fail where something has changed since it was read. */
  readonly conflictToken?: Uint8Array;
}

/** New runs begin on it. @throws ServiceError where no worker of it has been seen */
export async function setCurrent(server: Server, change: Change): Promise<void> {
  await ask(server, (service) =>
    service.setWorkerDeploymentCurrentVersion({
      ...requestOf(server, change),
      ignoreMissingTaskQueues: true,
    }),
  );
}

/** A share of the new runs begins on it. @param percentage 0 ends the ramp */
export async function setRamping(
  server: Server,
  change: Change,
  percentage: number,
): Promise<void> {
  const request = requestOf(server, change);
  await ask(server, (service) =>
    service.setWorkerDeploymentRampingVersion({
      ...request,
      buildId: percentage === 0 ? '' : change.buildId,
      percentage,
      ignoreMissingTaskQueues: true,
    }),
  );
}

function requestOf({ namespace }: Server, { name, buildId, conflictToken }: Change) {
  return {
    namespace,
    deploymentName: name,
    buildId,
    identity: IDENTITY,
    ...(conflictToken !== undefined && { conflictToken }),
  };
}

/** The run and what it has started and not ended: its lock. */
export async function membersOf(server: Server, workflowId: string): Promise<readonly string[]> {
  const { pendingChildren } = await ask(server, (service) =>
    service.describeWorkflowExecution({
      namespace: server.namespace,
      execution: { workflowId },
    }),
  );
  const children = (pendingChildren ?? []).map((child) => child.workflowId ?? '');
  return [workflowId, ...children.filter((id) => id !== '')];
}

/** The workflow goes on with another version; activities that are tried again, too. */
export async function pinTo(
  server: Server,
  workflowId: string,
  { name, buildId }: Change,
): Promise<void> {
  await ask(server, (service) =>
    service.updateWorkflowExecutionOptions({
      namespace: server.namespace,
      identity: IDENTITY,
      workflowExecution: { workflowId },
      workflowExecutionOptions: {
        versioningOverride: {
          pinned: {
            behavior: PinnedOverrideBehavior.PINNED_OVERRIDE_BEHAVIOR_PINNED,
            version: { deploymentName: name, buildId },
          },
        },
      },
      updateMask: { paths: ['versioning_override'] },
    }),
  );
}
