import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/adapters/secrets/redactor.ts';
import { createSecretStore } from '../../../src/adapters/secrets/secret-store.ts';
import { NO_SECRET_PROGRAMS } from '../../support/no-secret-programs.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the secret store', () => {
  it('resolves from the environment and from files, and tells the redactor', async () => {
    await writeFile(join(folder, 'slack-token'), 'from-a-file\n', { mode: 0o600 });
    const redactor = createRedactor();
    const store = createSecretStore({
      environment: { SMTP_PASSWORD: 'from-environment', OTHER: '' },
      folder,
      programs: NO_SECRET_PROGRAMS,
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
    const environment = { KEY: 'top-secret-value' };
    const store = createSecretStore({ environment, folder, programs: NO_SECRET_PROGRAMS });
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
    const store = createSecretStore({ environment: {}, folder, programs: NO_SECRET_PROGRAMS });
    await expect(store.resolve('secret://env/NONE')).rejects.toMatchObject({
      kind: 'not-found',
      subject: 'secret://env/NONE',
      remedy: expect.stringContaining('NONE'),
    });
    await expect(store.resolve('xoxb-the-token-itself')).rejects.toThrow(
      /^The value given is no secret/,
    );
  });

  it.each([0o644, 0o604, 0o620, 0o602, 0o666])(
    'B18 a secret file of mode %o is refused',
    async (mode) => {
      const file = join(folder, 'token');
      await writeFile(file, 'the-value-itself');
      await chmod(file, mode);
      const redactor: string[] = [];
      const options = {
        environment: {},
        folder,
        programs: NO_SECRET_PROGRAMS,
        onResolved: (value: string) => redactor.push(value),
      };
      const store = createSecretStore(options);
      for (const reference of ['secret://file/token', 'secret://token']) {
        const refused = await store.resolve(reference).catch((error: unknown) => error);
        expect(refused).toMatchObject({
          kind: 'refused',
          message: expect.stringMatching(/^SECRET_EXPOSED: /),
          remedy: expect.stringContaining(`chmod 600 ${file}`),
        });
        expect(String(refused)).not.toContain('the-value-itself');
      }
      expect(redactor).toEqual([]);
    },
  );

  it.each([0o600, 0o400, 0o440, 0o640])('B18 a secret file of mode %o is read', async (mode) => {
    const file = join(folder, 'token');
    await writeFile(file, 'the-value-itself');
    await chmod(file, mode);
    const store = createSecretStore({ environment: {}, folder, programs: NO_SECRET_PROGRAMS });
    expect((await store.resolve('secret://token')).reveal()).toBe('the-value-itself');
  });

  it('stays in its folder', async () => {
    await symlink('/etc/passwd', join(folder, 'linked'));
    const store = createSecretStore({ environment: {}, folder, programs: NO_SECRET_PROGRAMS });
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

  const mark = (edge: 'BEGIN' | 'END', kind = '') => `-----${edge} ${kind}${'PRIVATE'} KEY-----`;
  const body = `${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}\n${'BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'.repeat(2)}\nMzEfYyjiWA4=`;
  it.each([
    ['as a file', `${mark('BEGIN')}\n${body}\n${mark('END')}`],
    ['in JSON', JSON.stringify(`${mark('BEGIN')}\n${body}\n${mark('END')}`).slice(1, -1)],
    ['in JSON within JSON', `${mark('BEGIN')}\\\\n${body.replaceAll('\n', '\\\\n')}${mark('END')}`],
    [
      'in an attribute of XML',
      `${mark('BEGIN')}&#10;${body.replaceAll('\n', '&#10;')}${mark('END')}`,
    ],
    ['on one line', `${mark('BEGIN')} ${body.replaceAll('\n', ' ')} ${mark('END')}`],
    ['indented', `${mark('BEGIN')}\n    ${body.replaceAll('\n', '\n    ')}\n    ${mark('END')}`],
    [
      'encrypted',
      `${mark('BEGIN', 'RSA ')}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n${body}\n${mark('END', 'RSA ')}`,
    ],
  ])('takes a private key out whole: %s', (_how, key) => {
    expect(createRedactor().redact(`before ${key} after`)).toBe('before [REDACTED] after');
  });

  it.each([
    [
      'after the prefix of a log',
      `${mark('BEGIN')}\nweb-1 | ${body.replaceAll('\n', '\nweb-1 | ')}`,
    ],
    ['cut off', `${mark('BEGIN')}\n${body.slice(0, 120)}`],
    ['with an end of another kind', `${mark('BEGIN', 'EC ')}\n${body}\n${mark('END')}`],
  ])("takes a private key's lines out: %s", (_how, text) => {
    const redacted = createRedactor().redact(text);
    expect(redacted).toContain('[REDACTED]');
    expect(redacted).not.toMatch(/MIIEvQ|BKcwgg/);
  });

  it.each([
    [
      'the failed case of a report',
      `<testcase name="${mark('BEGIN')}"/><testcase name="refund"><failure/></testcase><testcase name="${mark('END')}"/>`,
    ],
    ['a line of a log', `ok ${mark('BEGIN')}\nnot ok refund fails\nok ${mark('END')}`],
    ['text on the same line', `${mark('BEGIN')} the refund was not made ${mark('END')}`],
    ['what is far away', `${mark('BEGIN')}\n${'refund failed\n'.repeat(2_000)}${mark('END')}`],
    ['what follows a lone beginning', `${mark('BEGIN')} is expected here and refund fails`],
    ['what stands between two kinds', `${mark('BEGIN', 'RSA ')}\nrefund\n${mark('END', 'EC ')}`],
  ])('G10 hides nothing between words that look like the ends of a key: %s', (_what, text) => {
    expect(createRedactor().redact(text)).toBe(text);
  });

  it.each([
    ['-eyJ', '-eyJ'.repeat(90_000)],
    ['eyJ with dots', '-eyJ.'.repeat(90_000)],
    ['one long word', `eyJ${'a'.repeat(360_000)}`],
    ['beginnings of keys', `${mark('BEGIN')}\n`.repeat(12_000)],
    ['a key without an end', `${mark('BEGIN')}${'A'.repeat(360_000)}`],
    ['passwords without values', 'password= '.repeat(36_000)],
    ['addresses', 'a://b:'.repeat(60_000)],
    ['blanks after a name', `Bearer${' '.repeat(360_000)}`],
  ])('S7 is done in time with hostile text: %s', (_what, text) => {
    expect(createRedactor().redact(text)).not.toBe('');
  });

  it('finds a web token after a dash, and in a longer run of letters', () => {
    const token = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'dGVzdHNpZw'].join('.');
    expect(createRedactor().redact(`jwt-${token} v1.${token}.x`)).toBe(
      'jwt-[REDACTED] v1.[REDACTED].x',
    );
    expect(createRedactor().redact('eyJhbGciOiJIUzI1NiJ9.short.x')).toBe(
      'eyJhbGciOiJIUzI1NiJ9.short.x',
    );
  });

  it('knows values, the longest first, each line of one with several, and no short one', () => {
    const redactor = createRedactor();
    for (const value of ['abcdef', 'abcdefghij', 'first-line\nsecond-line', 'ab'])
      redactor.add(value);
    expect(redactor.redact('abcdefghij abcdef second-line ab')).toBe(
      '[REDACTED] [REDACTED] [REDACTED] ab',
    );
  });
});
