/** Holds a run's batches against its servers and its pool: what can never be kept is refused before anything runs. */
import { performs } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { Plan, RollingRule } from '../../plan/plan.ts';
import { fewestInPool, largestBatch } from '../../plan/rolling.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import { outageOf, spanOf } from '../outage.ts';

export interface RolledServers {
  readonly environment: string;
  /** The servers of the run. */
  readonly servers: readonly string[];
  /** How many servers the environment's pool has; null: not known. */
  readonly poolSize: number | null;
  /** Of the project; null: not known. */
  readonly balancer: Pick<BalancerSettings, 'kind' | 'capabilities' | 'floorPercent'> | null;
}

/** Floor and budget that these servers cannot keep, and the time in which nobody would serve. */
export function rollingLimits(
  plan: Plan,
  rule: RollingRule | undefined,
  run: RolledServers,
): readonly Diagnostic[] {
  if (run.servers.length === 0) return [];
  const problems = [
    ...(rule === undefined ? [] : budgetProblems(rule, run)),
    ...minimumProblems(rule, run),
    ...(plan.steps.some((step) => performs(step, 'pool.drain')) ? floorProblems(rule, run) : []),
  ];
  return problems.length > 0 ? problems : outage(plan, rule, run);
}

function budgetProblems(rule: RollingRule, { servers }: RolledServers): readonly Diagnostic[] {
  if (rule.failureBudget < servers.length) return [];
  const figures = {
    budget: rule.failureBudget,
    servers: counted(servers.length),
    most: servers.length - 1,
  };
  const actual = String(rule.failureBudget);
  return [diagnose('ROLLING_UNSATISFIABLE', 'failureBudget', figures, { actual })];
}

/** Of a pool that there is not, no share can be kept. */
function minimumProblems(
  rule: RollingRule | undefined,
  { balancer }: RolledServers,
): readonly Diagnostic[] {
  const percent = rule?.minimumInPoolPercent ?? 0;
  if (percent === 0 || balancer === null || balancer.capabilities.pool) return [];
  const about = { percent, kind: balancer.kind };
  return [diagnose('ROLLING_UNSATISFIABLE', 'minimumWithoutPool', about)];
}

function floorProblems(
  rule: RollingRule | undefined,
  { servers, poolSize, environment, balancer }: RolledServers,
): readonly Diagnostic[] {
  if (balancer?.capabilities.pool === false) return [];
  const floorPercent = balancer?.floorPercent ?? 0;
  const percent = Math.max(rule?.minimumInPoolPercent ?? 0, floorPercent);
  if (poolSize === null || percent === 0) return [];
  const kept = fewestInPool(poolSize, percent);
  const mayLeave = Math.max(0, poolSize - kept);
  const largest = largestBatch(servers, rule);
  if (largest <= mayLeave) return [];
  const isProject = percent === floorPercent;
  const setting = minimumOf(percent, isProject);
  const figures = { environment, pool: counted(poolSize), setting, largest };
  const actual = String(largest);
  if (mayLeave > 0) {
    const bounds = { ...figures, kept, mayLeave };
    return [diagnose('ROLLING_UNSATISFIABLE', 'batchTooLarge', bounds, { actual })];
  }
  const most = Math.floor(((poolSize - 1) * 100) / poolSize);
  if (!isProject && most === 0)
    return [diagnose('ROLLING_UNSATISFIABLE', 'minimumOfOneServer', figures, { actual })];
  const variant = isProject ? 'projectMinimumTooHigh' : 'minimumTooHigh';
  return [diagnose('ROLLING_UNSATISFIABLE', variant, { ...figures, most }, { actual })];
}

function outage(
  plan: Plan,
  rule: RollingRule | undefined,
  { servers, poolSize, environment, balancer }: RolledServers,
): readonly Diagnostic[] {
  const hasPool = balancer?.capabilities.pool ?? true;
  const found = outageOf(plan.steps, hasPool);
  if (found === null) return [];
  const isAll = largestBatch(servers, rule) >= (poolSize ?? servers.length);
  const isAlone = (poolSize ?? servers.length) === 1;
  const where = {
    zh: environment === '' ? '' : `${environment}：`,
    en: environment === '' ? '' : `${environment}: `,
  };
  if (!hasPool) {
    const stopped = isAlone ? STOPPED.only : isAll ? STOPPED.all : STOPPED.some;
    const about = { environment: where, servers: stopped, ...spanOf(found) };
    return [diagnose('NO_SERVICE_BETWEEN', 'withoutPool', about)];
  }
  if (!isAll) return [];
  const variant = isAlone ? 'inRunWithOneServer' : 'inRun';
  return [diagnose('NO_SERVICE_BETWEEN', variant, { environment: where, ...spanOf(found) })];
}

/** Which servers stop at a time, where none of them has a pool. */
const STOPPED = {
  only: { zh: '唯一的服务器会', en: 'the only server is stopped' },
  all: { zh: '所有服务器同时', en: 'all servers are stopped at the same time' },
  some: { zh: '同一批的服务器同时', en: 'the servers of a batch are stopped at the same time' },
} as const satisfies Readonly<Record<string, Localized>>;

function minimumOf(percent: number, isProject: boolean): Localized {
  return isProject
    ? { zh: `balancer.floor（${percent}%）`, en: `balancer.floor (${percent}%)` }
    : { zh: `最少在线（${percent}%）`, en: `the minimum in pool (${percent}%)` };
}

function counted(servers: number): Localized {
  return { zh: `${servers} 台服务器`, en: `${servers} ${servers === 1 ? 'server' : 'servers'}` };
}
