/** The time in which nobody serves, where all servers go at once. */
import { performs } from '../actions/questions.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import type { PlanStep } from '../plan/plan.ts';

export interface Outage {
  /** The step that stops the servers. */
  readonly from: PlanStep;
  /** The step that puts them back; null: none does. */
  readonly until: PlanStep | null;
}

/** null: no step stops all servers at once. */
export function outageOf(steps: readonly PlanStep[]): Outage | null {
  const from = steps.find((step) => step.kind === 'parallel' && performs(step, 'service.stop'));
  if (from === undefined) return null;
  return { from, until: steps.find((step) => performs(step, 'pool.enable')) ?? null };
}

export function outageText({ from, until }: Outage): Localized {
  return {
    zh: `所有服务器同时停止：从步骤 ${from.number} 到${until === null ? '运行结束' : `步骤 ${until.number} `}之间没有服务器提供服务`,
    en: `all servers stop at once: from step ${from.number} to ${until === null ? 'the end of the run' : `step ${until.number}`} no server answers`,
  };
}

/** What happens to requests meanwhile. */
export const MEANWHILE: Localized = {
  zh: '内置负载均衡器会在此期间保留请求；真实的负载均衡器会返回 503',
  en: 'the embedded balancer holds requests meanwhile; a real one answers 503',
};

/** What a template's author can do about it. */
export function outageRemedy({ from }: Outage): Localized {
  return {
    zh: `${MEANWHILE.zh}。要保持服务，请分批：运行时写 --batches 1（请求中的「批次: 1」），在步骤 ${from.number} 写「**批次**: 25%」，或在 runsheet.yaml 的环境下写 rolling`,
    en: `${MEANWHILE.en}. To keep serving, roll: start with --batches 1 ("batches": 1 in the request), write "**Batches**: 25%" on step ${from.number}, or set rolling for the environment in runsheet.yaml`,
  };
}
