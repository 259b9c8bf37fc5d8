/** A plan for people: steps, servers, how a failure would be undone on each, warnings. Pure. */
import { ACTIONS } from '../../actions/index.ts';
import type { ResolvedRun } from '../../plan/run.ts';

export function renderPlan(run: ResolvedRun, language: 'zh' | 'en'): string[] {
  const zh = language === 'zh';
  const { plan } = run;
  const lines = [`${plan.presentation.title}  ${run.version} → ${run.environment}`, `${run.planDigest}`];
  for (const step of plan.steps) {
    const shown = plan.presentation.steps.find((each) => each.number === step.number);
    const skip = run.overrides.skip.find((each) => each.step === step.number);
    lines.push(`${String(step.number).padStart(3)}. ${shown?.title ?? ''} [${step.kind}]${skip === undefined ? '' : `  ${zh ? '跳过' : 'skipped'}: ${skip.reason}`}`);
    for (const add of run.overrides.add) if (add.step === step.number) lines.push(`       + ${add.phrase}`);
  }
  for (const server of run.servers) {
    const rules = plan.rollback.map((rule) => `${rule.from}–${rule.to}: ${POLICIES[rule.policy][language]}`);
    lines.push(`  ${server}  ${rules.join('; ')}`);
  }
  if (emptiesPool(run)) {
    lines.push(zh
      ? '  警告 NO_SERVICE_BETWEEN：所有服务器同时停止；嵌入的负载均衡会暂存请求，真实的会返回 503'
      : '  warning NO_SERVICE_BETWEEN: all servers stop at once; the embedded balancer holds requests, a real one answers 503');
  }
  return [...lines, ...run.warnings.map((each) => `  ${each}`)];
}

const POLICIES = {
  terminate: { zh: '直接终止，无需回滚', en: 'ends, nothing to undo' },
  restore: { zh: '全部同时恢复旧版本', en: 'the old version is restored, all servers at once' },
  switch_back: {
    zh: '切换回旧版本：池空时全部同时，否则逐台',
    en: 'switched back: all at once while the pool is empty, else one after the other',
  },
} as const;

function emptiesPool({ plan }: ResolvedRun): boolean {
  return plan.steps.some((step) => step.kind === 'parallel' && step.tasks.some((task) => ACTIONS[task.action].id === 'pool.drain'));
}
