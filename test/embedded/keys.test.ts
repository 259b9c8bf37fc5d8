import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { newPrivateKey } from '../../src/embedded/ssh/keys.ts';

describe('a new SSH key', () => {
  it('is made again where it came out unreadable', () => {
    const good = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).private;
    const keys = ['-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n', good];
    expect(newPrivateKey(() => keys.shift() ?? '')).toBe(good);
  });

  it('is given up after ten attempts, never without end', () => {
    let attempts = 0;
    const generate = (): string => {
      attempts += 1;
      return 'no key';
    };
    expect(() => newPrivateKey(generate)).toThrow(/10 attempts/u);
    expect(attempts).toBe(10);
  });
});
