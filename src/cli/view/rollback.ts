/** What a failure in each range of steps means for the servers of a run. Pure. */
import type { ActionId } from '../../actions/index.ts';
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { PlanStep, RollbackPolicy } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { sayIn } from '../language.ts';
import { rangeEn, rangeZh } from './counted.ts';

/** The state of the pool when a step fails. */
type Phase = 'unchanged' | 'empty' | 'shared' | 'serving' | 'deployed';

const TEXTS: Readonly<Record<RollbackPolicy, Readonly<Record<Phase, Localized>>>> = {
  terminate: all({ zh: '直接终止，无需回滚', en: 'the run ends; nothing to roll back' }),
  restore: {
    ...all({
      zh: '恢复旧版本，所有服务器同时进行',
      en: 'the old version is restored on all servers at once',
    }),
    unchanged: { zh: '终止，服务器没有改动', en: 'the run ends; no server was changed' },
    shared: {
      zh: '恢复旧版本；其他已挂载的服务器继续服务',
      en: 'the old version is restored; the other servers in the pool keep serving',
    },
  },
  switch_back: {
    ...all({ zh: '切换回旧版本', en: 'switched back to the old version' }),
    empty: {
      zh: '切换回旧版本：没有已挂载的服务器，因此全部同时进行，健康后立即挂载',
      en: 'switched back: the pool is empty, so all servers at once, each back into the pool as soon as it is healthy',
    },
    shared: {
      zh: '切换回旧版本；其他已挂载的服务器继续服务',
      en: 'switched back; the other servers in the pool keep serving',
    },
    serving: {
      zh: '切换回旧版本：已挂载的逐台进行，其余同时进行，服务保持可用',
      en: 'switched back: servers in the pool one at a time, the others at once, so the service stays available',
    },
  },
};

const DEPLOYED: Localized = {
  zh: '部署已成功，只警告，不回滚',
  en: 'the deployment has succeeded: a warning, no rollback',
};

function all(text: Localized): Readonly<Record<Phase, Localized>> {
  return { unchanged: text, empty: text, shared: text, serving: text, deployed: text };
}

/**
 * Lines such as `steps 6–7: the old version is restored`, one for each range of the given steps.
 * @param empty whether the pool has no server while the run changes them
 */
export function rollbackOf(
  run: ResolvedRun,
  shown: readonly PlanStep[],
  empty: boolean,
  language: Language,
): readonly string[] {
  const { steps } = run.plan;
  const drain = numberOf(steps, 'pool.drain');
  const enable = numberOf(steps, 'pool.enable');
  const ranges: { from: number; to: number; text: string }[] = [];
  for (const { number } of shown) {
    const text = textFor(run, number, phaseOf(number, drain, enable, empty), language);
    const last = ranges.at(-1);
    if (last?.text === text) last.to = number;
    else ranges.push({ from: number, to: number, text });
  }
  return ranges.map(({ from, to, text }) =>
    sayIn(language)({
      zh: `${rangeZh('步骤', from, to)}：${text}`,
      en: `${rangeEn('step', from, to)}: ${text}`,
    }),
  );
}

function phaseOf(
  number: number,
  drain: number | null,
  enable: number | null,
  empty: boolean,
): Phase {
  if (drain === null || number < drain) return 'unchanged';
  if (enable !== null && number > enable) return 'deployed';
  if (enable !== null && number === enable) return 'serving';
  return empty ? 'empty' : 'shared';
}

function textFor(run: ResolvedRun, step: number, phase: Phase, language: Language): string {
  const rule = run.plan.rollback.find((each) => each.from <= step && step <= each.to);
  const say = sayIn(language);
  return say(phase === 'deployed' ? DEPLOYED : TEXTS[rule?.policy ?? 'restore'][phase]);
}

function numberOf(steps: readonly PlanStep[], action: ActionId): number | null {
  const found = steps.find(
    (step) => 'tasks' in step && step.tasks.some((task) => task.action === action),
  );
  return found?.number ?? null;
}

/** Whether the pool has no server between drain and enable. */
export function emptiesPool(run: ResolvedRun, poolServers: readonly string[]): boolean {
  return (
    numberOf(run.plan.steps, 'pool.drain') !== null &&
    poolServers.every((server) => run.servers.includes(server))
  );
}
