import { AsyncLocalStorage } from 'node:async_hooks';

/** What is shared is done for nobody in particular: not for the activity that happens to be the first. */
const forAll = AsyncLocalStorage.snapshot();

/**
 * Many activities look at one pool at once. A call that comes while the work is under way waits for
 * the next turn, which all that came meanwhile share: nobody gets an answer older than their question.
 */
export function coalesce<T>(work: () => Promise<T>): () => Promise<T> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    next = null;
    const turn = forAll(work);
    current = turn.catch(() => undefined);
    return turn;
  };
  return () => {
    next ??= current.then(begin);
    return next;
  };
}
