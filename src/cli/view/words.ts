/** States and outcomes as people say them. */
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RunOutcome } from '../../plan/run.ts';
import type { RunStatus, StepState } from '../../workflows/messages.ts';

type Words = Readonly<Record<Language, string>>;

const STATES: Readonly<Record<StepState, Words>> = {
  pending: { zh: '待执行', en: 'pending' },
  running: { zh: '执行中', en: 'running' },
  waiting: { zh: '等待审批', en: 'waits for approval' },
  succeeded: { zh: '完成', en: 'done' },
  skipped: { zh: '跳过', en: 'skipped' },
  failed: { zh: '失败', en: 'failed' },
  rolled_back: { zh: '已撤销', en: 'undone' },
  not_reached: { zh: '未到达', en: 'not reached' },
};

const OUTCOMES: Readonly<Record<RunOutcome, Words>> = {
  running: { zh: '执行中', en: 'running' },
  succeeded: { zh: '成功', en: 'succeeded' },
  failed: { zh: '失败', en: 'failed' },
  rolled_back: {
    zh: '失败，已撤销，旧版本在服务',
    en: 'failed and undone: the old version serves',
  },
  rejected: { zh: '审批被拒绝', en: 'rejected' },
  expired: { zh: '审批超时', en: 'the approval expired' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  needs_person: { zh: '需要人处理', en: 'a person is needed' },
};

const POOLS: Readonly<Record<RunStatus['servers'][number]['pool'], Words>> = {
  in: { zh: '在池中', en: 'in the pool' },
  out: { zh: '不在池中', en: 'out of the pool' },
  unknown: { zh: '未查', en: 'not looked at' },
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

/** A time that runs down, to the second: `23:59:58`. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((each) => String(each).padStart(2, '0')).join(':');
}
