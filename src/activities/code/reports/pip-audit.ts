import { z } from 'zod';
import { type Finding, ReportError } from './finding.ts';
import { parseJson } from './json.ts';

const Vulnerability = z.looseObject({
  id: z.string(),
  description: z.string().nullish(),
  fix_versions: z.array(z.string()).optional(),
});
const Dependency = z.looseObject({
  name: z.string(),
  version: z.string().optional(),
  vulns: z.array(Vulnerability).optional(),
  skip_reason: z.string().optional(),
});
const Audit = z.union([z.looseObject({ dependencies: z.array(Dependency) }), z.array(Dependency)]);

/**
 * Reads `pip-audit --format json`, also its older form, a bare list. pip-audit gives no severity, so
 * every known vulnerability counts as high; a package that it had to skip is a warning.
 */
export function readPipAudit(text: string): readonly Finding[] {
  const parsed = Audit.safeParse(parseJson(text, 'pip-audit JSON'));
  if (!parsed.success)
    throw new ReportError(`no pip-audit report: ${z.prettifyError(parsed.error)}`);
  const dependencies = Array.isArray(parsed.data) ? parsed.data : parsed.data.dependencies;
  return dependencies.flatMap(readDependency);
}

function readDependency(dependency: z.infer<typeof Dependency>): readonly Finding[] {
  const place = `${dependency.name} ${dependency.version ?? ''}`.trim();
  if (dependency.skip_reason !== undefined) {
    const text = `not audited: ${dependency.skip_reason}`;
    return [{ level: 'warning', high: false, rule: 'skipped', text, place }];
  }
  return (dependency.vulns ?? []).map((found) => {
    const fixes = found.fix_versions ?? [];
    const fixed = fixes.length === 0 ? 'no fixed version' : `fixed in ${fixes.join(', ')}`;
    return { level: 'error', high: true, rule: found.id, text: fixed, place };
  });
}
