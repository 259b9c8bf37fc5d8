/** The rules that a whole run is held against: the template's 成功判定条件. */
import type { Phrases } from './define.ts';
import type { FactId } from './index.ts';

interface SuccessRuleSpec {
  readonly phrases: Phrases;
  /** What some step must have measured; null: the rule is about the steps themselves. */
  readonly judgedBy: FactId | null;
  /** threshold: against the one that a criterion of the document sets; flag: it must hold. */
  readonly as: 'flag' | 'threshold';
  /** Measured once more at the end of the last step that changes servers. */
  readonly measuredAgain: boolean;
}

export const SUCCESS_RULES = {
  'run.required_steps_done': {
    phrases: {
      zh: ['所有必要步骤执行完成', '所有必要步骤完成'],
      en: ['All required steps are done', 'All required steps done'],
    },
    judgedBy: null,
    as: 'flag',
    measuredAgain: false,
  },
  'run.health_passed': {
    phrases: {
      zh: ['健康检查全部通过', '所有健康检查通过'],
      en: ['All health checks pass', 'All health checks passed'],
    },
    judgedBy: 'health.passed',
    as: 'flag',
    measuredAgain: false,
  },
  'run.traffic_received': {
    phrases: {
      zh: ['服务正常接收流量'],
      en: ['The service receives traffic normally', 'The service receives traffic'],
    },
    judgedBy: 'traffic.all_receive',
    as: 'flag',
    measuredAgain: false,
  },
  'run.error_rate_below_threshold': {
    phrases: {
      zh: ['错误率低于阈值'],
      en: ['The error rate is below its threshold', 'The error rate is below the threshold'],
    },
    judgedBy: 'service.error_rate',
    as: 'threshold',
    measuredAgain: true,
  },
  'run.performance_met': {
    phrases: {
      zh: ['性能指标符合要求'],
      en: ['The performance figures meet the requirements', 'Performance meets the requirements'],
    },
    judgedBy: 'health_check.response_time',
    as: 'threshold',
    measuredAgain: true,
  },
} as const satisfies Readonly<Record<string, SuccessRuleSpec>>;

export type CompletionFactId = keyof typeof SUCCESS_RULES;
