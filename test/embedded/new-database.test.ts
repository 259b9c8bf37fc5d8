import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKept } from '../../src/embedded/new-database.ts';

const CONTENT = Buffer.from('what the archive holds, '.repeat(500));
const whole = gzipSync(CONTENT);
const flipped = Buffer.from(whole);
flipped[whole.length >> 1] = 255 - (whole[whole.length >> 1] ?? 0);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-kept-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a kept empty database', () => {
  it('is read unpacked', async () => {
    const file = join(folder, 'whole.tar.gz');
    await writeFile(file, whole);
    expect(Buffer.from((await readKept(file)) ?? []).equals(CONTENT)).toBe(true);
  });

  it.each([
    ['another kind of file', Buffer.from('not an archive')],
    ['cut off', whole.subarray(0, whole.length >> 1)],
    ['changed by one byte', flipped],
    ['empty', Buffer.alloc(0)],
  ])('is none where it is %s', async (name, content) => {
    const file = join(folder, name);
    await writeFile(file, content);
    expect(await readKept(file)).toBeNull();
  });

  it('is none where no file is', async () => {
    expect(await readKept(join(folder, 'none'))).toBeNull();
  });
});
