import { expect } from 'vitest';

/** Kind, first word and further words of the message, and words of the remedy. */
export async function expectRefused(
  server: string,
  attempt: Promise<unknown>,
  kind: string,
  code: string,
  said: readonly string[],
  remedy: RegExp,
): Promise<void> {
  const error = await attempt.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'PortError', kind, subject: server });
  if (!(error instanceof Error)) throw new Error('no error');
  expect(error.message).toMatch(new RegExp(`^${code}: `, 'u'));
  for (const text of [server, ...said]) expect(error.message).toContain(text);
  expect(Reflect.get(error, 'remedy')).toMatch(remedy);
}
