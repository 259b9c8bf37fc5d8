/** Run sheets of any shape that `check` accepts, and something that fails in one of them. */
import fc from 'fast-check';
import { ACTIONS, type ActionDefinition, type ActionId } from '../../src/actions/index.ts';
import { compileTemplate } from '../../src/compiler/index.ts';
import { DEFAULT_VOCABULARY } from '../../src/compiler/vocabulary.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { ProjectAction } from '../../src/plan/settings.ts';

/** A run of a plan, and the calls in it that fail. */
export interface Scenario {
  readonly plan: Plan;
  readonly servers: readonly string[];
  /** Of the pool, beside the run's servers. */
  readonly others: number;
  readonly parameters: Readonly<Record<string, boolean>>;
  readonly failing: readonly FailingCall[];
  /** How long the activities take in relation to each other. */
  readonly delays: readonly number[];
}

export interface FailingCall {
  readonly action: string;
  readonly step: number;
  /** Where it fails; for what is done once: the times that it is done before. */
  readonly server: string;
  readonly times: number;
  readonly type: string;
}

/** In an order that makes sense; a sheet has any part of them. */
const ON_SERVERS: readonly ActionId[] = [
  'pool.drain',
  'connections.wait',
  'service.stop',
  'image.pull',
  'config.update',
  'service.start',
  'service.ready',
  'health.endpoint',
  'pool.enable',
  'routes.update',
  'health.port',
];
/** What others do not do without. */
const NEVER_LEFT_OUT: readonly ActionId[] = ['image.push', 'service.stop'];
const POLICIES = [
  'stop at once, nothing to undo',
  'restore the old version',
  'switch back to the old version',
];

/** The project's own, with and without an undo, wherever they can run. */
export const COMMANDS: Readonly<Record<string, ProjectAction>> = {
  Migrate: command('worker', true),
  Look: command('worker', false),
  Announce: command('each-batch', true),
  Register: command('first-server', true),
  Warm: command('each-server', true),
};

function command(on: ProjectAction['on'], isUndone: boolean): ProjectAction {
  const undo = { argv: ['back'], timeoutSeconds: 10 };
  return { argv: ['there'], on, timeoutSeconds: 10, ...(isUndone && { undo }) };
}

type Bullet = ActionId | `@${string}`;

function definitionOf(bullet: Bullet): ActionDefinition | null {
  return isCommand(bullet) ? null : ACTIONS[bullet];
}

function isCommand(bullet: Bullet): bullet is `@${string}` {
  return bullet.startsWith('@');
}

interface Piece {
  readonly actions: readonly Bullet[];
  readonly isParallel: boolean;
  /** `skip_tests` leaves it out. */
  readonly isSkippable: boolean;
}

const piece = (actions: readonly Bullet[]): fc.Arbitrary<Piece> =>
  fc.record({
    actions: fc.constant(actions),
    isParallel: fc.boolean(),
    isSkippable: fc.boolean(),
  });

/** A part of the actions on servers, cut into steps, with others between them. */
const pieces: fc.Arbitrary<readonly Piece[]> = fc
  .tuple(
    fc.oneof(fc.constant([...ON_SERVERS]), fc.subarray([...ON_SERVERS], { minLength: 1 })),
    fc.array(fc.boolean(), { minLength: ON_SERVERS.length, maxLength: ON_SERVERS.length }),
    fc.array(
      fc.constantFrom<readonly Bullet[]>(
        ['code.lint'],
        ['report.write'],
        ...Object.keys(COMMANDS).map((name) => [`@${name}`] as const),
        ['@Warm', '@Migrate'],
        [],
      ),
      { minLength: ON_SERVERS.length, maxLength: ON_SERVERS.length },
    ),
    fc.subarray<ActionId>(['report.write', 'notify.send', 'record.update']),
  )
  .chain(([any, cuts, between, telling]) => {
    // A start beside what still runs is refused on the server, so it changes nothing.
    const chosen = any.filter((each) => each !== 'service.start' || any.includes('service.stop'));
    const steps: ActionId[][] = [];
    for (const [index, action] of chosen.entries()) {
      const last = steps.at(-1);
      if (last === undefined || cuts[index] === true) steps.push([action]);
      else last.push(action);
    }
    const needsImage = chosen.some((each) => ACTIONS[each].needs.includes('pushed-image' as never));
    const all = [
      ...(needsImage ? [['image.build', 'image.push'] as Bullet[]] : []),
      ...steps.flatMap((step, index) => [step, once(between, index)]),
      telling,
    ].filter((each) => each.length > 0);
    return fc.tuple(...all.map(piece));
  });

/** What each batch does once does not come a second time: a call does not say whose batch it is for. */
function once(between: readonly (readonly Bullet[])[], index: number): Bullet[] {
  const earlier = between.slice(0, index).flat();
  return (between[index] ?? []).filter((each) => each !== '@Announce' || !earlier.includes(each));
}

const rolling = fc.option(
  fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
    budget: fc.integer({ min: 0, max: 2 }),
    floor: fc.constantFrom(0, 0, 25),
    observed: fc.boolean(),
  }),
  { nil: null },
);

/** Ranges that do not overlap, and steps that none covers. */
const rules = fc.array(
  fc.record({
    steps: fc.integer({ min: 1, max: 4 }),
    policy: fc.option(fc.constantFrom(...POLICIES), { nil: null }),
  }),
  { maxLength: 6 },
);

const plans: fc.Arbitrary<Plan> = fc
  .tuple(pieces, rolling, rules, fc.boolean())
  .map(([steps, batches, ranges, isReversed]) => {
    const text = sheet(measured(steps, batches), batches, ranges, isReversed);
    const vocabulary = { ...DEFAULT_VOCABULARY, actions: COMMANDS };
    return compileTemplate({ file: 'random.md', text, vocabulary }).plan;
  })
  .filter((plan): plan is Plan => plan !== null);

/** Where the first server may be left out, nobody may have measured what is done there alone. */
function measured(steps: readonly Piece[], batches: Rolling): readonly Piece[] {
  if (batches === null || batches.budget === 0) return steps;
  return steps.flatMap((step) => {
    const actions = step.actions.filter((each) => each !== '@Register');
    return actions.length === 0 ? [] : [{ ...step, actions }];
  });
}

type Rolling = typeof rolling extends fc.Arbitrary<infer T> ? T : never;
type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;

/** @param isReversed the numbers of the headings go down, as numbers only name steps */
function sheet(
  steps: readonly Piece[],
  batches: Rolling,
  ranges: Rules,
  isReversed: boolean,
): string {
  const numbers = steps.map((_, index) => (isReversed ? steps.length - index : index + 1));
  const first = steps.findIndex(({ actions }) =>
    actions.some((each) => {
      const definition = definitionOf(each);
      return definition?.compensation !== undefined && definition.scope === 'server';
    }),
  );
  const all = steps.flatMap(({ actions }) => actions);
  const canRoll = all.includes('pool.drain') && all.includes('pool.enable');
  const lines: string[] = [];
  for (const [index, { actions, isParallel, isSkippable }] of steps.entries()) {
    lines.push(`### ${numbers[index]}. Step [${isParallel ? 'parallel' : 'action'}]`);
    if (index === first && batches !== null && canRoll) {
      lines.push(`**Batches**: [${batches.sizes.join(', ')}]`);
      lines.push(`**Failure budget**: ${batches.budget}`);
      lines.push(`**Minimum in pool**: ${batches.floor}%`);
      if (batches.observed) lines.push('**Observe**: 30 s');
    }
    lines.push(isParallel ? '**Parallel tasks**:\nFor each server:' : '**Actions**:');
    lines.push(
      ...actions.map((each) => `- ${definitionOf(each)?.phrases.en[0] ?? each.slice(1)}`),
      '',
    );
    if (isSkippable && !actions.some((each) => NEVER_LEFT_OUT.some((one) => one === each)))
      lines.push('**Skip conditions**:\n- parameter `skip_tests` is true', '');
  }
  return `# Random
## Template metadata
\`\`\`yaml
template_id: random_v1
version: 1.0.0
type: deployment
author: runsheet
created_at: 2024-01-15
tags: [random]
description: "Any"
\`\`\`
## Parameters
\`\`\`yaml
parameters:
  environment: { type: string, required: true, description: Where }
  servers: { type: array, required: true, description: Which }
  version: { type: string, required: true, description: What }
  skip_tests: { type: boolean, required: false, default: false, description: In a hurry }
\`\`\`
## Workflow steps
${lines.join('\n')}
## Rollback policy
${rollback(numbers, ranges)}
## Success criteria
- All required steps are done
## Metrics
- deployment.duration
## Usage examples
\`\`\`
Run the random.md template
Parameters:
- environment: production
- servers: [app-server-1]
- version: v2.1.0
\`\`\`
`;
}

function rollback(numbers: readonly number[], ranges: Rules): string {
  let at = 0;
  const last = numbers.at(-1) ?? 1;
  if (ranges.every(({ policy }) => policy === null)) {
    return `- If it fails in step ${last} → ${POLICIES[1]}`;
  }
  return ranges
    .flatMap(({ steps, policy }) => {
      const [from, to] = [numbers[at], numbers[Math.min(at + steps, numbers.length) - 1]];
      at += steps;
      if (from === undefined || policy === null) return [];
      return [
        `- If it fails in ${from === to ? `step ${from}` : `steps ${from}-${to}`} → ${policy}`,
      ];
    })
    .join('\n');
}

export const scenarios: fc.Arbitrary<Scenario> = fc
  .tuple(plans, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 }))
  .chain(([plan, count, others]) => {
    const servers = Array.from({ length: count }, (_, index) => `app-server-${index + 1}`);
    return fc.record({
      plan: fc.constant(plan),
      servers: fc.constant(servers),
      others: fc.constant(others),
      parameters: fc.record({ skip_tests: fc.boolean() }),
      failing: fc.array(failingCall(plan, servers), { minLength: 1, maxLength: 3 }),
      delays: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 }),
    });
  });

function failingCall(plan: Plan, servers: readonly string[]): fc.Arbitrary<FailingCall> {
  const tasks = plan.steps.flatMap((step) =>
    step.kind === 'action' || step.kind === 'parallel'
      ? step.tasks.map(({ action }) => ({ action, step: step.number }))
      : [],
  );
  return fc
    .tuple(
      fc.constantFrom(...tasks),
      fc.constantFrom(...servers),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom('BROKEN', 'BROKEN', 'BROKEN', 'POOL_FLOOR'),
    )
    .map(([task, server, times, type]) => ({ ...task, server, times, type }));
}
