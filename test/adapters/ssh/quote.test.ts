import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quoteArgv } from '../../../src/adapters/ssh/quote.ts';
import { anyCharacter, property } from '../../support/property.ts';

const word = fc.string({ unit: anyCharacter }).filter((text) => !/[\0\p{Surrogate}]/u.test(text));
const words = fc.array(word, { minLength: 1, maxLength: 8 });
// Forty commands to one shell: each process is dear where the one that starts it is large.
const commands = fc.array(words, { minLength: 40, maxLength: 40 });

property(
  'hands any words through a real shell unchanged',
  [commands],
  (each) => {
    // Each word is ended by a byte that no word can hold.
    const lines = each.map((argv) => quoteArgv(['printf', '%s\\0', ...argv]));
    const printed = execFileSync('/bin/sh', ['-c', lines.join('\n')], { encoding: 'utf8' });
    expect(printed.split('\0').slice(0, -1)).toEqual(each.flat());
  },
  { runs: 5 },
);

it('refuses what no program can be given', () => {
  expect(() => quoteArgv(['a\0b'])).toThrow('NUL');
  expect(() => quoteArgv([])).toThrow('program');
});
