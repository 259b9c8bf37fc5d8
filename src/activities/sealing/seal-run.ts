/** Signs everything that the activities of a run will be told to do. */
import { ACTIONS, COMPENSATIONS, OPERATIONS } from '../../actions/index.ts';
import { commandOf, tasksIn } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { taskSettings } from '../../actions/task-settings.ts';
import type { ResolvedRun, RunProof, RunRef } from '../../plan/run.ts';
import { refOf, sealedWork, sealKey, type ToldWork } from '../../plan/sealed-work.ts';
import type { Seal, Signature } from '../../ports/seal.ts';

/** Activities around the actions that are given no settings of the project. */
const WITHOUT_SETTINGS = [
  'resolveSource',
  'takeCheckout',
  'announceApproval',
  'announceQuestion',
  'judgeDecision',
  'judgeSuccessor',
  'awaitLock',
  'beginWatch',
] as const;

type Names = Pick<RunRef, 'workflowId' | 'requestId'> & { readonly runId: string };

/** @param names as Temporal itself says them, not as the input does */
export async function sealRun(seal: Seal, resolved: ResolvedRun, names: Names): Promise<RunProof> {
  const run = refOf(names, resolved);
  const seals: Record<string, Signature> = {};
  const sign = async (activity: string, told: Omit<ToldWork, 'run'>): Promise<void> => {
    const key = sealKey(activity, told.settings);
    seals[key] ??= await seal.sign(sealedWork(activity, names.runId, { run, ...told }));
  };
  for (const task of tasksOf(resolved)) {
    const project = sectionsOf(resolved.settings, ACTIONS[task.action]);
    const told = { settings: taskSettings(task, resolved), project };
    await sign(task.action, told);
    if (task.action === 'image.push') await sign('confirmImage', told);
    const name = commandOf(task);
    if (name !== '') await sign('project.undo', { settings: { name }, project });
  }
  for (const each of [...Object.values(COMPENSATIONS), ...Object.values(OPERATIONS)]) {
    await sign(each.id, { project: sectionsOf(resolved.settings, each) });
  }
  for (const activity of WITHOUT_SETTINGS) await sign(activity, {});
  // What can show it, replaces other runs.
  if (resolved.supersede === true) await sign('supersedeRuns', {});
  return { runId: names.runId, seals };
}

/** The plan's tasks, and those that the request adds. */
function tasksOf({ plan, overrides }: ResolvedRun) {
  return [...plan.steps.flatMap(tasksIn), ...overrides.add.map(({ task }) => task)];
}
