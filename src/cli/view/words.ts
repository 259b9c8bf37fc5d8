/** States, outcomes and durations in words. */
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { RunOutcome } from '../../plan/run.ts';
import type { RunStatus, StepState } from '../../workflows/messages.ts';

const STATES: Readonly<Record<StepState, Localized>> = {
  pending: { zh: '待执行', en: 'pending' },
  running: { zh: '执行中', en: 'running' },
  waiting: { zh: '等待审批', en: 'waiting for approval' },
  succeeded: { zh: '完成', en: 'done' },
  skipped: { zh: '跳过', en: 'skipped' },
  failed: { zh: '失败', en: 'failed' },
  rolled_back: { zh: '已回滚', en: 'rolled back' },
  not_reached: { zh: '未执行', en: 'not reached' },
};

const OUTCOMES: Readonly<Record<RunOutcome, Localized>> = {
  running: { zh: '执行中', en: 'running' },
  succeeded: { zh: '成功', en: 'succeeded' },
  failed: { zh: '失败', en: 'failed' },
  rolled_back: {
    zh: '失败，已回滚，旧版本在服务',
    en: 'failed and rolled back: the old version is serving',
  },
  rejected: { zh: '审批被拒绝', en: 'rejected' },
  expired: { zh: '审批超时', en: 'approval expired' },
  superseded: { zh: '被新发布取代', en: 'superseded' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  needs_attention: { zh: '待人工处理', en: 'needs attention' },
};

const POOLS: Readonly<Record<RunStatus['servers'][number]['pool'], Localized>> = {
  in: { zh: '已挂载', en: 'in the pool' },
  out: { zh: '已摘除', en: 'out of the pool' },
  unknown: { zh: '未检查', en: 'not checked' },
  none: { zh: '', en: '' },
};

export function stateWord(state: StepState, language: Language): string {
  return STATES[state][language];
}

export function outcomeWord(outcome: RunOutcome, language: Language): string {
  return OUTCOMES[outcome][language];
}

export function poolWord(pool: RunStatus['servers'][number]['pool'], language: Language): string {
  return POOLS[pool][language];
}

/** A duration for people: `0.4 s`, `12.3 s`, `3 min 5 s`, `2 h 4 min`. */
export function durationWord(durationMs: number, language: Language): string {
  const [second, minute, hour] = language === 'zh' ? ['秒', '分', '小时'] : ['s', 'min', 'h'];
  const tenths = Math.round(Math.max(0, durationMs) / 100) / 10;
  if (tenths < 60) return `${tenths.toFixed(1)} ${second}`;
  const seconds = Math.round(durationMs / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${minute} ${seconds % 60} ${second}`;
  return `${Math.floor(minutes / 60)} ${hour} ${minutes % 60} ${minute}`;
}

/** The time left, to the second: `23:59:58`. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((each) => String(each).padStart(2, '0')).join(':');
}
