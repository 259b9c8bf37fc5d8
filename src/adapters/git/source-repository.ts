import type { CommandRunner } from '../../ports/command-runner.ts';
import type { SourceRepository } from '../../ports/source-repository.ts';
import type { CheckoutsOptions } from './checkouts.ts';
import { createFolderSource } from './folder-source.ts';
import { createGitSource } from './git-source.ts';

export interface SourceRepositoryOptions extends CheckoutsOptions {
  /** Pinned copies of plain folders, for example `<project>/.runsheet/sources`. */
  readonly storeFolder: string;
  /** `source:` of runsheet.yaml. */
  readonly source: {
    readonly kind: 'git' | 'folder';
    readonly path: string;
    readonly tag: string;
    readonly remote?: string;
  };
  /** The worker's: of it, what a program needs to reach a remote is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly commands: CommandRunner;
}

/** The project's source as runsheet.yaml says: a git repository, or a plain folder. */
export function createSourceRepository(options: SourceRepositoryOptions): SourceRepository {
  const { storeFolder, source, commands, environment, ...places } = options;
  const { path, tag, remote } = source;
  return source.kind === 'git'
    ? createGitSource({
        ...places,
        path,
        tag,
        commands,
        remote: remote === undefined ? null : { name: remote, environment: reaching(environment) },
      })
    : createFolderSource({ ...places, path, storeFolder });
}

/** An SSH agent and proxies; programs get nothing else of the worker's environment. */
const REACHING = /^(?:SSH_AUTH_SOCK|GIT_SSH|GIT_SSH_COMMAND|(?:https?|all|no)_proxy)$/iu;

function reaching(
  environment: SourceRepositoryOptions['environment'],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && REACHING.test(name)) found[name] = value;
  }
  return found;
}
