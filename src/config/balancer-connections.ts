/** How HAProxy is reached: per environment the pool's name, the backend in each HAProxy, the address. */
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HaproxyConnections } from './project-file.ts';
import type { ParsedProject } from './schema.ts';

export interface BalancerProblem {
  readonly path: readonly PropertyKey[];
  readonly diagnostic: Diagnostic;
}

/** null: the project has the embedded balancer. */
export function haproxyOf(parsed: ParsedProject): HaproxyConnections | null {
  const { settings, haproxy, names, routesMap } = parsed.balancer;
  if (settings.kind !== 'haproxy') return null;
  const environments = Object.keys(parsed.environments);
  return {
    instances: haproxy.map((each) => ({
      socket: each.socket,
      server: each.server ?? null,
      backends: Object.fromEntries(
        environments
          .filter((name) => each.environments?.includes(name) ?? true)
          .map((name) => [poolOf(parsed, name), fill(each.backend ?? settings.pool, name)]),
      ),
    })),
    names,
    urls: Object.fromEntries(
      environments.flatMap((name) => {
        const url = urlOf(parsed, name);
        return url === null ? [] : [[poolOf(parsed, name), url]];
      }),
    ),
    routesMap,
  };
}

/** What no single value of `balancer:` shows. */
export function balancerProblems(parsed: ParsedProject): readonly BalancerProblem[] {
  const { settings, haproxy } = parsed.balancer;
  if (settings.kind === 'embedded') {
    if (haproxy.length === 0) return [];
    return [problem(['haproxy'], diagnose('BAD_PROJECT_FILE', 'embeddedWithHaproxy', {}))];
  }
  return [
    ...instanceProblems(parsed),
    ...environmentProblems(parsed),
    ...nameProblems(parsed),
    ...routeProblems(parsed),
  ];
}

function instanceProblems(parsed: ParsedProject): readonly BalancerProblem[] {
  const { haproxy } = parsed.balancer;
  if (haproxy.length === 0) {
    const example = 'haproxy: [{socket: /run/haproxy/admin.sock}]';
    return [problem([], diagnose('BAD_PROJECT_FILE', 'haproxyMissing', { example }))];
  }
  const machines = machinesOf(parsed);
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
      if (Object.hasOwn(parsed.environments, name)) continue;
      const known = Object.keys(parsed.environments);
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
function environmentProblems(parsed: ParsedProject): readonly BalancerProblem[] {
  const found: BalancerProblem[] = [];
  const meanings = new Map<string, { readonly environment: string; readonly meaning: string }>();
  for (const name of Object.keys(parsed.environments)) {
    if (urlOf(parsed, name) === null) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'balancerUrlMissing', { environment: name });
      found.push(problem(['url'], diagnostic));
    }
    const meaning = meaningOf(parsed, name);
    if (parsed.balancer.haproxy.length > 0 && meaning.length === 0) {
      const diagnostic = diagnose('BAD_PROJECT_FILE', 'environmentUnserved', { environment: name });
      found.push(problem(['haproxy'], diagnostic));
    }
    const pool = poolOf(parsed, name);
    const text = JSON.stringify([meaning, urlOf(parsed, name)]);
    const other = meanings.get(pool);
    if (other !== undefined && other.meaning !== text) {
      const pools = { first: other.environment, second: name, pool };
      found.push(problem(['pool'], diagnose('BAD_PROJECT_FILE', 'poolsDiffer', pools)));
    }
    meanings.set(pool, { environment: name, meaning: text });
  }
  return found;
}

function nameProblems(parsed: ParsedProject): readonly BalancerProblem[] {
  const { names } = parsed.balancer;
  const environments = Object.values(parsed.environments);
  return Object.entries(names).flatMap(([name, theirs]) => {
    const beside = environments
      .map(({ servers }) => servers.map((each) => each.name))
      .find((servers) => servers.includes(name));
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

function routeProblems({ balancer }: ParsedProject): readonly BalancerProblem[] {
  if (Object.keys(balancer.settings.routes).length === 0 || balancer.routesMap !== null) return [];
  return [problem(['routes'], diagnose('BAD_PROJECT_FILE', 'routesMapMissing', {}))];
}

/** Which HAProxies serve an environment, and as which backend. */
function meaningOf(parsed: ParsedProject, environment: string): readonly unknown[] {
  const { haproxy, settings } = parsed.balancer;
  return haproxy.flatMap(({ environments, backend }, index) =>
    (environments?.includes(environment) ?? true)
      ? [[index, fill(backend ?? settings.pool, environment)]]
      : [],
  );
}

/** Machines with SSH settings: what may hold a socket. */
function machinesOf(parsed: ParsedProject): readonly string[] {
  const servers = Object.values(parsed.environments).flatMap((each) => each.servers);
  return [...parsed.balancers, ...servers].map(({ name }) => name);
}

function poolOf(parsed: ParsedProject, environment: string): string {
  return fill(parsed.balancer.settings.pool, environment);
}

function urlOf({ balancer }: ParsedProject, environment: string): string | null {
  if (balancer.url === null || typeof balancer.url === 'string') return balancer.url;
  return balancer.url[environment] ?? null;
}

function fill(text: string, environment: string): string {
  return text.replaceAll('${environment}', environment);
}

function problem(path: readonly PropertyKey[], diagnostic: Diagnostic): BalancerProblem {
  return { path: ['balancer', ...path], diagnostic };
}
