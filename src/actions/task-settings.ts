import type { Json, Task } from '../plan/plan.ts';
import type { ResolvedRun } from '../plan/run.ts';
import { ACTIONS } from './index.ts';
import { fillSettings } from './templates.ts';

/** What an action is told: what the document's text sets, filled in, and what the plan's rolling rule sets. */
export function taskSettings(
  { action, settings }: Task,
  { parameters, plan }: Pick<ResolvedRun, 'parameters' | 'plan'>,
): Readonly<Record<string, Json>> {
  const filled: Record<string, Json> = { ...fillSettings(settings, parameters) };
  for (const [name, setting] of Object.entries(ACTIONS[action].settings)) {
    if (setting.kind !== 'rolling') continue;
    filled[name] = plan.rolling?.[setting.rule] ?? setting.default;
  }
  return filled;
}
