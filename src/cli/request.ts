/** From the command line to a request (run sheet, parameters, request text), and the run that it describes. */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import { findTemplate, templateIdOf } from '../compiler/request/library.ts';
import { readRequestFile } from '../compiler/request/request-file.ts';
import { readTypedParameters } from '../compiler/request/resolve.ts';
import { requestProblems, resolveRun } from '../compiler/request/run.ts';
import { looksLikeTextRequest, parseTextRequest } from '../compiler/request/text.ts';
import type { LoadedProject } from '../config/load-project.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { readTemplateFiles } from '../config/template-files.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Json, ParameterDefinition } from '../plan/plan.ts';
import type { ResolvedRun } from '../plan/run.ts';
import { badInput, type CommonOptions, compilerFor, refuse, refuseWith } from './context.ts';
import { asLanguage, chosenLanguage } from './language.ts';

export interface RequestOptions extends CommonOptions {
  readonly param?: readonly string[];
  readonly skip?: readonly string[];
  readonly add?: readonly string[];
  readonly file?: string;
  readonly requestedBy?: string;
  readonly batches?: string;
  readonly batchPause?: string;
  readonly failureBudget?: string;
  readonly minimumInPool?: string;
  readonly observe?: string;
  /** false: `--no-wait`. */
  readonly wait?: boolean;
  /** A rollback that begins at once, to be approved afterwards. */
  readonly onCall?: boolean;
  /** Replaces runs of the same place that wait for their approval. */
  readonly supersede?: boolean;
}

export interface PreparedRequest {
  readonly run: ResolvedRun;
  readonly project: ProjectFile;
  /** Warnings and hints. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the workflow is started with, the plan's digest among it. */
  readonly inputs: readonly Json[];
}

/** A request as it was given: the text form, or an object of parameters and overrides. */
type GivenRequest = string | Readonly<Record<string, Json>>;

/** Checks everything that the worker will check again. @throws CommandError, exit 2 */
export async function prepareRequest(
  loaded: LoadedProject,
  template: string | undefined,
  options: RequestOptions,
  { isPlanOnly = false }: { readonly isPlanOnly?: boolean } = {},
): Promise<PreparedRequest> {
  const { project, vocabulary, diagnostics: projectProblems } = loaded;
  const templates = await readTemplateFiles(loaded.folder);
  const compile = compilerFor(vocabulary);
  const text = await requestText(template, options);
  const isText = looksLikeTextRequest(text ?? '');
  const named = isText ? parseTextRequest(text ?? '').request.template?.name : undefined;
  const wanted = named ?? (isText && text === template ? undefined : template);
  if (wanted === undefined) throw noRunSheet(options);
  const byFile = templates.find(
    (each) => each.file === basename(wanted) || each.file === `${basename(wanted)}.md`,
  );
  const templateId = (byFile === undefined ? null : templateIdOf(byFile)) ?? wanted;
  const asked = asLanguage(options.lang);
  const choice = chosenLanguage(options);
  const found = findTemplate(templateId, templates, compile, {
    language: choice,
    named: byFile?.file ?? null,
  });
  const parameters = found.parameters ?? [];
  const given = givenRequest(text, parameters, options);
  // The locale chooses among translations; a run sheet without one keeps its own language.
  const language = asked ?? (found.plan?.presentation.language === choice ? choice : null);
  const overrides = overridesOf(options);
  const extra = {
    ...readTypedParameters(
      { parameters },
      (options.param ?? []).map((each) => splitAt(each, '=', options)),
    ),
    ...(overrides !== null && { overrides }),
    ...(language !== null && { language }),
    ...requester(given, options),
  };
  const first: readonly Json[] = given === null ? [] : [given];
  const inputs = [...first, extra];
  const own = found.plan?.presentation.language;
  if (project === null) {
    const problems = found.diagnostics.filter(({ severity }) => severity === 'error');
    const all = [...projectProblems, ...problems, ...requestProblems(found, inputs)];
    throw badInput(all, options, own);
  }
  const context = { templateId, inputs, templates, project, compile, isPlanOnly };
  const { run, diagnostics } = resolveRun(context);
  if (run === null) throw badInput(diagnostics, options, own);
  // What is shown is what starts: the digest is that of the plan with this run's batches.
  return {
    run,
    project,
    diagnostics,
    inputs: [...first, { ...extra, plan_digest: run.planDigest }],
  };
}

/** Who requests the run: as the request or the command line says, else the local user. */
function requester(
  given: GivenRequest | null,
  { requestedBy }: RequestOptions,
): { requested_by?: string } {
  if (requestedBy !== undefined) return { requested_by: requestedBy };
  const overrides = typeof given === 'object' && given !== null ? given['overrides'] : undefined;
  const named = typeof overrides === 'object' && overrides !== null && 'requested_by' in overrides;
  if (named || (typeof given === 'object' && given !== null && 'requested_by' in given)) return {};
  return { requested_by: localUser() };
}

/** Name of the account; some containers have a number only. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** What the options change; never mistaken for parameters, whatever names the run sheet gives its own. */
function overridesOf(options: RequestOptions): Readonly<Record<string, Json>> | null {
  const { skip = [], add = [] } = options;
  const overrides: Readonly<Record<string, Json>> = {
    ...(skip.length > 0 && {
      skip: skip
        .map((each) => splitAt(each, '=', options))
        .map(([step, reason]) => ({ step: Number(step), reason })),
    }),
    ...(add.length > 0 && {
      add: add
        .map((each) => splitAt(each, '=', options))
        .map(([step, task]) => ({ step: Number(step), task })),
    }),
    ...rollingOf(options),
    ...(options.wait === false && { lock: 'refuse' }),
    ...(options.onCall === true && { on_call: true }),
    ...(options.supersede === true && { supersede: true }),
  };
  return Object.keys(overrides).length === 0 ? null : overrides;
}

function rollingOf(options: RequestOptions): Readonly<Record<string, string>> {
  const named = {
    batches: options.batches,
    batch_pause: options.batchPause,
    failure_budget: options.failureBudget,
    minimum_in_pool: options.minimumInPool,
    observe: options.observe,
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The file's content, or what stands on the command line. */
async function requestText(
  template: string | undefined,
  options: RequestOptions,
): Promise<string | undefined> {
  const { file } = options;
  if (file === undefined) return template;
  return readFile(file, 'utf8').catch(() => {
    throw refuse({ zh: `无法读取文件 ${file}`, en: `cannot read the file ${file}` }, options);
  });
}

/** Values of a file are read by the types of the parameters, so that a version stays as written. */
function givenRequest(
  text: string | undefined,
  parameters: readonly ParameterDefinition[],
  options: RequestOptions,
): GivenRequest | null {
  if (text !== undefined && looksLikeTextRequest(text)) return text;
  if (text === undefined || options.file === undefined) return null;
  const value = readRequestFile(text, parameters);
  if (value !== null) return value;
  throw refuseWith(diagnose('BAD_REQUEST', 'file', { file: options.file }), options);
}

function noRunSheet(options: RequestOptions): Error {
  return refuse(
    {
      zh: '没有指定操作单\n例如：runsheet plan deployment.md -p environment=production -p servers=app-server-1 -p version=v2.1.0',
      en: 'no run sheet was given\nfor example: runsheet plan deployment.md -p environment=production -p servers=app-server-1 -p version=v2.1.0',
    },
    options,
  );
}

function splitAt(text: string, mark: string, options: RequestOptions): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  throw refuse(
    { zh: `「${text}」应写成「名称=值」`, en: `"${text}": expected name=value` },
    options,
  );
}
