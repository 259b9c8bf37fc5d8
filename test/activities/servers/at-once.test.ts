/** What runs at once on one worker is bounded, in order, and heartbeats while it waits. */
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createAtOnce } from '../../../src/activities/servers/at-once.ts';

function environment(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

/** A work that ends when it is told to. */
function held(): { readonly work: () => Promise<void>; end(): void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

/** What is not to happen would have by then: nothing here waits for anything but promises. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('at once', () => {
  it('runs what fits, and the next when there is room, in order', async () => {
    const atOnce = createAtOnce(100);
    const began: string[] = [];
    const works = ['a', 'b', 'c'].map((name) => ({ name, ...held() }));
    const running = works.map(({ name, work }) =>
      environment().run(() =>
        atOnce(50, () => {
          began.push(name);
          return work();
        }),
      ),
    );
    await expect.poll(() => began).toEqual(['a', 'b']);
    await settle();
    expect(began).toEqual(['a', 'b']);
    works[1]?.end();
    await expect.poll(() => began).toEqual(['a', 'b', 'c']);
    for (const work of works) work.end();
    await Promise.all(running);
  });

  it('lets what weighs more than all of it run alone', async () => {
    const atOnce = createAtOnce(10);
    const first = held();
    const running = environment().run(() => atOnce(1, first.work));
    let began = false;
    const heavy = environment().run(() =>
      atOnce(500, async () => {
        began = true;
      }),
    );
    await settle();
    expect(began).toBe(false);
    first.end();
    await Promise.all([running, heavy]);
    expect(began).toBe(true);
  });

  it('gives the room back after a failure, and to no cancelled work', async () => {
    const atOnce = createAtOnce(1);
    const first = held();
    const running = environment().run(() => atOnce(1, () => first.work().then(failing)));
    const cancelled = environment();
    let began = false;
    const waiting = cancelled.run(() =>
      atOnce(1, async () => {
        began = true;
      }),
    );
    cancelled.cancel();
    first.end();
    await expect(running).rejects.toThrow('broken');
    await expect(waiting).rejects.toBeInstanceOf(CancelledFailure);
    expect(began).toBe(false);
    await expect(environment().run(() => atOnce(1, async () => 'next'))).resolves.toBe('next');
  });
});

function failing(): never {
  throw new Error('broken');
}
