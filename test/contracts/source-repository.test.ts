import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSourceRepository } from '../../src/adapters/git/source-repository.ts';
import { createCommandRunner } from '../../src/adapters/process/command-runner.ts';
import type { SourceRepository } from '../../src/ports/source-repository.ts';

const execute = promisify(execFile);
const commands = createCommandRunner({ environment: process.env });

interface World {
  readonly source: SourceRepository;
  /** Changes the content of the version's source, so that it stands for something else. */
  readonly edit: (version: string, content: string) => Promise<void>;
  /** A version with these files besides; `-> target` makes a link. */
  readonly publish: (version: string, files: Readonly<Record<string, string>>) => Promise<void>;
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execute('git', [
    '-C',
    join(folder, 'project'),
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.com',
    ...args,
  ]);

function repository(kind: 'git' | 'folder', path: string, tag: string): SourceRepository {
  return createSourceRepository({
    projectFolder: join(folder, 'project'),
    storeFolder: join(folder, 'sources'),
    checkoutsFolder: join(folder, 'checkouts'),
    source: { kind, path, tag },
    commands,
    environment: {},
  });
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(join(folder, 'project', path, '..'), { recursive: true });
  await writeFile(join(folder, 'project', path), content);
}

async function writeAll(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    if (!content.startsWith('-> ')) await write(`${root}/${path}`, content);
    else await symlink(content.slice('-> '.length), join(folder, 'project', root, path));
  }
}

const WORLDS: Record<string, () => Promise<World>> = {
  'a git repository': async () => {
    await write('service/app.js', 'one');
    await write('service/run.sh', '#!/bin/sh\n');
    await git('init', '-q');
    await git('add', '.');
    await git('commit', '-qm', 'one');
    await git('tag', '-a', 'release/v1.0.0', '-m', 'first');
    const edit = async (version: string, content: string): Promise<void> => {
      await write('service/app.js', content);
      await git('commit', '-qam', content);
      await git('tag', '-f', `release/${version}`);
    };
    const publish: World['publish'] = async (version, files) => {
      await writeAll('service', files);
      await git('add', '.');
      await git('commit', '-qm', version);
      await git('tag', `release/${version}`);
    };
    return { source: repository('git', 'service', 'release/${version}'), edit, publish };
  },
  'a folder per version': async () => {
    await write('versions/v1.0.0/app.js', 'one');
    await write('versions/v1.0.0/run.sh', '#!/bin/sh\n');
    await write('versions/v1.0.0/node_modules/left/out.js', '');
    const edit = (version: string, content: string) => write(`versions/${version}/app.js`, content);
    const publish: World['publish'] = (version, files) => writeAll(`versions/${version}`, files);
    return { source: repository('folder', 'versions/${version}', ''), edit, publish };
  },
};

describe.each(Object.entries(WORLDS))('SourceRepository over %s', (_name, make) => {
  it('checks out what the version stood for when it was resolved', async () => {
    const { source, edit } = await make();
    const { revision } = await source.resolve('v1.0.0');
    await edit('v1.0.0', 'edited later');
    const checkout = await source.checkout(revision, 'run-1');
    expect(await readFile(join(checkout, 'app.js'), 'utf8')).toBe('one');
    expect((await source.resolve('v1.0.0')).revision).not.toBe(revision);
  });

  it('puts changed files back, and leaves what was made beside them', async () => {
    const { source } = await make();
    const { revision } = await source.resolve('v1.0.0');
    const checkout = await source.checkout(revision, 'run-1');
    await writeFile(join(checkout, 'app.js'), 'changed by a command');
    await rm(join(checkout, 'run.sh'));
    await writeFile(join(checkout, 'built.js'), 'made by a command');
    expect(await source.checkout(revision, 'run-1')).toBe(checkout);
    expect(await readFile(join(checkout, 'app.js'), 'utf8')).toBe('one');
    expect(await readFile(join(checkout, 'run.sh'), 'utf8')).toBe('#!/bin/sh\n');
    expect(await readFile(join(checkout, 'built.js'), 'utf8')).toBe('made by a command');
  });

  it('G3 knows the files of a checkout, and none that was made beside them', async () => {
    const { source, edit } = await make();
    const { revision } = await source.resolve('v1.0.0');
    const checkout = await source.checkout(revision, 'run-1');
    await writeFile(join(checkout, 'built.js'), 'made by a command');
    await edit('v1.0.0', 'edited later');
    expect([...(await source.files(revision))].sort()).toEqual(['app.js', 'run.sh']);
    await expect(source.files('../../etc')).rejects.toMatchObject({ name: 'PortError' });
  });

  it('reads a file as it was pinned, through links inside the source', async () => {
    const { source, edit, publish } = await make();
    await publish('v3.0.0', {
      'app.js': 'pinned é',
      'config/app.conf': 'port=${port}',
      '[a]*.conf': 'a name like a pattern',
      current: '-> config',
      'main.conf': '-> ./current/app.conf',
    });
    const { revision } = await source.resolve('v3.0.0');
    await edit('v3.0.0', 'edited later').catch(() => undefined);
    const read = (path: string) => source.read(revision, path);
    expect(await read('app.js')).toBe('pinned é');
    expect(await read('./config/../app.js')).toBe('pinned é');
    expect(await read('[a]*.conf')).toBe('a name like a pattern');
    expect(await read('current/app.conf')).toBe('port=${port}');
    expect(await read('main.conf')).toBe('port=${port}');
    for (const absent of ['none', 'config/none', 'app.js/none', 'config', '*.js'])
      expect(await read(absent), absent).toBeNull();
    await expect(source.read('../../etc', 'passwd')).rejects.toMatchObject({ name: 'PortError' });
  });

  it.each(['../outside.conf', '/etc/hostname', 'a/../../outside.conf', 'a\0b'])(
    'refuses to read %j, which leaves the source',
    async (path) => {
      const { source } = await make();
      await write('outside.conf', 'outside');
      const { revision } = await source.resolve('v1.0.0');
      await expect(source.read(revision, path)).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
    },
  );

  it('starts clean for another revision', async () => {
    const { source, edit } = await make();
    const first = await source.resolve('v1.0.0');
    await edit('v2.0.0', 'two');
    const second = await source.resolve('v2.0.0');
    const checkout = await source.checkout(first.revision, 'run-1');
    await writeFile(join(checkout, 'built.js'), 'of the first');
    expect(await source.checkout(second.revision, 'run-1')).toBe(checkout);
    expect(await readFile(join(checkout, 'app.js'), 'utf8')).toBe('two');
    await expect(access(join(checkout, 'built.js'))).rejects.toThrow('ENOENT');
    await expect(access(join(checkout, 'node_modules'))).rejects.toThrow('ENOENT');
  });

  it('names a version that there is not, and what to do', async () => {
    const { source } = await make();
    await expect(source.resolve('v9.9.9')).rejects.toMatchObject({
      kind: 'not-found',
      subject: 'v9.9.9',
    });
    await expect(source.resolve('v9.9.9')).rejects.toThrow(/v9\.9\.9/);
  });

  it.each(['--upload-pack=touch x', '../other', 'a/b', 'v1 ', '', 'v1..2'])(
    'refuses %j as a version',
    async (version) => {
      const { source } = await make();
      await expect(source.resolve(version)).rejects.toThrow(/^BAD_PARAMETER/);
    },
  );

  it('refuses what is no revision', async () => {
    const { source } = await make();
    await expect(source.checkout('../../etc', 'run-1')).rejects.toMatchObject({
      name: 'PortError',
    });
  });

  it.each(['..', '.', 'a/b', '', '-x', 'a'.repeat(129)])(
    'refuses %j as the name of a run',
    async (requestId) => {
      const { source } = await make();
      const { revision } = await source.resolve('v1.0.0');
      await expect(source.checkout(revision, requestId)).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
    },
  );

  it('G7 lacks nothing where all is there', async () => {
    const { source } = await make();
    const { revision } = await source.resolve('v1.0.0');
    await source.checkout(revision, 'run-1');
    expect(await source.missing(revision, 'run-1')).toEqual([]);
  });

  it('writes no file that is as it should be', async () => {
    const { source } = await make();
    const { revision } = await source.resolve('v1.0.0');
    const checkout = await source.checkout(revision, 'run-1');
    const before = await stat(join(checkout, 'run.sh'), { bigint: true });
    await writeFile(join(checkout, 'app.js'), 'two');
    await source.checkout(revision, 'run-1');
    const after = await stat(join(checkout, 'run.sh'), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect(await readFile(join(checkout, 'app.js'), 'utf8')).toBe('one');
  });
});

describe('a source that leaves the project', () => {
  it.each(['..', '../elsewhere', '/etc'])('refuses the path %s', async (path) => {
    await mkdir(join(folder, 'project'));
    await mkdir(join(folder, 'elsewhere'));
    await expect(repository('folder', path, '').resolve('v1')).rejects.toThrow(
      /^PATH_OUTSIDE_PROJECT/,
    );
  });

  it('refuses a folder that is a link out, and a link out within it', async () => {
    await write('inside/app.js', 'one');
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'project', 'linked'));
    await expect(repository('folder', 'linked', '').resolve('v1')).rejects.toThrow(
      /^PATH_OUTSIDE_PROJECT/,
    );
    await symlink('/etc/passwd', join(folder, 'project', 'inside', 'passwd'));
    await expect(repository('folder', 'inside', '').resolve('v1')).rejects.toThrow(
      /^PATH_OUTSIDE_PROJECT/,
    );
  });

  it.each(['/etc/hostname', '../outside.conf', 'out.conf', 'folder/../../outside.conf'])(
    'reads nothing through the link %j of a commit',
    async (target) => {
      const { source, publish } = await (WORLDS['a git repository'] ?? (() => Promise.reject()))();
      await publish('v3.0.0', { '../outside.conf': 'outside', 'out.conf': `-> ${target}` });
      const { revision } = await source.resolve('v3.0.0');
      await expect(source.read(revision, 'out.conf')).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
    },
  );

  it('runs no hook of the repository', async () => {
    const { source } = await (WORLDS['a git repository'] ?? (() => Promise.reject()))();
    const hook = join(folder, 'project', '.git', 'hooks', 'post-checkout');
    await writeFile(hook, `#!/bin/sh\ntouch ${join(folder, 'hooked')}\n`, { mode: 0o755 });
    const { revision } = await source.resolve('v1.0.0');
    await source.checkout(revision, 'run-1');
    await expect(access(join(folder, 'hooked'))).rejects.toThrow('ENOENT');
  });

  it('says that a folder without a repository is none', async () => {
    await write('app.js', 'one');
    await expect(repository('git', '.', '${version}').resolve('v1')).rejects.toThrow(
      /in no git repository/,
    );
  });
});
