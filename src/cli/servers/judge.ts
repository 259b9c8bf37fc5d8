/** What is not as it should be on the servers of an environment, and which run explains it. Pure. */
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { ServerBefore } from '../../plan/run.ts';
import type { ServerStates, ShownServer } from '../../plan/shown-server.ts';
import { localTime } from '../view/start.ts';

/** A run of the environment that is open. */
export interface OpenRun {
  readonly workflowId: string;
  /** Those that it deploys to; null: no worker has answered for it. */
  readonly servers:
    | readonly {
        readonly name: string;
        /** Set where the run goes on without it: why. */
        readonly excluded?: string;
      }[]
    | null;
}

export interface JudgedServer extends ShownServer {
  readonly state: 'ok' | 'warning' | 'failed';
  readonly notes: readonly Localized[];
}

type Finding = Pick<JudgedServer, 'state'> & { readonly note: Localized };

/** Worst last. */
const STATES = ['ok', 'warning', 'failed'] as const;

export function judgeServers(
  { servers, silent }: ServerStates,
  open: readonly OpenRun[],
): readonly JudgedServer[] {
  const isInUse = servers.some(({ before }) => (before?.release ?? null) !== null);
  const digests = new Set(servers.flatMap(({ before }) => before?.release?.digest ?? []));
  const isMixed = digests.size > 1;
  const isOnRecord = silent.every(({ subject }) => subject !== 'records');
  return servers.map((server) => {
    const holders = open.filter((run) => holds(run, server.subject));
    const found = findingsOf(server, { isInUse, isMixed, isOnRecord });
    const held = found.map((each) => (holders.length > 0 ? explained(each) : each));
    const all = [...held, ...holders.map((run) => holding(run, server.subject))];
    const worst = Math.max(0, ...all.map(({ state }) => STATES.indexOf(state)));
    return { ...server, state: STATES[worst] ?? 'failed', notes: all.map(({ note }) => note) };
  });
}

function holds({ servers }: OpenRun, name: string): boolean {
  return servers === null || servers.some((each) => each.name === name);
}

/** What a run that goes on will set right is no failure. */
function explained(finding: Finding): Finding {
  return finding.state === 'failed' ? { ...finding, state: 'warning' } : finding;
}

function holding({ workflowId, servers }: OpenRun, name: string): Finding {
  const excluded = servers?.find((each) => each.name === name)?.excluded;
  if (excluded === undefined) {
    const zh = `发布单 ${workflowId} 正在进行：runsheet status ${workflowId}`;
    const en = `the run ${workflowId} is in progress: runsheet status ${workflowId}`;
    return { state: 'ok', note: { zh, en } };
  }
  const zh = `发布单 ${workflowId} 已排除它：${excluded}`;
  const en = `left out by the run ${workflowId}: ${excluded}`;
  return { state: 'failed', note: { zh, en } };
}

interface Surroundings {
  /** Something runs on one of them. */
  readonly isInUse: boolean;
  readonly isMixed: boolean;
  /** The records could be read. */
  readonly isOnRecord: boolean;
}

function findingsOf(
  server: ShownServer,
  { isInUse, isMixed, isOnRecord }: Surroundings,
): readonly Finding[] {
  const { before, checks, healthy } = server;
  if (before === undefined) return checks.map(({ detail }) => failed({ zh: detail, en: detail }));
  if (before.release === null) return isInUse || before.stopped ? [notRunning(before)] : [];
  return [
    ...poolFindings(before, server.moved),
    ...(healthy === false && before.pool === 'ready' ? [failed(ILL)] : []),
    ...(isOnRecord ? recordFindings(server) : []),
    ...(isMixed ? [{ state: 'warning' as const, note: MIXED }] : []),
  ];
}

const ILL: Localized = {
  zh: '负载均衡认为它不健康，不给它请求',
  en: 'the load balancer finds it ill and gives it no requests',
};
const MIXED: Localized = {
  zh: '这个环境的服务器运行着不同的版本',
  en: 'the servers of this environment run different versions',
};

function failed(note: Localized): Finding {
  return { state: 'failed', note };
}

function notRunning({ stopped }: ServerBefore): Finding {
  if (stopped === undefined) return failed({ zh: '服务未运行', en: 'the service is not running' });
  const { version } = stopped;
  return failed({ zh: `服务已停止（${version}）`, en: `the service is stopped (${version})` });
}

function poolFindings({ pool }: ServerBefore, moved: ShownServer['moved']): readonly Finding[] {
  if (pool === 'drain') return [failed({ zh: '已从负载均衡摘除', en: 'it is out of the pool' })];
  if (pool === 'absent')
    return [failed({ zh: '负载均衡中没有它', en: 'the load balancer does not know it' })];
  if (pool !== 'maint') return [];
  if (moved !== undefined) {
    const { who, reason } = moved;
    const at = localTime(moved.atMs);
    const zh = `由 ${who} 摘除（${at}）：${reason}`;
    const en = `taken out by ${who} at ${at}: ${reason}`;
    return [{ state: 'warning', note: { zh, en } }];
  }
  const note = { zh: '由运维人员摘除（maint）', en: 'an operator took it out (maint)' };
  return [{ state: 'warning', note }];
}

/** What a run that was rolled back has restored is another version than its own. */
function recordFindings({ before, run }: ShownServer): readonly Finding[] {
  const release = before?.release ?? null;
  if (release === null) return [];
  if (release.runId === undefined || release.runId === '') {
    const zh = '不是由发布单启动的';
    const en = 'no run has started it';
    return [{ state: 'warning', note: { zh, en } }];
  }
  if (run === null) {
    const zh = '启动它的发布单没有部署记录：还没有结束，或者被终止了';
    const en = 'the run that started it has no record: it has not ended, or was terminated';
    return [failed({ zh, en })];
  }
  if (run.outcome === 'succeeded' || run.version !== release.version) return [];
  const zh = `启动它的发布单 ${run.workflowId} 没有成功（${run.outcome}）`;
  const en = `the run ${run.workflowId} that started it did not succeed (${run.outcome})`;
  return [failed({ zh, en })];
}
