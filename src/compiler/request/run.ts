/** Template, request and project together: the run that is pinned, or everything that is wrong. Pure. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Json } from '../../plan/plan.ts';
import type { ApprovalPolicy, ResolvedRun } from '../../plan/run.ts';
import type { ProjectSettings } from '../../plan/settings.ts';
import { settingsIn } from './environment-settings.ts';
import { isObject, readInputs } from './inputs.ts';
import {
  type CompileTemplate,
  type FoundTemplate,
  findTemplate,
  type TemplateSource,
} from './library.ts';
import { readParameters } from './parameters.ts';
import type { Requesters } from './requester.ts';
import { resolveRequest } from './resolve.ts';
import { takeRolling } from './rolling-inputs.ts';
import { outgrownLimits } from './run-limits.ts';
import type { Environments } from './servers.ts';
import { parseTextRequest } from './text.ts';
import { untoldCriteria } from './untold-criteria.ts';

/** What a run takes over from the project file. */
export interface RunProject {
  /** Name of the project; activities refuse another one's work. */
  readonly service: string;
  readonly settings: ProjectSettings;
  readonly environments: Environments;
  readonly approval: ApprovalPolicy;
  readonly people: Requesters['people'];
}

export interface RunContext {
  readonly templateId: string;
  readonly inputs: readonly Json[];
  readonly templates: readonly TemplateSource[];
  readonly project: RunProject;
  readonly compile: CompileTemplate;
  /** Nothing is started, so that who asks may be unknown. */
  readonly isPlanOnly?: boolean;
}

export interface RunResolution {
  readonly run: ResolvedRun | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Where the errors are; null where the run can start. */
  readonly wrong: 'template' | 'request' | null;
  /** What to render diagnostics in. */
  readonly language: 'zh' | 'en';
}

/** Never throws. */
export function resolveRun(context: RunContext): RunResolution {
  const { project, inputs } = context;
  const wanted = languageOf(inputs);
  const named = namedTemplate(inputs);
  const found = findTemplate(context.templateId, context.templates, context.compile, {
    language: wanted,
    named,
  });
  const language = wanted ?? found.plan?.presentation.language ?? 'zh';
  if (found.plan === null) {
    const diagnostics = [...found.diagnostics, ...requestProblems(found, inputs)];
    return { run: null, diagnostics, wrong: 'template', language };
  }
  const { request, diagnostics } = resolveRequest({
    plan: found.plan,
    planDigest: found.digest,
    inputs,
    project: {
      environments: project.environments,
      actions: project.settings.actions,
      balancer: project.settings.balancer,
    },
    templateFiles: found.files,
    requesters: {
      people: project.people,
      allowSelfApproval: project.approval.allowSelfApproval,
      isPlanOnly: context.isPlanOnly ?? false,
    },
  });
  if (request === null) return { run: null, diagnostics, wrong: 'request', language };
  // Whether nobody serves depends on the run's servers and batches: the request's own answer counts.
  const told = found.diagnostics.filter((each) => each.code !== 'NO_SERVICE_BETWEEN');
  const settings = settingsIn(project.settings, request.environment);
  const tooLarge = outgrownLimits({ ...request, settings });
  const all = [...told, ...diagnostics, ...untoldCriteria(request, settings.balancer), ...tooLarge];
  if (tooLarge.length > 0) return { run: null, diagnostics: all, wrong: 'request', language };
  const warnings = all.filter((each) => each.severity === 'warning');
  const run: ResolvedRun = {
    plan: request.plan,
    planDigest: request.planDigest,
    settings,
    project: project.service,
    service: project.service,
    parameters: request.parameters,
    environment: request.environment,
    version: request.version,
    servers: request.servers,
    overrides: request.overrides,
    rollingFrom: request.rollingFrom,
    poolSize: request.poolSize,
    requestedBy: request.requestedBy,
    language,
    warnings: warnings.map((each) => each.message[language]),
    approval: project.approval,
    ...(request.lock !== undefined && { lock: request.lock }),
    ...(request.onCall !== undefined && { onCall: request.onCall }),
    ...(request.supersede !== undefined && { supersede: request.supersede }),
  };
  return { run, diagnostics: all, wrong: null, language };
}

/** What can be said of a request where its template, or the project, is wrong: no such thing hides it. */
export function requestProblems(
  { plan, digest, files, parameters }: FoundTemplate,
  inputs: readonly Json[],
): readonly Diagnostic[] {
  if (plan !== null) {
    const context = { plan, planDigest: digest, inputs, project: null, templateFiles: files };
    // A task may be the project's own.
    return resolveRequest(context).diagnostics.filter(({ code }) => code !== 'UNKNOWN_TASK');
  }
  const { raw, diagnostics } = readInputs(inputs);
  if (parameters === null) return files.length === 0 ? [] : diagnostics;
  const asked = takeRolling({ parameters }, raw);
  const read = readParameters({ parameters, steps: [] }, asked.parameters);
  return [...diagnostics, ...asked.diagnostics, ...read.diagnostics];
}

/** The language that a request asks for; null: it does not say. */
export function languageOf(inputs: readonly Json[]): 'zh' | 'en' | null {
  for (const input of inputs) {
    const language = isObject(input) ? input['language'] : undefined;
    if (language === 'zh' || language === 'en') return language;
  }
  return null;
}

function namedTemplate(inputs: readonly Json[]): string | null {
  for (const input of inputs) {
    if (typeof input !== 'string') continue;
    const { template } = parseTextRequest(input).request;
    if (template !== null) return template.name;
  }
  return null;
}
