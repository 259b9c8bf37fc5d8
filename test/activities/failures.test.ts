import { CancelledFailure, Context } from '@temporalio/activity';
import { ActivityCancellationDetails, ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { WORKER_ENDS } from '../../src/actions/liveness.ts';
import { withHeartbeat } from '../../src/activities/context.ts';
import { diagnosed, toActivityFailure } from '../../src/activities/failures.ts';
import { guardAll } from '../../src/activities/guard.ts';
import { diagnose } from '../../src/diagnostics/diagnose.ts';
import { PortError, type PortErrorKind } from '../../src/ports/port-error.ts';
import { RUN } from './support/checkout-world.ts';

const plain = (text: string) => text;
const redact = (text: string) => text.replaceAll('hunter2', '[REDACTED]');
const environment = () =>
  new MockActivityEnvironment({ heartbeatTimeoutMs: 300 }, { logger: new DefaultLogger('ERROR') });

describe('toActivityFailure', () => {
  it.each<[PortErrorKind, string, boolean]>([
    ['unavailable', 'UNAVAILABLE', false],
    ['unreachable', 'UNREACHABLE', false],
    ['not-found', 'NOT_FOUND', true],
    ['unknown', 'UNKNOWN_NAME', true],
    ['refused', 'REFUSED', true],
    ['conflict', 'CONFLICT', true],
    ['invalid', 'INVALID', true],
  ])('%s: type %s, not retried: %s, with its remedy', (kind, type, nonRetryable) => {
    const failure = toActivityFailure(
      new PortError(kind, 'web-1', 'It is off.', 'Turn it on.'),
      false,
      plain,
    );
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type, nonRetryable, message: 'It is off. Turn it on.' });
  });

  it('takes the name of a refusal as the type', () => {
    const refusal = new PortError('refused', 'x', 'HOST_KEY_CHANGED: web-1 has another key.', '');
    expect(toActivityFailure(refusal, false, plain)).toMatchObject({ type: 'HOST_KEY_CHANGED' });
  });

  it('passes a cancellation through, and calls the end of a cancelled activity one', () => {
    const cancelled = new CancelledFailure('stop');
    expect(toActivityFailure(cancelled, false, plain)).toBe(cancelled);
    expect(toActivityFailure(new Error('aborted'), true, plain)).toBeInstanceOf(CancelledFailure);
  });

  it('redacts every message and keeps type and retry', () => {
    const diagnostic = diagnose('NO_TESTS', 'none', { reason: 'hunter2' });
    const own = diagnosed({ language: 'en' }, diagnostic, { retryable: true });
    expect(toActivityFailure(own, false, redact)).toMatchObject({
      type: 'NO_TESTS',
      nonRetryable: false,
      message: expect.stringMatching(/^No test ran: \[REDACTED\]\. Set /u),
    });
    expect(toActivityFailure(new Error('hunter2'), false, redact)).toMatchObject({
      type: 'UNEXPECTED',
      nonRetryable: false,
      message: 'Error: [REDACTED]',
    });
  });

  it('does not try a programming error again', () => {
    expect(toActivityFailure(new TypeError('x of undefined'), false, plain)).toMatchObject({
      nonRetryable: true,
    });
  });
});

describe('trying again', () => {
  const gone = new PortError('unreachable', 'web-1', 'It is off.', 'Turn it on.');
  const none = diagnose('NO_TESTS', 'none', { reason: 'odd' });
  const own = diagnosed({ language: 'en' }, none, { retryable: true });
  const fails = (error: Error, number: number, sinceFirstMs: number) =>
    toActivityFailure(error, false, plain, { number, sinceFirstMs });

  it.each<[string, Error, number, number, boolean]>([
    ['outlives a partition of half a minute', gone, 8, 40_000, false],
    ['gives a server up that stays out of reach', gone, 9, 46_000, true],
    ['asks twice more where each attempt took long to notice', gone, 2, 120_000, false],
    ['gives up after the third of those', gone, 3, 120_000, true],
    ['takes five attempts for anything else', new Error('odd'), 4, 600_000, false],
    ['and no more', new Error('odd'), 5, 1_000, true],
    ['the same for a failure of our own', own, 5, 1_000, true],
  ])('%s', (_name, error, number, sinceFirstMs, nonRetryable) => {
    expect(fails(error, number, sinceFirstMs)).toMatchObject({ nonRetryable });
  });

  it.each([
    [0, false],
    [12, true],
  ])(
    'of %d attempts allowed (0: no end), the 30th after an hour ends it: %s',
    async (most, ends) => {
      const { failing } = guardAll({ failing: () => Promise.reject(gone) }, { redact });
      const mock = new MockActivityEnvironment(
        {
          attempt: 30,
          scheduledTimestampMs: 1_000,
          currentAttemptScheduledTimestampMs: 3_601_000,
          retryPolicy: { maximumAttempts: most },
        },
        { logger: new DefaultLogger('ERROR') },
      );
      await expect(mock.run(failing)).rejects.toMatchObject({ nonRetryable: ends });
    },
  );
});

describe('a failure and the end of a worker', () => {
  const { failing } = guardAll({ failing: () => Promise.reject(new Error('odd')) }, { redact });
  const attempt = (number: number, failures: number): Promise<unknown> =>
    new MockActivityEnvironment(
      { attempt: number, retryPolicy: { maximumAttempts: failures + WORKER_ENDS } },
      { logger: new DefaultLogger('ERROR') },
    ).run(failing);

  it.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
  ])('after the failure of attempt %d it pauses %d ms', async (number, nextRetryDelay) => {
    await expect(attempt(number, 12)).rejects.toMatchObject({
      nonRetryable: false,
      nextRetryDelay,
    });
  });

  it('the last failure that is allowed ends it, whatever is left for dead workers', async () => {
    await expect(attempt(1, 2)).rejects.toMatchObject({ nonRetryable: false });
    await expect(attempt(2, 2)).rejects.toMatchObject({ nonRetryable: true });
  });
});

const ENDING = new ActivityCancellationDetails({ workerShutdown: true });

describe('guardAll', () => {
  const activities = guardAll(
    {
      evidence: async (_input: object) => ({
        facts: [{ id: 'x', value: 'hunter2', detail: 'hunter2' }],
        evidence: ['hunter2'],
        warnings: ['hunter2'],
      }),
      pin: async (_input: object) => ({ revision: 'hunter2' }),
      wait: (_input: object) =>
        withHeartbeat(
          ({ signal }) =>
            new Promise((_, reject) =>
              signal.addEventListener('abort', () => reject(new Error('aborted'))),
            ),
        ),
    },
    { redact, project: 'shop' },
  );

  it('redacts evidence, and leaves what is pinned as it is', async () => {
    expect(await environment().run(activities.evidence, {})).toEqual({
      facts: [{ id: 'x', value: 'hunter2', detail: '[REDACTED]' }],
      evidence: ['[REDACTED]'],
      warnings: ['[REDACTED]'],
    });
    expect(await environment().run(activities.pin, { run: RUN })).toEqual({ revision: 'hunter2' });
  });

  it("refuses another project's work by name", async () => {
    const run = { ...RUN, project: 'billing' };
    await expect(environment().run(activities.pin, { run })).rejects.toMatchObject({
      type: 'WRONG_PROJECT',
      nonRetryable: true,
      message: expect.stringContaining('billing'),
    });
  });

  it('turns a cancellation into Cancelled', async () => {
    const mock = environment();
    const running = mock.run(activities.wait, {});
    mock.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  });

  it.each([
    ['en', 'Handed over by the worker that ends'],
    ['zh', '已移交：执行它的 worker 正在停止'],
  ])('hands over what a worker that ends was doing, in %s', async (language, message) => {
    const mock = environment();
    const running = mock.run(activities.wait, { run: { ...RUN, project: 'shop', language } });
    mock.cancel('WORKER_SHUTDOWN', ENDING);
    await expect(running).rejects.toMatchObject({
      type: 'HANDED_OVER',
      nonRetryable: false,
      nextRetryDelay: 300,
      message,
    });
  });

  it('lets what is tried only once finish first, and believes its result', async () => {
    const { finishing } = guardAll(
      {
        finishing: () =>
          withHeartbeat(async ({ signal }) => {
            mock.cancel('WORKER_SHUTDOWN', ENDING);
            await expect.poll(() => Context.current().cancellationSignal.aborted).toBe(true);
            if (signal.aborted) throw new Error('cut off');
            throw diagnosed({ language: 'en' }, diagnose('NO_TESTS', 'none', { reason: 'odd' }));
          }),
      },
      { redact },
    );
    const mock = new MockActivityEnvironment(
      { retryPolicy: { maximumAttempts: 1 } },
      { logger: new DefaultLogger('ERROR') },
    );
    await expect(mock.run(finishing)).rejects.toMatchObject({ type: 'NO_TESTS' });
  });
});

describe('withHeartbeat', () => {
  it('beats with the last line of output, well within the timeout', async () => {
    const mock = environment();
    const beats: unknown[] = [];
    mock.on('heartbeat', (details) => beats.push(details));
    await mock.run(() =>
      withHeartbeat(async ({ report }) => {
        report('one\ntwo\u001b[31m!\n\n');
        await expect.poll(() => beats.length).toBeGreaterThanOrEqual(2);
      }),
    );
    expect(beats.slice(0, 2)).toEqual(['two!', 'two!']);
  });
});
