/** The project's words, in the form that the compiler takes. */
import type { ProjectFile } from './project-file.ts';

export interface ProjectVocabulary {
  readonly roles: ProjectFile['roles'];
  readonly actions: ProjectFile['settings']['actions'];
  readonly channels: ProjectFile['settings']['channels']['configured'];
  readonly rollingEnvironments: readonly string[];
  readonly people?: ProjectFile['people'];
}

/** A project that lists nobody leaves open who may approve, as a template alone does. */
export function vocabularyOf(project: ProjectFile): ProjectVocabulary {
  return {
    roles: project.roles,
    actions: project.settings.actions,
    channels: project.settings.channels.configured,
    rollingEnvironments: Object.entries(project.environments).flatMap(([name, { rolling }]) =>
      rolling === undefined ? [] : [name],
    ),
    ...(Object.keys(project.people).length > 0 && { people: project.people }),
  };
}
