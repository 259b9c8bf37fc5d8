/** `secret://command/NAME`: a real program prints the value. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/adapters/secrets/redactor.ts';
import { createSecretPrograms } from '../../../src/adapters/secrets/secret-programs.ts';
import { createSecretStore } from '../../../src/adapters/secrets/secret-store.ts';
import type { SecretStore } from '../../../src/ports/secret-store.ts';

let folder = '';
let nowMs = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-programs-'));
  nowMs = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const redactor = createRedactor();

/** A store whose `secret://command/it` is printed by this shell script, which notes each call. */
async function storeOf(
  script: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<SecretStore> {
  const file = join(folder, 'print-secret');
  await writeFile(file, `#!/bin/sh\necho call >> calls\n${script}\n`);
  await chmod(file, 0o700);
  const known = { PATH: process.env['PATH'], ...environment };
  return createSecretStore({
    environment: known,
    folder: join(folder, 'secrets'),
    programs: createSecretPrograms({
      programs: { it: [file, ...args] },
      folder,
      environment: known,
      now: () => nowMs,
    }),
    onResolved: redactor.add,
  });
}

async function calls(): Promise<number> {
  return (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n').length;
}

async function valueOf(store: SecretStore): Promise<string> {
  return (await store.resolve('secret://command/it')).reveal();
}

describe('a secret that a program prints', () => {
  it('is what it prints, without the line end behind it', async () => {
    const store = await storeOf("printf 'first line\\n second  line \\n\\n'");
    expect(await valueOf(store)).toBe('first line\n second  line \n');
    expect(redactor.redact('it was: second  line ')).not.toContain('second');
  });

  it('gets its arguments as they are written, in the folder of the project', async () => {
    const args = ['["registry"]["password"]', '$(id) `id`; a  b', '*'];
    const store = await storeOf('pwd; for each in "$@"; do echo "$each"; done', {}, args);
    expect((await valueOf(store)).split('\n')).toEqual([folder, ...args]);
  });

  it("has the worker's environment, where such programs find their own credentials", async () => {
    const store = await storeOf('echo "$VAULT_TOKEN of $VAULT_ADDR"', {
      VAULT_TOKEN: 'hvs.token',
      VAULT_ADDR: 'https://vault.example.com',
    });
    expect(await valueOf(store)).toBe('hvs.token of https://vault.example.com');
  });

  it('is asked for once by all who need it at once, and anew after half a minute', async () => {
    const store = await storeOf('echo "value $(wc -l < calls)"');
    expect(await Promise.all([1, 2, 3].map(() => valueOf(store)))).toEqual(
      [1, 2, 3].map(() => 'value 1'),
    );
    nowMs = 29_999;
    expect(await valueOf(store)).toBe('value 1');
    nowMs = 30_000;
    expect(await valueOf(store)).toBe('value 2');
    expect(await calls()).toBe(2);
  });
});

describe('a program that gives no value', () => {
  it.each([
    [
      'fails',
      'echo the-value-itself; echo "no key for $0" >&2; exit 7',
      /exit code 7: no key for/u,
    ],
    ['fails without a word', 'exit 1', /exit code 1\./u],
    ['prints nothing', 'true', /it printed nothing/u],
    ['prints a line end only', 'echo', /it printed nothing/u],
    ['prints too much', 'head -c 70000 /dev/zero | tr "\\0" x', /more than 64 KiB/u],
  ])(
    'that %s is named with what to do, and what it printed is not',
    async (_name, script, said) => {
      const store = await storeOf(script);
      const refused = await store.resolve('secret://command/it').catch((error: unknown) => error);
      expect(refused).toMatchObject({
        kind: 'unavailable',
        subject: 'secret://command/it',
        message: expect.stringMatching(said),
        remedy: expect.stringContaining('secrets.commands.it in runsheet.yaml'),
      });
      expect(JSON.stringify(refused) + String(refused)).not.toMatch(/the-value-itself|xxxx/u);
      // Nothing of it is kept: the next one asks again.
      await expect(store.resolve('secret://command/it')).rejects.toThrow(said);
      expect(await calls()).toBe(2);
    },
  );

  it('is not there', async () => {
    const store = await storeOf('echo value');
    await rm(join(folder, 'print-secret'));
    await expect(store.resolve('secret://command/it')).rejects.toMatchObject({ kind: 'invalid' });
  });

  it.each(['other', 'constructor', 'toString'])('has no name: %s', async (name) => {
    const store = await storeOf('echo value');
    await expect(store.resolve(`secret://command/${name}`)).rejects.toMatchObject({
      kind: 'not-found',
      message: `The secret secret://command/${name} has no value.`,
      remedy: expect.stringContaining(`under secrets.commands.${name} in runsheet.yaml`),
    });
  });

  it('is never taken for a variable or a file', async () => {
    const store = await storeOf('exit 1', { IT: 'of-the-environment' });
    await expect(store.resolve('secret://command/it')).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect((await store.resolve('secret://it')).reveal()).toBe('of-the-environment');
  });
});
