import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readClientConfig } from '../../../src/adapters/ssh/client-config.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-include-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const FILES = [
  'config.d/a/config',
  'config.d/b/config',
  'config.d/b/other',
  'config.d/c-1/config',
  'config.d/.hidden/config',
  'config.d/10-x.conf',
  'config.d/20-y.conf',
  'config.d/[z].conf',
  'config.d/中.conf',
];

/** The files that were read, in their order: each has a key of its own name. */
async function read(include: string): Promise<readonly string[]> {
  for (const name of FILES) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `IdentityFile ${name}\n`);
  }
  const file = join(folder, 'config');
  await writeFile(file, `Include ${include.replaceAll('FOLDER', folder)}\n`);
  const query = { name: 'web-1', localUser: 'me', home: folder };
  return readClientConfig([{ file, folder }], query).all('identityfile');
}

describe('B9 Include, as glob(7) has it', () => {
  it.each([
    ['config.d/*/config', ['config.d/a/config', 'config.d/b/config', 'config.d/c-1/config']],
    ['config.d/?/*', ['config.d/a/config', 'config.d/b/config', 'config.d/b/other']],
    ['*/b/o*', ['config.d/b/other']],
    ['FOLDER/config.d/*/config.d/*', []],
    ['~/config.d/[ab]/config', ['config.d/a/config', 'config.d/b/config']],
    ['config.d/[!a]/config', ['config.d/b/config']],
    ['config.d/[^b-z]/config', ['config.d/a/config']],
    ['config.d/c[-]1/config', ['config.d/c-1/config']],
    ['config.d/[[:digit:]]*.conf', ['config.d/10-x.conf', 'config.d/20-y.conf']],
    ['config.d/[13-9][0-9]-*.conf', ['config.d/10-x.conf']],
    ['config.d/[[]z].conf', ['config.d/[z].conf']],
    ['config.d/[]z[]z].conf', ['config.d/[z].conf']],
    ['config.d/.h*/config', ['config.d/.hidden/config']],
    ['config.d/[.]hidden/config', []],
    ['config.d/?.conf', ['config.d/中.conf']],
    ['config.d/{a,b}/config', []],
    ['config.d/*/nothing config.d/2*', ['config.d/20-y.conf']],
  ])('%s', async (include, files) => {
    expect(await read(include)).toEqual(files);
  });
});
