/** What every command begins with: folder, language, project, connection; and how it ends badly. */
import pc from 'picocolors';
import { NoAnswerError, NoTemporalServerError, NotBegunError } from '../client/errors.ts';
import type { RunsheetClient } from '../client.ts';
import { compileTemplate, planDigest, type Vocabulary } from '../compiler/index.ts';
import type { CompileTemplate } from '../compiler/request/library.ts';
import { temporalUnknown } from '../config/connections.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { type LoadedProject, loadProject } from '../config/load-project.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { findProjectFolder, inFolder } from '../config/project-folder.ts';
import { denialOf } from '../diagnostics/denial.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Language, Localized } from '../diagnostics/diagnostic.ts';
import {
  diagnosticsToJson,
  type Paint,
  refusalText,
  renderDiagnostics,
} from '../diagnostics/render.ts';
import { EXIT } from './exit-codes.ts';
import { languageOf } from './language.ts';
import { localTime } from './view/start.ts';

/** Ends the program with a message and a code; main.ts prints it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface CommonOptions {
  readonly lang?: string;
  readonly json?: boolean;
}

/** The folder with runsheet.yaml; without one, the sample that `runsheet dev` left below it. */
export function projectFolder(): string {
  return findProjectFolder(process.cwd());
}

export function environmentHere(): Environment {
  return readEnvironment(projectFolder());
}

/** The project where there is one, and what is wrong with it. @throws CommandError without one, exit 2 */
export async function projectHere(options: CommonOptions): Promise<LoadedProject> {
  const loaded = await loadProject(projectFolder(), environmentHere());
  if (loaded.diagnostics.some(({ code }) => code === 'NO_PROJECT_FILE'))
    throw badInput(loaded.diagnostics, options);
  return loaded;
}

/** @throws CommandError with everything that is wrong, exit 2 */
export async function requireProject(options: CommonOptions): Promise<ProjectFile> {
  const { project, diagnostics } = await loadProject(projectFolder(), environmentHere());
  if (project !== null) return project;
  throw badInput(diagnostics, options);
}

/** The same of several folders. @throws CommandError with what is wrong in any of them, exit 2 */
export async function requireProjects(
  folders: readonly string[],
  options: CommonOptions,
): Promise<readonly ProjectFile[]> {
  const all = await Promise.all(
    folders.map(async (folder) => {
      const { project, diagnostics } = await loadProject(folder, readEnvironment(folder));
      return {
        project,
        diagnostics: folders.length > 1 ? inFolder(folder, diagnostics) : diagnostics,
      };
    }),
  );
  const projects = all.flatMap(({ project }) => (project === null ? [] : [project]));
  if (projects.length === folders.length) return projects;
  throw badInput(
    all.flatMap(({ diagnostics }) => diagnostics),
    options,
  );
}

/** @param fallback the language of what was read, where neither `--lang` nor the locale says */
export function badInput(
  diagnostics: readonly Diagnostic[],
  options: CommonOptions,
  fallback?: Language,
): CommandError {
  const language = languageOf(options, fallback);
  const text =
    options.json === true
      ? diagnosticsToJson(diagnostics)
      : renderDiagnostics(diagnostics, language, paintFor(process.stderr));
  return new CommandError(text, EXIT.badInput);
}

/** Colour where a person reads it. */
export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const colors = pc.createColors(stream.isTTY === true);
  const by = {
    error: colors.red,
    warning: colors.yellow,
    hint: colors.cyan,
    place: colors.bold,
    underline: colors.red,
  };
  return (part, text) => by[part](text);
}

export function refuse(
  text: Localized,
  options: CommonOptions,
  exitCode: number = EXIT.badInput,
): CommandError {
  return new CommandError(text[languageOf(options)], exitCode);
}

/** The same with the code, the sentence and the next command of a diagnostic. */
export function refuseWith(diagnostic: Diagnostic, options: CommonOptions): CommandError {
  return refuse(refusalText(diagnostic), options);
}

/** The compiler with the project's words; without a project, its own. */
export function compilerFor(vocabulary: Vocabulary | null): CompileTemplate {
  return ({ file, bytes }) => {
    const { plan, parameters, diagnostics } = compileTemplate({
      file,
      bytes,
      ...(vocabulary !== null && { vocabulary }),
    });
    return { plan, parameters, digest: plan === null ? '' : planDigest(plan), diagnostics };
  };
}

/** Connects, runs, disconnects. @throws CommandError NO_TEMPORAL_SERVER with the next command, exit 2 */
export async function withClient<T>(
  project: ProjectFile,
  options: CommonOptions,
  work: (client: RunsheetClient) => Promise<T>,
): Promise<T> {
  const { temporal } = project.connections;
  if (temporal === null) throw refuseWith(temporalUnknown(project.connections), options);
  const { connectRunsheet } = await import('../client.ts');
  let client: RunsheetClient;
  try {
    client = await connectRunsheet({ ...temporal, environment: environmentHere() });
  } catch (error) {
    if (error instanceof NoTemporalServerError) throw noServer(error, options);
    throw error;
  }
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof NotBegunError) throw notBegun(error, options);
    if (error instanceof NoAnswerError) throw noWorker(project, options);
    const reason = denialOf(error);
    if (reason === null) throw error;
    const { address, namespace } = temporal;
    const denied = diagnose('NO_TEMPORAL_SERVER', 'denied', { address, namespace, reason });
    throw refuseWith(denied, options);
  } finally {
    await client.close();
  }
}

function noServer(
  { address, fault: { answers, reason } }: NoTemporalServerError,
  options: CommonOptions,
): CommandError {
  const isConfigured = environmentHere()['TEMPORAL_ADDRESS'] !== undefined;
  const variant = answers ? 'refused' : isConfigured ? 'noAnswerAsConfigured' : 'noAnswer';
  return refuseWith(diagnose('NO_TEMPORAL_SERVER', variant, { address, reason }), options);
}

/** @throws CommandError NO_WORKER with the next command, exit 2 */
export async function requireWorker(
  client: RunsheetClient,
  project: ProjectFile,
  options: CommonOptions,
): Promise<void> {
  if ((await client.describeWorkers(project.taskQueue)) > 0) return;
  throw noWorker(project, options);
}

function noWorker({ taskQueue }: ProjectFile, options: CommonOptions): CommandError {
  return refuseWith(diagnose('NO_WORKER', 'queue', { queue: taskQueue }), options);
}

function notBegun({ beginsAtMs }: NotBegunError, options: CommonOptions): CommandError {
  const when = localTime(beginsAtMs);
  return refuse(
    {
      zh: `发布单定于 ${when} 开始，现在没有可决定的`,
      en: `the run begins at ${when}; there is nothing to decide yet`,
    },
    options,
  );
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
