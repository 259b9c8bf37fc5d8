/** The template's success rules, held against what was measured, at the last step on servers. */
import { defaultCriterion } from '../../actions/default-criteria.ts';
import { FACTS, type FactId, OPERATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { type CompletionFactId, SUCCESS_RULES } from '../../actions/success-rules.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import type { Criterion, PlanStep } from '../../plan/plan.ts';
import type { ActionResult, Fact } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { serversInRun } from '../fleet/scope.ts';
import type { SuccessStatus } from '../messages.ts';
import {
  hasPool,
  type MeasuredPart,
  type RunIdentity,
  type ShownPart,
  type TolerantParts,
} from '../run.ts';
import { changed } from '../showing/status.ts';
import { StepFailure } from '../steps/failure.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';
import { evidenceOf, explainEvidence } from './criteria.ts';

type Verdict = Omit<SuccessStatus, 'fact'>;

/** Measures again and judges every rule; shows them all. @throws StepFailure where one does not hold. */
export async function judgeSuccess(run: TolerantParts, step: PlanStep): Promise<void> {
  const rules = run.plan.success;
  if (rules.length === 0) return;
  const measuresAgain =
    hasPool(run) &&
    serversInRun(run).length > 0 &&
    rules.some(({ fact }) => SUCCESS_RULES[fact].measuredAgain);
  const measured = measuresAgain ? await measureAgain(run, step) : [];
  const success = rules.map(({ fact }) => ({ fact, ...judgeRule(run, fact, measured) }));
  run.status.success = success;
  changed(run);
  const failed = success.filter((each) => !each.passed);
  if (failed.length === 0) return;
  const reasons = failed.map((each) => each.detail).join('; ');
  throw new StepFailure(step.number, 'failed', 'SUCCESS_RULE_FAILED', reasons);
}

function judgeRule(run: TolerantParts, rule: CompletionFactId, measured: readonly Fact[]): Verdict {
  const { judgedBy, as } = SUCCESS_RULES[rule];
  if (judgedBy === null) return requiredSteps(run);
  return as === 'flag' ? flag(run, judgedBy) : measure(run, judgedBy, measured);
}

/** The balancer's own counters since the servers came back; too few samples are no measurement. */
async function measureAgain(run: TolerantParts, step: PlanStep): Promise<readonly Fact[]> {
  const { settings } = run.resolved;
  const servers = serversInRun(run);
  const phrase = say(run.ref, '复测错误率与响应时间', 'measure errors and response time again');
  const result: ActionResult = await system.measureOutcome.executeWithOptions(
    { ...beats(run.resolved.settings), summary: summaryOf(step.number, null, phrase) },
    [
      {
        run: run.ref,
        seal: sealFor(run.resolved.proof, 'measureOutcome'),
        step: step.number,
        servers,
        project: sectionsOf(settings, OPERATIONS.measureOutcome),
      },
    ],
  );
  const enough = result.facts.filter(
    (fact) => fact.samples === undefined || fact.samples >= settings.balancer.minimumSamples,
  );
  const place = { step: step.number, task: -1, server: null, batch: null };
  for (const fact of enough) run.facts.record({ ...place, fact });
  return enough;
}

function requiredSteps(run: RunIdentity & ShownPart): Verdict {
  const open = run.status.steps.filter((each) => each.state === 'failed');
  // The step that they are judged with has not been left yet, unless it is the run's end.
  const done = run.status.steps.filter(
    ({ state }) => state === 'succeeded' || state === 'running',
  ).length;
  const skipped = run.status.steps.filter((each) => each.state === 'skipped').length;
  const detail = say(
    run.ref,
    `已完成 ${done} 步，按规则跳过 ${skipped} 步`,
    `${countedEn(done, 'step')} done, ${skipped} skipped by rule`,
  );
  return { passed: open.length === 0, detail };
}

function flag(run: RunIdentity & MeasuredPart, id: FactId): Verdict {
  const criterion: Criterion = { fact: id, comparison: '==', threshold: true, unit: 'flag' };
  return verdict(run, criterion, run.facts.latest(FACTS[id]), '');
}

/** Against the threshold that the document sets for this fact, else the fact's own. */
function measure(run: RunIdentity & MeasuredPart, id: FactId, measured: readonly Fact[]): Verdict {
  const criterion = criterionFor(run, id);
  const again = measured.find((fact) => fact.id === id);
  if (again !== undefined) return verdict(run, criterion, again, '');
  const note = hasPool(run)
    ? say(
        run.ref,
        '（样本太少，取健康检查的测量值）',
        ' (too few requests since, so the health check stands)',
      )
    : say(
        run.ref,
        '（没有负载均衡，取健康检查的测量值）',
        ' (no load balancer, so the health check stands)',
      );
  return verdict(run, criterion, run.facts.latest(FACTS[id]), note);
}

function verdict(run: RunIdentity, criterion: Criterion, fact: Fact | null, note: string): Verdict {
  const label = FACTS[criterion.fact].label[run.ref.language];
  const evidence = evidenceOf(run, criterion, fact, label);
  return { passed: evidence.passed, detail: `${explainEvidence(run, evidence)}${note}` };
}

/** The document's own criterion for a fact, else what the fact itself says. */
export function criterionFor(run: RunIdentity, fact: FactId): Criterion {
  for (const step of run.plan.steps) {
    if (step.kind !== 'action' && step.kind !== 'parallel') continue;
    const found = step.criteria.find((criterion) => criterion.fact === fact);
    if (found !== undefined) return found;
  }
  return defaultCriterion(FACTS[fact]);
}
