/** `commands.environment` for the commands that stand elsewhere in runsheet.yaml. */
import type { ImageSettings, ProjectAction } from '../plan/settings.ts';
import { defined } from './fields.ts';
import type { ParsedProject } from './schema.ts';

export function verifyOf({ image, commands }: ParsedProject): Pick<ImageSettings, 'verify'> {
  const { environment } = commands;
  return image.verify === undefined ? {} : { verify: defined({ ...image.verify, environment }) };
}

/** Those on the worker: on servers a command sees what its login sees there. */
export function actionsOf({
  actions,
  commands: { environment },
}: ParsedProject): Readonly<Record<string, ProjectAction>> {
  const given = Object.entries(actions).map(([name, action]) => {
    const isHere = action.on === 'worker' || action.on === 'each-batch';
    return [name, isHere ? defined({ ...action, environment }) : action] as const;
  });
  return Object.fromEntries(given);
}
