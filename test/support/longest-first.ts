import { relative } from 'node:path';
import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node';

/**
 * Runs these files first, in this order: on a new machine nobody knows how long each takes, and one
 * that takes a minute must not be what the others wait for at the end.
 * @param longest paths below test/, without `.test.ts`
 */
export function longestFirst(longest: readonly string[]): TestSequencerConstructor {
  return class LongestFirst extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const place = ({ moduleId }: TestSpecification): number => {
        const path = relative(`${this.ctx.config.root}/test`, moduleId).replace('.test.ts', '');
        const found = longest.indexOf(path);
        return found < 0 ? longest.length : found;
      };
      const others = await super.sort(files);
      return [...others].sort((one, other) => place(one) - place(other));
    }
  };
}
