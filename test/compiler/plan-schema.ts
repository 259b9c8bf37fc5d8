/** The plan's shape, said a second time and strictly: what has another key is no plan. */
import { z } from 'zod';
import { ACTIONS, FACTS } from '../../src/actions/index.ts';

const number = z.int().nonnegative();
const text = z.string();
const scalar = z.union([text, z.number(), z.boolean(), z.null()]);
const comparison = z.enum(['==', '!=', '<', '<=', '>', '>=']);

const expression: z.ZodType = z
  .lazy(() =>
    z.union([
      z.strictObject({ kind: z.literal('literal'), value: scalar }),
      z.strictObject({ kind: z.enum(['parameter', 'variable']), name: text }),
      z.strictObject({
        kind: z.literal('compare'),
        comparison,
        left: expression,
        right: expression,
      }),
      z.strictObject({ kind: z.enum(['and', 'or']), left: expression, right: expression }),
      z.strictObject({ kind: z.literal('not'), operand: expression }),
    ]),
  )
  .meta({ id: 'Expression' });

const task = z.strictObject({
  action: z.enum(Object.keys(ACTIONS)),
  settings: z.record(text, z.json()),
});
const criterion = z.strictObject({
  fact: z.enum(Object.keys(FACTS)),
  comparison,
  threshold: scalar,
  unit: z.enum(['percent', 'milliseconds', 'count', 'flag', 'text']),
  ifMeasured: z.literal(true).optional(),
});
const base = { number, skipWhen: z.array(expression) };
const onFailure = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ask'),
    waitSeconds: z.number().positive(),
    withoutService: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('retry'), times: z.int().positive() }),
  z.strictObject({ kind: z.literal('ignore'), reason: text.min(1) }),
]);
const work = {
  tasks: z.array(task).min(1),
  criteria: z.array(criterion),
  onFailure: onFailure.optional(),
};
const branch = z.strictObject({
  when: expression.nullable(),
  set: z.array(z.strictObject({ variable: text, value: z.json() })),
  skip: z.array(number),
  goTo: number.nullable(),
  lookForPendingApprovals: z.boolean(),
});
const quorum = z.union([
  z.strictObject({ kind: z.enum(['any', 'all']) }),
  z.strictObject({ kind: z.literal('count'), people: z.int().min(1) }),
]);

const step = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('action'), ...base, ...work }),
  z.strictObject({ kind: z.literal('parallel'), over: z.literal('servers'), ...base, ...work }),
  z.strictObject({ kind: z.literal('condition'), ...base, branches: z.array(branch).min(1) }),
  z.strictObject({
    kind: z.literal('approval'),
    ...base,
    timeoutSeconds: z.number().positive(),
    quorum,
    channels: z.array(z.enum(['email', 'slack', 'webhook'])),
    approvers: z.record(text, z.array(text)),
  }),
]);

const rolling = z.strictObject({
  from: number,
  to: number,
  batches: z
    .array(
      z.union([
        z.strictObject({ kind: z.literal('count'), servers: z.int().min(1) }),
        z.strictObject({ kind: z.literal('percent'), percent: z.number().positive().max(100) }),
      ]),
    )
    .min(1),
  pauseSeconds: z.number().nonnegative(),
  failureBudget: number,
  minimumInPoolPercent: z.number().nonnegative().lt(100),
  observeSeconds: z.number().nonnegative(),
});

const presentation = z.strictObject({
  language: z.enum(['zh', 'en']),
  file: text,
  title: text,
  description: text,
  steps: z.array(
    z.strictObject({
      number,
      title: text,
      description: text,
      tasks: z.array(text),
      criteria: z.array(text),
      notification: z.array(z.strictObject({ label: text, template: text })),
    }),
  ),
  defaults: z
    .array(z.enum(['rollback', 'success', 'metrics', 'examples']))
    .min(1)
    .optional(),
  roleNames: z.record(text, text),
});

/** A compiled plan, as `compileTemplate` gives it. Unknown keys are refused. */
export const planSchema = z.strictObject({
  schema: z.literal(1),
  templateId: text,
  templateVersion: text,
  parameters: z.array(
    z.strictObject({
      name: text,
      type: z.enum(['string', 'array', 'boolean', 'number', 'object']),
      required: z.boolean(),
      default: z.json().optional(),
      enum: z.array(z.json()).optional(),
    }),
  ),
  steps: z.array(step).min(1),
  rollback: z.array(
    z.strictObject({
      from: number,
      to: number,
      policy: z.enum(['terminate', 'restore', 'switch_back']),
    }),
  ),
  success: z.array(
    z.strictObject({
      fact: z.enum([
        'run.required_steps_done',
        'run.health_passed',
        'run.traffic_received',
        'run.error_rate_below_threshold',
        'run.performance_met',
      ]),
    }),
  ),
  metrics: z.array(text),
  rolling: rolling.optional(),
  presentation,
});
