import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Seal } from '../../ports/seal.ts';

/** Signs with a key of its own name: two fakes of one name believe each other. */
export function createFakeSeal(key = 'fake', known: readonly string[] = []): Seal {
  return {
    sign: (value) => Promise.resolve({ key, value: signatureOf(value, key) }),
    verify(value, signature) {
      if (signature.key !== key && !known.includes(signature.key))
        return Promise.resolve('unknown-key');
      const wanted = Buffer.from(signatureOf(value, signature.key));
      const given = Buffer.from(signature.value);
      const isGood = wanted.length === given.length && timingSafeEqual(wanted, given);
      return Promise.resolve(isGood ? 'good' : 'changed');
    },
  };
}

function signatureOf(value: unknown, key: string): string {
  const sorted = (_name: string, each: unknown): unknown =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each;
  return createHmac('sha256', key).update(JSON.stringify(value, sorted)).digest('base64url');
}
