import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readChallenge } from '../../../src/adapters/registry/challenge.ts';
import { property } from '../../support/property.ts';

const bearer = (realm: string, service: string | null, scope: string | null) => ({
  kind: 'bearer',
  realm,
  service,
  scope,
});

it.each<[string | string[], unknown]>([
  ['Basic realm="Registry Realm"', { kind: 'basic' }],
  ['basic', { kind: 'basic' }],
  [
    'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push"',
    bearer('https://auth.example/token', 'r.example', 'repository:a/b:pull,push'),
  ],
  ['bearer realm=https://a.example/t', bearer('https://a.example/t', null, null)],
  [
    'Bearer realm="https://a.example/t", service="with \\"quotes\\""',
    bearer('https://a.example/t', 'with "quotes"', null),
  ],
  [
    ['Basic realm="x"', 'Bearer realm="https://a.example/t"'],
    bearer('https://a.example/t', null, null),
  ],
  ['Bearer service="no realm"', null],
  ['Bearer realm="no address"', null],
  ['Negotiate abc', null],
  ['', null],
  [[], null],
  [`Basic ${'x'.repeat(5_000)}`, null],
])('reads %j', (header, challenge) => {
  expect(readChallenge(header)).toEqual(challenge);
});

property(
  'reads any text in no time, and without throwing',
  [fc.string({ maxLength: 4_000 })],
  (text) => {
    const began = performance.now();
    readChallenge(`Bearer ${text}`);
    expect(performance.now() - began).toBeLessThan(500);
  },
);
