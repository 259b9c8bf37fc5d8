/** How long an action may take: its definition's limit, or longer where document or project say so. */
import type { ActionDefinition } from '../../actions/index.ts';
import type { Task } from '../../plan/plan.ts';
import type { ProjectSettings } from '../../plan/settings.ts';
import { commandName } from './targets.ts';

/** Seconds on top of a configured limit before an attempt counts as lost. */
const MARGIN_SECONDS = 60;
/** For an attempt that a worker's end cut off, and the pauses before the next one. */
const PATIENCE_SECONDS = 120;

export interface TaskTimeouts {
  readonly startToCloseSeconds: number;
  readonly scheduleToCloseSeconds: number;
}

/** The limits of one task. The whole, with all attempts and the pauses between them, is bounded too. */
export function timeoutsOf(
  definition: ActionDefinition,
  task: Task,
  project: Partial<ProjectSettings>,
): TaskTimeouts {
  const configured = [...settingSeconds(definition, task), ...projectSeconds(task, project)];
  const longest = Math.max(0, ...configured);
  const startToCloseSeconds = Math.max(
    definition.timeouts.startToCloseSeconds,
    longest === 0 ? 0 : longest + MARGIN_SECONDS,
  );
  const whole = definition.retry.maximumAttempts > 1 ? 2 : 1;
  return {
    startToCloseSeconds,
    scheduleToCloseSeconds: whole * startToCloseSeconds + PATIENCE_SECONDS,
  };
}

function settingSeconds(definition: ActionDefinition, task: Task): number[] {
  return Object.entries(definition.settings).flatMap(([name, setting]) => {
    if (setting.kind !== 'duration') return [];
    const value = task.settings[name] ?? setting.default;
    return typeof value === 'number' ? [value] : [];
  });
}

/** The limits that runsheet.yaml sets in the sections which the action uses. */
function projectSeconds(task: Task, project: Partial<ProjectSettings>): number[] {
  const { commands, image, runtime, health, actions } = project;
  return [
    ...Object.values(commands ?? {}).map((command) => command?.timeoutSeconds ?? 0),
    image?.verify?.timeoutSeconds ?? 0,
    runtime?.stop.graceSeconds ?? 0,
    health?.ready.limitSeconds ?? 0,
    health === undefined
      ? 0
      : health.performance.requests / Math.max(1, health.performance.perSecond),
    actions?.[commandName(task)]?.timeoutSeconds ?? 0,
  ];
}
