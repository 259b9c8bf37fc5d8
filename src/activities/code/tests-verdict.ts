/**
 * The verdict on a test run, as data: made once from what the tool wrote, kept beside the run, and
 * read by whatever asks later. The redacted copies of the reports are for people only.
 */
import { z } from 'zod';
import type { RunRef } from '../../plan/run.ts';
import type { TestSettings } from '../../plan/settings.ts';
import { line } from '../evidence.ts';
import type { CommandPorts } from './project-commands.ts';
import type { JunitReport } from './reports/junit.ts';
import { summarise, summariseCritical } from './reports/test-summary.ts';

const Count = z.number().int().nonnegative();
const Named = z.object({ name: z.string(), outcome: z.string(), message: z.string() });
const Unlisted = z.object({
  file: z.string(),
  suite: z.string(),
  kind: z.enum(['failed', 'lost', 'skipped']),
  count: Count,
  message: z.string(),
});
const Words = z.object({ zh: z.string(), en: z.string() });
const CoverageFile = z.union([
  z.object({ path: z.string(), lines: z.number(), coveredLines: z.number() }),
  z.object({ path: z.string(), problem: Words }),
]);
const Verdict = z.object({
  startedAtMs: z.number(),
  /** How the tests ended, and the command that shows what they printed. */
  ran: z.object({ exitCode: z.number().nullable(), log: z.string() }),
  files: z.array(z.string()),
  /** Reports that are files of the source, which the tests have written over. */
  overwritten: z.array(z.string()),
  passed: Count,
  failed: Count,
  errors: Count,
  skipped: Count,
  flaky: Count,
  /** The first of those that have not passed, redacted. */
  failures: z.array(Named),
  unlisted: z.array(Unlisted),
  /** null: tests.critical is not set. */
  critical: z
    .object({ passed: Count, unnamed: Count, others: Count, shown: z.array(Named) })
    .nullable(),
  /** Coverage that the tests wrote over files of the source, which the next checkout puts back. */
  coverage: z.array(CoverageFile),
});

export type Verdict = z.infer<typeof Verdict>;
export type CoverageFile = z.infer<typeof CoverageFile>;
type OfRun = { readonly run: RunRef };
type NamedReport = JunitReport & { readonly path: string };

const NAME = 'tests/verdict.json';
const KEPT_FAILURES = 100;

/** @throws SyntaxError where `tests.critical.name` is no regular expression */
export function verdictOn(
  reports: readonly NamedReport[],
  { critical }: TestSettings,
  redact: (text: string) => string,
): Omit<Verdict, 'startedAtMs' | 'ran' | 'overwritten' | 'coverage'> {
  const all = {
    cases: reports.flatMap((each) => each.cases),
    unlisted: reports.flatMap((each) => each.unlisted),
  };
  const named = (each: JunitReport['cases'][number]): z.infer<typeof Named> => ({
    name: line(redact(`${each.classname} ${each.name}`)),
    outcome: each.outcome,
    message: line(redact(each.message)),
  });
  const { failures, ...counts } = summarise(all);
  const chosen = critical === undefined ? null : summariseCritical(all, critical);
  return {
    ...counts,
    files: reports.map((each) => each.path),
    failures: failures.slice(0, KEPT_FAILURES).map(named),
    unlisted: reports.flatMap(({ path, unlisted }) =>
      unlisted.slice(0, KEPT_FAILURES).map((each) => ({
        ...each,
        file: path,
        suite: line(redact(each.suite)),
        message: line(redact(each.message)),
      })),
    ),
    critical: chosen && {
      passed: chosen.passed,
      unnamed: chosen.unnamed,
      others: chosen.others.length,
      shown: chosen.others.slice(0, KEPT_FAILURES).map(named),
    },
  };
}

/** @param verdict null: the tests run again, and what an earlier run of them proved no longer holds */
export async function keepVerdict(
  { artifacts }: Pick<CommandPorts, 'artifacts'>,
  { run }: OfRun,
  verdict: Verdict | null,
): Promise<void> {
  await artifacts.write(run.requestId, NAME, JSON.stringify(verdict));
}

/** The verdict of this run; null: no tests have been judged in it. */
export async function readVerdict(
  { artifacts }: Pick<CommandPorts, 'artifacts'>,
  { run }: OfRun,
): Promise<Verdict | null> {
  const kept = await artifacts.read(`artifact:${run.requestId}/${NAME}`);
  return kept === null ? null : Verdict.nullable().parse(JSON.parse(kept.toString('utf8')));
}
