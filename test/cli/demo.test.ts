/** What the demo says at its end, and that it can say otherwise; how it finds out who went on with a run. */
import { describe, expect, it } from 'vitest';
import { faultNamed } from '../../src/cli/demo/faults.ts';
import { nextLines, type Shown } from '../../src/cli/demo/next.ts';
import type { DemoStage } from '../../src/cli/demo/stage.ts';
import type { TrafficReport } from '../../src/cli/demo/traffic-report.ts';
import { type Outcome, problemsOf, trafficLines, workerLines } from '../../src/cli/demo/verdict.ts';
import { createKiller, wentOn } from '../../src/cli/demo/worker-death.ts';
import { sayIn } from '../../src/cli/language.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { START_MS, step, waiting } from './support/statuses.ts';

const SERVERS = ['app-server-1', 'app-server-2', 'app-server-3'];
const DEATH = { pid: 11, atMs: START_MS, server: 'app-server-2', doing: '启动新版本服务' };

function everywhere<T>(value: T): Record<string, T> {
  return Object.fromEntries(SERVERS.map((server) => [server, value]));
}

function seen(version: string, rest: Partial<TrafficReport> = {}): TrafficReport {
  return {
    sent: 30,
    answered: 30,
    failed: 0,
    failures: [],
    longestWaitMs: 40,
    slow: [],
    versions: { [version]: 30 },
    servers: everywhere({ [version]: 10 }),
    ...rest,
  };
}

/** Server by server, as the demo promises it. */
function outcome(rest: Partial<Outcome> = {}): Outcome {
  return {
    fault: null,
    allAtOnce: false,
    status: waiting(),
    runExitCode: 0,
    during: seen('v1.0.0'),
    after: seen('v2.0.0'),
    death: DEATH,
    wentOn: { pid: 12, afterMs: 6_130 },
    starts: everywhere(1),
    oldVersion: 'v1.0.0',
    newVersion: 'v2.0.0',
    ...rest,
  };
}

function failedIn(number: number): RunStatus {
  return waiting({ failure: { step: number, type: 'CRITERION_FAILED', message: '' } });
}

const wrong = (rest: Partial<Outcome>): readonly string[] =>
  problemsOf(outcome(rest)).map(({ en }) => en);

describe('the verdict of the demo', () => {
  it('is that all is well', () => {
    expect(wrong({})).toEqual([]);
    expect(wrong({ allAtOnce: true, death: null, wentOn: null, starts: {} })).toEqual([]);
    const fault = faultNamed('8');
    const after = seen('v1.0.0');
    const failed = { fault, after, runExitCode: 3, status: failedIn(8), death: null };
    expect(wrong(failed)).toEqual([]);
  });

  it.each<[string, Partial<Outcome>, string]>([
    [
      'a request failed',
      { during: seen('v1.0.0', { failed: 1, failures: ['status 502 from app-server-1'] }) },
      '1 request failed: status 502 from app-server-1',
    ],
    [
      'a request failed afterwards',
      { after: seen('v2.0.0', { failed: 2, failures: ['status 503 from unnamed'] }) },
      '2 requests failed: status 503 from unnamed',
    ],
    [
      'a server answers with the old version',
      {
        after: seen('v2.0.0', {
          servers: { ...everywhere({ 'v2.0.0': 9 }), 'app-server-3': { 'v1.0.0': 9 } },
        }),
      },
      'after the run, app-server-3 answers with v1.0.0, not v2.0.0',
    ],
    [
      'a server answers with both',
      {
        after: seen('v2.0.0', {
          servers: { ...everywhere({ 'v2.0.0': 9 }), 'app-server-1': { 'v1.0.0': 1, 'v2.0.0': 8 } },
        }),
      },
      'after the run, app-server-1 answers with v1.0.0, v2.0.0, not v2.0.0',
    ],
    [
      'a server does not answer',
      {
        after: seen('v2.0.0', {
          servers: { 'app-server-1': { 'v2.0.0': 9 }, 'app-server-2': { 'v2.0.0': 9 } },
        }),
      },
      'after the run, app-server-3 answers with –, not v2.0.0',
    ],
    [
      'the run failed',
      { runExitCode: 3, after: seen('v1.0.0'), death: null, wentOn: null, starts: {} },
      "the run's exit code is 3, not 0",
    ],
    [
      'the worker lives',
      { death: null, wentOn: null },
      'the worker was not killed while step 7 was under way',
    ],
    ['nobody went on', { wentOn: null }, 'after the worker was killed, no other one went on'],
    [
      'a server was started twice',
      { starts: { ...everywhere(1), 'app-server-2': 2 } },
      'app-server-2 has started v2.0.0 2 times, not once',
    ],
    [
      'a server was not started',
      { starts: { 'app-server-1': 1, 'app-server-2': 1 } },
      'app-server-3 has started v2.0.0 0 times, not once',
    ],
  ])('is that %s', (_what, rest, problem) => {
    expect(wrong(rest)).toEqual([problem]);
  });

  it('is that another step failed than should, or none', () => {
    const fault = faultNamed('7');
    const failed = { fault, after: seen('v1.0.0'), runExitCode: 3, death: null };
    expect(wrong({ ...failed, status: failedIn(8) })).toEqual([
      'step 8 failed; step 7 should have',
    ]);
    expect(wrong(failed)).toEqual(['no step failed; step 7 should have']);
  });
});

describe('the end of the story', () => {
  it('says when the worker was killed, how soon the run went on, and what was started', () => {
    expect(workerLines(outcome(), 'en')).toEqual([
      'The worker, process 11, was killed at 09:00:00Z',
      '  the run went on after 6.1 s, by process 12',
      '  starts of v2.0.0: app-server-1 × 1, app-server-2 × 1, app-server-3 × 1',
      '',
    ]);
    expect(workerLines(outcome(), 'zh').join('\n')).toBe(
      'worker 进程 11 于 09:00:00Z 被强制终止\n  6.1 秒后接着执行，由进程 12\n  启动 v2.0.0 的次数：app-server-1 × 1, app-server-2 × 1, app-server-3 × 1\n',
    );
    expect(workerLines(outcome({ death: null }), 'en')).toEqual([]);
  });

  it('says how many requests were answered, and whether a server was always there', () => {
    const said = (rest: Partial<Outcome>): string => trafficLines(outcome(rest), 'en').join('\n');
    expect(said({})).toContain('30 requests, 30 answered, 0 failed, longest wait 0.0 s');
    expect(said({})).toContain('a server was in service all the time');
    const status = waiting({ withoutServiceMs: 12_300 });
    expect(said({ status, allAtOnce: true })).toContain(
      'time without service: 12.3 s (all servers at once; the load balancer held the requests)',
    );
    expect(said({ status })).toContain(
      'time without service: 12.3 s (the load balancer held the requests)',
    );
    expect(said({ status: failedIn(3) })).not.toMatch(/in service|without service/);
  });
});

describe('what the demo suggests', () => {
  const suggested = (shown: Shown): readonly string[] =>
    nextLines(shown, sayIn('en')).flatMap((line) => {
      const [, typed] = /^ {2}npm run demo(?: -- (\S+(?: \d)?))? {2,}/.exec(line) ?? [];
      return line.includes('npm run demo') ? [typed ?? ''] : [];
    });

  it.each<[Shown, readonly string[]]>([
    [{}, ['--fail 8', '--all-at-once', '--keep']],
    [{ keep: true }, ['--fail 8', '--all-at-once']],
    [{ allAtOnce: true }, ['', '--fail 8', '--keep']],
    [{ fail: '8' }, ['', '--fail 9', '--all-at-once', '--keep']],
    [{ fail: '9' }, ['', '--fail 8', '--all-at-once', '--keep']],
    [{ fail: '8', allAtOnce: true }, ['', '--fail 9', '--keep']],
  ])('after %o', (shown, expected) => {
    expect(suggested(shown)).toEqual(expected);
  });
});

describe('the death of the worker', () => {
  /** What the stage has of a run: activities under way, events of its history, a worker. */
  function stageWith(activities: readonly string[], events: readonly object[] = []) {
    const kills: number[] = [];
    const stage = {
      worker: {
        pid: () => 11,
        kill: async () => void kills.push(11),
      },
      client: {
        look: async () => ({
          server: { activities: activities.map((text) => ({ text, isRunning: true })) },
        }),
        server: {
          namespace: 'default',
          connection: {
            workflowService: {
              getWorkflowExecutionHistory: async ({ nextPageToken = [] }) => ({
                history: { events: [events[nextPageToken.length]] },
                nextPageToken: new Uint8Array(
                  nextPageToken.length + 1 < events.length ? nextPageToken.length + 1 : 0,
                ),
              }),
            },
          },
        },
      },
    } as unknown as DemoStage;
    return { stage, kills };
  }

  const tasks = (server: string, ...states: readonly ('running' | 'succeeded')[]) =>
    states.map((state) => ({
      text: '',
      server,
      state,
      startedAtMs: START_MS,
      durationMs: null,
      evidence: [],
    }));

  const inBatch = (index: number, ...states: readonly ('running' | 'succeeded')[]): RunStatus => {
    const server = `app-server-${index}`;
    const done = tasks('app-server-1', 'succeeded');
    return waiting({
      batch: { index, count: 3, servers: [server] },
      steps: [step(7, '部署新版本', 'running', { tasks: [...done, ...tasks(server, ...states)] })],
    });
  };

  it('comes once, in the middle of step 7, where a server of the middle batch is being changed', async () => {
    const said: string[] = [];
    const { stage, kills } = stageWith(['7 app-server-2 启动新版本服务']);
    const killer = createKiller(stage, { language: 'zh', print: (line) => said.push(line) });
    const early = [waiting(), inBatch(1, 'running'), inBatch(2), inBatch(2, 'running')];
    for (const status of [...early, inBatch(2, 'succeeded')])
      expect(await killer.look(status)).toBe(false);
    expect([kills, killer.death()]).toEqual([[], null]);
    expect(await killer.look(inBatch(2, 'succeeded', 'running'))).toBe(true);
    expect(await killer.look(inBatch(2, 'succeeded', 'running'))).toBe(false);
    expect(kills).toEqual([11]);
    expect(killer.death()).toMatchObject({ pid: 11, server: 'app-server-2', doing: DEATH.doing });
    expect(said).toEqual([
      '  演示强制终止 worker 进程 11（SIGKILL）：步骤 7 正在 app-server-2 上进行（启动新版本服务）',
    ]);
  });

  it('does not come where the server says that nothing is under way there', async () => {
    for (const each of ['8 app-server-2 检查', '7 app-server-1 启动', '7 写入部署记录']) {
      const { stage, kills } = stageWith([each]);
      const killer = createKiller(stage, { language: 'zh', print: () => undefined });
      expect(await killer.look(inBatch(2, 'succeeded', 'running'))).toBe(false);
      expect(kills).toEqual([]);
    }
  });

  const event = (kind: string, pid: number, afterMs: number) => ({
    eventTime: { seconds: START_MS / 1000, nanos: afterMs * 1e6 },
    [kind]: { identity: `runsheet/shipping-quotes/${pid}@host` },
  });
  const TASK = 'workflowTaskCompletedEventAttributes';
  const ACTIVITY = 'activityTaskStartedEventAttributes';

  it('is over with the first piece of work of another process, wherever in the history', async () => {
    const others = [
      { eventTime: { seconds: START_MS / 1000 + 1 }, timerFiredEventAttributes: {} },
      event(ACTIVITY, 11, 900),
      event('activityTaskScheduledEventAttributes', 12, 950),
    ];
    const first = event(ACTIVITY, 12, 980);
    const { stage } = stageWith([], [...others, first, event(TASK, 13, 990)]);
    expect(await wentOn(stage, 'run-1', DEATH)).toEqual({ pid: 12, afterMs: 980 });
    const without = stageWith([], others);
    expect(await wentOn(without.stage, 'run-1', DEATH)).toBeNull();
    const before = stageWith([], [event(TASK, 10, -5), event(TASK, 12, 40)]);
    expect(await wentOn(before.stage, 'run-1', DEATH)).toEqual({ pid: 12, afterMs: 40 });
  });
});
