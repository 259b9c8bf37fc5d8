/**
 * What hostile input costs, up to the limit of each reader: the slope of processor time over length,
 * both as logarithms. 1: linear; 2: quadratic. `npx tsx bench/hostile.ts [READER [KIND]]`
 */
import { READERS, type Reader } from './hostile-kinds.ts';

/** Shares of the limit that are measured. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 1];
/** What is over sooner is measured again, up to three times. */
const ENOUGH_MS = 100;
/** Below it, a slope says more about the clock than about the reader. */
const LEAST_MS = 4;

function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
}

function leastMs(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && (round === 0 || least < ENOUGH_MS); round += 1)
    least = Math.min(least, processorMs(work));
  return least;
}

/** Least squares over the logarithms. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (at: 0 | 1): number => logs.reduce((sum, each) => sum + each[at], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

function measure({ limitBytes, frame, read }: Reader, hostile: (length: number) => string): string {
  const points = SHARES.map((share) => {
    const length = Math.floor(limitBytes * share);
    const text = frame(hostile(length));
    return [length, leastMs(() => read(text))] as const;
  });
  const telling = points.filter(([, ms]) => ms >= LEAST_MS);
  const slope = telling.length < 2 ? '   –' : slopeOf(telling).toFixed(2);
  return `${(points.at(-1)?.[1] ?? 0).toFixed(0).padStart(6)} ms  slope ${slope}`;
}

const [wantedReader = '', wantedKind = ''] = process.argv.slice(2);
for (const reader of READERS) {
  if (!reader.name.includes(wantedReader)) continue;
  process.stdout.write(`${reader.name}, up to ${Math.round(reader.limitBytes / 1024)} KiB\n`);
  reader.read(reader.frame(''));
  for (const [kind, hostile] of Object.entries(reader.kinds)) {
    if (!kind.includes(wantedKind)) continue;
    process.stdout.write(`  ${kind.padEnd(26)} ${measure(reader, hostile)}\n`);
  }
}
