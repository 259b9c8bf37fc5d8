import { expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

it.each([
  ['service: a\nservice: b\n', 2, 1],
  ['service: a\nroles: {x: {}, y: {}, x: {}}\n', 2, 23],
  ['service: a\n"service": b\n', 2, 1],
  ['service: a\nroles:\n  x: {names: [a], names: [b]}\n', 3, 19],
])('a key that stands twice in a mapping is told at its place: %j', (text, line, column) => {
  const { diagnostics } = parseProject('/p', text);
  expect(diagnostics).toMatchObject([{ code: 'BAD_YAML', place: { line, column } }]);
  expect(diagnostics[0]?.message.en).toContain('Map keys must be unique');
});

it('keys that are written differently are two', () => {
  const text = 'service: a\nenvironments: {}\nroles: {1.0: {}, 1.00: {}}\n';
  expect(parseProject('/p', text).diagnostics.map(({ code }) => code)).not.toContain('BAD_YAML');
});
