/** What no single value of runsheet.yaml shows: names that must agree with each other. */
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { BalancedProject } from './balancers/definition.ts';
import { publishesServicePort } from './container-checks.ts';
import { nearestKey } from './nearest-key.ts';
import type { ParsedProject } from './schema.ts';
import type { YamlFile } from './yaml-file.ts';

/** What is wrong, and at which path of the file. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly diagnostic: Diagnostic;
}

export function crossChecks(parsed: ParsedProject, yaml: YamlFile): readonly Diagnostic[] {
  return [
    ...serverProblems(parsed),
    ...portProblems(parsed),
    ...parsed.balancer.problems(aroundBalancer(parsed)),
    ...roleProblems(parsed),
    ...personProblems(parsed),
  ].map(({ path, diagnostic }) => ({ ...diagnostic, ...yaml.locate([...path]) }));
}

/** What a balancer's keys have to agree with. */
export function aroundBalancer({
  environments,
  balancers,
}: ParsedProject): Omit<BalancedProject, 'settings'> {
  return {
    environments: Object.fromEntries(
      Object.entries(environments).map(([name, { servers }]) => [
        name,
        servers.map((each) => each.name),
      ]),
    ),
    machines: balancers.map(({ name }) => name),
  };
}

/** A name is one machine: listed once, in one environment or as a balancer's. */
function serverProblems(parsed: ParsedProject): readonly Problem[] {
  const listed = [
    ...Object.entries(parsed.environments).flatMap(([environment, { servers }]) =>
      servers.map(({ name }, index) => ({
        name,
        place: environment,
        path: ['environments', environment, 'servers', index],
      })),
    ),
    ...parsed.balancers.map(({ name }, index) => ({
      name,
      place: 'balancers',
      path: ['balancers', index],
    })),
  ];
  const seen = new Map<string, string>();
  return listed.flatMap(({ name, place, path }) => {
    const other = seen.get(name);
    seen.set(name, place);
    if (other === undefined) return [];
    const variant = place === 'balancers' ? 'asBalancer' : 'inProject';
    const twice = { server: name, place: other };
    return [{ path, diagnostic: diagnose('DUPLICATE_SERVER', variant, twice) }];
  });
}

function portProblems(parsed: ParsedProject): readonly Problem[] {
  if (publishesServicePort(parsed)) return [];
  const { port } = parsed.runtime;
  const diagnostic = diagnose('BAD_PROJECT_FILE', 'portNotPublished', { port });
  return [{ path: ['container', 'ports'], diagnostic }];
}

function roleProblems(parsed: ParsedProject): readonly Problem[] {
  const roles = Object.keys(parsed.roles);
  const named = [
    ...Object.entries(parsed.people).map(([id, person]) => ({
      path: ['people', id, 'roles'],
      listed: person.roles,
    })),
    ...Object.entries(parsed.environments).flatMap(([name, { operators = [], on_call = [] }]) => [
      { path: ['environments', name, 'operators'], listed: operators },
      { path: ['environments', name, 'on_call'], listed: on_call },
    ]),
  ];
  return named.flatMap(({ path, listed }) =>
    listed.flatMap((role, index) => {
      if (roles.includes(role)) return [];
      const near = nearestKey(role, roles);
      const diagnostic = diagnose(
        'UNKNOWN_ROLE',
        'person',
        { role, known: roles },
        { near: near === undefined ? [] : [near] },
      );
      return [{ path: [...path, index], diagnostic }];
    }),
  );
}

/** A vote is one person's: nobody answers to a name of somebody else. */
function personProblems({ people }: ParsedProject): readonly Problem[] {
  const holders = new Map<string, string>();
  return Object.entries(people).flatMap(([id, { name, email, slack }]) =>
    Object.entries({ id, name, email, slack }).flatMap(([key, value]) => {
      if (value === undefined) return [];
      const answersTo = value.trim().normalize('NFKC').toLowerCase();
      const other = holders.get(answersTo) ?? id;
      holders.set(answersTo, other);
      if (other === id) return [];
      const path = key === 'id' ? ['people', id] : ['people', id, key];
      return [{ path, diagnostic: diagnose('DUPLICATE_PERSON', 'name', { value, id, other }) }];
    }),
  );
}
