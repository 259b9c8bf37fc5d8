import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorithmsFor, judgeHostKey, keyLine } from '../../../src/adapters/ssh/host-key.ts';
import { knownKeysOf, placeOf } from '../../../src/adapters/ssh/known-hosts.ts';
import { matchesPattern, matchesPatternList } from '../../../src/adapters/ssh/patterns.ts';
import { property } from '../../support/property.ts';

function keyOf(text: string, type = 'ssh-ed25519'): Buffer {
  const words = [Buffer.from(type), Buffer.from(text)];
  return Buffer.concat(
    words.flatMap((word) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(word.length);
      return [length, word];
    }),
  );
}

const KEY = keyOf('one');
const OTHER = keyOf('two');
const LINE = keyLine(KEY);

function hashed(place: string): string {
  const salt = Buffer.from('0123456789abcdefghij');
  const digest = createHmac('sha1', salt).update(place).digest('base64');
  return `|1|${salt.toString('base64')}|${digest}`;
}

const stateOf = (text: string, place = 'web-1', key = KEY): string =>
  judgeHostKey(key, knownKeysOf(text, place, 'known_hosts'));

describe('known_hosts', () => {
  it('names a host as OpenSSH does', () => {
    expect(placeOf('Web-1', 22)).toBe('web-1');
    expect(placeOf('web-1', 2222)).toBe('[web-1]:2222');
    expect(placeOf('fe80::1', 22)).toBe('fe80::1');
  });

  it.each([
    [`web-1 ${LINE}`, 'trusted'],
    [`WEB-1 ${LINE} a comment`, 'trusted'],
    [`# web-1\n\n  web-0,web-1\t${LINE}\r\n`, 'trusted'],
    [`${hashed('web-1')} ${LINE}`, 'trusted'],
    [`web-* ${LINE}`, 'trusted'],
    [`web-?,!web-2 ${LINE}`, 'trusted'],
    [`web-*,!web-1 ${LINE}`, 'unknown'],
    [`!web-1,web-* ${LINE}`, 'unknown'],
    [`[web-1]:2222 ${LINE}`, 'unknown'],
    [`${hashed('web-2')} ${LINE}`, 'unknown'],
    [`web-1 ${keyLine(OTHER)}`, 'changed'],
    [`web-1 ${keyLine(OTHER)}\nweb-1 ${LINE}`, 'trusted'],
    [`web-1 ${keyLine(keyOf('r', 'ssh-rsa'))}`, 'changed'],
    [`web-1 ${LINE}\n@revoked * ${LINE}`, 'revoked'],
    [`@revoked * ${keyLine(OTHER)}`, 'unknown'],
    [`@cert-authority *.x,web-* ${keyLine(OTHER)}`, 'authority'],
    [`@cert-authority web-1 ${LINE}`, 'authority'],
    [`@other web-1 ${LINE}`, 'unknown'],
    ['web-1', 'unknown'],
    ['|1|zz|zz ssh-ed25519 AAAA', 'unknown'],
  ])('%j makes the key %s', (text, state) => {
    expect(stateOf(text)).toBe(state);
  });

  it('takes a port, also hashed, for another host', () => {
    expect(stateOf(`[web-1]:2222 ${LINE}`, '[web-1]:2222')).toBe('trusted');
    expect(stateOf(`${hashed('[web-1]:2222')} ${LINE}`, '[web-1]:2222')).toBe('trusted');
    expect(stateOf(`[*]:2222 ${LINE}`, '[web-1]:2222')).toBe('trusted');
    expect(stateOf(`web-1 ${LINE}`, '[web-1]:2222')).toBe('unknown');
  });

  it('says where a key stands', () => {
    const [found] = knownKeysOf(`\n# x\nweb-1 ${LINE}`, 'web-1', '/p/known_hosts');
    expect(found).toMatchObject({ type: 'ssh-ed25519', source: '/p/known_hosts:3' });
  });

  it('makes what is held be offered first, and the rest after it', () => {
    const known = knownKeysOf(`web-1 ${keyLine(keyOf('r', 'ssh-rsa'))}`, 'web-1', 'f');
    expect(algorithmsFor(known).slice(0, 3)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
    ]);
    expect(algorithmsFor([])[0]).toBe('ssh-ed25519');
    expect(new Set(algorithmsFor(known))).toEqual(new Set(algorithmsFor([])));
    const revoked = knownKeysOf(`@revoked web-1 ${keyLine(keyOf('r', 'ssh-rsa'))}`, 'web-1', 'f');
    expect(algorithmsFor(revoked)[0]).toBe('ssh-ed25519');
  });

  const word = fc.oneof(
    fc.constantFrom('web-1', 'web-*', '!web-1', '*', '@revoked', '@a', hashed('web-1'), LINE, ' '),
    fc.string({ unit: fc.constantFrom(...'@|1 \n\0,!*[a=中'), maxLength: 20 }),
  );
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));

  property(
    'never throws, and every key that it finds stands where it says',
    [fc.array(line, { maxLength: 8 })],
    (lines) => {
      const text = lines.join('\n');
      for (const { blob, source } of knownKeysOf(text, 'web-1', 'f')) {
        const [, number = ''] = /^f:(\d+)$/u.exec(source) ?? [];
        expect(text.split('\n')[Number(number) - 1]).toContain(blob);
      }
    },
  );
});

describe('patterns', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });

  property(
    'match as a regular expression does',
    [pattern, name],
    (given, text) => {
      const source = given.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesPattern(given, text)).toBe(new RegExp(`^${source}$`, 'u').test(text));
    },
    { runs: 1_000 },
  );

  it('take no time to speak of for a bad one', () => {
    const startedMs = performance.now();
    expect(matchesPattern(`${'*a'.repeat(50)}b`, 'a'.repeat(5_000))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  it('of a list: one that is taken out is out', () => {
    expect(matchesPatternList(['*', '!web-1'], 'web-1')).toBe(false);
    expect(matchesPatternList(['!web-2'], 'web-1')).toBe(false);
    expect(matchesPatternList([], 'web-1')).toBe(false);
  });
});
