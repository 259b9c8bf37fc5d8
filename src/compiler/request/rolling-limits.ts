/** Holds a run's batches against its servers and its pool: what can never be kept is refused before anything runs. */
import { performs } from '../../actions/questions.ts';
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { Plan, RollingRule } from '../../plan/plan.ts';
import { fewestInPool, largestBatch } from '../../plan/rolling.ts';
import { MEANWHILE, outageOf, outageText } from '../outage.ts';

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
  const most = servers.length - 1;
  return [
    unsatisfiable(
      {
        zh: `失败预算是 ${rule.failureBudget} 台，而这次运行只有 ${servers.length} 台服务器：全部失败也算成功`,
        en: `the failure budget is ${rule.failureBudget} and the run has ${counted(servers.length)}: it would succeed though all of them failed`,
      },
      {
        expected: `0 … ${most}`,
        actual: String(rule.failureBudget),
        remedy: {
          zh: `失败预算最多写 ${most}（--failure-budget ${most}）`,
          en: `at most ${most}: --failure-budget ${most}`,
        },
      },
    ),
  ];
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
  const [zh, en] = isProject ? ['balancer.floor', 'balancer.floor: '] : ['最少在线', ''];
  return [
    unsatisfiable(
      {
        zh: `${environment} 的池有 ${poolSize} 台，${zh} ${percent}% 要求留下 ${kept} 台，最多移出 ${mayLeave} 台；${rule === undefined ? '所有服务器同时进行，共' : '最大的一批是'} ${largest} 台`,
        en: `the pool of ${environment} has ${counted(poolSize)}; ${en}${percent}% of them, ${kept}, must stay, so ${mayLeave} may be out, and ${rule === undefined ? `all ${counted(largest)} go at once` : `the largest batch has ${counted(largest)}`}`,
      },
      {
        expected: `<= ${mayLeave}`,
        actual: String(largest),
        remedy: mayLeave > 0 ? smallerBatches(mayLeave) : lowerFloor(poolSize, isProject),
      },
    ),
  ];
}

function smallerBatches(most: number): Localized {
  return {
    zh: `可行的最大批次是 ${most} 台：--batches ${most}`,
    en: `the largest batch that works is ${counted(most)}: --batches ${most}`,
  };
}

/** Not even one server may leave. */
function lowerFloor(poolSize: number, isProject: boolean): Localized {
  const most = Math.floor(((poolSize - 1) * 100) / poolSize);
  if (isProject) {
    return {
      zh: `没有可行的批次：请把 runsheet.yaml 的 balancer.floor 降到不超过 ${most}%，或增加服务器`,
      en: `no batch works: lower balancer.floor in runsheet.yaml to at most ${most}%, or add a server`,
    };
  }
  if (most === 0) {
    return {
      zh: '池中只有一台服务器，任何批次都不可行：--batches all（所有服务器同时），或增加服务器',
      en: 'with one server in the pool no batch works: --batches all (all servers at once), or add a server',
    };
  }
  return {
    zh: `没有可行的批次；每批 1 台时，最少在线最高 ${most}%：--batches 1 --minimum-in-pool ${most}%`,
    en: `no batch works; with one server at a time the floor is at most ${most}%: --batches 1 --minimum-in-pool ${most}%`,
  };
}

function outage(
  plan: Plan,
  rule: RollingRule | undefined,
  { servers, poolSize, environment }: RolledServers,
): readonly Diagnostic[] {
  const found = outageOf(plan.steps);
  if (found === null || largestBatch(servers, rule) < (poolSize ?? servers.length)) return [];
  const where = environment === '' ? '' : `${environment}: `;
  const text = outageText(found);
  const advice: Localized =
    (poolSize ?? servers.length) === 1
      ? {
          zh: '只有一台服务器，分批也不能保持服务：请增加服务器',
          en: 'with one server batches cannot keep it serving: add a server',
        }
      : {
          zh: '要保持服务，请分批：--batches 1（请求中的「批次: 1」）',
          en: 'to keep serving, roll: --batches 1 ("batches": 1 in the request)',
        };
  return [
    {
      code: 'NO_SERVICE_BETWEEN',
      severity: 'warning',
      message: { zh: `${where}${text.zh}`, en: `${where}${text.en}` },
      remedy: {
        zh: `${MEANWHILE.zh}。${advice.zh}`,
        en: `${MEANWHILE.en}. ${advice.en}`,
      },
    },
  ];
}

function unsatisfiable(
  message: Localized,
  rest: Pick<Diagnostic, 'expected' | 'actual' | 'remedy'>,
): Diagnostic {
  return { code: 'ROLLING_UNSATISFIABLE', severity: 'error', message, ...rest };
}

function counted(servers: number): string {
  return `${servers} ${servers === 1 ? 'server' : 'servers'}`;
}
