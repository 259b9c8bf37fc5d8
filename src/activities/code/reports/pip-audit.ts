import { z } from 'zod';
import type { Finding, ToolReport } from './finding.ts';
import { parseJson } from './json.ts';
import { ReportError, type Words } from './report-error.ts';

const Vulnerability = z.looseObject({
  id: z.string(),
  description: z.string().nullish(),
  fix_versions: z.array(z.string()).nullish(),
});
const Dependency = z.looseObject({
  name: z.string(),
  version: z.string().nullish(),
  vulns: z.array(Vulnerability).nullish(),
  skip_reason: z.string().nullish(),
});
const Audit = z.union([z.looseObject({ dependencies: z.array(Dependency) }), z.array(Dependency)]);

type Dependency = z.infer<typeof Dependency>;

/**
 * Reads `pip-audit --format json`, also its older form, a bare list. pip-audit gives no severity, so
 * every known vulnerability counts as high; a package that it had to skip is a warning. Where it
 * skipped every one, nothing was audited.
 */
export function readPipAudit(text: string): ToolReport {
  const parsed = Audit.safeParse(parseJson(text, 'pip-audit JSON'));
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw new ReportError({
      zh: `不是 pip-audit 报告：${reason}`,
      en: `no pip-audit report: ${reason}`,
    });
  }
  const dependencies = Array.isArray(parsed.data) ? parsed.data : parsed.data.dependencies;
  return { findings: dependencies.flatMap(findingsOf), unmeasured: unmeasuredIn(dependencies) };
}

function findingsOf(dependency: Dependency): readonly Finding[] {
  const place = `${dependency.name} ${dependency.version ?? ''}`.trim();
  const skipped = whySkipped(dependency);
  if (skipped !== null) {
    return [{ level: 'warning', high: false, rule: 'skipped', text: skipped, place }];
  }
  return (dependency.vulns ?? []).map((found) => {
    const fixes = found.fix_versions ?? [];
    const fixed = fixes.length === 0 ? 'no fixed version' : `fixed in ${fixes.join(', ')}`;
    return { level: 'error', high: true, rule: found.id, text: fixed, place };
  });
}

/** Audited is what has a version and a list of vulnerabilities; null: it was. */
function whySkipped({ version, vulns, skip_reason: reason }: Dependency): string | null {
  if ((reason ?? '') !== '') return `not audited: ${reason}`;
  if ((vulns ?? []).length > 0) return null;
  if ((version ?? '') === '') return 'not audited: no version';
  return vulns === undefined || vulns === null ? 'not audited: no list of vulnerabilities' : null;
}

function unmeasuredIn(dependencies: readonly Dependency[]): Words | null {
  const reasons = dependencies.map(whySkipped);
  const [first] = reasons;
  if (first === undefined || first === null || reasons.includes(null)) return null;
  const count = dependencies.length;
  return {
    zh: `pip-audit 跳过了全部 ${count} 个依赖（${first}）`,
    en: `pip-audit skipped all ${count} packages (${first})`,
  };
}
