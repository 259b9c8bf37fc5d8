/** Activities as a worker has them: they do nothing that the run was not sealed for. */
import { Context } from '@temporalio/activity';
import type { Activities, OfRun, ResolvePlanInput } from '../../src/activities/contract.ts';
import { createProof } from '../../src/activities/sealing/proof.ts';
import { sealRun } from '../../src/activities/sealing/seal-run.ts';
import type { Seal } from '../../src/ports/seal.ts';

export type AnyActivity = (input: unknown) => Promise<unknown>;

/**
 * An input that the interpreter forgot to seal fails the run.
 * @param activitiesOf those of a workflow by its id; `told`: the run that its input names
 */
export function sealed(
  names: readonly string[],
  activitiesOf: (workflowId: string, told?: string) => Partial<Activities>,
  seal: Seal,
): Readonly<Record<string, AnyActivity>> {
  const proof = createProof(seal);
  const guarded = (name: string) => async (input: unknown) => {
    const { info } = Context.current();
    await proof(name, input, info);
    const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
    const told = (input as Partial<OfRun> | undefined)?.run?.workflowId;
    const activities = activitiesOf(workflowId, told);
    if (name !== 'resolvePlan') {
      return (activities as object as Record<string, AnyActivity>)[name]?.(input);
    }
    const asked = input as ResolvePlanInput;
    const run = await activities.resolvePlan?.(asked);
    if (run === undefined) throw new Error(`${workflowId} resolves nothing`);
    const { requestId } = asked;
    const { taskQueue } = info;
    return { ...run, taskQueue, proof: await sealRun(seal, run, { workflowId, runId, requestId }) };
  };
  return Object.fromEntries(names.map((name) => [name, guarded(name)]));
}
