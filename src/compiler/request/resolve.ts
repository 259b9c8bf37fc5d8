/** A run request, held against its plan and its project: everything that is wrong at once, or what runs. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Json, Plan } from '../../plan/plan.ts';
import type { Overrides } from '../../plan/run.ts';
import type { ProjectAction } from '../../plan/settings.ts';
import { nearest } from '../nearest.ts';
import { readInputs, show } from './inputs.ts';
import { readOverrides } from './overrides.ts';
import { readParameters } from './parameters.ts';
import { checkServers, type Environments } from './servers.ts';
import { readTextValue } from './values.ts';

export interface RequestContext {
  readonly plan: Plan;
  readonly planDigest: string;
  /** The workflow's arguments as they came. */
  readonly inputs: readonly Json[];
  /** null: no project file, so servers and environments are not known (examples of a template). */
  readonly project: {
    readonly environments: Environments;
    readonly actions: Readonly<Record<string, ProjectAction>>;
  } | null;
  /** Names that a text may give the template: its files in every language, and its id. */
  readonly templateFiles: readonly string[];
}

export interface ResolvedRequest {
  readonly parameters: Readonly<Record<string, Json>>;
  readonly environment: string;
  readonly version: string;
  readonly servers: readonly string[];
  readonly overrides: Overrides;
  readonly requestedBy: string;
  readonly language: 'zh' | 'en' | null;
}

export interface RequestResult {
  /** null where anything is wrong. */
  readonly request: ResolvedRequest | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Nobody said who asks. */
export const UNNAMED_REQUESTER = 'unknown';

/** Never throws. */
export function resolveRequest(context: RequestContext): RequestResult {
  const { plan, project } = context;
  const { raw, diagnostics: inputDiagnostics } = readInputs(context.inputs);
  const parameters = readParameters(plan, raw.parameters);
  const overrides = readOverrides(plan, raw, project?.actions ?? {});
  const diagnostics = [
    ...inputDiagnostics,
    ...templateProblems(context, raw.template),
    ...planProblems(context, raw.planDigest),
    ...parameters.diagnostics,
    ...(project === null ? [] : checkServers(parameters.values, project.environments)),
    ...overrides.diagnostics,
  ];
  if (diagnostics.some((each) => each.severity === 'error')) return { request: null, diagnostics };
  const { environment, version, servers } = parameters.values;
  return {
    request: {
      parameters: parameters.values,
      environment: typeof environment === 'string' ? environment : '',
      version: typeof version === 'string' ? version : '',
      servers: Array.isArray(servers)
        ? servers.filter((each): each is string => typeof each === 'string')
        : [],
      overrides: overrides.overrides,
      requestedBy: raw.requestedBy ?? UNNAMED_REQUESTER,
      language: raw.language,
    },
    diagnostics,
  };
}

/**
 * Parameters that were typed as text (`-p name=value`) as the JSON that a run takes. A value that
 * does not fit its type stays text, and the request is refused with the reason.
 */
export function readTypedParameters(
  plan: Plan,
  typed: readonly (readonly [name: string, text: string])[],
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    typed.map(([name, text]) => {
      const definition = plan.parameters.find((each) => each.name === name);
      const read = definition === undefined ? null : readTextValue(text, definition.type);
      return [name, read?.ok === true ? read.value : text];
    }),
  );
}

function templateProblems(
  { plan, templateFiles }: RequestContext,
  named: string | null,
): readonly Diagnostic[] {
  if (named === null) return [];
  const base = named.split('/').at(-1) ?? named;
  const names = [plan.templateId, ...templateFiles.map((file) => file.split('/').at(-1) ?? file)];
  if (names.some((name) => name === base || name === `${base}.md`)) return [];
  const near = nearest(base, names, 1)[0] ?? names.join(', ');
  return [
    {
      code: 'UNKNOWN_TEMPLATE',
      severity: 'error',
      message: {
        zh: `请求写的是模板「${show(named)}」，启动的却是 ${plan.templateId}`,
        en: `the request names the template "${show(named)}", but ${plan.templateId} was started`,
      },
      remedy: { zh: `写 ${near}，或启动另一个类型`, en: `write ${near}, or start the other type` },
    },
  ];
}

function planProblems(
  { planDigest }: RequestContext,
  expected: string | null,
): readonly Diagnostic[] {
  if (expected === null || expected === planDigest) return [];
  return [
    {
      code: 'PLAN_CHANGED',
      severity: 'error',
      message: {
        zh: '模板在查看计划之后被改动了',
        en: 'the template was changed after its plan was shown',
      },
      expected,
      actual: planDigest,
      remedy: {
        zh: '重新查看计划（runsheet plan），再启动',
        en: 'look at the plan again (runsheet plan), then start',
      },
    },
  ];
}
