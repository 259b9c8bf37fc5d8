import { throwFirst } from '../steps/outcomes.ts';

/**
 * Runs `work` for every item, at most `atOnce` at a time; the next begins as soon as one has ended.
 * After the first failure nothing more begins, and what runs then is waited for.
 */
export async function slidingWindow<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse();
  const lane = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
      try {
        await work(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  const lanes = Math.max(1, Math.min(atOnce, items.length));
  throwFirst(await Promise.allSettled(Array.from({ length: lanes }, lane)));
}
