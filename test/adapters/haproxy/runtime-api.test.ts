import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RuntimeApi } from '../../../src/adapters/haproxy/runtime-api.ts';
import { deferred } from '../../support/deferred.ts';
import { connectTo, scriptedProcess } from './scripted-haproxy.ts';

const TIMES = { openMs: 150, answerMs: 150, idleMs: 120 };
const recorded = readFileSync('test/adapters/haproxy/fixtures/show-sess-all.txt', 'utf8');
const echo = (command: string): string => `you said ${command}\n`;
const inFlight = (count: number): string => `# pxname,svname,type,scur\napp,s1,2,${count}\n`;

function over(open: () => Promise<Duplex>, times = TIMES): RuntimeApi {
  return new RuntimeApi({ name: 'HAProxy on lb-1', open }, times);
}

describe('the runtime API', () => {
  it('keeps one stream for many commands, and closes it when nobody asks any more', async () => {
    const haproxy = scriptedProcess(1, echo);
    let opened = 0;
    const api = over(async () => {
      opened += 1;
      return connectTo(haproxy);
    });
    const answers = await Promise.all([api.read(['a', 'b']), api.read(['c'])]);
    expect(answers.map(({ texts }) => texts)).toEqual([
      ['you said a\n', 'you said b\n'],
      ['you said c\n'],
    ]);
    expect(answers[0]?.info).toEqual({ process: '1@9', isLeaving: false, connections: 0 });
    expect(opened).toBe(1);
    expect(haproxy.open.size).toBe(1);
    await expect.poll(() => haproxy.open.size, { timeout: 1_000 }).toBe(0);
    await api.read(['d']);
    expect(opened).toBe(2);
    api.close();
  });

  it('opens another stream where the first was closed meanwhile', async () => {
    const haproxy = scriptedProcess(1, echo);
    const api = over(async () => connectTo(haproxy));
    await api.read(['a']);
    for (const stream of haproxy.open) stream.destroy();
    expect((await api.read(['b'])).texts).toEqual(['you said b\n']);
    api.close();
  });

  it('goes to the new process after a reload, and counts what the old one has in flight', async () => {
    let busy = 2;
    const old = scriptedProcess(1, (command) =>
      command.startsWith('show stat') ? inFlight(busy) : '',
    );
    const young = scriptedProcess(2, echo);
    let serving = old;
    const api = over(async () => connectTo(serving));
    expect((await api.read(['x'])).info.process).toBe('1@9');

    old.isLeaving = true;
    serving = young;
    const after = await api.read(['y']);
    expect(after.info.process).toBe('2@9');
    expect(after.texts).toEqual(['you said y\n']);
    expect(after.leaving).toMatchObject([{ proxy: 'app', name: 's1', active: 2 }]);

    await api.change(['set server app/s1 state drain']);
    expect(young.asked).toContain('set server app/s1 state drain');
    expect(old.asked).toContain('set server app/s1 state drain');

    busy = 0;
    expect((await api.read(['z'])).leaving).toMatchObject([{ active: 0 }]);
    await expect.poll(() => old.open.size).toBe(0);
    expect((await api.read(['z'])).leaving).toEqual([]);
    api.close();
  });

  it('asks the old one for its sessions where those are asked for, and while it has any', async () => {
    let busy = 5;
    const old = scriptedProcess(1, (command) =>
      command.startsWith('show stat') ? inFlight(busy) : recorded,
    );
    const young = scriptedProcess(2, () => '');
    let serving = old;
    const api = over(async () => connectTo(serving));
    await api.read(['x']);
    old.isLeaving = true;
    serving = young;
    expect((await api.read(['y'])).sessions).toEqual([]);
    const { sessions } = await api.read(['show sess all']);
    expect(sessions.filter(({ isTunnel }) => isTunnel)).toHaveLength(3);
    busy = 0;
    expect((await api.read(['show sess all'])).sessions).toEqual([]);
    expect(old.asked.filter((each) => each === 'show sess all')).toHaveLength(1);
    api.close();
  });

  it('says so where no other process has the socket', async () => {
    const haproxy = scriptedProcess(1);
    haproxy.isLeaving = true;
    const api = over(async () => connectTo(haproxy));
    await expect(api.read(['x'])).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'HAProxy on lb-1: it is told to end, and no other process has its socket.',
    });
    api.close();
  });

  it('waits no longer than it may for an answer, and the next question has its own time', async () => {
    const haproxy = scriptedProcess(1, echo);
    const api = over(async () => connectTo(haproxy));
    await api.read(['a']);
    haproxy.isSilent = true;
    const startedMs = performance.now();
    const first = api.read(['b']);
    const second = api.read(['c']);
    await expect(first).rejects.toMatchObject({
      name: 'PortError',
      kind: 'unavailable',
      message: 'HAProxy on lb-1: no answer within 0.15 s.',
    });
    await expect(second).rejects.toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    haproxy.isSilent = false;
    expect((await api.read(['d'])).texts).toEqual(['you said d\n']);
    api.close();
  });

  it('waits no longer than it may for a stream, and closes one that comes too late', async () => {
    const haproxy = scriptedProcess(1);
    const arrived = deferred<Duplex>();
    const api = over(() => arrived.promise);
    await expect(api.read(['x'])).rejects.toMatchObject({
      message: 'HAProxy on lb-1: it was not reached within 0.15 s.',
    });
    arrived.resolve(connectTo(haproxy));
    expect(haproxy.open.size).toBe(1);
    await expect.poll(() => haproxy.open.size).toBe(0);
    api.close();
  });

  it('ends an answer without end', async () => {
    const haproxy = scriptedProcess(1, () => 'x'.repeat(17 * 1024 * 1024));
    const api = over(async () => connectTo(haproxy), { ...TIMES, answerMs: 10_000 });
    await expect(api.read(['x'])).rejects.toMatchObject({
      message: expect.stringContaining('an answer without end'),
    });
    api.close();
  });
});
