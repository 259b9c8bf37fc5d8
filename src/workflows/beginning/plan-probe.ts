/** What is asked of the worker outside a run: it has the servers' keys, the CLI has none. Changes nothing. */
import { uuid4, workflowInfo } from '@temporalio/workflow';
import type { FleetActivities } from '../../activities/contract.ts';
import type { Json } from '../../plan/plan.ts';
import type { PreflightResult } from '../../plan/run.ts';
import { refOf } from '../../plan/sealed-work.ts';
import type { ServerStates, ShowServersInput } from '../../plan/shown-server.ts';
import { doneIn, examine } from '../fleet/preflight.ts';
import { messageOf } from '../steps/failure.ts';
import { hostKeys as keys, serverStates as states } from '../tasks/activities.ts';
import { asFailure } from './as-failure.ts';
import { resolveRequest } from './resolve.ts';

export interface ProbeRequest {
  readonly templateId: string;
  /** The arguments with which a run would be started. */
  readonly inputs: readonly Json[];
}

/** `plan --probe`: resolves the request as a run would, and looks at everything that it would change. */
export async function probe({
  templateId,
  inputs,
}: ProbeRequest): Promise<readonly PreflightResult[]> {
  const { workflowId } = workflowInfo();
  const requestId = uuid4();
  const resolved = await resolveRequest(templateId, inputs, { requestId });
  const ref = refOf({ workflowId, requestId }, resolved);
  const step = resolved.plan.steps[0]?.number ?? 0;
  const { servers, settings, proof } = resolved;
  try {
    const { rolling } = resolved.plan;
    const does = doneIn(resolved);
    return await examine({ ref, settings, proof, servers, rolling, does, step });
  } catch (error) {
    throw asFailure(error);
  }
}

type ShownHostKey = Awaited<ReturnType<FleetActivities['showHostKey']>>;

export type HostKeyAnswer =
  | { readonly server: string; readonly shown: ShownHostKey }
  | { readonly server: string; readonly problem: string };

/** `hosts trust`: the host key that each server shows now, or why it shows none. */
export async function hostKeys(servers: readonly string[]): Promise<readonly HostKeyAnswer[]> {
  return Promise.all(
    servers.map(async (server) => {
      try {
        const shown = await keys.showHostKey.executeWithOptions({ summary: server }, [{ server }]);
        return { server, shown };
      } catch (error) {
        return { server, problem: messageOf(error) };
      }
    }),
  );
}

/** `servers`: what the servers of an environment run, and how they stand. */
export async function serverStates(input: ShowServersInput): Promise<ServerStates> {
  try {
    const summary = input.environment;
    return await states.showServers.executeWithOptions({ summary }, [input]);
  } catch (error) {
    throw asFailure(error);
  }
}
