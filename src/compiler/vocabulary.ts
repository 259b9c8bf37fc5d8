/** The project's side of a template's words: roles, people, own phrases, channels. */
import { normalisePhrase } from '../actions/phrases.ts';
import type { ChannelName } from '../plan/plan.ts';
import type { ProjectAction } from '../plan/settings.ts';

export interface Vocabulary {
  /** Role id → the names that documents may use for it. */
  readonly roles: Readonly<Record<string, { readonly names: readonly string[] }>>;
  /** The project's own phrases: the keys of `actions:` in runsheet.yaml. */
  readonly actions: Readonly<Record<string, ProjectAction>>;
  /** Channels that the project has configured; absent: not known, so nothing is said about them. */
  readonly channels?: readonly ChannelName[];
  /** Environments for which runsheet.yaml has batches; absent: not known. */
  readonly rollingEnvironments?: readonly string[];
  /** The load balancer's kind, where there is no pool of it; absent: there is one, or it is not known. */
  readonly withoutPool?: { readonly kind: string };
  /** People with their roles; absent: not known, so no rule is called unsatisfiable. */
  readonly people?: Readonly<Record<string, { readonly roles: readonly string[] }>>;
}

/** The roles of the reference template, so that it compiles with no project file. */
export const BUILT_IN_ROLES: Vocabulary['roles'] = {
  tech_lead: { names: ['技术负责人', 'Tech lead', 'Technical lead'] },
  ops_lead: { names: ['运维负责人', 'Operations lead', 'Ops lead'] },
};

export const DEFAULT_VOCABULARY: Vocabulary = { roles: BUILT_IN_ROLES, actions: {} };

/** Adds the built-in roles where the project does not define a role of that id. */
export function withBuiltInRoles(vocabulary: Vocabulary): Vocabulary {
  return { ...vocabulary, roles: { ...BUILT_IN_ROLES, ...vocabulary.roles } };
}

/** The id of the role that a document names, by id or by one of its names; null: none. */
export function findRole(vocabulary: Vocabulary, name: string): string | null {
  const wanted = normalisePhrase(name);
  for (const [id, { names }] of Object.entries(vocabulary.roles)) {
    if (id === name || names.some((each) => normalisePhrase(each) === wanted)) return id;
  }
  return null;
}
