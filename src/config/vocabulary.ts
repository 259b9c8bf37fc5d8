/** The project's words, in the form that the compiler takes. */
import type { ProjectFile } from './project-file.ts';

export interface ProjectVocabulary {
  readonly roles: ProjectFile['roles'];
  readonly actions: ProjectFile['settings']['actions'];
  readonly channels: ProjectFile['settings']['channels']['configured'];
  readonly rollingEnvironments: readonly string[];
  readonly withoutPool?: { readonly kind: string };
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
    ...(!project.settings.balancer.capabilities.pool && {
      withoutPool: { kind: project.settings.balancer.kind },
    }),
    ...(Object.keys(project.people).length > 0 && { people: project.people }),
  };
}

/** The words of a file that is wrong elsewhere, so that run sheets are judged by them all the same. */
export function wordsIn(value: unknown): ProjectVocabulary {
  const roles = Object.entries(sectionOf(value, 'roles')).map(([id, role]) => {
    const names: unknown = sectionOf(role)['names'];
    return [id, { names: Array.isArray(names) ? names.map(String) : [] }] as const;
  });
  const actions = Object.keys(sectionOf(value, 'actions')).map(
    (name) => [name, { argv: [], on: 'worker', timeoutSeconds: 0 }] as const,
  );
  const channels = sectionOf(value, 'channels');
  const environments = Object.entries(sectionOf(value, 'environments'));
  return {
    roles: Object.fromEntries(roles),
    actions: Object.fromEntries(actions),
    channels: (['email', 'slack', 'webhook'] as const).filter((name) => name in channels),
    rollingEnvironments: environments.flatMap(([name, each]) =>
      'rolling' in sectionOf(each) ? [name] : [],
    ),
  };
}

function sectionOf(value: unknown, key?: string): Readonly<Record<string, unknown>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const map = isMap ? (value as Readonly<Record<string, unknown>>) : {};
  return key === undefined ? map : sectionOf(map[key]);
}
