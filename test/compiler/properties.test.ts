import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CompileResult, compileTemplate } from '../../src/compiler/index.ts';
import { parseExpression } from '../../src/compiler/parse/expression.ts';
import { renderDiagnostics } from '../../src/diagnostics/render.ts';
import { anyCharacter, property } from '../support/property.ts';
import { compile, ownText } from './reference.ts';

function placesAreInside(text: string, { diagnostics, plan }: CompileResult): void {
  const lines = text.replace(/^\uFEFF/u, '').split(/\r\n|\n|\r/u);
  for (const { place } of diagnostics) {
    expect(place?.line).toBeGreaterThanOrEqual(1);
    expect(place?.line).toBeLessThanOrEqual(lines.length);
    expect(place?.column).toBeGreaterThanOrEqual(1);
    // One past the end is where something is missing; a line break counts as a character.
    expect(place?.column).toBeLessThanOrEqual((lines[(place?.line ?? 1) - 1]?.length ?? 0) + 2);
  }
  expect(plan === null).toBe(diagnostics.some((each) => each.severity === 'error'));
  renderDiagnostics(diagnostics, 'zh');
}

const lines = ownText.split('\n');
const mixture = fc.array(fc.oneof(fc.constantFrom(...lines), fc.string({ maxLength: 20 })), {
  maxLength: 60,
});

property(
  'any text: nothing is thrown, every place is inside the file',
  [fc.string({ unit: anyCharacter, maxLength: 400 })],
  (text) => placesAreInside(text, compile(text)),
);

property("any mixture of the template's lines: the same", [mixture], (chosen) => {
  const text = chosen.join('\n');
  placesAreInside(text, compile(text));
});

property(
  'the template with a stretch cut out or put in: the same',
  [fc.nat(ownText.length), fc.nat(60), fc.string({ maxLength: 30 })],
  (at, length, inserted) => {
    const text = ownText.slice(0, at) + inserted + ownText.slice(at + length);
    placesAreInside(text, compile(text));
  },
  { runs: 40 },
);

property('any bytes: nothing is thrown', [fc.uint8Array({ maxLength: 200 })], (bytes) => {
  placesAreInside(Buffer.from(bytes).toString(), compileTemplate({ bytes, file: 'a.md' }));
});

property('any expression: a tree or a problem', [fc.string()], (text) => {
  const { tree, problem } = parseExpression(text);
  expect((tree === null) !== (problem === null)).toBe(true);
});

test.each([
  ['a megabyte in one line', 'a'.repeat(1024 * 1024)],
  ['more than a megabyte', 'a\n'.repeat(600 * 1024)],
])('%s is refused at once', (_name, text) => {
  const before = performance.now();
  expect(compile(text).diagnostics.map((each) => each.code)).toEqual(['TOO_LARGE']);
  expect(performance.now() - before).toBeLessThan(2000);
});

test('bytes that are not UTF-8 are refused with their line', () => {
  const bytes = Uint8Array.from([0x23, 0x0a, 0xc4, 0xe3, 0x0a]);
  const { plan, diagnostics } = compileTemplate({ bytes, file: 'gbk.md' });
  expect(plan).toBeNull();
  expect(diagnostics[0]).toMatchObject({ code: 'NOT_UTF8', place: { line: 2 } });
});
