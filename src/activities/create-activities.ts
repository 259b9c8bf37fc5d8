/** All activities of a worker, composed of the areas' factories; every one is guarded. */
import type { Ports } from '../ports/ports.ts';
import { createBuildActivities } from './build.ts';
import { createCodeActivities } from './code.ts';
import { createCommandActivities } from './command.ts';
import type { ActionActivities, Activities, LocalActivities, SystemActivities } from './contract.ts';
import { guardAll } from './guard.ts';
import { createServerActivities } from './servers.ts';
import { createSourceActivities, ensureCheckout } from './source.ts';
import { createTestActivities } from './tests.ts';

/** What decides over a run: resolving it, judging decisions; made by createLocalActivities. */
export type DecidingActivities = LocalActivities & Pick<SystemActivities, 'findPendingApprovals'>;

/** What tells people and keeps the record; made by createNotificationActivities. */
export type TellingActivities = Pick<
  ActionActivities,
  'report.write' | 'notify.send' | 'record.update'
> &
  Pick<SystemActivities, 'announceApproval'>;

export interface ActivityDependencies {
  readonly ports: Ports;
  /** Takes secrets out of text; see adapters/secrets/redactor.ts. */
  readonly redact: (text: string) => string;
  /** This worker's project; work of another one is refused. Absent: any. */
  readonly project?: string;
  readonly local: DecidingActivities;
  readonly notifications: TellingActivities;
}

/** @returns every activity of the contract; an area that lacks one does not compile */
export function createActivities(dependencies: ActivityDependencies): Activities {
  const { ports, redact, project, local, notifications } = dependencies;
  const commandPorts = { ...ports, redact };
  const activities: Activities = {
    ...createSourceActivities(ports),
    ...createCodeActivities(commandPorts),
    ...createTestActivities(commandPorts),
    ...createBuildActivities(commandPorts),
    ...createCommandActivities(commandPorts),
    ...createServerActivities({ ...ports, ensureCheckout: (input) => ensureCheckout(ports, input) }),
    ...notifications,
    ...local,
  };
  return guardAll(activities, { redact, ...(project !== undefined && { project }) });
}
