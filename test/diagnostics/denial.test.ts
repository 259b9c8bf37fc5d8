import { describe, expect, it } from 'vitest';
import { denialOf } from '../../src/diagnostics/denial.ts';

const said = (message: string, code: unknown): Error => Object.assign(new Error(message), { code });

describe('B7 what a server says to whoever may not ask', () => {
  it('B7 is found below what the client library made of it', () => {
    const denied = said('7 PERMISSION_DENIED: Request unauthorized.\nkey = "sesame"', 7);
    const wrapped = new Error('Failed to list workflows', { cause: denied });
    expect(denialOf(denied)).toBe('7 PERMISSION_DENIED: Request unauthorized.');
    expect(denialOf(wrapped)).toBe('7 PERMISSION_DENIED: Request unauthorized.');
    expect(denialOf(said('16 UNAUTHENTICATED: no key', 16))).toBe('16 UNAUTHENTICATED: no key');
  });

  it.each([
    ['another status', said('14 UNAVAILABLE: No connection', 14)],
    ["a system call's error", said('connect ECONNREFUSED', 'ECONNREFUSED')],
    ['an error that says nothing', new Error('7')],
    ['no error', 7],
    ['nothing', undefined],
  ])('B7 is not %s', (_name, error) => {
    expect(denialOf(error)).toBeNull();
  });
});
