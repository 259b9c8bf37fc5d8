/** A client over statuses that a test hands out one after the other. */
import type { RunEnd, RunsheetClient, ServerView } from '../../../src/client.ts';
import type { RunStatus } from '../../../src/workflows/messages.ts';

export interface FakeRun {
  readonly statuses: readonly RunStatus[];
  readonly end?: RunEnd;
  /** Milliseconds before each status. */
  readonly pauseMs?: number;
  /** For so long no worker answers, before the first status. */
  readonly silentMs?: number;
}

export interface FakeClient extends RunsheetClient {
  /** What was asked of it, in order. */
  readonly asked: string[];
}

/** A run of which the server knows nothing more than that it runs. */
export function serverView(more: Partial<ServerView> = {}): ServerView {
  return {
    workflowId: 'run-1',
    templateId: 't',
    status: 'RUNNING',
    startedAtMs: 0,
    closedAtMs: null,
    environment: null,
    version: null,
    outcome: null,
    step: null,
    approval: null,
    historyLength: 10,
    activities: [],
    workers: 0,
    cancelRequested: false,
    heardAtMs: null,
    ...more,
  };
}

export function fakeClient(runs: Readonly<Record<string, FakeRun>>): FakeClient {
  const asked: string[] = [];
  const runOf = (id: string): FakeRun => {
    const run = runs[id];
    if (run === undefined) throw new Error(`no run ${id}`);
    return run;
  };
  const lastOf = (id: string): RunStatus => {
    const last = runOf(id).statuses.at(-1);
    if (last === undefined) throw new Error(`no status of ${id}`);
    return last;
  };
  const note = (what: string): Promise<void> => {
    asked.push(what);
    return Promise.resolve();
  };
  return {
    asked,
    get server(): never {
      throw new Error('a fake client has no server');
    },
    start: ({ workflowId }) => note(`start ${workflowId}`),
    answer: (id, { word }) => note(`answer ${id} ${word}`),
    approve: (id) => note(`approve ${id}`),
    reject: (id) => note(`reject ${id}`),
    resolve: async (id, { action }) => {
      await note(`resolve ${id} ${action}`);
      return action;
    },
    decide: async (id, { kind, by }) => {
      await note(`${kind} ${id} ${by}`);
      return { accepted: false, code: 'NOT_AN_APPROVER', reason: 'nobody' };
    },
    status: (id) => Promise.resolve(lastOf(id)),
    beginsAtMs: () => Promise.resolve(null),
    look: (id) =>
      Promise.resolve({
        status: lastOf(id),
        server: serverView({ status: runOf(id).end === undefined ? 'RUNNING' : 'COMPLETED' }),
      }),
    isOpen: (id) => Promise.resolve(runOf(id).end === undefined),
    plan: () => Promise.resolve(null),
    report: () => Promise.resolve(''),
    async *watch(id, { signal, onSilence } = {}) {
      const { statuses, pauseMs = 0, silentMs } = runOf(id);
      if (silentMs !== undefined) onSilence?.(silentMs);
      for (const status of statuses) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        if (signal?.aborted === true) return;
        yield status;
      }
    },
    end: (id) => Promise.resolve(runOf(id).end ?? { failure: null }),
    cancel: (id) => note(`cancel ${id}`),
    list: () =>
      Promise.resolve(
        Object.keys(runs).map((workflowId) => ({
          workflowId,
          templateId: 't',
          status: 'RUNNING',
          startedAtMs: 0,
          beginsAtMs: null,
          closedAtMs: null,
          environment: null,
          version: null,
          outcome: null,
        })),
      ),
    probe: async ({ workflowId }) => {
      await note(`probe ${workflowId}`);
      return [];
    },
    hostKeys: async ({ servers }) => {
      await note(`host keys ${servers.join(' ')}`);
      return servers.map((server) => ({ server, problem: 'nobody' }));
    },
    serverStates: async (_queue, { environment }) => {
      await note(`servers of ${environment}`);
      return { servers: [], silent: [] };
    },
    movePool: async (_queue, { server, to, by, reason }) => {
      asked.push(`pool ${to} ${server} ${by} ${reason}`);
      return { server, to, changed: true, who: by };
    },
    breakLock: async (_queue, { service, environment, by, reason }) => {
      await note(`break ${service}/${environment} ${by} ${reason}`);
      return { holder: 'run-1', text: `${by}: ${reason}` };
    },
    ackWatch: async (_queue, { watched, by }) => {
      asked.push(`ack ${watched} ${by}`);
      return { watched, service: 's', environment: 'production', who: by };
    },
    describeWorkers: () => Promise.resolve(1),
    close: () => Promise.resolve(),
  };
}
