/** Following a run, and which run is meant where none is named. */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { CommandError } from '../../src/cli/context.ts';
import { waitingApproval } from '../../src/cli/view/approval.ts';
import { follow } from '../../src/cli/view/follow.ts';
import { latestRun, waitingRun } from '../../src/cli/which-run.ts';
import { parseProject } from '../../src/config/load-project.ts';
import { deferred } from '../support/deferred.ts';
import { fakeClient } from './support/fake-client.ts';
import { rolledBack, START_MS, waiting } from './support/statuses.ts';

interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly written: string[];
  write(text: string): boolean;
}

function screen(isTTY: boolean, rows = 60): Screen {
  const written: string[] = [];
  return { isTTY, columns: 80, rows, written, write: (text) => written.push(text) > 0 };
}

const TIMERS = ['setTimeout', 'setInterval', 'clearInterval'] as const;
const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
afterEach(() => {
  vi.useRealTimers();
  stderr.mockClear();
});
afterAll(() => stderr.mockRestore());
const saidToStderr = (): string => stderr.mock.calls.map(([text]) => String(text)).join('');
const succeeded = waiting({ outcome: 'succeeded', finishedAtMs: START_MS + 9000, approval: null });
const failed = { failure: { type: 'RUN_ROLLED_BACK', message: 'rolled back' } };

describe('follow', () => {
  it.each([
    ['succeeded', succeeded, { failure: null }, 0],
    ['is rolled back', rolledBack(), failed, 3],
    ['rejected', waiting({ outcome: 'rejected', finishedAtMs: 1 }), failed, 4],
    ['cancelled before anything', waiting({ outcome: 'cancelled', finishedAtMs: 1 }), failed, 4],
    ['needs attention', waiting({ outcome: 'needs_attention', needsAttention: 'x' }), undefined, 5],
    ['terminated', waiting(), { failure: { type: 'TerminatedFailure', message: 'x' } }, 1],
    [
      'refused at its start',
      waiting({ steps: [] }),
      { failure: { type: 'BAD_REQUEST', message: 'x' } },
      2,
    ],
  ])('of a run that %s', async (_what, status, end, code) => {
    const client = fakeClient({
      'run-1': { statuses: [status], ...(end !== undefined && { end }) },
    });
    const output = screen(false);
    expect(await follow(client, 'run-1', { language: 'en', json: false, output })).toBe(code);
  });

  it('prints one JSON status a line and ends with the exit code', async () => {
    const client = fakeClient({ 'run-1': { statuses: [waiting(), rolledBack()], end: failed } });
    const output = screen(true);
    await follow(client, 'run-1', { language: 'en', json: true, output });
    const lines = output.written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatchObject({ workflowId: 'run-1', outcome: 'rolled_back', exitCode: 3 });
  });

  it('redraws a terminal each second, though nothing else changes', async () => {
    const client = fakeClient({
      'run-1': { statuses: [waiting(), succeeded], pauseMs: 1600, end: { failure: null } },
    });
    vi.useFakeTimers({ toFake: [...TIMERS] });
    const output = screen(true);
    const following = follow(client, 'run-1', { language: 'en', json: false, output });
    await vi.advanceTimersByTimeAsync(3_500);
    await following;
    const sheets = output.written.filter((text) => text.includes(' left'));
    expect(sheets).toHaveLength(3);
    expect(output.written.at(-1)).toContain('succeeded');
  });

  it('never draws more lines than a window has, but the whole sheet at the end', async () => {
    const client = fakeClient({ 'run-1': { statuses: [waiting(), rolledBack()], end: failed } });
    const output = screen(true, 8);
    await follow(client, 'run-1', { language: 'en', json: false, output });
    const heights = output.written.map((text) => text.split('\n').length - 1);
    expect(Math.max(...heights.slice(0, -1))).toBeLessThanOrEqual(7);
    expect(output.written.at(-1)).toContain('服务发布');
  });

  it('draws nothing over a question that somebody is asked', async () => {
    const client = fakeClient({ 'run-1': { statuses: [waiting()], end: { failure: null } } });
    const output = screen(true);
    vi.useFakeTimers({ toFake: [...TIMERS] });
    const question = deferred();
    let before = 0;
    const onStatus = async (): Promise<boolean> => {
      before = output.written.length;
      await question.promise;
      return true;
    };
    const following = follow(client, 'run-1', { language: 'en', json: false, output, onStatus });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(before).toBe(1);
    expect(output.written).toHaveLength(1);
    question.resolve();
    await following;
  });

  it('B18 Ctrl-C has a code of its own; the run goes on, and how to come back is said', async () => {
    const client = fakeClient({ 'run-1': { statuses: [waiting(), succeeded], pauseMs: 50 } });
    const following = follow(client, 'run-1', {
      language: 'zh',
      json: false,
      output: screen(false),
    });
    process.emit('SIGINT');
    expect(await following).toBe(130);
    expect(saidToStderr()).toContain('runsheet status run-1 --watch');
    expect(client.asked).toEqual([]);
  });

  it('says once that no worker answers', async () => {
    const client = fakeClient({
      'run-1': { statuses: [succeeded], silentMs: 9000, end: { failure: null } },
    });
    await follow(client, 'run-1', { language: 'en', json: false, output: screen(false) });
    expect(saidToStderr()).toContain('NO_WORKER');
    expect(saidToStderr()).toContain('next: runsheet worker');
  });
});

describe('which run', () => {
  const text =
    'service: hello\nimage: {repository: hello}\nruntime: {command: [node, a.js], port: 1}\nenvironments: {production: {embedded: true, servers: [a]}}\n';
  const { project } = parseProject('/project', text);
  if (project === null) throw new Error('the project file of this test is wrong');
  const asks = {
    verb: 'approve',
    holds: (status: ReturnType<typeof waiting>) => waitingApproval(status) !== null,
  };

  it('is the one named, else the latest, else the only one that waits', async () => {
    const client = fakeClient({ new: { statuses: [succeeded] }, old: { statuses: [waiting()] } });
    expect(await latestRun(client, project, 'named', {})).toBe('named');
    expect(await latestRun(client, project, undefined, {})).toBe('new');
    expect(await waitingRun(client, project, undefined, asks, {})).toBe('old');
  });

  it('is asked for where none waits and where several do', async () => {
    const none = waitingRun(
      fakeClient({ a: { statuses: [succeeded] } }),
      project,
      undefined,
      asks,
      { lang: 'en' },
    );
    await expect(none).rejects.toThrow('no run is waiting');
    const both = { a: { statuses: [waiting()] }, b: { statuses: [waiting()] } };
    const two = waitingRun(fakeClient(both), project, undefined, asks, { lang: 'en' });
    await expect(two).rejects.toThrow('runsheet approve a\n  runsheet approve b');
    await expect(latestRun(fakeClient({}), project, undefined, {})).rejects.toBeInstanceOf(
      CommandError,
    );
  });
});
