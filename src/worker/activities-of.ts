/** The activities of one project's worker, with what they read anew whenever they need it. */
import type { Activities } from '../activities/contract.ts';
import { createActivities } from '../activities/create-activities.ts';
import type { DecisionPolicy } from '../activities/local/index.ts';
import type { ProjectFile } from '../config/project-file.ts';
import type { OpenProject } from './open-project.ts';
import { readProject } from './read-projects.ts';
import { createResolver, createSettingsReader } from './resolution.ts';
import { createTemporalAccess } from './temporal-access.ts';

export function activitiesOf({
  project,
  environment,
  temporal,
  connection,
  adapters,
}: OpenProject): Activities {
  const { folder } = project;
  const { ports, redact } = adapters;
  const access = createTemporalAccess(connection, temporal.namespace);
  const policy = async (): Promise<DecisionPolicy> =>
    policyOf(await readProject(folder, environment));
  return createActivities({
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

function policyOf(project: ProjectFile): DecisionPolicy {
  return {
    roles: project.roles,
    people: project.people,
    allowSelfApproval: project.approval.allowSelfApproval,
  };
}
