/** nginx, by its upstream files: per environment the pool's name, its file and upstream, the address. */
import { urlIn } from './address.ts';
import { defineBalancer, nameIn } from './definition.ts';
import { instancesProblems, serves } from './instances.ts';
import { type NginxKeys, nginxKeys } from './nginx-keys.ts';

/** Several nginxes for one pool are kept in step. */
export interface NginxConnections {
  readonly instances: readonly NginxConnection[];
  /** Server → its address in the upstream, or the word behind its line, where nothing else tells. */
  readonly names: Readonly<Record<string, string>>;
  /** Pool → where requests through it are sent. */
  readonly urls: Readonly<Record<string, string>>;
}

interface NginxConnection {
  /** The machine that it runs on; null: this one. */
  readonly server: string | null;
  readonly pidFile: string;
  readonly command: readonly string[];
  /** Pools that this nginx has. */
  readonly pools: Readonly<Record<string, UpstreamPlace>>;
}

interface UpstreamPlace {
  readonly file: string;
  readonly upstream: string;
  /** Servers of the environments whose pool this is. */
  readonly servers: readonly string[];
}

type Entry = NginxKeys['nginx'][number];

export const nginx = defineBalancer({
  capabilities: {
    pool: true,
    health: false,
    inFlight: true,
    counters: false,
    responseTimes: false,
    weights: true,
    routes: false,
    reload: 'keeps',
  },
  keys: nginxKeys,
  problems: (own, project) =>
    instancesProblems(
      {
        kind: 'nginx',
        balancer: 'nginx',
        key: 'upstream',
        entries: own.nginx,
        url: own.url,
        names: own.names,
        example: 'nginx: [{upstream_file: /etc/nginx/runsheet/${environment}.conf}]',
        meaning: (entry: Entry, environment, pool) => placeIn(entry, environment, pool),
      },
      project,
    ),
  connection(own, { environments, settings }): NginxConnections {
    const names = Object.keys(environments);
    const poolIn = (environment: string): string => nameIn(environment, settings.pool);
    return {
      instances: own.nginx.map((entry) => ({
        server: entry.server ?? null,
        pidFile: entry.pid_file,
        command: entry.command,
        pools: Object.fromEntries(
          names
            .filter((name) => serves(entry, name))
            .map((name) => {
              const pool = poolIn(name);
              const sharing = names.filter((each) => poolIn(each) === pool);
              const servers = new Set(sharing.flatMap((each) => environments[each] ?? []));
              return [pool, { ...placeIn(entry, name, pool), servers: [...servers] }];
            }),
        ),
      })),
      names: own.names,
      urls: Object.fromEntries(
        names.flatMap((name) => {
          const url = urlIn(name, own.url);
          return url === null ? [] : [[poolIn(name), url]];
        }),
      ),
    };
  },
});

function placeIn(entry: Entry, environment: string, pool: string): Omit<UpstreamPlace, 'servers'> {
  return {
    file: nameIn(environment, entry.upstream_file),
    upstream: nameIn(environment, entry.upstream ?? pool),
  };
}
