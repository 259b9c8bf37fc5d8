/** Says what the schema has found, as diagnostics with their places in runsheet.yaml. */
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { nearestKey } from './nearest-key.ts';
import { projectSchema } from './schema.ts';
import { keysAt } from './schema-keys.ts';
import { diagnosticOf, fieldProblem } from './schema-messages.ts';
import type { YamlFile } from './yaml-file.ts';

interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

/** What a password or an address with one is told: it may stand where a reference belongs. */
const SECRET_PROBLEMS = ['secret', 'webhookUrl', 'databaseUrl', 's3Endpoint'] as const;

/**
 * What is wrong with the file's values, each with its place and its line. A line that may hold a secret
 * is not shown: what is wrong with the file of a run stands in its history.
 */
export function describeIssues(issues: readonly Issue[], yaml: YamlFile): readonly Diagnostic[] {
  const all = issues.flatMap((issue) => describeIssue(issue, yaml));
  const hidden = new Set(
    all.flatMap(({ diagnostic, isSecret }) => (isSecret ? [diagnostic.place?.line] : [])),
  );
  return all.map(({ diagnostic }) =>
    hidden.has(diagnostic.place?.line) ? { ...diagnostic, excerpt: '' } : diagnostic,
  );
}

interface Described {
  readonly diagnostic: Diagnostic;
  /** Whether the value that it is about may be a secret. */
  readonly isSecret: boolean;
}

function describeIssue(issue: Issue, yaml: YamlFile): readonly Described[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(projectSchema, issue.path);
    return (issue.keys ?? []).map((key) => ({
      diagnostic: unknownKey(issue.path, key, known, yaml),
      isSecret: false,
    }));
  }
  const nested = issue.code === 'invalid_union' ? closestBranch(issue.errors ?? []) : null;
  if (nested !== null) {
    return nested.flatMap((each) =>
      describeIssue({ ...each, path: [...issue.path, ...each.path] }, yaml),
    );
  }
  const place = yaml.locate(issue.path);
  const where = issue.path.map(String).join('.') || place.place.file;
  const isSecret = SECRET_PROBLEMS.some((variant) => issue.message === fieldProblem(variant));
  return [{ diagnostic: { ...diagnosticOf(issue.message, where), ...place }, isSecret }];
}

/** The form of a value that may have several, of which the shape fits: its problems are the real ones. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fitting = branches.filter((issues) =>
    issues.every((each) => each.path.length > 0 || each.code !== 'invalid_type'),
  );
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

function unknownKey(
  path: readonly PropertyKey[],
  key: string,
  known: readonly string[],
  yaml: YamlFile,
): Diagnostic {
  const near = nearestKey(key, known);
  const where = [...path, key].map(String).join('.');
  return diagnose(
    'BAD_PROJECT_FILE',
    'unknownKey',
    { where, known },
    { ...yaml.locate(path, key), actual: key, near: near === undefined ? [] : [near] },
  );
}
