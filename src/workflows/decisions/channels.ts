/** Which notices would reach nobody: they are left out, as the project stood when the run began. */
import type { ApprovalStep } from '../../plan/plan.ts';
import type { RunIdentity } from '../run.ts';

export function hasChannel({ resolved }: RunIdentity): boolean {
  return resolved.settings.channels.configured.length > 0;
}

/** An approval is asked for on the channels that its step names. */
export function hasChannelOf({ resolved }: RunIdentity, { channels }: ApprovalStep): boolean {
  return resolved.settings.channels.configured.some((each) => channels.includes(each));
}
