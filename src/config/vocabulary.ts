/** The project's words, in the form that the compiler takes. */
import { BALANCERS } from './balancers/index.ts';
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
    ...withoutPool(project.settings.balancer.kind),
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
  const kind = sectionOf(value, 'balancer')['kind'];
  return {
    roles: Object.fromEntries(roles),
    actions: Object.fromEntries(actions),
    channels: (['email', 'slack', 'webhook'] as const).filter((name) => name in channels),
    rollingEnvironments: environments.flatMap(([name, each]) =>
      'rolling' in sectionOf(each) ? [name] : [],
    ),
    ...withoutPool(kind),
  };
}

function withoutPool(kind: unknown): Pick<ProjectVocabulary, 'withoutPool'> {
  const found = Object.entries(BALANCERS).find(([name]) => name === kind);
  if (found === undefined || found[1].capabilities.pool) return {};
  return { withoutPool: { kind: found[0] } };
}

function sectionOf(value: unknown, key?: string): Readonly<Record<string, unknown>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const map = isMap ? (value as Readonly<Record<string, unknown>>) : {};
  return key === undefined ? map : sectionOf(map[key]);
}
