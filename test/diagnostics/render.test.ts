import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import {
  diagnosticsToJson,
  renderDiagnostic,
  renderDiagnostics,
} from '../../src/diagnostics/render.ts';

const found: Diagnostic = {
  code: 'UNKNOWN_PHRASE',
  severity: 'error',
  message: { zh: '没有动作', en: 'no action' },
  place: { file: 'a.md', line: 7, column: 3, endLine: 7, endColumn: 5 },
  excerpt: '- 停止服务',
  expected: { zh: 'x', en: 'x' },
  actual: 'y',
  remedy: { zh: '改', en: 'change' },
};

test('wide characters are underlined in full', () => {
  expect(renderDiagnostic(found, 'en')).toBe(
    [
      'a.md:7:3: error UNKNOWN_PHRASE: no action',
      '  7 | - 停止服务',
      '    |   ^^^^',
      '  expected: x',
      '  actual: y',
      '  remedy: change',
    ].join('\n'),
  );
  expect(renderDiagnostic(found, 'zh')).toContain('办法: 改');
});

test('a place far to the right is shown, and one without an end gets one mark', () => {
  const excerpt = `${'a'.repeat(500)}b`;
  const shown = renderDiagnostic(
    { ...found, excerpt, place: { file: 'a.md', line: 1, column: 501 } },
    'en',
  );
  expect(shown.split('\n')[1]).toMatch(/b$/u);
  expect(shown.split('\n')[2]?.trimEnd()).toMatch(/\| {41}\^$/u);
});

test('control characters and direction marks do not reach the terminal', () => {
  const shown = renderDiagnostic(
    { ...found, actual: '\u001b[2J\u202e', excerpt: '\u001b]0;x\u0007' },
    'en',
  );
  expect(shown).not.toMatch(/[\u001b\u0007\u202e]/u);
});

test('without a place only the sentence stands; several are apart; JSON gives them back', () => {
  const { place: _place, excerpt: _excerpt, ...plain } = found;
  expect(renderDiagnostic(plain, 'en').split('\n')[0]).toBe('error UNKNOWN_PHRASE: no action');
  expect(renderDiagnostics([plain, plain], 'en').split('\n\n')).toHaveLength(2);
  expect(JSON.parse(diagnosticsToJson([found]))).toEqual([found]);
});
