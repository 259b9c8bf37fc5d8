/** A watch is told by whoever may that somebody sees to its run: once, and only where it sends messages. */
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/activities/contract.ts';
import type { DecisionPolicy } from '../../../src/activities/local/index.ts';
import type { DescribedWorkflow, ReadHistory } from '../../../src/activities/local/temporal.ts';
import { type Acknowledging, acknowledge } from '../../../src/activities/watch/acknowledge.ts';

const POLICY: DecisionPolicy = {
  roles: { ops: { names: [] }, dev: { names: [] } },
  people: {
    alice: { name: 'Alice', roles: ['ops'] },
    bob: { name: 'Bob', roles: ['dev'] },
  },
  allowSelfApproval: false,
  operators: { production: ['ops'] },
};
const RUN: Execution = { workflowId: 'run-1', runId: 'run' };
const WATCH = 'runsheet-watch:s:production:r';
const INPUT = { watched: 'run-1', by: 'alice', language: 'en' } as const;
const ASKED: Execution = { workflowId: 'ack-watch-1', runId: 'asked' };
const BASE = { wasCut: false, startedAtMs: 0, taskQueue: 'q', startedBy: null } as const;

interface Parts {
  readonly watch?: Partial<DescribedWorkflow>;
  readonly run?: Partial<DescribedWorkflow>;
  readonly holder?: Execution;
  readonly history?: Partial<ReadHistory>;
  readonly listed?: readonly string[];
  readonly isOpen?: boolean;
}

/** A server with a watch whose run was terminated while it held the lock; nothing else is asked of it. */
function server({ watch, run, holder = RUN, history, listed = [WATCH], isOpen = true }: Parts) {
  const queries: string[] = [];
  const signals: unknown[] = [];
  const workflows: Readonly<Record<string, DescribedWorkflow>> = {
    [WATCH]: { ...BASE, runId: 'w', running: true, type: 'runWatch', startedBy: RUN, ...watch },
    'run-1': {
      ...BASE,
      runId: 'run',
      running: false,
      type: 'deployment',
      wasTerminated: true,
      ...run,
    },
    'runsheet-lock:s:production': {
      ...BASE,
      runId: 'l',
      running: false,
      wasCut: true,
      type: 'environmentLock',
      startedBy: holder,
    },
  };
  const heard = (): ReadHistory['heard'] =>
    signals.map((input) => ({ name: 'acknowledge', input }));
  const access: Acknowledging['access'] = {
    list: async (query) => {
      queries.push(query);
      return listed;
    },
    describe: async (id) => workflows[id] ?? null,
    historyOf: async () => ({
      input: { run: { service: 's', environment: 'production' } },
      signals: [],
      heard: heard() ?? [],
      terminated: null,
      ...history,
    }),
    signal: async ({ workflowId, runId }, name, input) => {
      expect({ workflowId, runId, name }).toEqual({
        workflowId: WATCH,
        runId: 'w',
        name: 'acknowledge',
      });
      if (isOpen) signals.push(input);
      return isOpen;
    },
  };
  return { queries, signals, how: { access, policy: POLICY, taskQueue: 'q' } };
}

describe('acknowledging a watch', () => {
  it('tells it once, by name and role; the same question has the same answer, another one is refused', async () => {
    const { how, signals, queries } = server({});
    const told = { watched: 'run-1', service: 's', environment: 'production', who: 'Alice (ops)' };
    expect(await acknowledge(how, INPUT, ASKED)).toEqual(told);
    expect(await acknowledge(how, INPUT, ASKED)).toEqual(told);
    expect(signals).toEqual([{ by: 'Alice (ops)', asked: 'asked' }]);
    expect(queries[0]).toBe("WorkflowType='runWatch' AND ParentWorkflowId='run-1'");
    const again = acknowledge(how, INPUT, { workflowId: 'ack-watch-2', runId: 'other' });
    await expect(again).rejects.toMatchObject({
      type: 'ALREADY_ACKNOWLEDGED',
      message: 'run-1 was acknowledged already, by Alice (ops)',
    });
  });

  it.each([
    ['by a signal without a name', [{ name: 'acknowledge', input: undefined }], '?'],
    ['by a signal of anybody', [{ name: 'acknowledge', input: { by: 'eve' } }], 'eve'],
  ])('is refused where it was acknowledged %s', async (_how, heard, by) => {
    const { how, signals } = server({ watch: { running: false }, history: { heard } });
    const zh = { ...INPUT, language: 'zh' } as const;
    await expect(acknowledge(how, zh, ASKED)).rejects.toMatchObject({
      type: 'ALREADY_ACKNOWLEDGED',
      message: `run-1 的消息已由 ${by} 知悉`,
    });
    expect(signals).toEqual([]);
  });

  it.each<[string, Parts, string]>([
    ['there is none', { listed: [] }, 'there is no watch'],
    ['the list is behind', { listed: ['gone'] }, 'there is no watch'],
    [
      'another run has started it',
      { watch: { startedBy: { workflowId: 'x', runId: 'y' } } },
      'there is no watch',
    ],
    ['it is no watch', { watch: { type: 'theirs' } }, 'there is no watch'],
    ['it is of another project', { watch: { taskQueue: 'theirs' } }, 'there is no watch'],
    ['the run goes on', { run: { running: true } }, 'it has not ended'],
    ['the run ended by itself', { run: { wasTerminated: false } }, 'no messages are sent'],
    [
      'another run has the lock',
      { holder: { workflowId: 'b', runId: 'b' } },
      'no messages are sent',
    ],
    ['it is over', { watch: { running: false } }, 'no messages are sent'],
    ['it ends in this moment', { isOpen: false }, 'no messages are sent'],
  ])('is refused where %s', async (_what, parts, why) => {
    const { how, signals } = server(parts);
    const refused = acknowledge(how, INPUT, ASKED);
    await expect(refused).rejects.toMatchObject({
      type: 'NO_WATCH',
      message: expect.stringContaining(why),
    });
    expect(signals).toEqual([]);
  });

  it.each(['bob', 'mallory'])('is refused for whom the environment has no role: %s', async (by) => {
    const { how, signals } = server({});
    const refused = acknowledge(how, { ...INPUT, by }, ASKED);
    await expect(refused).rejects.toMatchObject({ type: 'NOT_AN_APPROVER' });
    expect(signals).toEqual([]);
  });

  it('is refused where nobody can say of which environment it is', async () => {
    const { how } = server({ history: { input: undefined }, watch: { running: false } });
    await expect(acknowledge(how, INPUT, ASKED)).rejects.toMatchObject({ type: 'NO_WATCH' });
  });

  it('puts no more than the name of a run into the question to the server', async () => {
    const { how, queries } = server({ listed: [] });
    const watched = "run' OR WorkflowType='x";
    await expect(acknowledge(how, { ...INPUT, watched }, ASKED)).rejects.toThrow();
    expect(queries).toEqual([
      "WorkflowType='runWatch' AND ParentWorkflowId='run OR WorkflowType=x'",
    ]);
  });
});
