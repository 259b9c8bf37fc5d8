/** The projects that a worker serves: everything that is wrong with any of them is told at once. */
import { resolve } from 'node:path';
import { temporalUnknown } from '../config/connections.ts';
import { type Environment, readEnvironment, readEnvironmentOfOne } from '../config/environment.ts';
import { loadProject } from '../config/load-project.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { inFolder } from '../config/project-folder.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { TemporalConnection } from '../ports/connections.ts';
import { WorkerStartError } from './start-error.ts';

export interface ReadProject {
  readonly project: ProjectFile;
  /** What it may know of the process's variables, and those of its own folder. */
  readonly environment: Environment;
  readonly temporal: TemporalConnection;
}

/**
 * @param folders of runsheet.yaml; with several, a project sees no variable that another one's secret
 * may stand in
 * @throws WorkerStartError
 */
export async function readProjects(folders: readonly string[]): Promise<readonly ReadProject[]> {
  const several = folders.length > 1;
  const found = await Promise.all(
    folders.map((folder) => (several ? readOneOf(folder) : read(folder, readEnvironment(folder)))),
  );
  const diagnostics = found.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
  const projects = found.flatMap((each) => ('project' in each ? [each] : []));
  const wrong = [...diagnostics, ...sharedQueues(projects)];
  if (wrong.length > 0) throw new WorkerStartError(...wrong);
  return projects;
}

/** As it stands now. @throws WorkerStartError */
export async function readProject(folder: string, environment: Environment): Promise<ProjectFile> {
  const { project, diagnostics } = await loadProject(folder, environment);
  if (project !== null) return project;
  throw new WorkerStartError(...diagnostics);
}

type Found = ReadProject | { readonly diagnostics: readonly Diagnostic[] };

async function read(folder: string, environment: Environment): Promise<Found> {
  const { project, diagnostics } = await loadProject(folder, environment);
  if (project === null) return { diagnostics };
  const { temporal } = project.connections;
  if (temporal === null) return { diagnostics: [temporalUnknown(project.connections)] };
  return { project, environment, temporal };
}

/** The same, with the folder in each place: every project's file has one name. */
async function readOneOf(folder: string): Promise<Found> {
  const found = await read(resolve(folder), readEnvironmentOfOne(folder));
  if (!('diagnostics' in found)) return found;
  return { diagnostics: inFolder(folder, found.diagnostics) };
}

/** Two of them on one queue would do each other's work. */
function sharedQueues(projects: readonly ReadProject[]): readonly Diagnostic[] {
  const first = new Map<string, ReadProject>();
  return projects.flatMap((each) => {
    const { project, temporal } = each;
    const queue = JSON.stringify([temporal.address, temporal.namespace, project.taskQueue]);
    const other = first.get(queue);
    first.set(queue, other ?? each);
    if (other === undefined) return [];
    const named = {
      queue: project.taskQueue,
      one: other.project.folder,
      other: project.folder,
    };
    return [diagnose('WRONG_PROJECT', 'twice', named)];
  });
}
