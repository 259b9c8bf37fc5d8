/** A run request, held against its plan and its project: everything that is wrong at once, or what runs. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Json, Plan, RollingRule } from '../../plan/plan.ts';
import type { Overrides, ResolvedRun } from '../../plan/run.ts';
import type { ProjectAction } from '../../plan/settings.ts';
import { planDigest } from '../digest.ts';
import { nearest } from '../nearest.ts';
import { readInputs, show } from './inputs.ts';
import { onCallOf } from './on-call.ts';
import { readOverrides } from './overrides.ts';
import { readParameters } from './parameters.ts';
import { type Requesters, requesterProblems, supersedeProblems } from './requester.ts';
import { decideRolling } from './rolling.ts';
import { takeRolling } from './rolling-inputs.ts';
import { type RolledServers, rollingLimits } from './rolling-limits.ts';
import { checkServers, type EnvironmentServers, type Environments } from './servers.ts';
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
    readonly balancer: RolledServers['balancer'];
  } | null;
  /** Names that a text may give the template: its files in every language, and its id. */
  readonly templateFiles: readonly string[];
  /** Absent: nobody asks (examples of a template). */
  readonly requesters?: Requesters;
}

export interface ResolvedRequest {
  /** The plan as it runs: with the batches that request, template and project make together. */
  readonly plan: Plan;
  readonly planDigest: string;
  readonly rollingFrom: ResolvedRun['rollingFrom'];
  readonly poolSize: number;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly environment: string;
  readonly version: string;
  readonly servers: readonly string[];
  readonly overrides: Overrides;
  readonly requestedBy: string;
  readonly language: 'zh' | 'en' | null;
  readonly lock: ResolvedRun['lock'];
  readonly onCall: ResolvedRun['onCall'];
  readonly supersede: ResolvedRun['supersede'];
}

export interface RequestResult {
  /** null where anything is wrong. */
  readonly request: ResolvedRequest | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Nobody said who asks, and nobody has to approve. */
const UNNAMED_REQUESTER = 'unknown';

/** Never throws. */
export function resolveRequest(context: RequestContext): RequestResult {
  const { project } = context;
  const { raw, diagnostics: inputDiagnostics } = readInputs(context.inputs);
  const asked = takeRolling(context.plan, raw);
  const parameters = readParameters(context.plan, asked.parameters);
  const { environment = '', version = '' } = textsOf(parameters.values);
  const servers = serversOf(parameters.values);
  const listed = listedIn(project?.environments ?? {}, environment);
  const balancer = project?.balancer ?? null;
  const rolling = decideRolling(context.plan, {
    request: asked.settings,
    project: listed?.rolling,
    floorPercent: balancer?.floorPercent ?? 0,
  });
  const { plan, digest } = withRolling(context, rolling.rule);
  const overrides = readOverrides(plan, raw, project?.actions ?? {});
  const poolSize = listed?.servers.length ?? null;
  const asker = {
    plan,
    parameters: parameters.values,
    skipped: overrides.overrides.skip.map(({ step }) => step),
    requestedBy: raw.requestedBy,
  };
  const onCall = onCallOf(raw, asker, {
    environment,
    roles: listed?.onCall,
    people: context.requesters?.people,
  });
  const diagnostics = [
    ...inputDiagnostics,
    ...templateProblems(context, raw.template),
    ...asked.diagnostics,
    ...rolling.diagnostics,
    ...(isWrong([...asked.diagnostics, ...rolling.diagnostics])
      ? []
      : planProblems(digest, raw.planDigest)),
    ...parameters.diagnostics,
    ...(project === null ? [] : checkServers(parameters.values, project.environments)),
    ...overrides.diagnostics,
    ...(context.requesters === undefined ? [] : requesterProblems(asker, context.requesters)),
    ...onCall.diagnostics,
    ...supersedeProblems(raw, context.requesters),
  ];
  // What the batches come to is counted on servers that are right.
  if (!isWrong(diagnostics))
    diagnostics.push(
      ...rollingLimits(plan, rolling.rule, { environment, servers, poolSize, balancer }),
    );
  if (isWrong(diagnostics)) return { request: null, diagnostics };
  return {
    request: {
      plan,
      planDigest: digest,
      rollingFrom: rolling.from,
      poolSize: poolSize ?? servers.length,
      parameters: parameters.values,
      environment,
      version,
      servers,
      overrides: overrides.overrides,
      requestedBy: raw.requestedBy ?? UNNAMED_REQUESTER,
      language: raw.language,
      lock: raw.lock ?? listed?.lock,
      onCall: onCall.onCall,
      supersede: raw.supersede ? true : undefined,
    },
    diagnostics,
  };
}

/** The plan that runs, and its digest: the template's own where no batches were added or taken away. */
function withRolling(
  { plan, planDigest: digest }: RequestContext,
  rule: RollingRule | undefined,
): { plan: Plan; digest: string } {
  const { rolling: own, ...rest } = plan;
  if (JSON.stringify(own) === JSON.stringify(rule)) return { plan, digest };
  const effective: Plan = Object.freeze(rule === undefined ? rest : { ...rest, rolling: rule });
  return { plan: effective, digest: planDigest(effective) };
}

function isWrong(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === 'error');
}

function textsOf(
  values: Readonly<Record<string, Json>>,
): Readonly<Partial<Record<string, string>>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

function serversOf({ servers }: Readonly<Record<string, Json>>): readonly string[] {
  if (!Array.isArray(servers)) return [];
  return servers.filter((each): each is string => typeof each === 'string');
}

function listedIn(environments: Environments, name: string): EnvironmentServers | undefined {
  return Object.hasOwn(environments, name) ? environments[name] : undefined;
}

/**
 * Parameters that were typed as text (`-p name=value`) as the JSON that a run takes. A value that
 * does not fit its type stays text, and the request is refused with the reason.
 */
export function readTypedParameters(
  plan: Pick<Plan, 'parameters'>,
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
  const started = plan.templateId;
  return [diagnose('UNKNOWN_TEMPLATE', 'another', { named: show(named), started, near })];
}

function planProblems(digest: string, expected: string | null): readonly Diagnostic[] {
  if (expected === null || expected === digest) return [];
  return [diagnose('PLAN_CHANGED', 'sinceShown', { digest: expected }, { actual: digest })];
}
