/** Holds the servers of a request against those that the project lists for its environment. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Json, RollingSettings } from '../../plan/plan.ts';
import type { HeldLockRule } from '../../plan/run.ts';
import { nearest } from '../nearest.ts';
import { show } from './inputs.ts';
import { lookAlikeIn } from './parameters.ts';

export type Environments = Readonly<Record<string, EnvironmentServers>>;

export interface EnvironmentServers {
  readonly servers: readonly string[];
  /** The environment's own batches. */
  readonly rolling?: RollingSettings;
  readonly lock?: HeldLockRule;
  /** Roles that may start a rollback at once; absent: none. */
  readonly onCall?: readonly string[];
}

/** Every problem of `environment` and `servers`; a template without these parameters has none. */
export function checkServers(
  values: Readonly<Record<string, Json>>,
  environments: Environments,
): readonly Diagnostic[] {
  const { environment, servers } = values;
  if (typeof environment !== 'string') return [];
  const listed = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (listed === undefined) return [unknownEnvironment(environment, environments)];
  if (!Array.isArray(servers)) return [];
  if (servers.length === 0)
    return [diagnose('BAD_PARAMETER', 'noServers', { environment, known: listed.servers })];
  const seen = new Set<string>();
  return servers.flatMap((server: Json): readonly Diagnostic[] => {
    if (typeof server !== 'string')
      return [diagnose('BAD_PARAMETER', 'serverName', { name: show(server) })];
    const twice = diagnose('DUPLICATE_SERVER', 'inRequest', { server: show(server) });
    const isTwice = seen.has(server);
    seen.add(server);
    const isStrange = !listed.servers.includes(server);
    return [
      ...(isTwice ? [twice] : []),
      ...(isStrange ? [strangerOf(server, environment, environments)] : []),
    ];
  });
}

function unknownEnvironment(name: string, environments: Environments): Diagnostic {
  const known = Object.keys(environments);
  const environment = show(name);
  return known.length === 0
    ? diagnose('WRONG_ENVIRONMENT', 'noneAtAll', { environment })
    : diagnose('WRONG_ENVIRONMENT', 'unknown', { environment, known });
}

/** A server that is not one of this environment's: of another one, a look-alike, or nobody's. */
function strangerOf(server: string, environment: string, environments: Environments): Diagnostic {
  const known = environments[environment]?.servers ?? [];
  const other = Object.entries(environments).find(([, each]) => each.servers.includes(server))?.[0];
  if (other !== undefined)
    return diagnose('WRONG_ENVIRONMENT', 'otherServer', { server, environment, other, known });
  const named = { server: show(server), environment };
  const odd = lookAlikeIn(server);
  if (odd !== null) return diagnose('UNKNOWN_SERVER', 'lookAlike', { ...named, ...odd });
  const near = nearest(server, known, 1);
  return diagnose('UNKNOWN_SERVER', 'inEnvironment', { ...named, known }, { near });
}
