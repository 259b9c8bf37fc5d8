import { z } from 'zod';
import type { Finding, ToolReport } from './finding.ts';
import { parseJson } from './json.ts';
import { ReportError, type Words } from './report-error.ts';

const Severity = z.union([z.string(), z.number()]).nullish();
const Level = z.enum(['none', 'note', 'warning', 'error']).nullish();
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
  level: Level,
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
const Notification = z.looseObject({
  level: Level,
  message: z.looseObject({ text: z.string().optional() }).nullish(),
});
const Invocation = z.looseObject({
  executionSuccessful: z.boolean().nullish(),
  processStartFailureMessage: z.string().nullish(),
  exitSignalName: z.string().nullish(),
  toolExecutionNotifications: z.array(Notification).nullish(),
  toolConfigurationNotifications: z.array(Notification).nullish(),
});
const Run = z.looseObject({
  tool: z.looseObject({ driver: Component, extensions: z.array(Component).optional() }),
  results: z.array(Result).nullish(),
  invocations: z.array(Invocation).nullish(),
});
const Log = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(Run) });

type Run = z.infer<typeof Run>;
type Result = z.infer<typeof Result>;
type Rule = z.infer<typeof Rule>;

const HIGH_SEVERITY = 7.0;

/**
 * Reads SARIF 2.1.0. High: security-severity ≥ 7.0, of the result or of its rule; a result of level
 * error that carries no security-severity counts as high too, so that silence is never a pass.
 * Suppressed results and those that a baseline calls absent do not count. Nothing was measured where
 * no tool ran, or one says that it did not finish, met an error or left its results out.
 */
export function readSarif(text: string): ToolReport {
  const parsed = Log.safeParse(parseJson(text, 'SARIF 2.1.0'));
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw new ReportError({
      zh: `不是 SARIF 2.1.0 报告：${reason}`,
      en: `no SARIF 2.1.0 report: ${reason}`,
    });
  }
  const { runs } = parsed.data;
  const none = {
    zh: 'SARIF 报告中没有任何工具的运行',
    en: 'the SARIF report holds no run of a tool',
  };
  const unmeasured =
    runs.length === 0 ? none : runs.map(unmeasuredIn).find((each) => each !== null);
  return { findings: runs.flatMap(findingsOf), unmeasured: unmeasured ?? null };
}

function findingsOf(run: Run): readonly Finding[] {
  return (run.results ?? []).flatMap((result) => {
    const rule = ruleOf(run, result);
    const level = levelOf(result, rule);
    return level === null || isDismissed(result) ? [] : [toFinding(result, rule, level)];
  });
}

function unmeasuredIn(run: Run): Words | null {
  const tool = run.tool.driver.name ?? '?';
  for (const invocation of run.invocations ?? []) {
    const reason = troubleOf(invocation);
    if (reason === null) continue;
    return {
      zh: `${tool} 在报告中说没有正常完成：${reason}`,
      en: `${tool} says in its report that it did not finish: ${reason}`,
    };
  }
  if (run.results !== undefined && run.results !== null) return null;
  return { zh: `${tool} 的报告没有结果列表`, en: `the report of ${tool} has no list of results` };
}

function troubleOf(invocation: z.infer<typeof Invocation>): string | null {
  const notifications = [
    ...(invocation.toolExecutionNotifications ?? []),
    ...(invocation.toolConfigurationNotifications ?? []),
  ];
  const error = notifications.find((each) => each.level === 'error');
  if (error !== undefined) return error.message?.text ?? 'error';
  if ((invocation.processStartFailureMessage ?? '') !== '') {
    return invocation.processStartFailureMessage ?? '';
  }
  if ((invocation.exitSignalName ?? '') !== '') return invocation.exitSignalName ?? '';
  return invocation.executionSuccessful === false ? 'executionSuccessful: false' : null;
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
  if (value === undefined || value === null || value === '') return null;
  const severity = Number(value);
  if (!Number.isFinite(severity)) {
    throw new ReportError({
      zh: `security-severity ${value} 不是数字`,
      en: `security-severity ${value} is no number`,
    });
  }
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
