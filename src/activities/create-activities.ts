/** All activities of a worker by what it does, composed of the areas' factories; every one is guarded. */
import type { BuildActionId } from '../actions/index.ts';
import type { Ports } from '../ports/ports.ts';
import { createCheckActivities } from './code/checks.ts';
import { createCompileActivities } from './code/compile.ts';
import { createImageActivities } from './code/image.ts';
import { createConfirmation } from './code/image-confirmation.ts';
import { createReadyImageActivities } from './code/ready-image.ts';
import { createCheckoutActivities, createSourceActivities, type OwnPlace } from './code/source.ts';
import { createTestActivities } from './code/tests.ts';
import type { Activities } from './contract.ts';
import { createPoolMoveActivities } from './fleet/move-server.ts';
import { createServerStateActivities } from './fleet/server-states.ts';
import { createFleetActivities } from './fleet.ts';
import { type GuardOptions, guardAll } from './guard.ts';
import { createLocalActivities, type LocalDependencies } from './local/index.ts';
import type { NotificationPorts } from './notifications/channels.ts';
import { createCheckoutCommand, createServerCommand } from './run/command.ts';
import { createReportActivities } from './run/report.ts';
import { createCheckoutUndo, createServerUndo } from './run/undo.ts';
import { createProof } from './sealing/proof.ts';
import type { ServerPorts } from './servers/context.ts';
import { createPoolNotes } from './servers/pool-notes.ts';
import { createServerActivities } from './servers.ts';
import { createWatchActivities } from './watch/index.ts';

/** What runs the project's own code. */
export type BuildActivities = Pick<
  Activities,
  BuildActionId | 'takeCheckout' | 'project.command' | 'project.undo'
>;
/** What holds keys. */
export type DeployActivities = Omit<Activities, BuildActionId | 'takeCheckout'>;

/** All that a worker that builds reaches: no server, no balancer, no record, no channel. */
export type BuildPorts = Pick<
  Ports,
  'commands' | 'source' | 'builder' | 'registry' | 'artifacts' | 'secrets' | 'seal'
>;

interface CommonDependencies {
  /** Takes secrets out of text; see adapters/secrets/redactor.ts. */
  readonly redact: (text: string) => string;
  /** This worker's project; work of another one is refused. Absent: any. */
  readonly project?: string;
}

export interface BuildDependencies extends CommonDependencies {
  readonly ports: BuildPorts;
  readonly place: OwnPlace;
}

export interface DeployDependencies extends CommonDependencies {
  readonly ports: Ports;
  /** That of runsheet.yaml. */
  readonly folder: string;
  readonly local: Omit<LocalDependencies, 'seal'>;
  /** The project's settings as runsheet.yaml has them now. @throws ApplicationFailure BAD_PROJECT_FILE */
  readonly currentSettings: ServerPorts['currentSettings'];
  /** The people who hold any of these roles in runsheet.yaml, as it stands now. */
  readonly recipientsOf?: NotificationPorts['recipientsOf'];
}

/** @returns every activity of a worker that builds; an area that lacks one does not compile */
export function createBuildActivities(dependencies: BuildDependencies): BuildActivities {
  const { redact, place } = dependencies;
  const ports = { ...dependencies.ports, redact };
  const activities: BuildActivities = {
    ...createCheckoutActivities(ports, place),
    ...createCheckActivities(ports),
    ...createTestActivities(ports),
    ...createCompileActivities(ports),
    ...createImageActivities(ports),
    ...createCheckoutCommand(ports),
    ...createCheckoutUndo(ports),
  };
  return guardAll(activities, guardOf(dependencies));
}

/** @returns every activity of a worker that deploys; an area that lacks one does not compile */
export function createDeployActivities(dependencies: DeployDependencies): DeployActivities {
  const { ports, folder, redact, local, recipientsOf } = dependencies;
  const commandPorts = { ...ports, redact };
  const serverPorts = {
    ...ports,
    currentSettings: dependencies.currentSettings,
    notes: createPoolNotes(),
  };
  const activities: DeployActivities = {
    ...createSourceActivities(ports),
    ...createReadyImageActivities({ ...commandPorts, folder }),
    ...createServerCommand(commandPorts),
    ...createServerUndo(commandPorts),
    ...createServerActivities(serverPorts),
    ...createFleetActivities(serverPorts),
    ...createServerStateActivities(serverPorts),
    ...createReportActivities({ ...ports, ...(recipientsOf && { recipientsOf }) }),
    ...createLocalActivities({ ...local, seal: ports.seal }),
    ...createConfirmation(ports),
    ...createPoolMoveActivities({ ...serverPorts, ...local }),
    ...createWatchActivities({ ...ports, ...local, ...(recipientsOf && { recipientsOf }) }),
  };
  return guardAll(activities, guardOf(dependencies));
}

function guardOf({
  redact,
  project,
  ports,
}: CommonDependencies & { readonly ports: Pick<Ports, 'seal'> }): GuardOptions {
  const proof = createProof(ports.seal);
  return { redact, proof, ...(project !== undefined && { project }) };
}
