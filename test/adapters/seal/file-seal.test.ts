import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileSeal } from '../../../src/adapters/seal/file-seal.ts';
import { canonicalJson } from '../../../src/plan/canonical.ts';
import type { Seal } from '../../../src/ports/seal.ts';
import { describeSealContract } from '../../contracts/seal.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'runsheet-seal-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function open(keyFile: string, makeKey = true): Promise<Seal> {
  const seal = await createFileSeal({ keyFile, makeKey, canonical: canonicalJson });
  if (seal === null) throw new Error(`${keyFile} is no key`);
  return seal;
}

async function copyPublicKeys(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).filter((name) => name.endsWith('.pub'));
  await Promise.all(names.map((name) => copyFile(join(from, name), join(to, name))));
}

describeSealContract('a key in a file', async () => {
  const [one, other, third] = [await folder(), await folder(), await folder()];
  const seal = await open(join(one, 'seal.pem'));
  const acquainted = await open(join(other, 'seal.pem'));
  await copyPublicKeys(one, other);
  const stranger = await open(join(third, 'seal.pem'));
  return { seal, acquainted, stranger, close: () => Promise.resolve() };
});

describe('the key', () => {
  it('is made at its first use, for its owner only, and the same is read afterwards', async () => {
    const keys = join(await folder(), 'keys');
    const first = await open(join(keys, 'seal.pem'));
    expect((await stat(join(keys, 'seal.pem'))).mode & 0o777).toBe(0o600);
    expect((await stat(keys)).mode & 0o777).toBe(0o700);
    const signature = await first.sign({ a: 1 });
    const again = await open(join(keys, 'seal.pem'));
    expect(await again.sign({ a: 1 })).toEqual(signature);
    expect(await readdir(keys)).toEqual([`seal-${signature.key}.pub`, 'seal.pem']);
  });

  it('is one where two workers begin at once', async () => {
    const keyFile = join(await folder(), 'seal.pem');
    const seals = await Promise.all(Array.from({ length: 8 }, () => open(keyFile)));
    const signed = await Promise.all(seals.map((seal) => seal.sign('x')));
    expect(new Set(signed.map(({ value }) => value)).size).toBe(1);
  });

  it('may be replaced: what the former one signed is still believed', async () => {
    const keys = await folder();
    const signature = await (await open(join(keys, 'seal.pem'))).sign('x');
    await rm(join(keys, 'seal.pem'));
    const later = await open(join(keys, 'seal.pem'));
    expect((await later.sign('x')).key).not.toBe(signature.key);
    expect(await later.verify('x', signature)).toBe('good');
    await rm(join(keys, `seal-${signature.key}.pub`));
    expect(await (await open(join(keys, 'seal.pem'))).verify('x', signature)).toBe('unknown-key');
  });

  it('is not made where its place was named, and nothing else is taken for one', async () => {
    const keys = await folder();
    const create = (keyFile: string) =>
      createFileSeal({ keyFile, makeKey: false, canonical: canonicalJson });
    expect(await create(join(keys, 'none.pem'))).toBeNull();
    await writeFile(join(keys, 'text.pem'), 'not a key');
    expect(await create(join(keys, 'text.pem'))).toBeNull();
    expect(await readdir(keys)).toEqual(['text.pem']);
    const made = await folder();
    const { key } = await (await open(join(made, 'seal.pem'))).sign('x');
    expect(await create(join(made, `seal-${key}.pub`))).toBeNull();
    await chmod(join(made, 'seal.pem'), 0o400);
    expect(await create(join(made, 'seal.pem'))).not.toBeNull();
    expect(await readFile(join(made, 'seal.pem'), 'utf8')).toContain('PRIVATE KEY');
  });
});
