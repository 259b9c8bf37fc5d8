/** How a version's tag is found: what it may be called, whose repository it is, where it is fetched from. */
import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommandRunner } from '../../../src/adapters/process/command-runner.ts';
import type { CommandRunner } from '../../../src/ports/command-runner.ts';
import type { SourceRepository } from '../../../src/ports/source-repository.ts';
import { type GitProject, makeGitProject } from './support/git-project.ts';

let test: GitProject;

beforeEach(async () => {
  test = await makeGitProject();
});
afterEach(() => rm(test.folder, { recursive: true, force: true }));

function sourceWith(tag: string, remote?: string): SourceRepository {
  const source = { kind: 'git', path: '.', tag } as const;
  return test.sourceAt('.', 'git', {
    source: remote === undefined ? source : { ...source, remote },
  });
}

describe('B3 the name of a tag', () => {
  it.each([
    ['@acme/api@${version}', '@acme/api@1.0.0'],
    ['${version}', '1.0.0'],
    ['release-${version}@eu', 'release-1.0.0@eu'],
    ['版本/${version}', '版本/1.0.0'],
    ['v${version}+build=7,(a)!', 'v1.0.0+build=7,(a)!'],
    ["it's-${version}$#%&", "it's-1.0.0$#%&"],
  ])('is any that git takes: %s', async (pattern, name) => {
    await test.write({ 'app.js': 'one' });
    const revision = await test.tag(name);
    expect(await sourceWith(pattern).resolve('1.0.0')).toEqual({ revision, kind: 'git' });
  });

  it.each([
    '-x${version}',
    'a b${version}',
    'a..${version}',
    '${version}.lock',
    'x.lock/${version}',
    '.${version}',
    'a/.${version}',
    '${version}^{tree}',
    '${version}~1',
    'a:${version}',
    '@{${version}}',
    '/${version}',
    'a//${version}',
    '${version}/',
    '${version}.',
    'a\\${version}',
    'a*${version}',
    'a\u0001${version}',
  ])('is none that git does not take: %j', async (pattern) => {
    await test.tag('1.0.0');
    const name = pattern.replaceAll('${version}', '1.0.0');
    await expect(test.git(['tag', '--', name])).rejects.toThrow('not a valid tag name');
    await expect(sourceWith(pattern).resolve('1.0.0')).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('is no name that git allows for a tag'),
      remedy: expect.stringContaining('source.tag'),
    });
  });
});

describe('B3 a tag that is there', () => {
  it.each(['tree', 'blob'])('and names a %s is not said to be missing', async (type) => {
    await test.write({ 'app.js': 'one' });
    await test.tag('1.0.0');
    const object = type === 'tree' ? 'HEAD^{tree}' : 'HEAD:app.js';
    await test.git(['tag', '2.0.0', object]);
    await expect(sourceWith('${version}').resolve('2.0.0')).rejects.toMatchObject({
      kind: 'invalid',
      message: `The version 2.0.0 names no commit: the tag "2.0.0" names a ${type}.`,
      remedy: expect.stringContaining('git tag --force "2.0.0" <commit>'),
    });
  });

  it('but whose commit is lost is not said to be missing', async () => {
    await test.write({ 'app.js': 'one' });
    const revision = await test.tag('1.0.0');
    await test.git(['tag', 'light']);
    await rm(join(test.project, '.git', 'objects', revision.slice(0, 2), revision.slice(2)));
    await expect(sourceWith('light').resolve('1')).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/^git failed for .*: .*/u),
      remedy: expect.stringContaining('git fsck'),
    });
  });

  it.each([1, 2])('and that git did not read %i times', async (times) => {
    const revision = await test.tag('1.0.0');
    const real = createCommandRunner({ environment: { ...process.env, HOME: test.home } });
    let refused = 0;
    const commands: CommandRunner = {
      run: async (command) => {
        const result = await real.run(command);
        if (!command.argv.includes('--verify') || refused === times) return result;
        refused += 1;
        return { ...result, exitCode: 128, stdout: '', stderr: 'fatal: out of memory\n' };
      },
    };
    const resolved = test.sourceAt('.', 'git', { commands }).resolve('1.0.0');
    if (times === 1) expect(await resolved).toEqual({ revision, kind: 'git' });
    else
      await expect(resolved).rejects.toMatchObject({
        kind: 'unavailable',
        message: 'git failed for refs/tags/1.0.0: fatal: out of memory (128).',
      });
    expect(refused).toBe(times);
  });
});

describe('B3 a repository of another user', () => {
  /** As git's own tests do: it takes every folder for somebody else's. */
  const commands: CommandRunner = {
    run: (command) =>
      createCommandRunner({ environment: { ...process.env, HOME: test.home } }).run({
        ...command,
        env: { ...command.env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' },
      }),
  };

  it('names its owner and the command that lets git read it', async () => {
    await test.tag('1.0.0');
    const { username } = userInfo();
    await expect(test.sourceAt('.', 'git', { commands }).resolve('1.0.0')).rejects.toMatchObject({
      kind: 'refused',
      message: `The repository ${test.project} belongs to ${username}, and the worker runs as ${username}: git reads no repository of another user.`,
      remedy: `As ${username}, run git config --global --add safe.directory ${test.project}, or run the worker as ${username}.`,
    });
  });

  it('is read once that command has run', async () => {
    const revision = await test.tag('1.0.0');
    await test.git(['config', '--global', '--add', 'safe.directory', test.project]);
    const source = test.sourceAt('.', 'git', { commands });
    expect(await source.resolve('1.0.0')).toEqual({ revision, kind: 'git' });
    await source.checkout(revision, 'run-1');
  });

  it('says of a folder without a repository that it is in none', async () => {
    await rm(join(test.project, '.git'), { recursive: true });
    await expect(test.sourceAt('.', 'git', { commands }).resolve('1.0.0')).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('is in no git repository'),
    });
  });
});

describe('B3 a clone that nobody fetched', () => {
  let upstream: string;
  let published: string;

  /** `upstream` has the tags v1 and v2, the project only v1. */
  beforeEach(async () => {
    upstream = join(test.folder, 'upstream.git');
    await test.write({ 'app.js': 'one' });
    await test.tag('v1');
    await test.git(['clone', '--quiet', '--bare', '.', upstream]);
    await test.git(['remote', 'add', 'origin', upstream]);
    const other = join(test.folder, 'other');
    await test.git(['clone', '--quiet', upstream, other]);
    await writeFile(join(other, 'app.js'), 'two');
    await test.git(['commit', '--quiet', '--all', '--message', 'two'], other);
    await test.git(['tag', 'v2'], other);
    await test.git(['push', '--quiet', 'origin', 'HEAD', 'v2'], other);
    published = await test.git(['rev-parse', 'HEAD'], other);
  });

  it('fetches the tag where source.remote names the remote', async () => {
    const source = sourceWith('v${version}', 'origin');
    expect(await source.resolve('2')).toEqual({ revision: published, kind: 'git' });
    const folder = await source.checkout(published, 'run-1');
    const described = await test.git(['describe', '--tags'], folder);
    expect(described).toBe('v2');
    expect(await source.resolve('2')).toEqual({ revision: published, kind: 'git' });
  });

  it('leaves branches, other tags and what was fetched before as they are', async () => {
    await test.git(['tag', 'mine']);
    await test.git(['config', 'fetch.prune', 'true']);
    await test.git(['config', 'fetch.pruneTags', 'true']);
    const before = await test.git(['show-ref']);
    await sourceWith('v${version}', 'origin').resolve('2');
    const after = await test.git(['show-ref']);
    expect(after.split('\n').filter((line) => !line.endsWith('refs/tags/v2'))).toEqual(
      before.split('\n'),
    );
  });

  it('has the agent and the proxies of the worker for it, and nothing else', async () => {
    const seen: Readonly<Record<string, string>>[] = [];
    const real = createCommandRunner({ environment: { ...process.env, HOME: test.home } });
    const commands: CommandRunner = {
      run: (command) => {
        if (command.argv.includes('fetch')) seen.push(command.env ?? {});
        return real.run(command);
      },
    };
    const environment = {
      SSH_AUTH_SOCK: '/run/agent',
      https_proxy: 'http://proxy:3128',
      NO_PROXY: 'localhost',
      DATABASE_PASSWORD: 'hunter2',
    };
    const source = { kind: 'git', path: '.', tag: 'v${version}', remote: 'origin' } as const;
    await test.sourceAt('.', 'git', { source, commands, environment }).resolve('2');
    const { DATABASE_PASSWORD: _, ...passedOn } = environment;
    expect(seen).toEqual([expect.objectContaining(passedOn)]);
    expect(seen[0]).not.toHaveProperty('DATABASE_PASSWORD');
  });

  it('without source.remote, says how to fetch', async () => {
    await expect(sourceWith('v${version}').resolve('2')).rejects.toMatchObject({
      kind: 'not-found',
      message: 'The version 2 names no commit: this clone has no tag "v2".',
      remedy: expect.stringMatching(
        /^Fetch it with git fetch --tags origin, .*source\.remote.*v1/u,
      ),
    });
    await test.git(['tag', '--delete', 'v1']);
    await expect(sourceWith('v${version}').resolve('2')).rejects.toMatchObject({
      remedy: expect.stringMatching(/^There are no tags here: fetch them with git fetch --tags/u),
    });
  });

  it.each([
    ['no such tag there', '3', 'origin', 'not-found', /the remote origin has no tag "v3"/u],
    ['no such remote', '2', 'upstream', 'not-found', /no remote "upstream"/u],
  ])('says that there is %s', async (_name, version, remote, kind, message) => {
    const failed = sourceWith('v${version}', remote).resolve(version);
    await expect(failed).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it('does not take a tag of this clone for the one that was published', async () => {
    await test.git(['tag', 'v2']);
    await expect(sourceWith('v${version}', 'origin').resolve('2')).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('is another one than the remote origin has'),
      remedy: expect.stringContaining('git fetch --force origin tag "v2"'),
    });
    await test.git(['fetch', '--quiet', '--force', 'origin', 'tag', 'v2']);
    expect((await sourceWith('v${version}', 'origin').resolve('2')).revision).toBe(published);
  });

  it('says why a remote is not reached, without the password in its address', async () => {
    const address = 'http://me:hunter2@127.0.0.1:9/x.git';
    await test.git(['remote', 'set-url', 'origin', address]);
    const failed = await sourceWith('v${version}', 'origin')
      .resolve('2')
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/^The tag "v2" was not fetched from the remote origin: .*9/u),
    });
    expect(JSON.stringify(failed)).not.toContain('hunter2');
  });
});
