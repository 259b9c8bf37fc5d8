/** Every way through the steps that the parameters of branches and skip rules allow. */
import { stepsTaken } from '../../plan/branching.ts';
import type { Expression, Json, ParameterDefinition, PlanStep } from '../../plan/plan.ts';

/** Combinations that are looked at. Ten yes/no parameters make 1,024. */
const MOST_PATHS = 1_024;

export interface Path {
  /** The values with which it is taken: parameters that some branch or rule reads. */
  readonly given: Given;
  /** The steps that are run, in their order. */
  readonly steps: readonly PlanStep[];
}

export type Given = Readonly<Record<string, Json>>;

/** At least one. Of more combinations than can be looked at, the first ones. */
export function pathsThrough(
  steps: readonly PlanStep[],
  parameters: ReadonlyMap<string, ParameterDefinition>,
): readonly Path[] {
  const expressions = steps.flatMap(expressionsOf);
  const names = [...new Set(expressions.flatMap(parametersOf))];
  let combinations: Given[] = [{}];
  for (const name of names) {
    const values = valuesOf(name, parameters.get(name), expressions);
    combinations = combinations.flatMap((given) =>
      values.map((value) => ({ ...given, [name]: value })),
    );
    if (combinations.length > MOST_PATHS) combinations.length = MOST_PATHS;
  }
  return combinations.map((given) => ({ given, steps: stepsTaken(steps, given) }));
}

/** The parameters that matter for what some paths have in common and the others have not. */
export function whereOf(some: readonly Path[], all: readonly Path[]): Given {
  const first = some[0]?.given ?? {};
  const telling = Object.keys(first).filter((name) => {
    const here = new Set(some.map(({ given }) => given[name]));
    return all.some(({ given }) => !here.has(given[name]));
  });
  return Object.fromEntries(telling.map((name) => [name, first[name] ?? null]));
}

function expressionsOf(step: PlanStep): readonly Expression[] {
  const branches = step.kind === 'condition' ? step.branches : [];
  return [...step.skipWhen, ...branches.flatMap(({ when }) => when ?? [])];
}

/** Its enum, yes and no, or the values that it is compared with and one that is none of them. */
function valuesOf(
  name: string,
  definition: ParameterDefinition | undefined,
  expressions: readonly Expression[],
): readonly Json[] {
  if (definition?.enum !== undefined) return definition.enum;
  if (definition?.type === 'boolean') return [false, true];
  const compared = expressions.flatMap((each) => literalsBeside(name, each));
  const numbers = compared.filter((each) => typeof each === 'number');
  const around = numbers.flatMap((each) => [each - 1, each + 1]);
  return [...new Set<Json>([...compared, ...around, null])];
}

function parametersOf(expression: Expression): readonly string[] {
  return expression.kind === 'parameter'
    ? [expression.name]
    : partsOf(expression).flatMap(parametersOf);
}

function literalsBeside(name: string, expression: Expression): readonly Json[] {
  const within = partsOf(expression).flatMap((each) => literalsBeside(name, each));
  if (expression.kind !== 'compare') return within;
  const sides = [expression.left, expression.right];
  const isOurs = sides.some((each) => each.kind === 'parameter' && each.name === name);
  const literals = sides.flatMap((each) => (each.kind === 'literal' ? [each.value] : []));
  return isOurs ? [...within, ...literals] : within;
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
    case 'variable':
      return [];
    case 'not':
      return [expression.operand];
    case 'compare':
    case 'and':
    case 'or':
      return [expression.left, expression.right];
  }
}
