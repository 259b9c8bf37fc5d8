/** Runs the work for one key one after the other, for what shares a folder on this worker. */
export type OneAtATime = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** The queue of a key is as long as the activities that this worker runs at once, and no longer. */
export function createOneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const former = last.get(key) ?? Promise.resolve();
    const mine = former.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
