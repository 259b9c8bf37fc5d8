/** What every command begins with: folder, language, project, connection; and how it ends badly. */
import { resolve } from 'node:path';
import { connectRunsheet, NoTemporalServerError, type RunsheetClient } from '../client.ts';
import { compileTemplate, planDigest } from '../compiler/index.ts';
import type { CompileTemplate } from '../compiler/request/library.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { loadProject } from '../config/load-project.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { vocabularyOf } from '../config/vocabulary.ts';
import type { Diagnostic, Language, Localized } from '../diagnostics/diagnostic.ts';
import { diagnosticsToJson, renderDiagnostics } from '../diagnostics/render.ts';
import { EXIT } from './exit-codes.ts';

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

export function projectFolder(): string {
  return resolve(process.cwd());
}

export function environmentHere(): Environment {
  return readEnvironment(projectFolder());
}

/** `--lang`, else the locale's, else the fallback. */
export function languageOf(options: CommonOptions, fallback: Language = 'en'): Language {
  if (options.lang === 'zh' || options.lang === 'en') return options.lang;
  const environment = environmentHere();
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  if (locale.startsWith('zh')) return 'zh';
  return locale.startsWith('en') ? 'en' : fallback;
}

/** @throws CommandError with everything that is wrong, exit 2 */
export async function requireProject(options: CommonOptions): Promise<ProjectFile> {
  const { project, diagnostics } = await loadProject(projectFolder(), environmentHere());
  if (project !== null) return project;
  throw badInput(diagnostics, options);
}

export function badInput(diagnostics: readonly Diagnostic[], options: CommonOptions): CommandError {
  const text = options.json === true ? diagnosticsToJson(diagnostics) : renderDiagnostics(diagnostics, languageOf(options));
  return new CommandError(text, EXIT.badInput);
}

export function refuse(text: Localized, options: CommonOptions, exitCode: number = EXIT.badInput): CommandError {
  return new CommandError(text[languageOf(options)], exitCode);
}

/** The compiler with the project's words; without a project, its own. */
export function compilerFor(project: ProjectFile | null): CompileTemplate {
  return ({ file, bytes }) => {
    const { plan, diagnostics } = compileTemplate({ file, bytes, ...(project !== null && { vocabulary: vocabularyOf(project) }) });
    return { plan, digest: plan === null ? '' : planDigest(plan), diagnostics };
  };
}

/** Connects, runs, disconnects. @throws CommandError NO_TEMPORAL_SERVER with the next command, exit 2 */
export async function withClient<T>(
  project: ProjectFile,
  options: CommonOptions,
  work: (client: RunsheetClient) => Promise<T>,
): Promise<T> {
  const { temporal } = project.connections;
  if (temporal === null) throw noServer('TEMPORAL_ADDRESS', options);
  let client: RunsheetClient;
  try {
    client = await connectRunsheet({ ...temporal, environment: environmentHere() });
  } catch (error) {
    if (error instanceof NoTemporalServerError) throw noServer(temporal.address, options);
    throw error;
  }
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function noServer(address: string, options: CommonOptions): CommandError {
  return refuse(
    {
      zh: `NO_TEMPORAL_SERVER: ${address} 没有 Temporal 服务器应答\n下一步：runsheet dev`,
      en: `NO_TEMPORAL_SERVER: no Temporal server answers at ${address}\nnext: runsheet dev`,
    },
    options,
  );
}

/** @throws CommandError NO_WORKER with the next command, exit 2 */
export async function requireWorker(client: RunsheetClient, project: ProjectFile, options: CommonOptions): Promise<void> {
  if ((await client.describeWorkers(project.taskQueue)) > 0) return;
  throw refuse(
    {
      zh: `NO_WORKER: 没有 worker 处理队列 ${project.taskQueue}\n下一步：runsheet worker`,
      en: `NO_WORKER: no worker polls the task queue ${project.taskQueue}\nnext: runsheet worker`,
    },
    options,
  );
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
