/**
 * Recording activities for the interpreter's tests: a small world of servers with versions and a pool,
 * where every call is kept in order and any call can be made to fail or to measure something else.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Effect } from '../../src/actions/define.ts';
import {
  ACTIONS,
  type ActionId,
  COMPENSATIONS,
  type CompensationId,
  type FactDefinition,
} from '../../src/actions/index.ts';
import type {
  Activities,
  AnnounceApprovalInput,
  AnnounceQuestionInput,
  CompensationInput,
  JudgeInput,
  Judgement,
  ResolvePlanInput,
  UndoCommandInput,
} from '../../src/activities/contract.ts';
import { sealWatch } from '../../src/activities/sealing/seal-watch.ts';
import type {
  JudgeSuccessorInput,
  SuccessorJudgement,
  SupersededRun,
} from '../../src/activities/supersede-contract.ts';
import { createFakeSeal } from '../../src/adapters/fake/fake-seal.ts';
import { buildQueueOf, placeQueueOf } from '../../src/plan/queues.ts';
import type {
  ActionInput,
  ActionResult,
  Fact,
  ImagePin,
  PreflightResult,
  ResolvedRun,
  RunReport,
  ServerBefore,
} from '../../src/plan/run.ts';
import { resolvedRun } from './resolved-run.ts';

/** Where Harness has a worker that builds. */
export const STUB_PLACE = '0'.repeat(12);
/** What a worker polls besides the project's queue. */
export function stubBuildQueues(taskQueue: string): readonly string[] {
  return [buildQueueOf(taskQueue), placeQueueOf(taskQueue, STUB_PLACE)];
}

/** Of the interpreter in this process. */
export const IN_PROCESS_QUEUE = 'in-process';

/** An activity in this process has no context. */
function queueOfProject(): string {
  try {
    return Context.current().info.taskQueue.replace(/-build$/u, '');
  } catch {
    return IN_PROCESS_QUEUE;
  }
}

export interface StubCall {
  readonly name: string;
  readonly server: string | null;
  readonly step: number;
  /** Which of the project's own actions. */
  readonly command?: string;
  /** Of an action that is done once: for which servers. */
  readonly servers?: readonly string[];
}

export interface StubServer {
  version: string | null;
  pool: ServerBefore['pool'];
  /** Its service has ended by itself. */
  hasDied?: boolean;
}

export interface StubOptions {
  readonly resolve?: (input: ResolvePlanInput) => ResolvedRun;
  readonly judge?: (input: JudgeInput) => Judgement;
  readonly pending?: readonly string[];
  readonly successor?: (input: JudgeSuccessorInput) => SuccessorJudgement;
  readonly superseded?: () => readonly SupersededRun[];
  readonly registered?: boolean;
  /** Called before each activity; what it throws is that activity's failure. */
  readonly before?: (call: StubCall, world: StubWorld) => void | Promise<void>;
  /** Where a worker that builds says that it has its checkouts; @see STUB_PLACE. */
  readonly take?: () => Promise<{ readonly place?: string; readonly checkout?: string }>;
  /** What is read back from the registry. */
  readonly confirm?: (told: ImagePin | undefined) => ImagePin;
  /** Facts to measure instead of the good ones. */
  readonly facts?: (call: StubCall) => readonly Fact[] | null;
  readonly servers?: Readonly<Record<string, StubServer>>;
  /** What a preflight finds on a server, instead of nothing but good. */
  readonly preflight?: (subject: string) => Partial<PreflightResult> | null;
  /** What goes wrong in a fetch and does not stop it. */
  readonly fetchWarnings?: (server: string) => readonly string[];
}

type Before = CompensationInput['before'];

export interface StubWorld {
  readonly calls: StubCall[];
  readonly servers: Map<string, StubServer>;
  readonly reports: RunReport[];
  readonly announced: AnnounceApprovalInput[];
  /** Every notice of a question that is no approval. */
  readonly asked: AnnounceQuestionInput[];
  readonly inputs: Map<string, ActionInput>;
  /** Every compensation that was done. */
  readonly undone: CompensationInput[];
  /** Every undo of a project's action that was begun. */
  readonly undoInputs: UndoCommandInput[];
  /** The fewest servers that have been in the pool at once. */
  fewestInPool(): number;
  readonly activities: Activities;
  /** `name` or `name@server` of every call, in order. */
  names(): string[];
}

/** A failure that no retry mends. */
export function broken(message: string, type = 'BROKEN'): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

const IMAGE = { reference: 'hello', tag: 'v2.1.0-production', digest: `sha256:${'c'.repeat(64)}` };
const ACTION_IDS = Object.keys(ACTIONS) as readonly ActionId[];
const COMPENSATION_IDS = Object.keys(COMPENSATIONS) as readonly CompensationId[];

/** What an action measures when all is well: each of its facts as good as its default asks. */
export function goodFacts(action: ActionId, tag: string): readonly Fact[] {
  return ACTIONS[action].measures.map((fact) => {
    const value = fact.unit === 'text' ? tag : goodValue(fact);
    return { id: fact.id, value, ...(typeof value === 'number' && { samples: 50 }) };
  });
}

function goodValue({ defaultThreshold, moreIsBetter }: FactDefinition): Fact['value'] {
  if (typeof defaultThreshold !== 'number') return defaultThreshold;
  return moreIsBetter === true ? 100 : 0;
}

export function stubWorld(options: StubOptions = {}): StubWorld {
  const calls: StubCall[] = [];
  const servers = new Map<string, StubServer>();
  const reports: RunReport[] = [];
  const announced: AnnounceApprovalInput[] = [];
  const asked: AnnounceQuestionInput[] = [];
  const inputs = new Map<string, ActionInput>();
  const undone: CompensationInput[] = [];
  const undoInputs: UndoCommandInput[] = [];

  const serverOf = (name: string): StubServer => {
    const known = servers.get(name) ?? { version: 'v2.0.0', pool: 'ready' };
    servers.set(name, known);
    return known;
  };
  const note = async (
    name: string,
    server: string | null,
    step: number,
    command?: unknown,
    servers?: readonly string[],
  ): Promise<StubCall> => {
    const call = {
      name,
      server,
      step,
      ...(typeof command === 'string' && { command }),
      ...(servers !== undefined && { servers }),
    };
    calls.push(call);
    await options.before?.(call, world);
    return call;
  };

  let fewest = Number.POSITIVE_INFINITY;
  const countPool = (): void => {
    const serving = [...servers.values()].filter((each) => each.pool === 'ready').length;
    fewest = Math.min(fewest, serving);
  };

  const act = async (id: ActionId, input: ActionInput): Promise<ActionResult> => {
    inputs.set(input.server === undefined ? id : `${id}@${input.server}`, input);
    if (input.report !== undefined) reports.push(input.report);
    const command = id === 'project.command' ? input.settings['name'] : undefined;
    const call = await note(id, input.server ?? null, input.step, command, concerned(id, input));
    const { effect } = ACTIONS[id];
    if (input.server !== undefined && effect !== undefined) {
      apply(effect, serverOf(input.server), input.run.version, input.before);
    }
    countPool();
    const tag = `${input.run.version}-${input.run.environment}`;
    const { provides } = ACTIONS[id];
    const isPush = provides.includes('pushed-image') || provides.includes('kept-release');
    return {
      facts: options.facts?.(call) ?? goodFacts(id, tag),
      evidence: [`${id} ok`],
      ...(isPush && { image: { ...IMAGE, tag } }),
    };
  };

  const world: StubWorld = {
    calls,
    servers,
    reports,
    announced,
    asked,
    inputs,
    undone,
    undoInputs,
    fewestInPool: () => fewest,
    names: () =>
      calls.map((call) => (call.server === null ? call.name : `${call.name}@${call.server}`)),
    activities: {
      ...recordOf(ACTION_IDS, (id) => (input: ActionInput) => act(id, input)),
      ...recordOf(COMPENSATION_IDS, (id) => async (input: CompensationInput) => {
        await note(id, input.server, input.step);
        undone.push(input);
        apply(COMPENSATIONS[id].effect, serverOf(input.server), '', input.before);
        countPool();
        return { facts: [], evidence: [] };
      }),
      'project.undo': async (input) => {
        undoInputs.push(input);
        await note('project.undo', input.server ?? null, input.step, input.settings['name']);
        return { facts: [], evidence: ['undo ok'] };
      },
      resolvePlan: async (input) => {
        await note('resolvePlan', null, 0);
        if (options.resolve !== undefined) return options.resolve(input);
        return resolvedRun((input.inputs[0] ?? {}) as Parameters<typeof resolvedRun>[0]);
      },
      judgeDecision: async (input) => {
        await note('judgeDecision', null, input.step);
        return options.judge === undefined ? acceptKnown(input) : options.judge(input);
      },
      judgeSuccessor: async (input) => {
        await note('judgeSuccessor', null, 0);
        return options.successor?.(input) ?? { accepted: true };
      },
      supersedeRuns: async () => {
        await note('supersedeRuns', null, 0);
        return options.superseded?.() ?? [];
      },
      ensureSearchAttributes: async () => ({ registered: options.registered ?? false, note: '' }),
      lookAtLock: async () => ({
        isFree: true,
        isOpen: false,
        execution: null,
        holder: null,
        heldSinceMs: null,
        waiting: [],
        ahead: 0,
        cut: null,
        isUnquiet: false,
      }),
      awaitLock: async () => {
        await note('awaitLock', null, 0);
      },
      releasedByHolder: async () => true,
      breakLock: async () => {
        throw broken('asks a real server only');
      },
      findPendingApprovals: async () => {
        await note('findPendingApprovals', null, 0);
        return options.pending ?? [];
      },
      resolveSource: async () => {
        await note('resolveSource', null, 0);
        return { revision: 'd'.repeat(40), kind: 'git' };
      },
      takeCheckout: async () => {
        const { place = STUB_PLACE, checkout = 'one' } = (await options.take?.()) ?? {};
        const queue = placeQueueOf(queueOfProject(), place);
        return { queue, checkout, worker: `machine-${place.slice(0, 3)}` };
      },
      confirmImage: async ({ image }) => {
        if (options.confirm !== undefined) return options.confirm(image);
        if (image === undefined) throw broken('nothing was pushed');
        return image;
      },
      probeServer: async ({ server }) => {
        await note('probeServer', server, 0);
        const { version, pool, hasDied } = serverOf(server);
        const release = version === null ? null : { version, digest: `sha256:${version}` };
        if (release === null || hasDied !== true) return { server, release, pool };
        return { server, release: null, stopped: release, pool };
      },
      announceApproval: async (input) => {
        announced.push(input);
        await note(`announce.${input.kind}`, null, input.step);
        return { delivered: input.kind === 'closed' ? [] : ['email alice'], failed: [] };
      },
      announceQuestion: async (input) => {
        asked.push(input);
        await note('announce.question', null, input.question.step);
        return { delivered: [], failed: [] };
      },
      measureOutcome: async ({ step }) => {
        const call = await note('measureOutcome', null, step);
        const good: Fact[] = [
          { id: 'service.error_rate', value: 0, samples: 100 },
          { id: 'health_check.response_time', value: 35, samples: 100 },
        ];
        return { facts: options.facts?.(call) ?? good, evidence: [] };
      },
      preflightServer: async ({ server }) => {
        await note('preflightServer', server, 0);
        const { version, pool } = serverOf(server);
        const release = version === null ? null : { version, digest: `sha256:${version}` };
        const good = { subject: server, reachable: true, checks: [] };
        return { ...good, before: { server, release, pool }, ...options.preflight?.(server) };
      },
      preflightShared: async () => {
        await note('preflightShared', null, 0);
        return ['balancer', 'registry'].map((subject) => ({
          subject,
          reachable: true,
          checks: [],
          ...options.preflight?.(subject),
        }));
      },
      prefetchServer: async ({ server }) => {
        await note('prefetchServer', server, 0);
        return { facts: [], evidence: [], warnings: options.fetchWarnings?.(server) ?? [] };
      },
      observeServers: async ({ step }) => {
        await note('observeServers', null, step);
        return { facts: [], evidence: [] };
      },
      guardPool: async () => {
        await note('guardPool', null, 0);
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), 100);
        return context.cancelled.finally(() => clearInterval(beat));
      },
      beginWatch: async ({ run }) => {
        const { workflowExecution: execution } = Context.current().info;
        return sealWatch(createFakeSeal(), run, { workflowId: '', runId: '', ...execution });
      },
      permitMove: async () => {
        throw broken('no server is moved here');
      },
      moveServer: async ({ settings: { server, to, who } }) => ({ server, to, changed: true, who }),
      acknowledgeWatch: async () => {
        throw broken('nobody is told here');
      },
      awaitRunEnd: async () => ({ isLeft: false }),
      alarm: async () => ({ isLeft: false, sent: [] }),
      showServers: async ({ servers }) => ({
        servers: servers.map((subject) => ({
          subject,
          reachable: true,
          checks: [],
          healthy: true,
          run: null,
        })),
        silent: [],
      }),
      showHostKey: async ({ server }) => ({
        server,
        place: server,
        key: 'ssh-ed25519 AAAA',
        fingerprint: 'SHA256:stub',
        jump: null,
        state: 'unknown',
      }),
      finishServer: async ({ server }) => {
        await note('finishServer', server, 0);
        return { facts: [], evidence: [] };
      },
    },
  };
  for (const [name, server] of Object.entries(options.servers ?? {}))
    servers.set(name, { ...server });
  return world;
}

/** alice is tech lead, bob ops lead, carol asked for the run; anybody else is nobody. */
export function acceptKnown({ decision, approvers, accepted, quorum }: JudgeInput): Judgement {
  const role = { alice: 'tech_lead', bob: 'ops_lead' }[decision.by];
  if (decision.by === 'carol') return { accepted: false, code: 'SELF_APPROVAL', reason: 'own run' };
  const isWanted = role !== undefined && (approvers.length === 0 || approvers.includes(role));
  if (!isWanted) {
    return { accepted: false, code: 'NOT_AN_APPROVER', reason: `${decision.by} may not` };
  }
  if (accepted.some((vote) => vote.person === decision.by)) {
    return { accepted: false, code: 'QUORUM_SAME_PERSON', reason: 'already counted' };
  }
  const needed =
    quorum.kind === 'any' ? 1 : quorum.kind === 'count' ? quorum.people : approvers.length;
  const votes = accepted.length + 1;
  return {
    accepted: true,
    vote: { person: decision.by, name: decision.by, role },
    quorumReached: votes >= needed,
    missing: votes >= needed ? '' : `${needed - votes} more`,
  };
}

/** The world after a success, as the definition says; what a drain leaves is maint in this pool. */
function apply(
  { pool, version }: Effect,
  server: StubServer,
  fresh: string,
  before?: Before,
): void {
  if (pool === 'out') server.pool = 'maint';
  if (pool === 'in') server.pool = 'ready';
  if (pool === 'before') server.pool = before?.pool ?? 'absent';
  if (version === 'none') server.version = null;
  if (version === 'new') server.version = fresh;
  if (version === 'before') server.version = before?.release?.version ?? null;
}

function recordOf<Id extends string, Value>(
  ids: readonly Id[],
  make: (id: Id) => Value,
): Record<Id, Value> {
  return Object.fromEntries(ids.map((id) => [id, make(id)])) as Record<Id, Value>;
}

/** Only of what is undone on each of them: others are told apart by less. */
function concerned(id: ActionId, { server, servers }: ActionInput): readonly string[] | undefined {
  const isEach = server === undefined && ACTIONS[id].compensation !== undefined;
  return isEach ? servers : undefined;
}
