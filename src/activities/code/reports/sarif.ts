import { z } from 'zod';
import { type Finding, ReportError } from './finding.ts';
import { parseJson } from './json.ts';

const Severity = z.union([z.string(), z.number()]).optional();
const Properties = z.looseObject({ 'security-severity': Severity }).optional();
const Rule = z.looseObject({
  id: z.string(),
  defaultConfiguration: z.looseObject({ level: z.string().optional() }).optional(),
  properties: Properties,
});
const Component = z.looseObject({ name: z.string().optional(), rules: z.array(Rule).optional() });
const RuleReference = z.looseObject({
  id: z.string().optional(),
  index: z.number().int().optional(),
  toolComponent: z.looseObject({ index: z.number().int().optional() }).optional(),
});
const Result = z.looseObject({
  ruleId: z.string().optional(),
  ruleIndex: z.number().int().optional(),
  rule: RuleReference.optional(),
  level: z.enum(['none', 'note', 'warning', 'error']).optional(),
  kind: z.string().optional(),
  baselineState: z.string().optional(),
  suppressions: z.array(z.looseObject({ status: z.string().optional() })).nullish(),
  message: z.looseObject({ text: z.string().optional() }).optional(),
  locations: z
    .array(
      z.looseObject({
        physicalLocation: z
          .looseObject({
            artifactLocation: z.looseObject({ uri: z.string().optional() }).optional(),
            region: z.looseObject({ startLine: z.number().optional() }).optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  properties: Properties,
});
const Run = z.looseObject({
  tool: z.looseObject({ driver: Component, extensions: z.array(Component).optional() }),
  results: z.array(Result).nullish(),
  invocations: z.array(z.looseObject({ executionSuccessful: z.boolean().optional() })).optional(),
});
const Log = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(Run) });

type Run = z.infer<typeof Run>;
type Result = z.infer<typeof Result>;
type Rule = z.infer<typeof Rule>;

const HIGH_SEVERITY = 7.0;

/**
 * Reads SARIF 2.1.0. High: security-severity ≥ 7.0, of the result or of its rule; a result of level
 * error that carries no security-severity counts as high too, so that silence is never a pass.
 * Suppressed results and those that a baseline calls absent do not count.
 * @throws ReportError also where the tool says that it did not finish, or left its results out
 */
export function readSarif(text: string): readonly Finding[] {
  const parsed = Log.safeParse(parseJson(text, 'SARIF 2.1.0'));
  if (!parsed.success)
    throw new ReportError(`no SARIF 2.1.0 report: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.runs.length === 0)
    throw new ReportError('the SARIF report holds no run of a tool');
  return parsed.data.runs.flatMap(readRun);
}

function readRun(run: Run): readonly Finding[] {
  const tool = run.tool.driver.name ?? 'the tool';
  if (run.invocations?.some((each) => each.executionSuccessful === false) === true) {
    throw new ReportError(`${tool} says in its report that it did not finish`);
  }
  if (run.results === undefined || run.results === null) {
    throw new ReportError(`the report of ${tool} has no list of results`);
  }
  return run.results.flatMap((result) => {
    const rule = ruleOf(run, result);
    const level = levelOf(result, rule);
    return level === null || isDismissed(result) ? [] : [toFinding(result, rule, level)];
  });
}

function toFinding(result: Result, rule: Rule | undefined, level: Finding['level']): Finding {
  const severity = severityOf(result.properties) ?? severityOf(rule?.properties);
  const location = result.locations?.[0]?.physicalLocation;
  const file = location?.artifactLocation?.uri ?? '';
  const at = location?.region?.startLine;
  return {
    level,
    high: severity === null ? level === 'error' : severity >= HIGH_SEVERITY,
    rule: result.ruleId ?? result.rule?.id ?? rule?.id ?? '?',
    text: result.message?.text ?? '',
    place: file !== '' && at !== undefined ? `${file}:${at}` : file,
  };
}

/** As the standard says: the result's own level, else its rule's, else warning; null: no problem. */
function levelOf(result: Result, rule: Rule | undefined): Finding['level'] | null {
  if (result.kind !== undefined && result.kind !== 'fail') return null;
  const level = result.level ?? rule?.defaultConfiguration?.level ?? 'warning';
  if (level === 'none') return null;
  return level === 'error' || level === 'note' ? level : 'warning';
}

function ruleOf(run: Run, result: Result): Rule | undefined {
  const extension = result.rule?.toolComponent?.index;
  const component = extension === undefined ? run.tool.driver : run.tool.extensions?.[extension];
  const index = result.rule?.index ?? result.ruleIndex;
  if (index !== undefined && index >= 0) {
    const byIndex = component?.rules?.[index];
    if (byIndex !== undefined) return byIndex;
  }
  const id = result.ruleId ?? result.rule?.id;
  const components = [run.tool.driver, ...(run.tool.extensions ?? [])];
  return components.flatMap((each) => each.rules ?? []).find((each) => each.id === id);
}

function severityOf(properties: z.infer<typeof Properties>): number | null {
  const value = properties?.['security-severity'];
  if (value === undefined || value === '') return null;
  const severity = Number(value);
  if (Number.isNaN(severity)) throw new ReportError(`security-severity ${value} is no number`);
  return severity;
}

function isDismissed(result: Result): boolean {
  if (result.baselineState === 'absent') return true;
  const suppressions = result.suppressions ?? [];
  return (
    suppressions.length > 0 &&
    suppressions.every((each) => each.status === undefined || each.status === 'accepted')
  );
}
