/** From the command line to a request: template, parameters, request text; and the run that they mean. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { findTemplate, templateIdOf } from '../compiler/request/library.ts';
import { resolveRun } from '../compiler/request/run.ts';
import { readTypedParameters } from '../compiler/request/resolve.ts';
import { looksLikeTextRequest, parseTextRequest } from '../compiler/request/text.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { readTemplateFiles } from '../config/template-files.ts';
import type { Json } from '../plan/plan.ts';
import type { ResolvedRun } from '../plan/run.ts';
import { badInput, type CommonOptions, compilerFor, refuse } from './context.ts';

export interface RequestOptions extends CommonOptions {
  readonly param?: readonly string[];
  readonly file?: string;
  readonly requestedBy?: string;
}

export interface PreparedRequest {
  readonly run: ResolvedRun;
  /** What the workflow is started with, the plan's digest among it. */
  readonly inputs: readonly Json[];
}

/** Everything is checked here as the worker will check it again. @throws CommandError, exit 2 */
export async function prepareRequest(
  project: ProjectFile,
  template: string | undefined,
  options: RequestOptions,
): Promise<PreparedRequest> {
  const templates = await readTemplateFiles(project.folder);
  const compile = compilerFor(project);
  const text = await requestText(template, options);
  const wanted = text === null ? template : (parseTextRequest(text).request.template?.name ?? template);
  if (wanted === undefined) throw refuse({ zh: '请给出模板或 --file 请求', en: 'give a template, or a request with --file' }, options);
  const byFile = templates.find((each) => each.file === basename(wanted) || each.file === `${basename(wanted)}.md`);
  const templateId = (byFile === undefined ? null : templateIdOf(byFile)) ?? wanted;
  const language = options.lang === 'zh' || options.lang === 'en' ? options.lang : null;
  const found = findTemplate(templateId, templates, compile, { language, named: byFile?.file ?? null });
  if (found.plan === null) throw badInput(found.diagnostics, options);
  const extra = {
    ...readTypedParameters(found.plan, (options.param ?? []).map(splitParameter)),
    ...(language !== null && { language }),
    ...(options.requestedBy !== undefined && { requested_by: options.requestedBy }),
  };
  const inputs: readonly Json[] = [...(text === null ? [] : [text]), { ...extra, plan_digest: found.digest }];
  const { run, diagnostics } = resolveRun({ templateId, inputs, templates, project, compile });
  if (run === null) throw badInput(diagnostics, options);
  return { run, inputs };
}

async function requestText(template: string | undefined, options: RequestOptions): Promise<string | null> {
  if (options.file === undefined) return template !== undefined && looksLikeTextRequest(template) ? template : null;
  const text = await readFile(options.file, 'utf8').catch(() => null);
  if (text === null) throw refuse({ zh: `读不到文件 ${options.file}`, en: `cannot read the file ${options.file}` }, options);
  return text;
}

function splitParameter(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
