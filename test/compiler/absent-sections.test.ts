/** What a team does not need it does not write: a default holds, and is shown as one. */
import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../src/cli/view/plan.ts';
import { compileTemplate, planDigest, renderExplanation } from '../../src/compiler/index.ts';
import type { DefaultedSection, Plan } from '../../src/plan/plan.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { englishText, ownText, seedText } from './reference.ts';

const NAMES: readonly (readonly [DefaultedSection, zh: string, en: string])[] = [
  ['rollback', '回滚策略', 'Rollback policy'],
  ['success', '成功判定条件', 'Success criteria'],
  ['metrics', '监控指标', 'Metrics'],
  ['examples', '使用示例', 'Usage examples'],
];
const TEXTS = { zh: ownText, en: englishText };

function without(text: string, ...headings: readonly string[]): string {
  return headings.reduce((rest, heading) => {
    const cut = rest.replace(new RegExp(`^## ${heading}\\n[^]*?(?=^## |(?![^]))`, 'mu'), '');
    if (cut === rest) throw new Error(`the template has no ${heading}`);
    return cut;
  }, text);
}

const compile = (text: string) => compileTemplate({ file: 'deployment.md', text });

function planOf(text: string): Plan {
  const { plan, diagnostics } = compile(text);
  if (plan === null) throw new Error(diagnostics.map(({ message }) => message.en).join('\n'));
  return plan;
}

/** The rows of `--explain` that no line of the document has. */
function defaultsIn(text: string, language: 'zh' | 'en'): readonly string[] {
  return renderExplanation(compile(text).explanation, language)
    .split('\n')
    .filter((line) => line.trimStart().startsWith('–'))
    .map((line) => line.replace(/\s+/gu, ' ').trim());
}

/** The section of `runsheet plan` about defaults. */
function planned(plan: Plan, language: 'zh' | 'en'): readonly string[] {
  const blocks = renderPlan(resolvedRun({}, { plan }), language).join('\n').split('\n\n');
  return blocks.find((each) => /^(?:操作单没有写|By default)/u.test(each))?.split('\n') ?? [];
}

describe('B17: a usage example and metrics that the team does not need', () => {
  it.each(['zh', 'en'] as const)('B17: without them the template compiles: %s', (language) => {
    const names = NAMES.slice(2).map(([, zh, en]) => (language === 'zh' ? zh : en));
    const plan = planOf(without(TEXTS[language], ...names));
    expect(plan.presentation.defaults).toEqual(['metrics', 'examples']);
    const { metrics, ...rest } = planOf(TEXTS[language]);
    expect(plan).toEqual({
      ...rest,
      metrics,
      presentation: { ...rest.presentation, defaults: ['metrics', 'examples'] },
    });
  });

  it('B17: --explain and plan say what holds, as a default, in either language', () => {
    const text = without(ownText, '使用示例', '监控指标');
    expect(defaultsIn(text, 'zh')).toEqual([
      '– 默认 ## 监控指标 文档没有写，按默认：发送 deployment.duration、deployment.success_rate、deployment.rollback_count、health_check.response_time、service.error_rate',
      '– 默认 ## 使用示例 文档没有写，按默认：没有示例，因此没有要验证的请求',
    ]);
    expect(defaultsIn(text, 'en')[1]).toBe(
      '– default ## 使用示例 not in the document, so by default: no example, so no request is checked',
    );
    expect(planned(planOf(text), 'en')).toEqual([
      'By default, as the run sheet does not say:',
      '  metrics: deployment.duration, deployment.success_rate, deployment.rollback_count, health_check.response_time, service.error_rate are emitted',
      '  usage examples: no example, so no request is checked',
    ]);
    expect(planned(planOf(text), 'zh').slice(0, 1)).toEqual(['操作单没有写，按默认：']);
  });

  it('B17: a neighbour: no rollback policy is the one that undoes everything, last first', () => {
    const text = without(ownText, '回滚策略');
    const plan = planOf(text);
    expect(plan.rollback).toEqual([]);
    expect(defaultsIn(text, 'zh')).toEqual([
      '– 默认 ## 回滚策略 文档没有写，按默认：任何步骤失败，发布所做的更改都按相反顺序撤销；步骤 1–5：直接终止，无需回滚；步骤 6–8：恢复旧版本；步骤 9：恢复旧版本：已挂载的逐台进行，其余同时进行，服务保持可用；步骤 10：部署已成功，只警告，不回滚',
    ]);
    expect(planned(plan, 'zh')).toEqual([
      '操作单没有写，按默认：',
      '  回滚策略：任何步骤失败，发布所做的更改都按相反顺序撤销',
    ]);
  });

  it('B17: a neighbour: no success criteria are every step by its own', () => {
    const text = without(englishText, 'Success criteria');
    const written = englishText.replace(
      /^## Success criteria\n[^]*?(?=^## )/mu,
      '## Success criteria\n\n- All required steps are done\n\n',
    );
    expect(planDigest(planOf(text))).toBe(planDigest(planOf(written)));
    expect(planned(planOf(written), 'en')).toEqual([]);
    expect(planned(planOf(text), 'en')).toEqual([
      'By default, as the run sheet does not say:',
      '  success criteria: all required steps are done, each by its own criteria',
    ]);
  });

  it('B17: a neighbour: metrics of what no step measures are no default', () => {
    const text = without(ownText, '监控指标', '成功判定条件').replace(
      /^- (?:验证性能指标|响应时间 < 500ms|错误率 < 1%)\n/gmu,
      '',
    );
    expect(planOf(text).metrics).toEqual([
      'deployment.duration',
      'deployment.success_rate',
      'deployment.rollback_count',
    ]);
  });

  it.each([
    '## 回滚策咯',
    '### 回滚策略',
    '#### 回滚策略',
    '回滚策略',
    '**回滚策略**',
    '**回滚策略**:',
    '＃＃ 回滚策略',
    '##回滚策略',
  ])('B17: a neighbour: %s is no absent section, wherever it stands', (heading) => {
    const [section = ''] = /^## 回滚策略\n[^]*?(?=^## )/mu.exec(ownText) ?? [];
    const meant = section.replace('## 回滚策略', heading);
    const rest = without(ownText, '回滚策略');
    for (const text of [
      ownText.replace(section, meant),
      `${rest}\n${meant}`,
      `${rest}\n## 备注\n\n${meant}`,
      rest.replace('## 监控指标', `${meant}\n## 监控指标`),
    ]) {
      const at = text.split('\n').indexOf(heading) + 1;
      const errors = compile(text).diagnostics.filter(({ severity }) => severity === 'error');
      expect(errors.map(({ place }) => place?.line)).toContain(at);
    }
  });

  it('B17: a neighbour: a section that is there and empty is an error', () => {
    const text = `${without(ownText, '监控指标')}\n## 监控指标\n`;
    expect(compile(text).diagnostics.map(({ code }) => code)).toContain('UNREAD_LINE');
  });
});

it('the seed says all of it, so nothing is a default there', () => {
  const plan = planOf(seedText);
  expect(plan.presentation).not.toHaveProperty('defaults');
  expect(defaultsIn(seedText, 'zh')).toEqual([]);
  expect(planned(plan, 'zh')).toEqual([]);
});

it.each(['模板元信息', '参数定义', '工作流步骤'])('%s stays required', (heading) => {
  const codes = compile(without(ownText, heading)).diagnostics.map(({ code }) => code);
  expect(codes).toContain('MISSING_SECTION');
});
