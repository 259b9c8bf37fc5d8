import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitProject, makeGitProject } from './support/git-project.ts';

const POINTER = `version https://git-lfs.github.com/spec/v1
oid sha256:${'a'.repeat(64)}
size 12345
`;
const ELSEWHERE = 'b'.repeat(40);

let at: GitProject;
beforeEach(async () => {
  at = await makeGitProject();
});
afterEach(() => at.remove());

const lfs = (path: string) => ({ kind: 'lfs', path });
const submodule = (path: string) => ({ kind: 'submodule', path });

/** Enters a commit of another repository, as `git submodule add` or a forgotten `.git` does. */
const addGitlink = (path: string) =>
  at.git(['update-index', '--add', '--cacheinfo', `160000,${ELSEWHERE},${path}`]);

async function tagIndex(version: string): Promise<void> {
  await at.git(['commit', '--quiet', '--message', version]);
  await at.git(['tag', version]);
}

describe('G7 a pointer of Git LFS', () => {
  it('G7 in the pinned tree is missing content', async () => {
    await at.write({
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'model/weights.bin': POINTER,
      'app.py': 'print()\n',
      'real.bin': Buffer.from([0, 1, 2]),
    });
    await at.tag('v1.0.0');
    expect(await at.missing('v1.0.0')).toEqual([lfs('model/weights.bin')]);
  });

  it.each([
    ['ends its lines with CRLF', POINTER.replaceAll('\n', '\r\n')],
    ['ends without one', POINTER.trimEnd()],
    ['has extensions', POINTER.replace('oid', `ext-0-foo sha256:${'c'.repeat(64)}\noid`)],
    ['is of an earlier version', POINTER.replace('git-lfs.github.com', 'hawser.github.com')],
  ])('G7 is one that %s, with and without the attribute', async (_name, pointer) => {
    await at.write({ '.gitattributes': '*.bin filter=lfs\n', 'a.bin': pointer, 'a.txt': pointer });
    await at.tag('v1.0.0');
    expect(await at.missing('v1.0.0')).toEqual([lfs('a.bin'), lfs('a.txt')]);
  });

  it('G7 with the attribute is one of any size and form; without, only a whole one', async () => {
    const files = [`${POINTER}${'\n'.repeat(2_000)}`, POINTER.replace('size 12345', 'size many')];
    await at.write({ '.gitattributes': '*.bin filter=lfs\n' });
    for (const [index, content] of files.entries())
      await at.write({ [`${index}.bin`]: content, [`${index}.txt`]: content });
    await at.write({ 'docs.md': `# Pointers\n\n\`\`\`\n${POINTER}\`\`\`\n`, 'empty.bin': '' });
    await at.tag('v1.0.0');
    expect(await at.missing('v1.0.0')).toEqual([lfs('0.bin'), lfs('1.bin')]);
  });

  it('G7 is a file like any other where the version says so', async () => {
    await at.write({ '.gitattributes': 'tests/* -filter\n', 'tests/pointer': POINTER });
    await at.tag('v1.0.0');
    expect(await at.missing('v1.0.0')).toEqual([]);
  });

  it('G7 counts in the folder of the source alone', async () => {
    await at.write({ '.gitattributes': '*.bin filter=lfs\n', 'assets/a.bin': POINTER });
    await at.write({ 'api/app.py': 'a', 'api/深/ä.bin': POINTER });
    await at.tag('v1.0.0');
    expect(await at.missing('v1.0.0', { path: 'api' })).toEqual([lfs('深/ä.bin')]);
    expect(await at.missing('v1.0.0', { path: 'assets' })).toEqual([lfs('a.bin')]);
  });

  it('G7 is not fetched by a filter that is set up here', async () => {
    await at.write({ '.gitattributes': '*.bin filter=lfs\n', 'a.bin': POINTER, 'real.bin': 'r' });
    await at.tag('v1.0.0');
    await at.git(['config', '--global', 'filter.lfs.process', 'false']);
    await at.git(['config', '--global', 'filter.lfs.smudge', 'false']);
    await at.git(['config', '--global', 'filter.lfs.required', 'true']);
    expect(await at.missing('v1.0.0')).toEqual([lfs('a.bin')]);
  });
});

describe('G7 a submodule', () => {
  it('G7 is missing content, whether or not .gitmodules lists it', async () => {
    await at.write({
      'app.py': 'a',
      '.gitmodules': '[submodule "x"]\n\tpath = vendor/x\n\turl = y\n',
    });
    await at.git(['add', '.']);
    await addGitlink('vendor/x');
    await addGitlink('forgotten');
    await tagIndex('v1.0.0');
    expect(await at.missing('v1.0.0')).toEqual([submodule('forgotten'), submodule('vendor/x')]);
  });

  it('G7 counts in the folder of the source alone, and there by its path in it', async () => {
    await at.write({ 'api/app.py': 'a' });
    await at.git(['add', '.']);
    await addGitlink('docs/theme');
    await addGitlink('api/lib/"a b"');
    await tagIndex('v1.0.0');
    expect(await at.missing('v1.0.0', { path: 'api' })).toEqual([submodule('lib/"a b"')]);
  });

  it("G7 is found among more files than a program's output is kept of", async () => {
    await at.write({ file: 'x' });
    const blob = await at.git(['hash-object', '-w', 'file']);
    const folders = Array.from({ length: 4 }, () => 'm'.repeat(250)).join('/');
    const lines = Array.from({ length: 9_000 }, (_each, i) => `100644 ${blob}\t${folders}/${i}`);
    const ends = ['a', 'z'].map((path) => `160000 ${ELSEWHERE}\t${path}`);
    await at.write({ list: `${[...lines, ...ends].join('\n')}\n` });
    await at.git(['config', 'alias.enter', '!git update-index --index-info < list']);
    await at.git(['enter']);
    const tree = await at.git(['write-tree']);
    const commit = await at.git(['commit-tree', '-m', 'many', tree]);
    await at.git(['tag', 'v1.0.0', commit]);
    expect(await at.missing('v1.0.0')).toEqual([submodule('a'), submodule('z')]);
  }, 120_000);
});

describe('G7 a partial clone', () => {
  it('G7 that lacks contents of the version is refused, with what to fetch', async () => {
    await at.write({ 'app.py': 'one' });
    await at.tag('v1.0.0');
    const from = join(at.folder, 'from');
    await rename(at.project, from);
    await at.git(['config', 'uploadpack.allowFilter', 'true'], from);
    const clone = ['clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${from}`];
    await at.git([...clone, at.project], at.folder);
    await expect(at.checkout('v1.0.0')).rejects.toMatchObject({
      message: expect.stringMatching(/^SOURCE_INCOMPLETE: .* partial clone/u),
      remedy: expect.stringContaining('git fetch --refetch --no-filter'),
    });
    await at.git(['checkout', '--quiet', 'v1.0.0']);
    expect(await at.missing('v1.0.0')).toEqual([]);
  });
});

describe('G7 other content that is elsewhere', () => {
  it('G7 is a link into the store of git-annex, and a file that names it', async () => {
    await at.write({
      '.gitattributes': '*.iso filter=annex\n',
      'b.iso': '/annex/objects/SHA256E-s1--x\n',
    });
    await symlink('../.git/annex/objects/a/b/SHA256E-s1--x', join(at.project, 'a.iso'));
    await symlink('b.iso', join(at.project, 'c.iso'));
    await symlink('/nowhere', join(at.project, 'd.iso'));
    await at.tag('v1.0.0');
    expect(await at.missing('v1.0.0')).toEqual([
      { kind: 'annex', path: 'a.iso' },
      { kind: 'annex', path: 'b.iso' },
    ]);
  });

  it('G7 is what git-crypt has encrypted', async () => {
    await at.write({
      '.gitattributes': 'keys/* filter=git-crypt diff=git-crypt\n',
      'keys/a': Buffer.concat([Buffer.from('\0GITCRYPT\0'), Buffer.alloc(20, 7)]),
      'keys/plain': 'committed before it was set up',
    });
    await at.tag('v1.0.0');
    expect(await at.missing('v1.0.0')).toEqual([{ kind: 'encrypted', path: 'keys/a' }]);
  });

  it('G7 is what a filter of this clone would make, if it makes anything', async () => {
    await at.write({
      '.gitattributes': '*.yaml filter=secrets\n*.ipynb filter=strip\n*.sql filter=unknown\n',
      'a.yaml': 'key: @KEY@\n',
      'b.ipynb': '{}',
      'c.sql': 'select 1',
    });
    await at.tag('v1.0.0');
    await at.git(['config', 'filter.secrets.smudge', 'sed s/@KEY@/1/']);
    await at.git(['config', 'filter.strip.smudge', 'cat']);
    await at.git(['config', 'filter.strip.clean', 'strip']);
    expect(await at.missing('v1.0.0')).toEqual([{ kind: 'filtered', path: 'a.yaml' }]);
  });
});

describe('G7 in a plain folder', () => {
  it('G7 is a pointer, and a submodule that nobody filled', async () => {
    await at.write({
      'a.bin': POINTER,
      'docs.md': `see\n${POINTER}`,
      '.gitmodules': '[submodule "x"]\n\tpath = vendor/x\n[submodule "y"]\n  path = "vendor/y"\n',
      'vendor/y/index.js': 'y',
    });
    expect(await at.missing('v1', { kind: 'folder' })).toEqual([
      lfs('a.bin'),
      submodule('vendor/x'),
    ]);
  });
});
