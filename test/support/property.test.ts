/** What every property test rests on: the same seed tries the same values, and a failure can be repeated. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, choose, holds, repeatCommand } from './property.ts';

async function tried(choice: Choice): Promise<readonly number[]> {
  const values: number[] = [];
  await holds([fc.integer(), fc.nat()], (one, other) => values.push(one, other), choice, '');
  return values;
}

describe('the values', () => {
  it('are the same every time without a seed', async () => {
    const values = await tried({ seed: null, runs: 100 });
    expect(values).toHaveLength(200);
    expect(await tried({ seed: null, runs: 100 })).toEqual(values);
    expect(await tried({ seed: 7, runs: 100 })).not.toEqual(values);
  });

  it('are more with one, and the same with the same one', async () => {
    expect(choose(undefined, 40, 800)).toEqual({ seed: null, runs: 40 });
    expect(choose('-7', 40, 800)).toEqual({ seed: -7, runs: 800 });
    expect(await tried({ seed: -7, runs: 800 })).toEqual(await tried({ seed: -7, runs: 800 }));
    expect(() => choose('1e3', 40, 800)).toThrow('RUNSHEET_SEED');
  });
});

describe('a failure', () => {
  it('names the command before the values, and waits for predicates that take time', async () => {
    const predicate = async (value: number): Promise<void> => {
      await Promise.resolve();
      expect(value).toBeLessThan(8);
    };
    const failed = holds([fc.nat()], predicate, { seed: 5, runs: 100 }, 'the command');
    await expect(failed).rejects.toThrow(
      /^the command\ntries[^]*Counterexample: \[\[8\]\][^]*expected 8 to be less than 8/u,
    );
  });

  it.each([
    [null, 'test/a.test.ts', "npx vitest run test/a.test.ts -t 'it.s a b'"],
    [9, 'test/a.test.ts', "RUNSHEET_SEED=9 npx vitest run test/a.test.ts -t 'it.s a b'"],
    [null, 'test/lab/a.test.ts', "npm run test:lab -- test/lab/a.test.ts -t 'it.s a b'"],
  ])('with seed %s in %s is repeated by one command', (seed, file, command) => {
    expect(repeatCommand({ seed, runs: 1 }, file, "it's a b")).toBe(command);
  });
});
