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
import { tried, twoWorkers } from './support/broken-lock.ts';
import { HAPPENINGS } from './support/contest.ts';

const STEPS = [6, 7, 9];

const { values } = parseArgs({
  options: { times: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const times = Number(values.times);
const happenings = HAPPENINGS.filter((each) => each.startsWith(values.only ?? ''));
if (!Number.isInteger(times) || times < 1 || happenings.length === 0) {
  process.stderr.write(`--times takes a whole number, --only one of ${HAPPENINGS.join(', ')}\n`);
  process.exit(2);
}
const stage = await twoWorkers();
let [passed, failed] = [0, 0];
try {
  for (let time = 1; time <= times; time += 1) {
    for (const step of STEPS) {
      for (const happening of happenings) {
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
