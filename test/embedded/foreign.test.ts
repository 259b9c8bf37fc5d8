/** S2: a page in somebody's browser is not a program of this machine. */
import { expect, it } from 'vitest';
import { isForeign } from '../../src/embedded/foreign.ts';

it.each([
  [{ host: '127.0.0.1:5000' }, false],
  [{ host: 'localhost' }, false],
  [{ host: 'LOCALHOST:80' }, false],
  [{ host: '[::1]:80' }, false],
  [{ host: '127.0.0.1:5000', origin: 'http://127.0.0.1:8233' }, false],
  [{}, true],
  [{ host: '' }, true],
  [{ host: 'evil.example.com' }, true],
  [{ host: '127.0.0.1.evil.example.com' }, true],
  [{ host: 'localhost:80@evil.example.com' }, true],
  [{ host: '127.0.0.1:5000', origin: 'https://evil.example.com' }, true],
  [{ host: '127.0.0.1:5000', origin: 'null' }, true],
  [{ host: '127.0.0.1:5000', origin: 'http://127.0.0.1.evil.example.com' }, true],
])('S2 %j: foreign is %s', (headers, expected) => {
  expect(isForeign(headers)).toBe(expected);
});
