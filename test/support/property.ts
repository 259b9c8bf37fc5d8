/**
 * Property tests. `npm test` tries the same values every time; `npm run test:random`, or a seed in
 * RUNSHEET_SEED, many more and others. Which ones, stands in the output.
 */
import { relative } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const FIXED_SEED = 20_250_601;
const RUNS = 100;
const RANDOM_TIMES = 20;
const TIMEOUT_MS = 120_000;

/** One arbitrary for each value that the predicate takes. */
type Arbitraries<Values extends unknown[]> = {
  readonly [Index in keyof Values]: fc.Arbitrary<Values[Index]>;
};

export interface PropertyOptions {
  /** With the fixed seed. */
  readonly runs?: number;
  /** With another one; absent: as many times twenty. */
  readonly randomRuns?: number;
}

/** What decides which values are tried. `seed` is null where it is the fixed one. */
export interface Choice {
  readonly seed: number | null;
  readonly runs: number;
}

/** As fast-check's unit `binary`, which first makes a map of all of Unicode: a second in each file. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10_ffff })
  .map((code) => String.fromCodePoint(code));

/** A test of its own: the predicate throws for values that it does not hold for. */
export function property<Values extends unknown[]>(
  name: string,
  arbitraries: Arbitraries<Values>,
  predicate: (...values: Values) => unknown,
  { runs = RUNS, randomRuns = runs * RANDOM_TIMES }: PropertyOptions = {},
): void {
  const choice = choose(process.env['RUNSHEET_SEED'], runs, randomRuns);
  const timeout = TIMEOUT_MS * (choice.seed === null ? 1 : RANDOM_TIMES);
  test(name, { tags: ['property'], timeout }, async () => {
    const file = relative(process.cwd(), expect.getState().testPath ?? '');
    console.log(`seed ${choice.seed ?? FIXED_SEED}, ${choice.runs} runs`);
    await holds(arbitraries, predicate, choice, repeatCommand(choice, file, name));
  });
}

/** @throws where the seed is no whole number */
export function choose(seed: string | undefined, runs: number, randomRuns: number): Choice {
  if (seed === undefined || seed === '') return { seed: null, runs };
  if (!/^-?\d{1,10}$/u.test(seed)) throw new Error(`RUNSHEET_SEED is no whole number: ${seed}`);
  return { seed: Number(seed), runs: randomRuns };
}

/** Tries the predicate. @throws with the values that it does not hold for, and `repeat` */
export async function holds<Values extends unknown[]>(
  arbitraries: Arbitraries<Values>,
  predicate: (...values: Values) => unknown,
  { seed, runs }: Choice,
  repeat: string,
): Promise<void> {
  const values = fc.tuple<Values>(...arbitraries);
  const tried = fc.asyncProperty(values, async (each) => {
    await predicate(...each);
  });
  const options = { seed: seed ?? FIXED_SEED, numRuns: runs, includeErrorInReport: true };
  await fc.assert(tried, options).catch((error: Error) => {
    // First, as what is kept of a message may be its beginning only.
    throw new Error(`${repeat}\ntries the same values again. ${error.message}`, {
      cause: error.cause,
    });
  });
}

/** The command that tries the same values again, and only these. */
export function repeatCommand({ seed }: Choice, file: string, name: string): string {
  const program = file.startsWith('test/lab/') ? 'npm run test:lab --' : 'npx vitest run';
  const given = seed === null ? program : `RUNSHEET_SEED=${seed} ${program}`;
  // A pattern: a dot also stands for what a shell or the pattern would understand otherwise.
  return `${given} ${file} -t '${name.replaceAll(/[^\p{L}\p{N} ]/gu, '.')}'`;
}
