/** Holds the servers of a request against those that the project lists for its environment. */
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { Json, RollingSettings } from '../../plan/plan.ts';
import { nearest } from '../nearest.ts';
import { show } from './inputs.ts';
import { lookAlikeRemedy } from './parameters.ts';

export type Environments = Readonly<Record<string, EnvironmentServers>>;

export interface EnvironmentServers {
  readonly servers: readonly string[];
  /** The environment's own batches. */
  readonly rolling?: RollingSettings;
}

/** Every problem of `environment` and `servers`; a template without these parameters has none. */
export function checkServers(
  values: Readonly<Record<string, Json>>,
  environments: Environments,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const add = (code: Diagnostic['code'], message: Localized, remedy?: Localized): void => {
    found.push({ code, severity: 'error', message, ...(remedy !== undefined && { remedy }) });
  };
  const { environment, servers } = values;
  if (typeof environment !== 'string') return found;
  const listed = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (listed === undefined) {
    const names = Object.keys(environments);
    add(
      'WRONG_ENVIRONMENT',
      {
        zh: `runsheet.yaml 没有环境「${show(environment)}」`,
        en: `runsheet.yaml has no environment "${show(environment)}"`,
      },
      { zh: `已有：${names.join('、') || '无'}`, en: `there are: ${names.join(', ') || 'none'}` },
    );
    return found;
  }
  if (!Array.isArray(servers)) return found;
  if (servers.length === 0) {
    add(
      'BAD_PARAMETER',
      { zh: 'servers 是空的', en: 'servers is empty' },
      {
        zh: `${environment} 的服务器：${listed.servers.join('、')}`,
        en: `the servers of ${environment}: ${listed.servers.join(', ')}`,
      },
    );
  }
  const seen = new Set<string>();
  for (const server of servers as readonly Json[]) {
    if (typeof server !== 'string') {
      add('BAD_PARAMETER', {
        zh: `服务器名「${show(server)}」不是文本`,
        en: `the server name ${show(server)} is not a text`,
      });
      continue;
    }
    if (seen.has(server)) {
      add('DUPLICATE_SERVER', {
        zh: `服务器 ${show(server)} 出现了两次`,
        en: `the server ${show(server)} is given twice`,
      });
    }
    seen.add(server);
    if (!listed.servers.includes(server)) add(...strangerOf(server, environment, environments));
  }
  return found;
}

/** A server that is not one of this environment's: of another one, a look-alike, or nobody's. */
function strangerOf(
  server: string,
  environment: string,
  environments: Environments,
): [Diagnostic['code'], Localized, Localized] {
  const other = Object.entries(environments).find(([, each]) => each.servers.includes(server));
  const own = environments[environment]?.servers ?? [];
  if (other !== undefined) {
    return [
      'WRONG_ENVIRONMENT',
      {
        zh: `${server} 属于 ${other[0]}，不属于 ${environment}`,
        en: `${server} belongs to ${other[0]}, not to ${environment}`,
      },
      {
        zh: `${environment} 的服务器：${own.join('、')}`,
        en: `the servers of ${environment}: ${own.join(', ')}`,
      },
    ];
  }
  const strange = [...server].find((char) => (char.codePointAt(0) ?? 0) > 126);
  const message = {
    zh: `runsheet.yaml 的 ${environment} 没有服务器「${show(server)}」`,
    en: `runsheet.yaml lists no server "${show(server)}" for ${environment}`,
  };
  if (strange !== undefined) return ['UNKNOWN_SERVER', message, lookAlikeRemedy(strange)];
  const [near] = nearest(server, own, 1);
  const remedy =
    near === undefined
      ? { zh: `可用：${own.join('、')}`, en: `there are: ${own.join(', ')}` }
      : { zh: `您是否想写「${near}」？`, en: `did you mean "${near}"?` };
  return ['UNKNOWN_SERVER', message, remedy];
}
