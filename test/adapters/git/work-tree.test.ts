import { execFile } from 'node:child_process';
import {
  access,
  chmod,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitProject, makeGitProject } from './support/git-project.ts';

const execute = promisify(execFile);

let at: GitProject;
beforeEach(async () => {
  at = await makeGitProject();
});
afterEach(() => at.remove());

/** What a tool asks of git in a folder. */
async function answersIn(folder: string) {
  const git = (...args: string[]) => at.git(args, folder);
  return {
    files: (await git('ls-files')).split('\n'),
    ignored: await git('check-ignore', 'app.py', 'app.log').catch(() => ''),
    commit: await git('rev-parse', 'HEAD'),
    describe: await git('describe', '--tags', '--always', '--dirty'),
    tags: await git('tag', '--points-at', 'HEAD'),
    count: await git('rev-list', '--count', 'HEAD'),
    status: await git('status', '--porcelain', '--ignored'),
    branch: await git('branch', '--show-current'),
  };
}

async function threeVersions(): Promise<void> {
  await at.write({ 'app.py': 'one', '.gitignore': '*.log\n', 'pkg/b.py': 'b' });
  await at.tag('v1.0.0');
  await at.write({ 'app.py': 'two' });
  await at.tag('v1.1.0');
  await at.write({ 'app.py': 'three' });
  await at.tag('v2.0.0');
}

describe('G9 a checkout', () => {
  it('G9 answers as a clone at its tag, below a folder whose .gitignore covers everything', async () => {
    await threeVersions();
    // As `.runsheet/.gitignore` in the project, and a repository around the project's.
    await at.write({ '.runsheet/.gitignore': '*\n' });
    await writeFile(join(at.folder, '.gitignore'), '*\n');
    await at.git(['init', '--quiet'], at.folder);
    const checkout = await at.checkout('v1.1.0');
    const clone = join(at.folder, 'clone');
    await at.git(['clone', '--quiet', '--branch', 'v1.1.0', at.project, clone]);
    const answers = await answersIn(checkout);
    expect(answers).toEqual(await answersIn(clone));
    expect(answers).toMatchObject({
      files: ['.gitignore', 'app.py', 'pkg/b.py'],
      ignored: 'app.log',
      describe: 'v1.1.0',
      status: '',
    });
    expect(await at.git(['rev-parse', '--show-toplevel'], checkout)).toBe(await realpath(checkout));
    expect(await at.git(['fsck', '--strict'], checkout)).toBe('');
  });

  it('G9 is outside the project, for its owner alone, and found again by another worker', async () => {
    await threeVersions();
    const checkout = await at.checkout('v1.0.0');
    expect(checkout.startsWith(await realpath(at.project))).toBe(false);
    for (const folder of [dirname(checkout), dirname(dirname(checkout))]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
    }
    await writeFile(join(checkout, 'built'), '');
    expect(await at.checkout('v1.0.0')).toBe(checkout);
    await access(join(checkout, 'built'));
    // By another way to the project too.
    await symlink(at.project, join(at.folder, 'linked'));
    const linked = at.sourceAt('.', 'git', { projectFolder: join(at.folder, 'linked') });
    const { revision } = await linked.resolve('v1.0.0');
    expect(await linked.checkout(revision, 'run-1')).toBe(checkout);
  });

  it('G9 is clean again after a command that changed files, tags, settings and the index', async () => {
    await threeVersions();
    const checkout = await at.checkout('v1.1.0');
    const before = await answersIn(checkout);
    await writeFile(join(checkout, 'app.py'), 'changed');
    await rm(join(checkout, 'pkg'), { recursive: true });
    await writeFile(join(checkout, 'pkg'), 'a file in place of a folder');
    await at.git(['add', '--all'], checkout);
    await at.git(['commit', '--quiet', '--message', 'made by a tool'], checkout);
    await at.git(['tag', 'v9.9.9'], checkout);
    await at.git(['config', 'core.fileMode', 'false'], checkout);
    await at.git(['update-index', '--assume-unchanged', 'app.py'], checkout);
    await writeFile(join(checkout, 'app.py'), 'changed and hidden');
    expect(await at.checkout('v1.1.0')).toBe(checkout);
    expect(await answersIn(checkout)).toEqual(before);
    // The project has nothing of it.
    expect(await at.git(['tag'])).toBe('v1.0.0\nv1.1.0\nv2.0.0');
    await rm(join(checkout, '.git'));
    await at.checkout('v1.1.0');
    expect(await answersIn(checkout)).toEqual(before);
  });

  it('G9 keeps its tags to the end of its run, whoever moves them in the project', async () => {
    await threeVersions();
    const { resolve, checkout } = at.sourceAt('.');
    const { revision } = await resolve('v1.1.0');
    const folder = await checkout(revision, 'run-1');
    await at.git(['tag', '--force', 'v1.1.0', 'v2.0.0']);
    await checkout(revision, 'run-1');
    expect(await at.git(['describe', '--tags'], folder)).toBe('v1.1.0');
  });

  it('G9 of a folder of the repository has the whole of it around it, as a clone would', async () => {
    await at.write({ 'pyproject.toml': '[tool]', 'services/api/app.py': 'one', '.gitignore': 'x' });
    await at.tag('v1.0.0');
    const checkout = await at.checkout('v1.0.0', 'services/api');
    expect(await readFile(join(checkout, 'app.py'), 'utf8')).toBe('one');
    expect(await readFile(join(checkout, '../../pyproject.toml'), 'utf8')).toBe('[tool]');
    expect(await at.git(['ls-files'], checkout)).toBe('app.py');
    expect(await at.git(['status', '--porcelain'], checkout)).toBe('');
  });

  it('G9 takes nothing from the settings of its user or the clone: filters, attributes, line ends', async () => {
    const touched = join(at.folder, 'smudged');
    await at.write({ 'a.txt': 'one\n', '.gitattributes': '*.bin filter=touch\n', 'b.bin': 'b' });
    await at.tag('v1.0.0');
    await at.git(['config', 'filter.touch.smudge', `touch ${touched}; cat`]);
    await at.git(['config', '--global', 'filter.touch.smudge', `touch ${touched}; cat`]);
    await at.git(['config', '--global', 'core.autocrlf', 'true']);
    await mkdir(join(at.home, '.config/git'), { recursive: true });
    await writeFile(join(at.home, '.config/git/attributes'), '*.txt filter=touch eol=crlf\n');
    await writeFile(join(at.project, '.git/info/attributes'), '*.txt eol=crlf\n');
    const checkout = await at.checkout('v1.0.0');
    expect(await readFile(join(checkout, 'a.txt'), 'utf8')).toBe('one\n');
    expect(await readFile(join(checkout, 'b.bin'), 'utf8')).toBe('b');
    await expect(access(touched)).rejects.toThrow('ENOENT');
  });

  it('G9 holds what the attributes of the version leave out of archives', async () => {
    await at.write({ '.gitattributes': 'tests export-ignore\n', 'tests/a.py': 'a' });
    await at.tag('v1.0.0');
    const checkout = await at.checkout('v1.0.0');
    expect(await readFile(join(checkout, 'tests/a.py'), 'utf8')).toBe('a');
  });

  it.each([
    [
      'a linked work tree',
      async () => {
        await at.git(['worktree', 'add', '--quiet', '--detach', join(at.folder, 'linked')]);
        await rename(at.project, join(at.folder, 'main'));
        await at.git(['worktree', 'repair', join(at.folder, 'linked')], join(at.folder, 'main'));
        await at.git(
          ['worktree', 'move', join(at.folder, 'linked'), at.project],
          join(at.folder, 'main'),
        );
      },
    ],
    [
      'a shallow clone',
      async () => {
        const from = join(at.folder, 'from');
        await rename(at.project, from);
        await at.git(
          ['clone', '--quiet', '--depth=1', '--branch=v2.0.0', `file://${from}`, at.project],
          at.folder,
        );
      },
    ],
    [
      'a clone that borrows its objects',
      async () => {
        const from = join(at.folder, 'from');
        await rename(at.project, from);
        await at.git(['clone', '--quiet', '--shared', from, at.project], at.folder);
      },
    ],
  ])('G9 of %s is one like any other', async (_name, change) => {
    await threeVersions();
    await change();
    const checkout = await at.checkout('v2.0.0');
    expect(await answersIn(checkout)).toMatchObject({ describe: 'v2.0.0', status: '' });
    expect(await readFile(join(checkout, 'app.py'), 'utf8')).toBe('three');
  });

  it('G9 of a repository with SHA-256 is one like any other', async () => {
    await at.remove();
    at = await makeGitProject(['--object-format=sha256']);
    await threeVersions();
    const checkout = await at.checkout('v1.0.0');
    expect(await answersIn(checkout)).toMatchObject({ describe: 'v1.0.0', status: '' });
  });

  it('is taken away when nobody has asked for it in a week', async () => {
    await threeVersions();
    const first = await at.checkout('v1.0.0', '.', 'run-1');
    const second = await at.checkout('v1.0.0', '.', 'run-2');
    const old = new Date(Date.now() - 8 * 86_400_000);
    for (const name of ['revision', 'source']) await utimes(join(dirname(first), name), old, old);
    await at.checkout('v1.0.0', '.', 'run-3');
    await expect(access(first)).rejects.toThrow('ENOENT');
    await access(second);
  });
});

describe('G9 a plain folder', () => {
  it('G9 is outside every work tree, and git finds none above it', async () => {
    await at.write({ 'app.py': 'one' });
    const source = at.sourceAt('.', 'folder');
    const { revision } = await source.resolve('v1');
    const checkout = await source.checkout(revision, 'run-1');
    await at.git(['init', '--quiet'], at.folder);
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: source.checkoutsFolder };
    const found = execute('git', ['rev-parse', '--git-dir'], { cwd: checkout, env });
    await expect(found).rejects.toMatchObject({
      stderr: expect.stringContaining('not a git repository'),
    });
  });

  it('G9 is refused inside a work tree, with what to set', async () => {
    await at.write({ 'app.py': 'one' });
    await at.git(['init', '--quiet'], at.folder);
    const source = at.sourceAt('.', 'folder');
    const { revision } = await source.resolve('v1');
    await expect(source.checkout(revision, 'run-1')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^CHECKOUTS_FOLDER: .* inside the git work tree/u),
      remedy: expect.stringContaining('RUNSHEET_CHECKOUTS'),
    });
  });
});

describe('G9 the folder of checkouts', () => {
  const sourceIn = (checkoutsFolder: string) => at.sourceAt('.', 'git', { checkoutsFolder });

  it('G9 is refused inside the project, also through a link', async () => {
    await threeVersions();
    await symlink(join(at.project, 'pkg'), join(at.folder, 'way-in'));
    for (const folder of [join(at.project, '.runsheet/x'), join(at.folder, 'way-in')]) {
      const source = sourceIn(folder);
      const { revision } = await source.resolve('v1.0.0');
      await expect(source.checkout(revision, 'run-1')).rejects.toThrow(
        /^CHECKOUTS_FOLDER: .* inside the project/u,
      );
    }
  });

  it('G9 is closed to others where it was open, and the one above it is left as it is', async () => {
    await threeVersions();
    const base = join(at.folder, 'shared');
    await mkdir(base, { mode: 0o755 });
    const source = sourceIn(base);
    const { revision } = await source.resolve('v1.0.0');
    const ofProject = dirname(dirname(await source.checkout(revision, 'run-1')));
    await chmod(ofProject, 0o755);
    await source.checkout(revision, 'run-1');
    expect((await stat(ofProject)).mode & 0o777).toBe(0o700);
    expect((await stat(base)).mode & 0o777).toBe(0o755);
  });
});
