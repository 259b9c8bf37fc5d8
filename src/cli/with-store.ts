import type { ArtifactArchive } from '../artifacts.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { type CommonOptions, environmentHere, refuse } from './context.ts';

/**
 * Opens the store that the project's workers write to, works, and closes it.
 * @throws CommandError with what to do next where the store does not answer or refuses, exit 2
 */
export async function withStore<T>(
  project: ProjectFile,
  options: CommonOptions,
  work: (store: ArtifactArchive) => Promise<T>,
): Promise<T> {
  const { storeProblem, withArtifacts } = await import('../artifacts.ts');
  try {
    return await withArtifacts(project, environmentHere(), work);
  } catch (error) {
    const problem = storeProblem(error);
    throw problem === null ? error : refuse(problem, options);
  }
}
