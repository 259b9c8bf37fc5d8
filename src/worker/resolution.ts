/** Resolves a run's request: reads run sheets and project file afresh, and gives every problem as text. */
import { ApplicationFailure } from '@temporalio/common';
import type { ResolvePlanInput } from '../activities/contract.ts';
import type { Resolution } from '../activities/local/index.ts';
import { compileTemplate, planDigest } from '../compiler/index.ts';
import { settingsIn } from '../compiler/request/environment-settings.ts';
import type { CompileTemplate } from '../compiler/request/library.ts';
import { languageOf, type RunResolution, resolveRun } from '../compiler/request/run.ts';
import type { Environment } from '../config/environment.ts';
import { loadProject } from '../config/load-project.ts';
import type { ProjectFile } from '../config/project-file.ts';
import { readTemplateFiles } from '../config/template-files.ts';
import { vocabularyOf } from '../config/vocabulary.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { renderDiagnostics } from '../diagnostics/render.ts';
import type { RunRef } from '../plan/run.ts';
import type { ProjectSettings } from '../plan/settings.ts';

export function createResolver(
  folder: string,
  environment: Environment,
): (input: ResolvePlanInput) => Promise<Resolution> {
  return async ({ templateId, workflowId, inputs, bounds }) => {
    const { project, diagnostics } = await loadProject(folder, environment);
    if (project === null) {
      const message = renderDiagnostics(diagnostics, languageOf(inputs) ?? 'zh');
      return { ok: false, type: 'BAD_PROJECT_FILE', message };
    }
    const templates = await readTemplateFiles(folder);
    const resolution = resolveRun({
      templateId,
      inputs,
      templates,
      project,
      compile: compilerOf(project),
      // `plan --probe` resolves as a run does, and starts nothing.
      isPlanOnly: bounds === undefined,
    });
    const { run, language } = resolution;
    const found = [...resolution.diagnostics, ...idProblems(workflowId)];
    if (run !== null && RUN_ID.test(workflowId)) return { ok: true, run };
    return {
      ok: false,
      type: typeOf({ ...resolution, diagnostics: found }),
      message: renderDiagnostics(found, language),
    };
  };
}

/** It stands in commands that people paste, and in addresses. */
const RUN_ID = /^[\p{L}\p{N}][\p{L}\p{N}._:@/+-]*$/u;

function idProblems(workflowId: string): readonly Diagnostic[] {
  if (RUN_ID.test(workflowId)) return [];
  return [diagnose('BAD_REQUEST', 'runId', { id: JSON.stringify(workflowId) })];
}

/** Settings as runsheet.yaml has them now, in the run's environment. */
export function createSettingsReader(
  folder: string,
  environment: Environment,
): (run: Pick<RunRef, 'environment' | 'language'>) => Promise<ProjectSettings> {
  return async (run) => {
    const { project, diagnostics } = await loadProject(folder, environment);
    if (project !== null) return settingsIn(project.settings, run.environment);
    const message = renderDiagnostics(diagnostics, run.language);
    throw ApplicationFailure.nonRetryable(message, 'BAD_PROJECT_FILE');
  };
}

/** The compiler with a project's vocabulary. */
export function compilerOf(project: ProjectFile): CompileTemplate {
  const vocabulary = vocabularyOf(project);
  return ({ file, bytes }) => {
    const { plan, parameters, diagnostics } = compileTemplate({ file, bytes, vocabulary });
    return { plan, parameters, digest: plan === null ? '' : planDigest(plan), diagnostics };
  };
}

/** A request for another run sheet than the one that was started counts as an unknown one. */
function typeOf({
  wrong,
  diagnostics,
}: RunResolution): 'BAD_REQUEST' | 'UNKNOWN_TEMPLATE' | 'BAD_TEMPLATE' {
  const errors = diagnostics.filter((each) => each.severity === 'error');
  if (errors.every((each) => each.code === 'UNKNOWN_TEMPLATE')) return 'UNKNOWN_TEMPLATE';
  return wrong === 'template' ? 'BAD_TEMPLATE' : 'BAD_REQUEST';
}
