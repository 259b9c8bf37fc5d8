/** Resolves a run's request: templates and project file read afresh, every problem as text. */

import type { ResolvePlanInput } from '../activities/contract.ts';
import type { Resolution } from '../activities/local/index.ts';
import { compileTemplate, planDigest } from '../compiler/index.ts';
import type { CompileTemplate } from '../compiler/request/library.ts';
import { resolveRun } from '../compiler/request/run.ts';
import type { Environment } from '../config/environment.ts';
import { loadProject } from '../config/load-project.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { readTemplateFiles } from '../config/template-files.ts';
import { vocabularyOf } from '../config/vocabulary.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { renderDiagnostics } from '../diagnostics/render.ts';

/** Diagnostics that are the template's, not the request's. */
const REQUEST_CODES: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'MISSING_PARAMETER',
  'UNKNOWN_PARAMETER',
  'BAD_PARAMETER',
  'UNKNOWN_SERVER',
  'DUPLICATE_SERVER',
  'WRONG_ENVIRONMENT',
  'NOT_SKIPPABLE',
  'UNKNOWN_TASK',
  'UNTRUSTED_POLICY',
  'PLAN_CHANGED',
  'MISSING_STEP',
]);

export function createResolver(
  folder: string,
  environment: Environment,
): (input: ResolvePlanInput) => Promise<Resolution> {
  return async ({ templateId, inputs }) => {
    const { project, diagnostics } = await loadProject(folder, environment);
    if (project === null) {
      return { ok: false, type: 'BAD_PROJECT_FILE', message: renderDiagnostics(diagnostics, 'zh') };
    }
    const templates = await readTemplateFiles(folder);
    const resolution = resolveRun({
      templateId,
      inputs,
      templates,
      project,
      compile: compilerOf(project),
    });
    if (resolution.run !== null) return { ok: true, run: resolution.run };
    return {
      ok: false,
      type: typeOf(resolution.diagnostics),
      message: renderDiagnostics(resolution.diagnostics, resolution.language),
    };
  };
}

/** The compiler with a project's words. */
export function compilerOf(project: ProjectFile): CompileTemplate {
  const vocabulary = vocabularyOf(project);
  return ({ file, bytes }) => {
    const { plan, diagnostics } = compileTemplate({ file, bytes, vocabulary });
    return { plan, digest: plan === null ? '' : planDigest(plan), diagnostics };
  };
}

function typeOf(
  diagnostics: readonly Diagnostic[],
): 'BAD_REQUEST' | 'UNKNOWN_TEMPLATE' | 'BAD_TEMPLATE' {
  const errors = diagnostics.filter((each) => each.severity === 'error');
  if (errors.some((each) => REQUEST_CODES.has(each.code))) return 'BAD_REQUEST';
  return errors.some((each) => each.code === 'UNKNOWN_TEMPLATE')
    ? 'UNKNOWN_TEMPLATE'
    : 'BAD_TEMPLATE';
}
