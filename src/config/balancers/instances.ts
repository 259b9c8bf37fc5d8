/** What no single value shows of balancers of which there are several: each serves environments, perhaps from a machine. */

import type { z } from 'zod';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { type url, urlIn } from './address.ts';
import { type BalancedProject, type BalancerProblem, nameIn, problem } from './definition.ts';

/** One of several balancers of a kind, as `balancer:` lists it. */
export interface Instance {
  readonly server?: string;
  readonly environments?: readonly string[];
}

export interface Instances<Each extends Instance> {
  readonly kind: string;
  /** As people write it. */
  readonly balancer: string;
  /** What an entry calls the pool, where that is not `balancer.pool`. */
  readonly key: string;
  readonly entries: readonly Each[];
  readonly url: z.output<typeof url>;
  readonly names: Readonly<Record<string, string>>;
  /** An entry for one that is missing. */
  readonly example: string;
  /** What an environment's pool is in an entry: two that are the same are one pool. */
  readonly meaning: (entry: Each, environment: string, pool: string) => unknown;
}

/** Whether an entry serves an environment: without a list of them, all. */
export function serves({ environments }: Instance, environment: string): boolean {
  return environments?.includes(environment) ?? true;
}

export function instancesProblems<Each extends Instance>(
  own: Instances<Each>,
  project: BalancedProject,
): readonly BalancerProblem[] {
  return [
    ...entryProblems(own, project),
    ...environmentProblems(own, project),
    ...nameProblems(own, project),
  ];
}

function entryProblems<Each extends Instance>(
  { kind, entries, example }: Instances<Each>,
  project: BalancedProject,
): readonly BalancerProblem[] {
  if (entries.length === 0) {
    return [problem([], diagnose('BAD_PROJECT_FILE', 'balancersMissing', { kind, example }))];
  }
  const machines = machinesOf(project);
  return entries.flatMap(({ server, environments = [] }, index) => {
    const found: BalancerProblem[] = [];
    if (server !== undefined && !machines.includes(server)) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'unlistedServer', {
        server,
        known: machines.length === 0 ? '-' : machines,
      });
      found.push(problem([kind, index, 'server'], diagnostic));
    }
    for (const name of environments) {
      if (Object.hasOwn(project.environments, name)) continue;
      const known = Object.keys(project.environments);
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'unknownEnvironment', {
        environment: name,
        known,
      });
      found.push(problem([kind, index, 'environments'], diagnostic));
    }
    return found;
  });
}

/** Each environment needs a balancer and an address; a pool that two share must mean the same in both. */
function environmentProblems<Each extends Instance>(
  { kind, balancer, key, entries, url: given, meaning }: Instances<Each>,
  project: BalancedProject,
): readonly BalancerProblem[] {
  const found: BalancerProblem[] = [];
  const meanings = new Map<string, { readonly environment: string; readonly meaning: string }>();
  for (const name of Object.keys(project.environments)) {
    const address = urlIn(name, given);
    if (address === null) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'balancerUrlMissing', { environment: name });
      found.push(problem(['url'], diagnostic));
    }
    const pool = nameIn(name, project.settings.pool);
    const places = entries.flatMap((each, index) =>
      serves(each, name) ? [[index, meaning(each, name, pool)]] : [],
    );
    if (entries.length > 0 && places.length === 0) {
      const unserved = { environment: name, balancer, kind };
      found.push(problem([kind], diagnose('BAD_PROJECT_FILE', 'environmentUnserved', unserved)));
    }
    const text = JSON.stringify([places, address]);
    const other = meanings.get(pool);
    if (other !== undefined && other.meaning !== text) {
      const pools = { first: other.environment, second: name, pool, balancer, key };
      found.push(problem(['pool'], diagnose('BAD_PROJECT_FILE', 'poolsDiffer', pools)));
    }
    meanings.set(pool, { environment: name, meaning: text });
  }
  return found;
}

function nameProblems<Each extends Instance>(
  { names, balancer }: Instances<Each>,
  { environments }: BalancedProject,
): readonly BalancerProblem[] {
  return Object.entries(names).flatMap(([name, theirs]) => {
    const beside = Object.values(environments).find((servers) => servers.includes(name));
    if (beside === undefined) {
      return problem(
        ['names', name],
        diagnose('BAD_PROJECT_FILE', 'unlistedName', { server: name }),
      );
    }
    const other = beside.find((each) => each !== name && (names[each] ?? each) === theirs);
    if (other === undefined) return [];
    const same = { server: name, other, name: theirs, balancer };
    return problem(['names', name], diagnose('BAD_PROJECT_FILE', 'sameName', same));
  });
}

/** Machines with SSH settings: what a balancer may be on. */
function machinesOf({ machines, environments }: BalancedProject): readonly string[] {
  return [...machines, ...Object.values(environments).flat()];
}
