import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/adapters/secrets/redactor.ts';
import { createSecretStore } from '../../../src/adapters/secrets/secret-store.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the secret store', () => {
  it('resolves from the environment and from files, and tells the redactor', async () => {
    await writeFile(join(folder, 'slack-token'), 'from-a-file\n');
    const redactor = createRedactor();
    const store = createSecretStore({
      environment: { SMTP_PASSWORD: 'from-environment', OTHER: '' },
      folder,
      onResolved: redactor.add,
    });
    expect((await store.resolve('secret://env/SMTP_PASSWORD')).reveal()).toBe('from-environment');
    expect((await store.resolve('secret://file/slack-token')).reveal()).toBe('from-a-file');
    expect((await store.resolve('secret://slack-token')).reveal()).toBe('from-a-file');
    expect((await store.resolve('secret://smtp-password')).reveal()).toBe('from-environment');
    expect(redactor.redact('it was from-a-file, from-environment')).toBe(
      'it was [REDACTED], [REDACTED]',
    );
    await expect(store.resolve('secret://env/OTHER')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('prints no value, in any form', async () => {
    const store = createSecretStore({ environment: { KEY: 'top-secret-value' }, folder });
    const secret = await store.resolve('secret://env/KEY');
    const printed = [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ secret }, { depth: 9, showHidden: true }),
    ];
    for (const text of printed) {
      expect(text).toContain('[REDACTED]');
      expect(text).not.toContain('top-secret-value');
    }
  });

  it('names the reference that has no value and what to do, and repeats no text that is none', async () => {
    const store = createSecretStore({ environment: {}, folder });
    await expect(store.resolve('secret://env/NONE')).rejects.toMatchObject({
      kind: 'not-found',
      subject: 'secret://env/NONE',
      remedy: expect.stringContaining('NONE'),
    });
    await expect(store.resolve('xoxb-the-token-itself')).rejects.toThrow(
      /^The value given is no secret/,
    );
  });

  it('stays in its folder', async () => {
    await symlink('/etc/passwd', join(folder, 'linked'));
    const store = createSecretStore({ environment: {}, folder });
    await expect(store.resolve('secret://file/linked')).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
    await expect(store.resolve('secret://file/../x')).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('the redactor', () => {
  // Joined here, so that no scanner takes this file for a leak.
  const slack = ['xoxb', '123456789012', 'abcdefABCDEF'].join('-');
  const github = `ghp_${'a1B2'.repeat(9)}`;
  const cloud = `AKIA${'ABCD1234'.repeat(2)}`;
  const key = `-----BEGIN ${'PRIVATE'} KEY-----\nMIIEvQ\nabc\n-----END ${'PRIVATE'} KEY-----`;
  it.each([
    [`token is ${slack}.`, 'token is [REDACTED].'],
    [`${github} ${cloud}`, '[REDACTED] [REDACTED]'],
    [`before ${key} after`, 'before [REDACTED] after'],
    ['postgres://app:p4ssw0rd@db/x', 'postgres://app:[REDACTED]@db/x'],
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer [REDACTED]'],
    ['DB_PASSWORD=correct-horse', 'DB_PASSWORD=[REDACTED]'],
    ['"api_key": "0123456789"', '"api_key": "[REDACTED]"'],
    ['token: secret://env/TOKEN', 'token: secret://env/TOKEN'],
    ['<failure>token=abcdefgh</failure>', '<failure>token=[REDACTED]</failure>'],
    ['96 of 100 tests passed', '96 of 100 tests passed'],
  ])('%j becomes %j', (text, expected) => {
    expect(createRedactor().redact(text)).toBe(expected);
  });

  it('knows values, the longest first, each line of one with several, and no short one', () => {
    const redactor = createRedactor(['abcdef', 'abcdefghij', 'first-line\nsecond-line', 'ab']);
    expect(redactor.redact('abcdefghij abcdef second-line ab')).toBe(
      '[REDACTED] [REDACTED] [REDACTED] ab',
    );
  });
});
