import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildTool } from '../../../src/adapters/docker-build/build-argv.ts';
import { withDockerfile } from '../../../src/adapters/docker-build/dockerfile.ts';

let context: string;
beforeEach(async () => {
  context = await mkdtemp(join(tmpdir(), 'dockerfile-test-'));
  await mkdir(join(context, 'docker'));
  await write('docker/Dockerfile', 'FROM scratch\nCOPY . /\n');
});
afterEach(() => rm(context, { recursive: true, force: true }));

const write = (name: string, content: string) => writeFile(join(context, name), content);

/** Which file docker is given, and what it and the rules beside it hold meanwhile. */
function given(tool: BuildTool = 'buildkit') {
  const request = { context, include: [], repository: 'app', tag: 'v1', labels: {} };
  return withDockerfile({ tool, request, file: 'docker/Dockerfile' }, async (file) => ({
    file,
    text: await readFile(file, 'utf8'),
    rules: await readFile(`${file}.dockerignore`, 'utf8').catch(() => null),
  }));
}

it.each([
  ['none', {}, '\n.git\n'],
  ["the context's", { '.dockerignore': 'secret\n!.git' }, 'secret\n!.git\n.git\n'],
  [
    "the Dockerfile's own, which come first",
    { '.dockerignore': 'a', 'docker/Dockerfile.dockerignore': 'b' },
    'b\n.git\n',
  ],
])('G9 a work tree is built without its .git, beside rules: %s', async (_name, files, rules) => {
  await write('.git', 'gitdir: ../source.git\n');
  for (const [name, content] of Object.entries(files)) await write(name, content);
  const found = await given();
  expect(found).toMatchObject({ text: 'FROM scratch\nCOPY . /\n', rules });
  await expect(readFile(found.file)).rejects.toThrow('ENOENT');
});

it('is the one of the context where that is no work tree, or the builder reads no other rules', async () => {
  const own = `${context}/docker/Dockerfile`;
  expect(await given()).toMatchObject({ file: own, rules: null });
  await write('.git', 'gitdir: ../source.git\n');
  expect(await given('classic')).toMatchObject({ file: own, rules: null });
});

it('is read through no link that leads out of the context', async () => {
  await write('.git', 'gitdir: ../source.git\n');
  await symlink('/etc/hostname', join(context, '.dockerignore'));
  await expect(given()).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/u);
});
