/** A project in a repository of its own, and what git says in its checkouts. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  createSourceRepository,
  type SourceRepositoryOptions,
} from '../../../../src/adapters/git/source-repository.ts';
import { createCommandRunner } from '../../../../src/adapters/process/command-runner.ts';
import type { MissingContent, SourceRepository } from '../../../../src/ports/source-repository.ts';

const execute = promisify(execFile);
const ME = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];

export type GitProject = Awaited<ReturnType<typeof makeGitProject>>;

/** A folder with `project/`, a repository without commits, and `home/`, the settings of its user. */
export async function makeGitProject(initArgs: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'git-project-'));
  const project = join(folder, 'project');
  const home = join(folder, 'home');
  await mkdir(project);
  await mkdir(home);
  const environment = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config') };

  /** What git prints in a folder, `project` where none is said. */
  const git = async (args: readonly string[], cwd = project): Promise<string> => {
    const { stdout } = await execute('git', [...ME, ...args], { cwd, env: environment });
    return stdout.trim();
  };
  const write = async (files: Readonly<Record<string, string | Buffer>>): Promise<void> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), content);
    }
  };
  /** Commits what is there under a tag. */
  const tag = async (version: string): Promise<string> => {
    await git(['add', '--all', '--force', '.']);
    await git(['commit', '--quiet', '--allow-empty', '--message', version]);
    await git(['tag', '--annotate', version, '--message', version]);
    return git(['rev-parse', 'HEAD']);
  };
  const sourceAt = (
    path: string,
    kind: 'git' | 'folder' = 'git',
    places: Partial<SourceRepositoryOptions> = {},
  ): SourceRepository =>
    createSourceRepository({
      projectFolder: project,
      storeFolder: join(folder, 'sources'),
      checkoutsFolder: join(folder, 'checkouts'),
      source: { kind, path, tag: '${version}' },
      commands: createCommandRunner({ environment }),
      environment: {},
      ...places,
    });
  const checkout = async (version: string, path = '.', requestId = 'run-1'): Promise<string> => {
    const source = sourceAt(path);
    return source.checkout((await source.resolve(version)).revision, requestId);
  };
  /** What a checkout of the version lacks. */
  const missing = async (
    version: string,
    { path = '.', kind = 'git' }: { path?: string; kind?: 'git' | 'folder' } = {},
  ): Promise<readonly MissingContent[]> => {
    const source = sourceAt(path, kind);
    const { revision } = await source.resolve(version);
    await source.checkout(revision, 'run-1');
    return source.missing(revision, 'run-1');
  };
  await git(['init', '--quiet', '--initial-branch=main', ...initArgs]);
  return {
    folder,
    project,
    home,
    git,
    write,
    tag,
    sourceAt,
    checkout,
    missing,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
