/** The activities of one project's worker, with what they read anew whenever they need it. */
import type { OwnPlace } from '../activities/code/source.ts';
import {
  type BuildActivities,
  createBuildActivities,
  createDeployActivities,
  type DeployActivities,
} from '../activities/create-activities.ts';
import type { DecisionPolicy } from '../activities/local/index.ts';
import type { ProjectFile } from '../config/project-file.ts';
import type { Ports } from '../ports/ports.ts';
import type { OpenProject } from './open-project.ts';
import { readProject } from './read-projects.ts';
import { createResolver, createSettingsReader } from './resolution.ts';
import { createTemporalAccess } from './temporal-access.ts';

/** Those that run the project's code, in this worker's own checkouts. */
export function buildActivitiesOf(
  { project, adapters }: OpenProject,
  place: OwnPlace,
): BuildActivities {
  const { build: ports, redact } = adapters;
  return createBuildActivities({ ports, place, redact, project: project.service });
}

/** Those that hold keys. */
export function deployActivitiesOf(
  { project, environment, temporal, connection, adapters }: OpenProject,
  ports: Ports,
): DeployActivities {
  const { folder } = project;
  const { redact } = adapters;
  const access = createTemporalAccess(connection, temporal.namespace);
  const policy = async (): Promise<DecisionPolicy> =>
    policyOf(await readProject(folder, environment));
  return createDeployActivities({
    ports,
    folder,
    redact,
    project: project.service,
    local: {
      resolve: createResolver(folder, environment),
      policy,
      temporal: () => Promise.resolve(access),
      taskQueue: project.taskQueue,
    },
    currentSettings: createSettingsReader(folder, environment),
    recipientsOf: async (roles) => {
      const { people } = await policy();
      return Object.values(people).filter((person) =>
        person.roles.some((role) => roles.includes(role)),
      );
    },
  });
}

export function policyOf(project: ProjectFile): DecisionPolicy {
  return {
    roles: project.roles,
    people: project.people,
    allowSelfApproval: project.approval.allowSelfApproval,
    operators: Object.fromEntries(
      Object.entries(project.environments).flatMap(([name, { operators }]) =>
        operators === undefined ? [] : [[name, operators]],
      ),
    ),
  };
}
