/** Judges who wants to move a server, and signs what the activity that does it will be told. */
import { ApplicationFailure } from '@temporalio/common';
import type { MovePoolInput, PermittedMove } from '../../plan/pool-move.ts';
import type { RunRef } from '../../plan/run.ts';
import { sealedWork } from '../../plan/sealed-work.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { Seal } from '../../ports/seal.ts';
import type { Execution } from '../contract.ts';
import type { DecisionPolicy } from '../local/judge.ts';
import { judgeOperator } from '../local/operator.ts';

export interface Permitting {
  readonly seal: Seal;
  readonly policy: DecisionPolicy;
  readonly balancer: BalancerSettings;
}

/** @param asked as the server says @throws ApplicationFailure as the judge names it */
export async function permitMove(
  { seal, policy, balancer }: Permitting,
  input: MovePoolInput,
  asked: Execution,
): Promise<PermittedMove> {
  const { service, environment, server, to, by, language } = input;
  // Nobody has to say why all is well again.
  const reason = input.reason.trim() === '' && to === 'in' ? '–' : input.reason.trim();
  const judged = judgeOperator({ environment, by, reason, language }, policy);
  if (!judged.accepted) throw ApplicationFailure.nonRetryable(judged.reason, judged.code);
  const run: RunRef = {
    workflowId: asked.workflowId,
    requestId: asked.runId,
    project: service,
    service,
    environment,
    version: '',
    templateId: 'movePool',
    planDigest: '',
    requestedBy: by,
    language,
  };
  const settings = { server, to, who: `${judged.vote.name} (${judged.vote.role})`, reason };
  const told = { run, settings, project: { balancer } };
  const signature = await seal.sign(sealedWork('moveServer', asked.runId, told));
  return { ...told, seal: { runId: asked.runId, ...signature } };
}
