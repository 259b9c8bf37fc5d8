/** Run sheets whose image is not built here: accepted wherever a build and a push would be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanStep, Task } from '../../src/plan/plan.ts';
import { property } from '../support/property.ts';
import { compile, edit, englishText, planOf, seedText, stepText } from './reference.ts';

const BUILD = /- 编译源代码\n- 打包应用程序\n- 构建 Docker 镜像\n- 推送镜像到 registry/u;
const BUILT = '- 镜像构建成功\n- 镜像成功推送到 registry\n- 镜像标签: `${version}-${environment}`';

/** The reference with this in place of its build and push; with these criteria, or none. */
function withImage(task: string, criteria = ''): string {
  const step = stepText(seedText, 3);
  const other = step
    .replace(BUILD, () => task)
    .replace(`**成功条件**: \n${BUILT}`, () =>
      criteria === '' ? '' : `**成功条件**: \n${criteria}`,
    );
  const declared = '  image: {type: string, required: false}\n\n  skip_tests:\n';
  return edit(edit(seedText, step, other), '  skip_tests:\n', declared);
}

function thirdStep(text: string): Extract<PlanStep, { kind: 'action' }> {
  const step = planOf(text).steps.find(({ number }) => number === 3);
  if (step?.kind !== 'action') throw new Error('step 3 is no action');
  return step;
}

const taskOf = (text: string): Task | undefined => thirdStep(text).tasks[0];
const errorsOf = (text: string): readonly string[] =>
  compile(text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, message, remedy }) => `${code} ${message.en}; ${remedy?.en ?? ''}`);

describe('使用已构建的镜像', () => {
  it('provides what the servers pull, in place of build and push', () => {
    expect(errorsOf(withImage('- 使用已构建的镜像'))).toEqual([]);
    const english = edit(
      englishText,
      stepText(englishText, 3),
      '### 3. Image [action]\n**Actions**:\n- Use the image that CI built\n\n',
    );
    expect(errorsOf(english)).toEqual([]);
  });

  it('is named among those who could, where nothing provides an image', () => {
    const text = edit(seedText, stepText(seedText, 3), '');
    expect(errorsOf(text)[0]).toContain('"Use the image that CI built"');
  });

  it.each([
    ['- 使用已构建的镜像', '', '${version}'],
    ['- 使用已构建的镜像（`${image}`）', '', '${image}'],
    ['- 使用已构建的镜像 (${image})', '', '${image}'],
    ['- 使用已构建的镜像（v1.2.3）', '', 'v1.2.3'],
    [
      '- 使用已构建的镜像（registry.example.com:5000/team/app:${version}）',
      '',
      'registry.example.com:5000/team/app:${version}',
    ],
    ['- 使用已构建的镜像', '- 镜像标签: `${version}-ci`', '${version}-ci'],
    ['- 使用已构建的镜像（`${image}`）', '- 镜像标签: `${version}-ci`', '${image}'],
  ])('%s with %j is the image %s', (task, criteria, image) => {
    expect(taskOf(withImage(task, criteria))).toEqual({ action: 'image.use', settings: { image } });
  });

  it.each([
    ['（两个 词）', 'BAD_FIELD'],
    ['（）', 'BAD_FIELD'],
    ['（`${imgae}`）', 'UNKNOWN_REFERENCE'],
  ])('%s names no image', (bracket, code) => {
    const { diagnostics } = compile(withImage(`- 使用已构建的镜像${bracket}`));
    expect(
      diagnostics.filter(({ severity }) => severity === 'error').map((each) => each.code),
    ).toEqual([code]);
  });

  it('is judged by commit, platform and signature where they can be measured', () => {
    const { criteria } = thirdStep(withImage('- 使用已构建的镜像'));
    expect(criteria.map(({ fact, ifMeasured }) => [fact, ifMeasured])).toEqual([
      ['image.commit_matches', true],
      ['image.platform_fits', true],
      ['image.signature_valid', true],
    ]);
  });

  it('must have measured what the document itself asks for', () => {
    const asked = '- 镜像由该版本的提交构建\n- 镜像签名有效\n- 镜像构建距今不超过 7 天';
    const { criteria } = thirdStep(withImage('- 使用已构建的镜像', asked));
    expect(criteria).toEqual([
      { fact: 'image.commit_matches', comparison: '==', threshold: true, unit: 'flag' },
      { fact: 'image.signature_valid', comparison: '==', threshold: true, unit: 'flag' },
      { fact: 'image.age', comparison: '<=', threshold: 7 * 86_400_000, unit: 'milliseconds' },
      {
        fact: 'image.platform_fits',
        comparison: '==',
        threshold: true,
        unit: 'flag',
        ifMeasured: true,
      },
    ]);
  });

  it('says in the explanation what it is judged by', () => {
    const { explanation } = compile(withImage('- 使用已构建的镜像'));
    const { became } = explanation.find(({ text }) => text.includes('使用已构建的镜像')) ?? {};
    expect(became?.en).toContain('image.signature_valid == true where it is measured');
    expect(became?.zh).toContain('image.signature_valid == true（可测时）');
  });
});

describe('沿用 staging 已验证的镜像', () => {
  it('provides what the servers pull, in place of build and push', () => {
    expect(errorsOf(withImage('- 沿用 staging 已验证的镜像'))).toEqual([]);
    expect(errorsOf(edit(seedText, stepText(seedText, 3), ''))[0]).toContain(
      '"Promote the image verified in staging"',
    );
  });

  it.each([
    ['沿用 staging 已验证的镜像', 'staging'],
    ['沿用staging已验证的镜像', 'staging'],
    ['沿用 preprod 已验证的镜像', 'preprod'],
    ['沿用 `Pre-prod_EU.2` 已验证的镜像', 'Pre-prod_EU.2'],
    ['沿用 ${environment} 已验证的镜像', '${environment}'],
    ['Promote the image verified in staging', 'staging'],
    ['Promote the image verified in preprod', 'preprod'],
    ['promote the IMAGE verified in QA.', 'QA'],
  ])('%s means the environment %s', (phrase, from) => {
    const { action, settings } = taskOf(withImage(`- ${phrase}`)) ?? {};
    expect(action).toBe('image.promote');
    expect(String(settings?.['from']).replace(/\.$/u, '')).toBe(from);
  });

  it.each([
    ['沿用预发布已验证的镜像', 'UNKNOWN_PHRASE'],
    ['沿用 已验证的镜像', 'UNKNOWN_PHRASE'],
    ['Promote the picture verified in staging', 'UNKNOWN_PHRASE'],
    ['沿用 staging 已验证的镜像（v1）', 'BAD_FIELD'],
    ['沿用 ${form} 已验证的镜像', 'UNKNOWN_REFERENCE'],
  ])('%s is no such phrase', (phrase, code) => {
    const { diagnostics } = compile(withImage(`- ${phrase}`));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors[0]?.code).toBe(code);
  });

  it('is judged by having been verified, and by what can be measured', () => {
    const { criteria } = thirdStep(withImage('- 沿用 staging 已验证的镜像'));
    expect(criteria.map(({ fact, ifMeasured }) => [fact, ifMeasured])).toEqual([
      ['image.verified', undefined],
      ['image.commit_matches', true],
      ['image.platform_fits', true],
      ['image.signature_valid', true],
    ]);
  });
});

property(
  'whatever stands in the brackets becomes the image, or is an error',
  [fc.string({ maxLength: 30 }).filter((text) => !/[()（）\n\r]/u.test(text))],
  (inside) => {
    const { plan } = compile(withImage(`- 使用已构建的镜像（${inside}）`));
    const step = plan?.steps.find(({ number }) => number === 3);
    if (step?.kind !== 'action') return;
    const { image } = step.tasks[0]?.settings ?? {};
    expect(inside.replaceAll('`', '').trim()).toBe(image);
  },
  { runs: 30 },
);

property(
  'an image that is named another way is another plan',
  [
    fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/u),
    fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/u),
  ],
  (one, other) => {
    const imageOf = (tag: string) =>
      taskOf(withImage(`- 使用已构建的镜像（${tag}）`))?.settings['image'];
    expect(imageOf(one) === imageOf(other)).toBe(one === other);
  },
  { runs: 10 },
);
