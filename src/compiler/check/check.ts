/** The document → checked sections: everything that the plan is made of, or diagnostics. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type {
  DefaultedSection,
  MetricName,
  ParameterDefinition,
  RollbackRule,
  RollingRule,
  SuccessRule,
} from '../../plan/plan.ts';
import { type Context, hasErrors, report } from '../context.ts';
import { type Document, readSteps } from '../parse/document.ts';
import { DEFAULTED } from '../section-defaults.ts';
import { checkApprovers } from './approvers.ts';
import { withDefaults } from './defaults.ts';
import { checkExamples } from './examples.ts';
import { checkLines } from './lines.ts';
import { checkMetadata, type Metadata } from './metadata.ts';
import type { Names } from './names.ts';
import { checkNeeds } from './needs.ts';
import { checkIgnored, withHandling } from './on-failure.ts';
import { checkParameters } from './parameters.ts';
import { pathsThrough } from './paths.ts';
import { checkProvided } from './provided.ts';
import { checkRollback } from './rollback.ts';
import { checkRolling } from './rolling.ts';
import { missingSection } from './sections.ts';
import { type CheckedStep, checkStep, readHeadings, variablesOf } from './steps.ts';
import { checkMetrics, checkSuccess } from './success.ts';

export interface Checked {
  readonly metadata: Metadata | null;
  readonly parameters: readonly ParameterDefinition[];
  readonly areParametersRight: boolean;
  readonly steps: readonly CheckedStep[];
  readonly rollback: readonly RollbackRule[];
  readonly success: readonly SuccessRule[];
  readonly metrics: readonly MetricName[];
  /** undefined: all servers at once. */
  readonly rolling: RollingRule | undefined;
  /** What the document may leave out, and does. */
  readonly defaults: readonly DefaultedSection[];
  readonly title: string;
  readonly language: Language;
}

export function checkDocument(context: Context, document: Document): Checked {
  checkLines(context, document);
  const metadata = checkMetadata(context, document);
  const before = context.diagnostics.length;
  const parameters = checkParameters(context, document);
  const areParametersRight = context.diagnostics.length === before;
  const byName = new Map(parameters.map((each) => [each.name, each]));
  const judged = withDefaults(context, checkSteps(context, document, byName), document.language);
  const steps = withHandling(context, document, judged);
  const plain = steps.map(({ step }) => step);
  const rollback = checkRollback(context, document, plain);
  // Where a branch or a rule could not be read, the ways through the steps are not known.
  const paths = hasErrors(context) ? [] : pathsThrough(plain, byName);
  const success = checkSuccess(context, document, plain, paths);
  checkIgnored(context, steps, success);
  const metrics = checkMetrics(context, document, plain);
  const rolling = checkRolling(context, steps);
  checkExamples(context, document, { parameters: byName, variables: new Map() }, plain);
  checkNeeds(context, byName, steps, rolling.isAtOnce);
  checkProvided(context, steps, paths);
  checkApprovers(context, steps, byName.get('environment'), paths);
  const title = document.title?.text ?? '';
  return {
    metadata,
    parameters,
    areParametersRight,
    steps,
    rollback,
    success,
    metrics,
    rolling: rolling.rule,
    defaults: DEFAULTED.filter((name) => !document.sections.has(name)),
    title,
    language: document.language,
  };
}

function checkSteps(
  context: Context,
  document: Document,
  parameters: Names['parameters'],
): readonly CheckedStep[] {
  const section = document.sections.get('steps');
  if (section === undefined) return missingSection(context, 'steps', '### 1. … [action]') ?? [];
  const raw = readSteps(context, section);
  if (raw.length === 0) {
    report(context, section.heading, diagnose('MISSING_FIELD', 'steps', {}));
  }
  const headed = readHeadings(context, raw);
  const names = { parameters, variables: variablesOf(headed) };
  const numbers = headed.map((each) => each.number);
  return headed.map((each, index) => checkStep(context, names, { numbers, index }, each));
}
