/** Run sheets that `check` accepts, made of the steps of the templates that come with Runsheet. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { changesServers, performs } from '../../../src/actions/questions.ts';
import { compileTemplate } from '../../../src/compiler/index.ts';
import type { Plan } from '../../../src/plan/plan.ts';

const FOLDER = new URL('../../../templates/', import.meta.url);
/** Who waits for a person is for other tests. */
const WITHOUT_PEOPLE = /^.*\[(?:action|parallel)\]/u;
const TASK = /^- (?!.*(?:=|:))/u;

const HEAD = `# Any
## Template metadata
\`\`\`yaml
template_id: any_v1
version: 1.0.0
type: deployment
author: runsheet
created_at: 2024-01-15
tags: [any]
description: "Any"
\`\`\`
## Parameters
\`\`\`yaml
parameters:
  environment: { type: string, required: true, description: Where }
  servers: { type: array, required: true, description: Which }
  version: { type: string, required: true, description: What }
  image: { type: string, required: false, default: v2.1.0, description: Which image }
  skip_tests: { type: boolean, required: false, default: false, description: In a hurry }
\`\`\`
## Workflow steps
`;

const tail = (last: number): string => `
## Rollback policy
- If it fails in step ${last} → restore the old version
## Success criteria
- All required steps are done
## Metrics
- \`deployment.duration\`
## Usage examples
\`\`\`
Run the any.md template
Parameters:
- environment: production
- servers: [app-server-1]
- version: v2.1.0
\`\`\`
`;

/** The steps of a template, each as it is written after its number. */
function stepsOf(file: string): readonly string[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const [, steps = ''] = /^## Workflow steps$(.*?)^## /msu.exec(text) ?? [];
  return steps
    .split(/^### \d+\. /mu)
    .slice(1)
    .filter((step) => WITHOUT_PEOPLE.test(step));
}

const TEMPLATES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.en.md'))
  .toSorted()
  .map(stepsOf);

/** How a template is changed, by the places of its steps and lines. */
interface Change {
  readonly left: readonly number[];
  readonly lines: readonly number[];
  /** The step that changes places with the one before it. */
  readonly earlier: number | null;
}

const places = (most: number): fc.Arbitrary<readonly number[]> =>
  fc.array(fc.nat(30), { maxLength: most });

const changes: fc.Arbitrary<Change> = fc.record({
  left: fc.oneof(fc.constant([]), places(4)),
  lines: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: places(3) }),
  earlier: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 3, nil: null }),
});

export const documents: fc.Arbitrary<Plan> = fc
  .tuple(fc.constantFrom(...TEMPLATES), changes)
  .map(([steps, change]) => compiled(sheet(steps, change)))
  .filter((plan): plan is Plan => plan !== null && looksFirst(plan));

/** Who looks for an image when servers are out of the pool will have it that way. */
function looksFirst({ steps }: Plan): boolean {
  const looks = steps.findLastIndex(
    (step) => performs(step, 'image.use') || performs(step, 'image.promote'),
  );
  return looks === -1 || looks < steps.findIndex(changesServers);
}

/** A compilation takes as long as most runs, and the same sheets come again. */
const plans = new Map<string, Plan | null>();

function compiled(text: string): Plan | null {
  const known = plans.get(text);
  if (known !== undefined) return known;
  const { plan } = compileTemplate({ file: 'any.md', text });
  plans.set(text, plan);
  return plan;
}

function sheet(steps: readonly string[], { left, lines, earlier }: Change): string {
  const kept = steps.map((step, index) => (left.includes(index) ? null : step));
  const order = kept.filter((step) => step !== null);
  if (earlier !== null && earlier < order.length) {
    order.splice(earlier - 1, 0, ...order.splice(earlier, 1));
  }
  let line = -1;
  const body = order.map((step, index) => {
    const own = step.split('\n').filter((text) => {
      if (!TASK.test(text)) return true;
      line += 1;
      return !lines.includes(line);
    });
    // What a criterion was about may have gone.
    const text = own.join('\n');
    const whole = text.length === step.length ? text : withoutCriteria(text);
    return `### ${index + 1}. ${whole}`;
  });
  return `${HEAD}${body.join('')}${tail(body.length)}`;
}

function withoutCriteria(step: string): string {
  return step.replace(/^\*\*Success conditions\*\*:\n(?:- .*\n)*/mu, '');
}
