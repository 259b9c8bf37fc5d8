/** The haproxy.cfg of docs/operations.md is one that HAProxy takes. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

it('without a warning', async () => {
  const text = await readFile('docs/operations.md', 'utf8');
  const configuration = /```haproxy\n([\s\S]*?)```/u.exec(text)?.[1] ?? '';
  expect(configuration).toContain('level admin');
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-haproxy-'));
  folders.push(folder);
  await writeFile(join(folder, 'server-state'), '1\n');
  const here = configuration.replaceAll('/var/lib/haproxy/', `${folder}/`);
  await writeFile(join(folder, 'haproxy.cfg'), here);
  const said = spawnSync('haproxy', ['-c', '-f', join(folder, 'haproxy.cfg')], {
    encoding: 'utf8',
  });
  expect(said.error).toBeUndefined();
  expect(`${said.stdout}${said.stderr}`).toMatch(/Configuration file is valid/u);
  expect(said.stderr).not.toMatch(/WARNING|ALERT/u);
});
