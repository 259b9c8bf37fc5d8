/**
 * `npx tsx test/faults/walks.ts`: runs in which several things go wrong at once, drawn from a seed: up to
 * three faults as in `npm run test:faults`, a cancellation, Temporal killed, a worker that stands still.
 * Looks from outside at what came of each. Needs `npm run build`.
 *
 *   --runs N           so many (default 300)
 *   --seed N           of the first; each has the next one (default: the time). One run again: --seed N --runs 1
 *   --temporal-only    nothing but Temporal killed at a random moment of each run
 */
import { parseArgs } from 'node:util';
import { findTemporal } from '../../src/embedded/find-temporal.ts';
import { casesOf, type FaultCase, nameOf } from './support/cases.ts';
import { Stack } from './support/stack.ts';
import { drawWalk, type Ground, type Walk, walk, walkName } from './support/walk.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    'temporal-only': { type: 'boolean', default: false },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!Number.isInteger(runs) || !Number.isInteger(seed) || runs < 1 || seed < 0) {
  process.stderr.write('--runs and --seed take whole numbers\n');
  process.exit(2);
}

async function groundOf(stack: Stack): Promise<Ground> {
  const cases = new Map<string, readonly FaultCase[]>();
  let runMs = 0;
  for (const environment of ['development', 'staging', 'production']) {
    const beganMs = Date.now();
    const notes = await stack.good(environment);
    runMs = Date.now() - beganMs;
    // The same seed draws the same again: neither which server was quicker nor how long it took counts.
    const all = casesOf(notes, [], 'SIGKILL', 0);
    cases.set(
      environment,
      all.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1)),
    );
  }
  return { cases, runMs };
}

function drawn(ground: Ground, own: number): Walk {
  if (!values['temporal-only']) return drawWalk(own, ground);
  const { temporalKillMs, seed: number } = drawWalk(own, ground);
  const share = ((number * 0.618034) % 1) * ground.runMs;
  const always = { environment: 'production', faults: [], cancelMs: null, freeze: null };
  return drawWalk(own, ground, { ...always, temporalKillMs: temporalKillMs ?? Math.round(share) });
}

const { path: temporal } = await findTemporal({ env: process.env });
const stack = await Stack.start({ environment: 'production', workers: 2, temporal });
let failed = 0;
try {
  const ground = await groundOf(stack);
  for (let count = 0; count < runs; count += 1) {
    const plan = drawn(ground, seed + count);
    const { problems, end } = await walk(stack, plan);
    if (problems.length > 0) failed += 1;
    const mark = problems.length === 0 ? '✓' : '✗';
    const [line = ''] = end.split('\n');
    process.stdout.write(`${mark} ${walkName(plan)}  ${line.slice(0, 60)}\n`);
    for (const each of problems) process.stdout.write(`    ${each}\n`);
  }
} finally {
  await stack.close();
}
process.stdout.write(`${runs - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
