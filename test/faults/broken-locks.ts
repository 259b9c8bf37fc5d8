/**
 * `npx tsx test/faults/broken-locks.ts --times N`: a run is changing three servers and another one waits
 * for its lock, when that lock is terminated, a stranger releases it, or the run itself is reset to its
 * first or latest decision. Each of them in steps 6, 7 and 9, N times (default 1). Looks from outside, by
 * the servers' own logs and by when each change began and ended, at whether two runs ever changed servers
 * at once, and at what every server serves in the end. Needs `npm run build`.
 *
 *   --only WORD    terminated, released, reset, reset-first or reset-last
 */
import { parseArgs } from 'node:util';
import { type Stage, startStage } from '../e2e/support/stage.ts';
import { tried, WORKER } from './support/broken-lock.ts';
import { HAPPENINGS } from './support/contest.ts';

const STEPS = [6, 7, 9];

async function start(stage: Stage): Promise<void> {
  const first = await stage.deploy('production', 'start', { skip_tests: true });
  await first.approveWhenAsked();
  const { failure } = await first.end();
  if (failure !== null) throw new Error(failure.message);
}

const { values } = parseArgs({
  options: { times: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const stage = await startStage({ workerEntry: WORKER, workers: 2 });
let [passed, failed] = [0, 0];
try {
  await start(stage);
  for (let time = 1; time <= Number(values.times); time += 1) {
    for (const step of STEPS) {
      for (const happening of HAPPENINGS.filter((each) => each.startsWith(values.only ?? ''))) {
        const problems = await tried(stage, {
          step,
          happening,
          name: `${happening}-${step}-${time}`,
        });
        if (problems.length === 0) passed += 1;
        else failed += 1;
        const mark = problems.length === 0 ? '✓' : '✗';
        process.stdout.write(`${mark} step ${step}, ${happening}\n`);
        for (const each of problems) process.stdout.write(`    ${each}\n`);
      }
    }
  }
} finally {
  await stage.close();
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
