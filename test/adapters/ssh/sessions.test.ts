/** An sshd that takes fewer sessions than we think, and one that frees a place late. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { OpenConnection } from '../../../src/adapters/ssh/connection.ts';
import type { LoggedIn } from '../../../src/adapters/ssh/login.ts';

interface Sshd {
  readonly connection: OpenConnection;
  /** Sessions that take a place now. */
  counted(): number;
  /** How often a session was asked for. */
  asked(): number;
  /** The most that were open at once. */
  most(): number;
}

/** Takes `places` sessions; each ends after 20 ms and is counted `lateMs` longer than that. */
function sshd(places: number, lateMs: number): Sshd {
  let counted = 0;
  let asked = 0;
  let open = 0;
  let most = 0;
  const exec = (
    _command: string,
    answer: (error?: Error, channel?: EventEmitter) => void,
  ): void => {
    asked += 1;
    if (counted >= places) {
      answer(Object.assign(new Error('open failed'), { reason: 2 }));
      return;
    }
    counted += 1;
    open += 1;
    most = Math.max(most, open);
    const channel = new EventEmitter();
    setTimeout(() => {
      open -= 1;
      channel.emit('close');
      setTimeout(() => (counted -= 1), lateMs);
    }, 20);
    answer(undefined, channel);
  };
  const loggedIn = { client: { exec }, ended: new Promise(() => undefined) };
  const limits = { sessions: 9, sockets: 9, idleMs: 1_000, queueMs: 5_000 };
  return {
    connection: new OpenConnection({ zh: 's1', en: 's1' }, loggedIn as unknown as LoggedIn, limits),
    counted: () => counted,
    asked: () => asked,
    most: () => most,
  };
}

const run = async ({ connection }: Sshd, signal?: AbortSignal): Promise<void> => {
  const channel = await connection.openCommand('true', (opened) => opened, signal);
  await new Promise((resolve) => channel.once('close', resolve));
};

describe('sessions', () => {
  it.each([1, 2, 3])(
    'all get their turn where sshd takes %i, and frees each late',
    async (places) => {
      const server = sshd(places, 15);
      await Promise.all(Array.from({ length: 12 }, () => run(server)));
      expect(server.most()).toBe(places);
    },
  );

  it('stay as many as they were where only the end of one was told early', async () => {
    const server = sshd(9, 5);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 18 }, () => run(server)));
    }
    await expect.poll(server.counted).toBe(0);
    const before = server.asked();
    await Promise.all(Array.from({ length: 9 }, () => run(server)));
    expect([server.asked() - before, server.most()]).toEqual([9, 9]);
  });

  it('that are refused to the last say what to set', async () => {
    const server = sshd(0, 0);
    await expect(run(server)).rejects.toMatchObject({
      kind: 'unavailable',
      remedy: expect.stringContaining('Set MaxSessions to 10'),
    });
    expect(server.asked()).toBe(5);
  });

  it('are not asked for again by who was cancelled', async () => {
    const cancel = new AbortController();
    const server = sshd(0, 0);
    const running = run(server, cancel.signal);
    cancel.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(server.asked()).toBe(1);
  });
});
