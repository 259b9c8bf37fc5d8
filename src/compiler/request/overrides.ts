/** Skips and additions of a request: which are allowed, and which task a phrase names. */

import { ACTIONS } from '../../actions/index.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { whyNeeded } from '../../plan/failure/needed.ts';
import type { Plan, PlanStep, Task } from '../../plan/plan.ts';
import type { Overrides } from '../../plan/run.ts';
import type { ProjectAction } from '../../plan/settings.ts';
import { nearest } from '../nearest.ts';
import { knownPhrases, readTaskPhrase, withoutBracket } from '../task-phrase.ts';
import { isPlainLine, type RawRequest, show } from './inputs.ts';

const LONGEST_REASON = 500;

type Report = (diagnostic: Diagnostic) => void;

/** The overrides that a request may have; every refusal at once. */
export function readOverrides(
  plan: Plan,
  raw: Pick<RawRequest, 'skip' | 'add'>,
  projectActions: Readonly<Record<string, ProjectAction>>,
): { overrides: Overrides; diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);
  const skipped = new Set<number>();
  for (const { step, reason } of raw.skip) {
    const found = findStep(plan, step, report);
    if (skipped.has(step)) report(diagnose('BAD_REQUEST', 'skippedTwice', { step }));
    skipped.add(step);
    checkReason(step, reason, report);
    const refusal = found === null ? null : refusalOf(plan, found);
    if (refusal !== null) report(refusal);
  }
  const add = raw.add.flatMap(({ step, task: phrase }) => {
    const found = findStep(plan, step, report);
    const task = findTask(phrase, projectActions, report);
    if (found === null || task === null) return [];
    if (!isAddable(found, task, skipped, report)) return [];
    return [{ step, phrase, task }];
  });
  return { overrides: { skip: raw.skip, add }, diagnostics };
}

/** Why a request may not skip a step; null: it may. */
function refusalOf(plan: Plan, step: PlanStep): Diagnostic | null {
  const need = whyNeeded(plan, step);
  const { number } = step;
  switch (need?.kind) {
    case undefined:
    case 'between':
      return null;
    case 'decision':
      return diagnose('NOT_SKIPPABLE', 'decision', { step: number, reader: need.reader });
    case 'successRule':
      return diagnose('NOT_SKIPPABLE', 'successRule', { step: number, rule: need.rule });
    case 'laterStep':
      return diagnose('NOT_SKIPPABLE', 'laterStep', { step: number, later: need.later });
    case 'approval':
    case 'changesServers':
      return diagnose('NOT_SKIPPABLE', need.kind, { step: number });
  }
}

function findStep(plan: Plan, number: number, report: Report): PlanStep | null {
  const found = plan.steps.find((step) => step.number === number);
  if (found !== undefined) return found;
  const steps = plan.steps.map((step) => step.number);
  report(diagnose('MISSING_STEP', 'inRequest', { number, steps }));
  return null;
}

function checkReason(step: number, reason: string, report: Report): void {
  if (reason.trim() === '') report(diagnose('BAD_REQUEST', 'noSkipReason', { step }));
  else if (!isPlainLine(reason)) report(diagnose('BAD_REQUEST', 'skipReasonCharacters', { step }));
  else if (reason.length > LONGEST_REASON)
    report(diagnose('TOO_LARGE', 'skipReason', { step, limit: LONGEST_REASON }));
}

function findTask(
  phrase: string,
  projectActions: Readonly<Record<string, ProjectAction>>,
  report: Report,
): Task | null {
  const read = readTaskPhrase(phrase, projectActions);
  if (read?.problem === null) return read.task;
  const near = read === null ? nearest(withoutBracket(phrase), knownPhrases(projectActions)) : [];
  report(
    read?.problem.diagnostic ??
      diagnose('UNKNOWN_TASK', 'inRequest', { task: show(phrase) }, { near }),
  );
  return null;
}

function isAddable(
  step: PlanStep,
  task: Task,
  skipped: ReadonlySet<number>,
  report: Report,
): boolean {
  const refuse = (diagnostic: Diagnostic): false => {
    report(diagnostic);
    return false;
  };
  const { number } = step;
  if (step.kind !== 'action' && step.kind !== 'parallel')
    return refuse(diagnose('BAD_REQUEST', 'stepWithoutTasks', { step: number }));
  if (skipped.has(number)) return refuse(diagnose('BAD_REQUEST', 'stepSkipped', { step: number }));
  if (ACTIONS[task.action].compensation === undefined) return true;
  return refuse(diagnose('BAD_REQUEST', 'taskChangesServers', {}));
}
