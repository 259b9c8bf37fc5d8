/** States, outcomes, criteria and durations as people read them. */
import type { CriterionEvidence, RunOutcome } from '../../plan/run.ts';
import type { RunStatus, ServerStatus, StepState } from '../messages.ts';

type Language = RunStatus['language'];

const STEP_STATES: Record<StepState, readonly [zh: string, en: string]> = {
  pending: ['· 待执行', '· pending'],
  running: ['▶ 执行中', '▶ running'],
  waiting: ['⏸ 等待审批', '⏸ waiting'],
  succeeded: ['✅ 完成', '✅ done'],
  skipped: ['⏭ 跳过', '⏭ skipped'],
  failed: ['❌ 失败', '❌ failed'],
  rolled_back: ['↩ 已回滚', '↩ rolled back'],
  not_reached: ['– 未执行', '– not reached'],
};

const OUTCOMES: Record<RunOutcome, readonly [zh: string, en: string]> = {
  running: ['执行中', 'running'],
  succeeded: ['成功', 'succeeded'],
  failed: ['失败', 'failed'],
  rolled_back: ['失败，已回滚', 'failed, rolled back'],
  rejected: ['审批被拒绝', 'rejected'],
  expired: ['审批超时', 'approval expired'],
  superseded: ['被新发布取代', 'superseded'],
  cancelled: ['已取消', 'cancelled'],
  needs_attention: ['待人工处理', 'needs attention'],
};

const POOLS: Record<ServerStatus['pool'], readonly [zh: string, en: string]> = {
  in: ['已挂载', 'in the pool'],
  out: ['已摘除', 'out of the pool'],
  unknown: ['未检查', 'not checked'],
  none: ['–', '–'],
};

export function outcomeText(outcome: RunOutcome, language: Language): string {
  return OUTCOMES[outcome][language === 'zh' ? 0 : 1];
}

export function stepStateText(state: StepState, language: Language): string {
  return STEP_STATES[state][language === 'zh' ? 0 : 1];
}

export function poolText(pool: ServerStatus['pool'], language: Language): string {
  return POOLS[pool][language === 'zh' ? 0 : 1];
}

/** One criterion with its measured value, for example `✓ 测试通过率 >= 95% (96)`; not escaped. */
export function criterionText(criterion: CriterionEvidence): string {
  const mark = criterion.passed ? '✓' : '✗';
  const measured = typeof criterion.value === 'boolean' ? '' : ` (${criterion.value ?? '?'})`;
  return `${mark} ${criterion.text}${measured}`;
}

/** A duration for people: `850 ms`, `12.3 s`, `3 min 5 s`, `2 h 4 min`. */
export function showDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  const seconds = Math.round(durationMs / 100) / 10;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
