/** What no single value of HAProxy's keys shows. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { urlIn } from './address.ts';
import { type BalancedProject, type BalancerProblem, nameIn, problem } from './definition.ts';
import { type HaproxyKeys, serves } from './haproxy-keys.ts';

export function haproxyProblems(
  own: HaproxyKeys,
  project: BalancedProject,
): readonly BalancerProblem[] {
  return [
    ...instanceProblems(own, project),
    ...environmentProblems(own, project),
    ...nameProblems(own, project),
    ...routeProblems(own, project),
  ];
}

function instanceProblems(
  { haproxy }: HaproxyKeys,
  project: BalancedProject,
): readonly BalancerProblem[] {
  if (haproxy.length === 0) {
    const example = 'haproxy: [{socket: /run/haproxy/admin.sock}]';
    return [problem([], diagnose('BAD_PROJECT_FILE', 'haproxyMissing', { example }))];
  }
  const machines = machinesOf(project);
  return haproxy.flatMap(({ server, socket, environments = [] }, index) => {
    const found: BalancerProblem[] = [];
    if (server !== undefined && !machines.includes(server)) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'unlistedServer', {
        server,
        known: machines.length === 0 ? '-' : machines,
      });
      found.push(problem(['haproxy', index, 'server'], diagnostic));
    }
    if (server !== undefined && !socket.startsWith('/')) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'relativeSocket', {});
      found.push(problem(['haproxy', index, 'socket'], diagnostic));
    }
    for (const name of environments) {
      if (Object.hasOwn(project.environments, name)) continue;
      const known = Object.keys(project.environments);
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'unknownEnvironment', {
        environment: name,
        known,
      });
      found.push(problem(['haproxy', index, 'environments'], diagnostic));
    }
    return found;
  });
}

/** Each environment needs an HAProxy and an address; a pool that two share must mean the same in both. */
function environmentProblems(
  own: HaproxyKeys,
  project: BalancedProject,
): readonly BalancerProblem[] {
  const found: BalancerProblem[] = [];
  const meanings = new Map<string, { readonly environment: string; readonly meaning: string }>();
  for (const name of Object.keys(project.environments)) {
    if (urlIn(name, own.url) === null) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'balancerUrlMissing', { environment: name });
      found.push(problem(['url'], diagnostic));
    }
    const meaning = meaningOf(own, project, name);
    if (own.haproxy.length > 0 && meaning.length === 0) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'environmentUnserved', { environment: name });
      found.push(problem(['haproxy'], diagnostic));
    }
    const pool = nameIn(name, project.settings.pool);
    const text = JSON.stringify([meaning, urlIn(name, own.url)]);
    const other = meanings.get(pool);
    if (other !== undefined && other.meaning !== text) {
      const pools = { first: other.environment, second: name, pool };
      found.push(problem(['pool'], diagnose('BAD_PROJECT_FILE', 'poolsDiffer', pools)));
    }
    meanings.set(pool, { environment: name, meaning: text });
  }
  return found;
}

function nameProblems(
  { names }: HaproxyKeys,
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
    const same = { server: name, other, name: theirs };
    return problem(['names', name], diagnose('BAD_PROJECT_FILE', 'sameName', same));
  });
}

function routeProblems(
  own: HaproxyKeys,
  { settings }: BalancedProject,
): readonly BalancerProblem[] {
  if (Object.keys(settings.routes).length === 0 || own.routes_map !== undefined) return [];
  return [problem(['routes'], diagnose('BAD_PROJECT_FILE', 'routesMapMissing', {}))];
}

/** Which HAProxies serve an environment, and as which backend. */
function meaningOf(
  { haproxy }: HaproxyKeys,
  { settings }: BalancedProject,
  environment: string,
): readonly unknown[] {
  return haproxy.flatMap((each, index) =>
    serves(each, environment) ? [[index, nameIn(environment, each.backend ?? settings.pool)]] : [],
  );
}

/** Machines with SSH settings: what may hold a socket. */
function machinesOf({ machines, environments }: BalancedProject): readonly string[] {
  return [...machines, ...Object.values(environments).flat()];
}
