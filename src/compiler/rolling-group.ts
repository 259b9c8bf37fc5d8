/** Which steps of a plan run batch by batch, and why some cannot. */
import { changesServers, performs } from '../actions/questions.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import type { PlanStep } from '../plan/plan.ts';

export interface RollingGroup {
  readonly from: number;
  readonly to: number;
}

export interface GroupProblem {
  /** The step that stands in the way; null: the group as a whole. */
  readonly step: number | null;
  readonly message: Localized;
  readonly expected: string;
  readonly actual?: string;
  readonly remedy: Localized;
}

export interface FoundGroup {
  /** null: no step changes servers, so there is nothing to roll. */
  readonly group: RollingGroup | null;
  readonly problems: readonly GroupProblem[];
}

/**
 * The group that begins at a step, by default at the first that changes servers. It ends with the
 * last step that does, in the document's order.
 */
export function rollingGroup(steps: readonly PlanStep[], begin?: number): FoundGroup {
  const first = steps.findIndex((step) =>
    begin === undefined ? changesServers(step) : step.number === begin,
  );
  const last = steps.findLastIndex(changesServers);
  const [from, to] = [steps[first]?.number, steps[last]?.number];
  if (from === undefined || to === undefined || last < first) return { group: null, problems: [] };
  const group = { from, to };
  const members = steps.slice(first, last + 1);
  const problems = [
    ...members.flatMap((step) => deciding(step, group)),
    ...poolProblems(steps, members, group),
    ...steps.flatMap((step) => jumpsInto(step, members, group)),
  ];
  return { group, problems };
}

/** A decision in the middle of a batch would be asked again for each batch. */
function deciding(step: PlanStep, { from, to }: RollingGroup): readonly GroupProblem[] {
  if (step.kind !== 'approval' && step.kind !== 'condition') return [];
  const [zh, en] =
    step.kind === 'approval'
      ? ['审批，每一批都会等人', 'an approval: people would be asked for each batch']
      : ['判断，不能逐批改变流程', 'a decision, which cannot differ from batch to batch'];
  return [
    {
      step: step.number,
      message: {
        zh: `步骤 ${from}–${to} 分批进行，其中的步骤 ${step.number} 是${zh}`,
        en: `steps ${from}–${to} run batch by batch, and step ${step.number} among them is ${en}`,
      },
      expected: '[action] | [parallel]',
      actual: `[${step.kind}]`,
      remedy: { zh: `请把它移到步骤 ${from} 之前`, en: `move it before step ${from}` },
    },
  ];
}

function poolProblems(
  steps: readonly PlanStep[],
  members: readonly PlanStep[],
  { from, to }: RollingGroup,
): readonly GroupProblem[] {
  const drains = members.findIndex((step) => performs(step, 'pool.drain'));
  const enables = members.findLastIndex((step) => performs(step, 'pool.enable'));
  const problems: GroupProblem[] = [];
  if (drains === -1) {
    const elsewhere = steps.find((step) => performs(step, 'pool.drain'));
    problems.push({
      step: null,
      message: {
        zh: `步骤 ${from}–${to} 没有「从负载均衡器移除」：一批服务器会在流量中被停止`,
        en: `steps ${from}–${to} take no server out of the load balancer: a batch would be stopped under traffic`,
      },
      expected: '从负载均衡器移除 | Remove it from the load balancer',
      remedy:
        elsewhere === undefined
          ? {
              zh: `请在步骤 ${from} 加上「从负载均衡器移除」`,
              en: `add "Remove it from the load balancer" to step ${from}`,
            }
          : {
              zh: `请让批次从步骤 ${elsewhere.number} 开始`,
              en: `let the batches begin at step ${elsewhere.number}`,
            },
    });
  }
  if (enables === -1 || enables < drains) {
    problems.push({
      step: null,
      message: {
        zh: `步骤 ${from}–${to} 没有在最后「将服务器重新加入负载均衡池」：下一批之前，这一批不会恢复服务`,
        en: `steps ${from}–${to} do not put the servers back into the pool: a batch would not serve again before the next`,
      },
      expected: '将服务器重新加入负载均衡池 | Put the servers back into the load balancer pool',
      remedy: {
        zh: '请在其后的步骤中加上「将服务器重新加入负载均衡池」',
        en: 'add "Put the servers back into the load balancer pool" to a later step',
      },
    });
  }
  return problems;
}

function jumpsInto(
  step: PlanStep,
  members: readonly PlanStep[],
  { from, to }: RollingGroup,
): readonly GroupProblem[] {
  if (step.kind !== 'condition') return [];
  const inside = new Set(members.slice(1).map((each) => each.number));
  const target = step.branches.find((branch) => branch.goTo !== null && inside.has(branch.goTo));
  if (target === undefined) return [];
  return [
    {
      step: step.number,
      message: {
        zh: `步骤 ${step.number} 进入步骤 ${target.goTo}，是分批进行的步骤 ${from}–${to} 的中间`,
        en: `step ${step.number} goes on with step ${target.goTo}, in the middle of steps ${from}–${to}, which run batch by batch`,
      },
      expected: String(from),
      actual: String(target.goTo),
      remedy: {
        zh: `请进入步骤 ${from}，或步骤 ${to} 之后的步骤`,
        en: `go to step ${from}, or to a step after step ${to}`,
      },
    },
  ];
}
