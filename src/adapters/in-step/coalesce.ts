/**
 * Many activities look at one pool at once. A call that comes while the work is under way waits for
 * the next turn, which all that came meanwhile share: nobody gets an answer older than their question.
 */
export function coalesce<T>(work: () => Promise<T>): () => Promise<T> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    next = null;
    const turn = work();
    current = turn.catch(() => undefined);
    return turn;
  };
  return () => {
    next ??= current.then(begin);
    return next;
  };
}
