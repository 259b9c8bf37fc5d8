import type { CommandRunner } from '../../ports/command-runner.ts';
import type { SourceRepository } from '../../ports/source-repository.ts';
import type { CheckoutsOptions } from './checkouts.ts';
import { createFolderSource } from './folder-source.ts';
import { createGitSource } from './git-source.ts';

export interface SourceRepositoryOptions extends CheckoutsOptions {
  /** Pinned copies of plain folders, for example `<project>/.runsheet/sources`. */
  readonly storeFolder: string;
  /** `source:` of runsheet.yaml. */
  readonly source: { readonly kind: 'git' | 'folder'; readonly path: string; readonly tag: string };
  readonly commands: CommandRunner;
}

/** The project's source as runsheet.yaml says: a git repository, or a plain folder. */
export function createSourceRepository(options: SourceRepositoryOptions): SourceRepository {
  const { storeFolder, source, commands, ...places } = options;
  return source.kind === 'git'
    ? createGitSource({ ...places, path: source.path, tag: source.tag, commands })
    : createFolderSource({ ...places, path: source.path, storeFolder });
}
