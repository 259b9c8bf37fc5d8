/** All activities of a worker, composed of the areas' factories; every one is guarded. */
import type { RunRef } from '../plan/run.ts';
import type { ProjectSettings } from '../plan/settings.ts';
import type { Ports } from '../ports/ports.ts';
import { createCheckActivities } from './code/checks.ts';
import { createCompileActivities } from './code/compile.ts';
import { createImageActivities } from './code/image.ts';
import { createReadyImageActivities } from './code/ready-image.ts';
import { createSourceActivities } from './code/source.ts';
import { createTestActivities } from './code/tests.ts';
import type { Activities } from './contract.ts';
import { createFleetActivities } from './fleet.ts';
import { guardAll } from './guard.ts';
import { createLocalActivities, type LocalDependencies } from './local/index.ts';
import type { NotificationPorts } from './notifications/channels.ts';
import { createCommandActivities } from './run/command.ts';
import { createReportActivities } from './run/report.ts';
import { createProof } from './sealing/proof.ts';
import { createPoolNotes } from './servers/pool-notes.ts';
import { createServerActivities } from './servers.ts';

export interface ActivityDependencies {
  readonly ports: Ports;
  /** That of runsheet.yaml. */
  readonly folder: string;
  /** Takes secrets out of text; see adapters/secrets/redactor.ts. */
  readonly redact: (text: string) => string;
  /** This worker's project; work of another one is refused. Absent: any. */
  readonly project?: string;
  readonly local: Omit<LocalDependencies, 'seal'>;
  /** The project's settings as runsheet.yaml has them now. @throws ApplicationFailure BAD_PROJECT_FILE */
  readonly currentSettings: (run: RunRef) => Promise<ProjectSettings>;
  /** The people who hold any of these roles in runsheet.yaml, as it stands now. */
  readonly recipientsOf?: NotificationPorts['recipientsOf'];
}

/** @returns every activity of the contract; an area that lacks one does not compile */
export function createActivities(dependencies: ActivityDependencies): Activities {
  const { ports, folder, redact, project, local, recipientsOf } = dependencies;
  const commandPorts = { ...ports, redact };
  const serverPorts = {
    ...ports,
    currentSettings: dependencies.currentSettings,
    notes: createPoolNotes(),
  };
  const activities: Activities = {
    ...createSourceActivities(ports),
    ...createCheckActivities(commandPorts),
    ...createTestActivities(commandPorts),
    ...createCompileActivities(commandPorts),
    ...createImageActivities(commandPorts),
    ...createReadyImageActivities({ ...commandPorts, folder }),
    ...createCommandActivities(commandPorts),
    ...createServerActivities(serverPorts),
    ...createFleetActivities(serverPorts),
    ...createReportActivities({ ...ports, ...(recipientsOf && { recipientsOf }) }),
    ...createLocalActivities({ ...local, seal: ports.seal }),
  };
  const proof = createProof(ports.seal);
  return guardAll(activities, { redact, proof, ...(project !== undefined && { project }) });
}
