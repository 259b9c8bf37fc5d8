/** What a failure in each range of steps means for a server of the run. Pure. */
import type { ActionId } from '../../actions/index.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { PlanStep, RollbackPolicy } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';

/** What state the pool is in when a step fails. */
type Phase = 'untouched' | 'empty' | 'shared' | 'serving' | 'told';

const TEXTS: Readonly<
  Record<RollbackPolicy, Readonly<Record<Phase, Readonly<Record<Language, string>>>>>
> = {
  terminate: all('直接终止，无需回滚', 'ends; nothing to undo'),
  restore: {
    ...all('恢复旧版本，所有服务器同时', 'the old version is restored, all servers at once'),
    untouched: { zh: '终止，服务器没有被触及', en: 'ends; the server was not touched' },
    shared: {
      zh: '恢复旧版本；池中其他服务器继续服务',
      en: 'the old version is restored; the others in the pool serve on',
    },
  },
  switch_back: {
    ...all('切换回旧版本', 'switched back to the old version'),
    empty: {
      zh: '切换回旧版本：池是空的，所有服务器同时，健康后立即放回',
      en: 'switched back: the pool is empty, so all servers at once, each into the pool as soon as it is healthy',
    },
    shared: {
      zh: '切换回旧版本；池中其他服务器继续服务',
      en: 'switched back; the others in the pool serve on',
    },
    serving: {
      zh: '切换回旧版本：已在池中的逐台进行，其余同时，服务保持可用',
      en: 'switched back: those in the pool one after the other, the rest at once, so that the service stays available',
    },
  },
};

function all(zh: string, en: string): Readonly<Record<Phase, Readonly<Record<Language, string>>>> {
  const text = { zh, en };
  return { untouched: text, empty: text, shared: text, serving: text, told: text };
}

/**
 * Lines such as `步骤 6–7：恢复旧版本`, one a stretch of the given steps that means one thing.
 * @param empty whether the pool has no server while the run changes them
 */
export function undoOf(
  run: ResolvedRun,
  shown: readonly PlanStep[],
  empty: boolean,
  language: Language,
): readonly string[] {
  const { steps } = run.plan;
  const drain = numberOf(steps, 'pool.drain');
  const enable = numberOf(steps, 'pool.enable');
  const stretches: { from: number; to: number; text: string }[] = [];
  for (const { number } of shown) {
    const text = textFor(run, number, phaseOf(number, drain, enable, empty), language);
    const last = stretches.at(-1);
    if (last?.text === text) last.to = number;
    else stretches.push({ from: number, to: number, text });
  }
  const word = language === 'zh' ? '步骤 ' : 'step ';
  return stretches.map(
    ({ from, to, text }) => `${word}${from === to ? from : `${from}–${to}`}: ${text}`,
  );
}

function phaseOf(
  number: number,
  drain: number | null,
  enable: number | null,
  empty: boolean,
): Phase {
  if (drain === null || number < drain) return 'untouched';
  if (enable !== null && number > enable) return 'told';
  if (enable !== null && number === enable) return 'serving';
  return empty ? 'empty' : 'shared';
}

function textFor(run: ResolvedRun, step: number, phase: Phase, language: Language): string {
  const rule = run.plan.rollback.find((each) => each.from <= step && step <= each.to);
  if (phase === 'told') {
    return language === 'zh'
      ? '部署已成功，只警告，不回滚'
      : 'the deployment has succeeded: a warning, nothing is undone';
  }
  return TEXTS[rule?.policy ?? 'restore'][phase][language];
}

function numberOf(steps: readonly PlanStep[], action: ActionId): number | null {
  const found = steps.find(
    (step) => 'tasks' in step && step.tasks.some((task) => task.action === action),
  );
  return found?.number ?? null;
}

/** Whether the pool has no server between the stop and the enable. */
export function emptiesPool(run: ResolvedRun, poolServers: readonly string[]): boolean {
  return (
    numberOf(run.plan.steps, 'pool.drain') !== null &&
    poolServers.every((server) => run.servers.includes(server))
  );
}
