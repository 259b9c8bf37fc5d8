/** Holds a run's batches against its servers and its pool: what can never be kept is refused before anything runs. */
import { performs } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { Plan, RollingRule } from '../../plan/plan.ts';
import { fewestInPool, largestBatch } from '../../plan/rolling.ts';
import { outageOf, spanOf } from '../outage.ts';

export interface RolledServers {
  readonly environment: string;
  /** The servers of the run. */
  readonly servers: readonly string[];
  /** How many servers the environment's pool has; null: not known. */
  readonly poolSize: number | null;
  /** `balancer.floor` of the project; 0: none. */
  readonly floorPercent: number;
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

function floorProblems(
  rule: RollingRule | undefined,
  { servers, poolSize, environment, floorPercent }: RolledServers,
): readonly Diagnostic[] {
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
  { servers, poolSize, environment }: RolledServers,
): readonly Diagnostic[] {
  const found = outageOf(plan.steps);
  if (found === null || largestBatch(servers, rule) < (poolSize ?? servers.length)) return [];
  const isAlone = (poolSize ?? servers.length) === 1;
  const where = {
    zh: environment === '' ? '' : `${environment}：`,
    en: environment === '' ? '' : `${environment}: `,
  };
  const variant = isAlone ? 'inRunWithOneServer' : 'inRun';
  return [diagnose('NO_SERVICE_BETWEEN', variant, { environment: where, ...spanOf(found) })];
}

function minimumOf(percent: number, isProject: boolean): Localized {
  return isProject
    ? { zh: `balancer.floor（${percent}%）`, en: `balancer.floor (${percent}%)` }
    : { zh: `最少在线（${percent}%）`, en: `the minimum in pool (${percent}%)` };
}

function counted(servers: number): Localized {
  return { zh: `${servers} 台服务器`, en: `${servers} ${servers === 1 ? 'server' : 'servers'}` };
}
