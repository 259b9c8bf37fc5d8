import { z } from 'zod';
import { type Finding, ReportError } from './finding.ts';
import { parseJson } from './json.ts';

const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'] as const;
const Counts = z.looseObject({ high: z.number(), critical: z.number() });
const Via = z.union([z.string(), z.looseObject({ title: z.string().optional() })]);
const Audit = z.looseObject({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.looseObject({
      name: z.string(),
      severity: z.enum(LEVELS),
      via: z.array(Via),
      range: z.string().optional(),
    }),
  ),
  metadata: z.looseObject({ vulnerabilities: Counts }),
});
const Failed = z.looseObject({
  error: z.looseObject({ code: z.string().optional(), summary: z.string().optional() }),
});

/**
 * Reads `npm audit --json`, report version 2 (npm 7 and later). High: severity high or critical.
 * @throws ReportError also where npm reports an error instead, or counts more than it lists
 */
export function readNpmAudit(text: string): readonly Finding[] {
  const json = parseJson(text, 'npm audit --json');
  const failed = Failed.safeParse(json);
  if (failed.success) {
    const { code, summary } = failed.data.error;
    throw new ReportError(`npm audit failed: ${summary ?? code ?? 'no reason given'}`);
  }
  const parsed = Audit.safeParse(json);
  if (!parsed.success)
    throw new ReportError(`no npm audit report: ${z.prettifyError(parsed.error)}`);
  const findings = Object.values(parsed.data.vulnerabilities).map(toFinding);
  const { high, critical } = parsed.data.metadata.vulnerabilities;
  const listed = findings.filter((each) => each.high).length;
  if (high + critical > listed) {
    throw new ReportError(
      `npm audit counts ${high + critical} high or critical and lists ${listed}`,
    );
  }
  return findings;
}

type Vulnerability = z.infer<typeof Audit>['vulnerabilities'][string];

function toFinding(found: Vulnerability): Finding {
  const high = found.severity === 'high' || found.severity === 'critical';
  const titles = found.via.flatMap((via) => (typeof via === 'string' ? [] : (via.title ?? [])));
  return {
    level: high ? 'error' : found.severity === 'moderate' ? 'warning' : 'note',
    high,
    rule: found.severity,
    text:
      titles[0] ?? `depends on ${found.via.filter((via) => typeof via === 'string').join(', ')}`,
    place: found.range === undefined ? found.name : `${found.name} ${found.range}`,
  };
}
