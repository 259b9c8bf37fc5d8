/** What hostile input costs: the slope of processor time over length. 1: linear; 2: quadratic. */
import { READERS, type Reader } from './hostile-kinds.ts';

/** What is over sooner is measured again, up to three times. */
const ENOUGH_MS = 100;
/** Below it, a slope says more about the clock than about the reader. */
const LEAST_MS = 8;

interface Slope {
  readonly kind: string;
  /** For the longest of the texts. */
  readonly ms: number;
  /** null: too short to tell. */
  readonly slope: number | null;
}

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

/** Between a quarter of the length and all of it, after one sixteenth to warm up. */
function slopeOf({ frame, read }: Reader, kind: string, of: Reader['kinds'][string], most: number) {
  const text = (share: number): string => frame(of(Math.floor(most * share)));
  read(text(1 / 16));
  const [shorter, longer] = [text(1 / 4), text(1)];
  const before = leastMs(() => read(shorter));
  const ms = leastMs(() => read(longer));
  const ratio = Math.log(longer.length / shorter.length);
  const slope = before < LEAST_MS ? null : Math.log(ms / before) / ratio;
  return { kind, ms, slope };
}

/** Prints each kind of each reader whose name holds a text, up to a share of the reader's limit. */
export function printSlopes(share: number, wanted = ''): void {
  for (const reader of READERS.filter(({ name }) => name.includes(wanted))) {
    const most = reader.limitBytes * share;
    process.stdout.write(`hostile input, ${reader.name}, ${Math.round(most / 1024)} KiB\n`);
    reader.read(reader.frame(''));
    const slopes: Slope[] = [];
    for (const [kind, of] of Object.entries(reader.kinds)) {
      const found = slopeOf(reader, kind, of, most);
      slopes.push(found);
      process.stdout.write(`  ${row(found)}\n`);
    }
    const slowest = slopes.reduce((a, b) => (a.ms >= b.ms ? a : b));
    const steepest = slopes.reduce((a, b) => ((a.slope ?? 0) >= (b.slope ?? 0) ? a : b));
    process.stdout.write(`  slowest  ${row(slowest)}\n  steepest ${row(steepest)}\n`);
  }
}

function row({ kind, ms, slope }: Slope): string {
  const shown = slope === null ? '–' : slope.toFixed(2);
  return `${kind.padEnd(28)} ${ms.toFixed(0).padStart(6)} ms  slope ${shown}`;
}
