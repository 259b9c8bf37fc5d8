/** B14: words are matched as words, in the comparisons of criteria and wherever else words are found. */
import { describe, expect, it } from 'vitest';
import { FACTS } from '../../src/actions/index.ts';
import { compileTemplate } from '../../src/compiler/index.ts';
import { parseComparative } from '../../src/compiler/parse/quantity.ts';
import { edit, englishText, ownText, planOf } from './reference.ts';

const WRITTEN = [
  ['>=', '≥', '不低于', '至少', 'is at least', 'at least', 'not below', 'is no less than'],
  ['<=', '不超过', '至多', 'at most', 'is not more than', 'is not above', 'up to'],
  ['<', '低于', '少于', 'is below', 'under', 'less than'],
  ['>', '高于', '超过', 'is over', 'over', 'above', 'more than'],
] as const;
const SUBJECTS = Object.values(FACTS).flatMap(({ subjects }) => [
  ...(subjects?.zh ?? []),
  ...(subjects?.en ?? []),
]);

describe('B14: words are matched as words', () => {
  it('B14 `Test coverage >= 80%` compiles in English', () => {
    const { steps } = planOf(
      edit(
        englishText,
        '- Test pass rate >= 95%',
        '- Test pass rate >= 95%\n- Test coverage >= 80%',
      ),
    );
    const tests = steps.find(({ number }) => number === 2);
    expect(tests).toMatchObject({
      criteria: expect.arrayContaining([
        { fact: 'tests.coverage', comparison: '>=', threshold: 80, unit: 'percent' },
      ]),
    });
  });

  it.each(WRITTEN.flatMap(([sign, ...words]) => [sign, ...words].map((word) => [word, sign])))(
    'B14 every subject keeps its name before “%s”',
    (word, sign) => {
      expect(SUBJECTS.length).toBeGreaterThan(10);
      for (const subject of SUBJECTS) {
        const found = parseComparative(`${subject} ${word} 80%`);
        expect(found).toEqual({ subject, comparison: sign, figure: '80%' });
      }
    },
  );

  it.each([
    ['Recovered requests > 5', 'Recovered requests', '>'],
    ['Undertaken checks at least 3', 'Undertaken checks', '>='],
    ['Set-up tokens below 3', 'Set-up tokens', '<'],
    ['p99-over-week <= 3', 'p99-over-week', '<='],
  ])('B14 no comparison is found inside a word: %s', (text, subject, comparison) => {
    expect(parseComparative(text)).toMatchObject({ subject, comparison });
  });

  it('B14 a variable whose name holds “to” is not cut there', () => {
    const misspelt = edit(
      ownText,
      '设置 variables.require_approval = optional',
      '设置 variables.automatic optional',
    );
    const { plan, diagnostics } = compileTemplate({ file: 'a.md', text: misspelt });
    expect(plan).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toContain('BAD_BRANCH');
  });

  it('B14 a role whose name holds 和 is one role', () => {
    const text = edit(ownText, '- staging: 技术负责人', '- staging: 研发和运维负责人 + 技术负责人');
    const roles = { platform: { names: ['研发和运维负责人'] } };
    const vocabulary = { roles, actions: {} };
    const { plan } = compileTemplate({ file: 'a.md', text, vocabulary });
    const approval = plan?.steps.find(({ number }) => number === 5);
    expect(approval).toMatchObject({ approvers: { staging: ['platform', 'tech_lead'] } });
  });
});
