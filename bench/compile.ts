/** How long the reference run sheet takes to compile. `npx tsx bench/compile.ts` */
import { compileTemplate } from '../src/compiler/index.ts';
import { seedText } from '../test/compiler/reference.ts';

const WARM_UP = 20;
const ROUNDS = 200;

const compileOnce = (): number => {
  const startedAtMs = performance.now();
  const { plan } = compileTemplate({ file: 'deployment.md', text: seedText });
  if (plan === null) throw new Error('the reference run sheet does not compile');
  return performance.now() - startedAtMs;
};

const first = compileOnce();
for (let round = 1; round < WARM_UP; round += 1) compileOnce();
const samples = Array.from({ length: ROUNDS }, compileOnce).sort((a, b) => a - b);
const at = (share: number): string => (samples[Math.floor(share * ROUNDS)] ?? 0).toFixed(1);
const lines = seedText.split('\n').length;
process.stdout.write(
  `compile: reference run sheet (${lines} lines): first ${first.toFixed(1)} ms, ` +
    `then median ${at(0.5)} ms, p95 ${at(0.95)} ms over ${ROUNDS} rounds\n`,
);
