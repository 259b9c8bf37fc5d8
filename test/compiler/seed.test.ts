import { expect, test } from 'vitest';
import { planDigest, renderExplanation } from '../../src/compiler/index.ts';
import { SEED_PLAN } from '../support/seed-plan.ts';
import { compile, englishText, ownText, planOf, seedText } from './reference.ts';

test('the reference template compiles to the plan written by hand', () => {
  const { presentation: _shown, ...behaviour } = planOf(seedText);
  const { presentation: _handShown, ...byHand } = SEED_PLAN;
  expect(behaviour).toEqual(byHand);
});

test('the seed, the own write-up and the English translation have one digest', () => {
  const digests = [seedText, ownText, englishText].map((text) => planDigest(planOf(text)));
  expect(new Set(digests).size).toBe(1);
  expect(planOf(englishText).presentation.language).toBe('en');
  expect(planOf(ownText).presentation.language).toBe('zh');
});

test('it has no errors, one warning and one hint', () => {
  const found = compile(seedText).diagnostics.map(({ severity, code }) => `${severity} ${code}`);
  expect(found).toEqual(['warning NO_SERVICE_BETWEEN', 'hint UNKNOWN_TASK']);
});

test('every line is explained, and what runs nothing is only what is meant to', () => {
  const { explanation } = compile(seedText);
  const lines = seedText.replace(/\n$/u, '').split('\n');
  expect(explanation.map((row) => row.text)).toEqual(lines);
  const prose = explanation.filter((row) => row.kind === 'prose').map((row) => row.text.trim());
  expect(
    prose.every((text) =>
      /描述|example|^(?:type|author|created_at|tags): |^description|:$/u.test(text),
    ),
  ).toBe(true);
  expect(explanation.some((row) => row.kind === 'problem')).toBe(false);
  for (const language of ['zh', 'en'] as const) {
    expect(renderExplanation(explanation, language).split('\n')).toHaveLength(lines.length);
  }
  const skip = explanation.find((row) => row.kind === 'skip rule');
  expect(skip?.became.en).toContain('skips the security scan too');
});

test('white space and prose do not change the digest', () => {
  const changed = seedText
    .replace(/\*\*描述\*\*: .*/gu, '**描述**: 另一段说明')
    .replaceAll('\n\n', '\n\n\n')
    .replace('### 1. 代码检查', '### 1. 别的标题');
  expect(planDigest(planOf(changed))).toBe(planDigest(planOf(seedText)));
  expect(planDigest(planOf(seedText.replaceAll('\n', '\r\n')))).toBe(planDigest(planOf(seedText)));
});

test('full-width punctuation reads as the narrow one', () => {
  const wide = seedText
    .replaceAll('**: ', '**：')
    .replaceAll('**:', '**：')
    .replace('审批超时: ', '审批超时：')
    .replace('< 500ms', '＜ 500ms');
  expect(planDigest(planOf(wide))).toBe(planDigest(planOf(seedText)));
});
