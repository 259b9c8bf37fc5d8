/** How HAProxy is reached: per environment the pool's name, the backend in each HAProxy, the address. */
import type { HaproxyConnections } from './project-file.ts';
import type { ParsedProject } from './schema.ts';

export interface BalancerProblem {
  readonly path: readonly PropertyKey[];
  readonly zh: string;
  readonly en: string;
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
    return [
      problem(
        ['haproxy'],
        'balancer.kind 是 embedded：请写 kind: haproxy，或删除 haproxy',
        'balancer.kind is embedded: write kind: haproxy, or remove haproxy',
      ),
    ];
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
    return [
      problem(
        [],
        'balancer.kind 是 haproxy，但缺少 haproxy：例如 haproxy: [{socket: /run/haproxy/admin.sock}]',
        'balancer.kind is haproxy, but haproxy is missing: for example haproxy: [{socket: /run/haproxy/admin.sock}]',
      ),
    ];
  }
  const machines = machinesOf(parsed);
  return haproxy.flatMap(({ server, socket, environments = [] }, index) => {
    const found: BalancerProblem[] = [];
    if (server !== undefined && !machines.includes(server)) {
      const list = machines.join(', ') || '-';
      found.push(
        problem(
          ['haproxy', index, 'server'],
          `没有服务器 ${server}：请列在 balancers 或 environments 中（现有：${list}）`,
          `there is no server ${server}: list it under balancers or environments (known servers: ${list})`,
        ),
      );
    }
    if (server !== undefined && !socket.startsWith('/')) {
      found.push(
        problem(
          ['haproxy', index, 'socket'],
          '服务器上的套接字须写绝对路径',
          'a socket on a server must be an absolute path',
        ),
      );
    }
    for (const name of environments) {
      if (Object.hasOwn(parsed.environments, name)) continue;
      found.push(
        problem(
          ['haproxy', index, 'environments'],
          `没有环境 ${name}`,
          `there is no environment ${name}`,
        ),
      );
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
      found.push(
        problem(
          ['url'],
          `缺少 balancer.url：接收环境 ${name} 请求的地址，例如 http://10.0.0.5`,
          `balancer.url is missing: the address that takes requests for the environment ${name}, for example http://10.0.0.5`,
        ),
      );
    }
    const meaning = meaningOf(parsed, name);
    if (parsed.balancer.haproxy.length > 0 && meaning.length === 0) {
      found.push(
        problem(
          ['haproxy'],
          `没有哪个 HAProxy 服务于环境 ${name}`,
          `no HAProxy serves the environment ${name}`,
        ),
      );
    }
    const pool = poolOf(parsed, name);
    const text = JSON.stringify([meaning, urlOf(parsed, name)]);
    const other = meanings.get(pool);
    if (other !== undefined && other.meaning !== text) {
      found.push(
        problem(
          ['pool'],
          `环境 ${other.environment} 与 ${name} 的池都叫 ${pool}，但不是同一个：请将 pool 写作 \${environment}，并用 haproxy 的 backend 给出 HAProxy 中的名称`,
          `the pools of ${other.environment} and ${name} are both called ${pool} but are not the same: set pool to \${environment}, and give the name in HAProxy as backend`,
        ),
      );
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
        `没有环境列出服务器 ${name}`,
        `no environment lists the server ${name}`,
      );
    }
    const other = beside.find((each) => each !== name && (names[each] ?? each) === theirs);
    if (other === undefined) return [];
    return problem(
      ['names', name],
      `${name} 与 ${other} 在 HAProxy 中同名：${theirs}`,
      `${name} and ${other} have the same name in HAProxy: ${theirs}`,
    );
  });
}

function routeProblems({ balancer }: ParsedProject): readonly BalancerProblem[] {
  if (Object.keys(balancer.settings.routes).length === 0 || balancer.routesMap !== null) return [];
  return [
    problem(
      ['routes'],
      '缺少 balancer.routes_map：HAProxy 读取路由的映射文件，例如 /etc/haproxy/routes.map',
      'balancer.routes_map is missing: the map file that HAProxy reads routes from, for example /etc/haproxy/routes.map',
    ),
  ];
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

function problem(path: readonly PropertyKey[], zh: string, en: string): BalancerProblem {
  return { path: ['balancer', ...path], zh, en };
}
