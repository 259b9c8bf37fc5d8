/** B15: a name, a heading, a section or a label that is almost right is an error that shows the right one. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { RESERVED_TEMPLATE_IDS } from '../../src/plan/reserved-ids.ts';
import { compile, edit, englishText, ownText } from './reference.ts';

/** What is said of one line, in English; the plan must not exist. */
function toldAt(text: string, line: string): readonly Pick<Diagnostic, 'code' | 'remedy'>[] {
  const { plan, diagnostics } = compile(text);
  expect(plan).toBeNull();
  const at = text.split('\n').indexOf(line) + 1;
  expect(at).toBeGreaterThan(0);
  return diagnostics.filter(({ place }) => place?.line === at);
}

const NOTIFY = '### 10. Notify [action]';
const STEP_LEVEL = 'begin the heading of a step with "### "';

describe('B15: almost right', () => {
  it.each(['probe', ...RESERVED_TEMPLATE_IDS])('B15 `template_id: %s` is refused', (id) => {
    const text = edit(englishText, 'deployment_workflow_v1', id);
    expect(toldAt(text, `template_id: ${id}`).map(({ code }) => code)).toEqual(['RESERVED_NAME']);
  });

  it.each(['# ', '## ', '#### ', '###### '])(
    'B15 a step below a heading of another level joins nothing: `%s10. Notify [action]`',
    (marks) => {
      const line = `${marks}10. Notify [action]`;
      const [told] = toldAt(edit(englishText, NOTIFY, line), line);
      expect(told?.code).toBe('UNREAD_LINE');
      expect(told?.remedy?.en).toContain(STEP_LEVEL);
    },
  );

  it.each([
    ['# Rollback policy', 'write "## Rollback policy"'],
    ['# Success criteria', 'write "## Success criteria"'],
    ['# Usage examples', 'write "## Usage examples"'],
  ])('B15 a section of another level is not passed over: %s', (line, remedy) => {
    const [told] = toldAt(edit(englishText, `#${line}`, line), line);
    expect(told).toMatchObject({ code: 'UNREAD_LINE', remedy: { en: remedy } });
  });

  it.each([
    'If anything fails we go back to the old version.',
    'Steps 6-7 → restore the old version',
    '| 6-7 | restore the old version |',
    'Ask Operations first:',
  ])('B15 a rollback section in free prose is an error: %s', (line) => {
    const text = englishText.replace(
      /(?<=## Rollback policy\n\n)[\s\S]*?(?=\n## )/u,
      () => `${line}\n`,
    );
    expect(toldAt(text, line).map(({ code }) => code)).toContain('UNREAD_LINE');
  });

  it.each([
    ['Done when:', 'did you mean "**Done when**:"?'],
    ['Done when', 'did you mean "**Done when**:"?'],
    ['- Done when:', 'did you mean "**Done when**:"?'],
    ['*Done when*:', 'did you mean "**Done when**:"?'],
    ['Success condtions:', 'did you mean "**Success conditions**:"?'],
  ])('B15 a label that is not bold is shown as it should be: %s', (line, remedy) => {
    const [told] = toldAt(edit(englishText, '**Success conditions**:', line), line);
    expect(told?.remedy?.en).toBe(remedy);
  });

  it('B15 a Chinese label that is not bold is shown as it should be', () => {
    const [told] = toldAt(edit(ownText, '**成功条件**:', '成功条件：'), '成功条件：');
    expect(told?.remedy?.zh).toBe('您是否想写「**成功条件**:」？');
  });
});
