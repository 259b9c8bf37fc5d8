import { z } from 'zod';
import type { Finding, ToolReport } from './finding.ts';
import { parseJson } from './json.ts';
import { ReportError, type Words } from './report-error.ts';

const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'] as const;
const Counts = z.looseObject({ high: z.number(), critical: z.number() });
const Via = z.union([z.string(), z.looseObject({ title: z.string().nullish() })]);
const Vulnerability = z.looseObject({
  name: z.string(),
  severity: z.enum(LEVELS),
  via: z.array(Via),
  range: z.string().nullish(),
});
const Audit = z.looseObject({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), Vulnerability),
  metadata: z.looseObject({ vulnerabilities: Counts }),
});
const Text = z.string().nullish();
const Failed = z.looseObject({
  error: z.union([z.string(), z.looseObject({ code: Text, summary: Text, detail: Text })]),
  message: Text,
});

/**
 * Reads `npm audit --json`, report version 2 (npm 7 and later). High: severity high or critical.
 * Where npm reports an error instead, nothing was audited.
 * @throws ReportError also where it counts more than it lists
 */
export function readNpmAudit(text: string): ToolReport {
  const json = parseJson(text, 'npm audit --json');
  const failed = Failed.safeParse(json);
  if (failed.success) return { findings: [], unmeasured: reasonOf(failed.data) };
  const parsed = Audit.safeParse(json);
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    throw new ReportError({
      zh: `不是 npm audit 报告：${reason}`,
      en: `no npm audit report: ${reason}`,
    });
  }
  const findings = Object.values(parsed.data.vulnerabilities).map(toFinding);
  const { high, critical } = parsed.data.metadata.vulnerabilities;
  const listed = findings.filter((each) => each.high).length;
  if (high + critical > listed) {
    throw new ReportError({
      zh: `npm audit 计有 ${high + critical} 个高危或严重漏洞，只列出 ${listed} 个`,
      en: `npm audit counts ${high + critical} high or critical and lists ${listed}`,
    });
  }
  return { findings, unmeasured: null };
}

function reasonOf({ error, message }: z.infer<typeof Failed>): Words {
  const said = typeof error === 'string' ? [error] : [error.summary, error.detail, error.code];
  const reason = [said[0], message, ...said].find((each) => (each ?? '') !== '') ?? '?';
  return { zh: `npm audit 失败：${reason}`, en: `npm audit failed: ${reason}` };
}

function toFinding(found: z.infer<typeof Vulnerability>): Finding {
  const high = found.severity === 'high' || found.severity === 'critical';
  const titles = found.via.flatMap((via) => (typeof via === 'string' ? [] : (via.title ?? [])));
  return {
    level: high ? 'error' : found.severity === 'moderate' ? 'warning' : 'note',
    high,
    rule: found.severity,
    text:
      titles[0] ?? `depends on ${found.via.filter((via) => typeof via === 'string').join(', ')}`,
    place: (found.range ?? '') === '' ? found.name : `${found.name} ${found.range}`,
  };
}
