/**
 * Recording activities for the interpreter's tests: a small world of servers with versions and a pool,
 * where every call is kept in order and any call can be made to fail or to measure something else.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActionId, CompensationId } from '../../src/actions/index.ts';
import type {
  Activities,
  AnnounceApprovalInput,
  CompensationInput,
  JudgeInput,
  Judgement,
  ResolvePlanInput,
} from '../../src/activities/contract.ts';
import type {
  ActionInput,
  ActionResult,
  Fact,
  PreflightResult,
  ResolvedRun,
  RunReport,
  ServerBefore,
} from '../../src/plan/run.ts';
import { resolvedRun } from './resolved-run.ts';

export interface StubCall {
  readonly name: string;
  readonly server: string | null;
  readonly step: number;
}

export interface StubServer {
  version: string | null;
  pool: ServerBefore['pool'];
}

export interface StubOptions {
  readonly resolve?: (input: ResolvePlanInput) => ResolvedRun;
  readonly judge?: (input: JudgeInput) => Judgement;
  readonly pending?: readonly string[];
  readonly registered?: boolean;
  /** Called before each activity; what it throws is that activity's failure. */
  readonly before?: (call: StubCall, world: StubWorld) => void | Promise<void>;
  /** Facts to measure instead of the good ones. */
  readonly facts?: (call: StubCall) => readonly Fact[] | null;
  readonly servers?: Readonly<Record<string, StubServer>>;
  /** What a preflight finds on a server, instead of nothing but good. */
  readonly preflight?: (subject: string) => Partial<PreflightResult> | null;
}

export interface StubWorld {
  readonly calls: StubCall[];
  readonly servers: Map<string, StubServer>;
  readonly reports: RunReport[];
  readonly announced: AnnounceApprovalInput[];
  readonly inputs: Map<string, ActionInput>;
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

/** What each action measures when all is well. */
const GOOD: Readonly<Partial<Record<ActionId, readonly Fact[]>>> = {
  'code.analyze': [{ id: 'code.serious_findings', value: 0 }],
  'code.lint': [
    { id: 'code.style_ok', value: true },
    { id: 'code.serious_findings', value: 0 },
  ],
  'code.scan': [{ id: 'security.high_findings', value: 0 }],
  'code.audit': [{ id: 'security.high_findings', value: 0 }],
  'tests.run': [
    { id: 'tests.pass_rate', value: 98, samples: 50 },
    { id: 'tests.critical_pass_rate', value: 100, samples: 5 },
  ],
  'tests.coverage': [{ id: 'tests.coverage', value: 90 }],
  'tests.verify': [
    { id: 'tests.pass_rate', value: 98, samples: 50 },
    { id: 'tests.critical_pass_rate', value: 100, samples: 5 },
  ],
  'pool.drain': [{ id: 'pool.removed', value: true }],
  'connections.wait': [{ id: 'connections.active', value: 0 }],
  'service.stop': [{ id: 'service.stopped', value: true }],
  'image.pull': [{ id: 'release.present', value: true }],
  'config.update': [{ id: 'config.current', value: true }],
  'service.start': [{ id: 'service.deployed', value: true }],
  'service.ready': [
    { id: 'service.ready', value: true },
    { id: 'service.deployed', value: true },
  ],
  'health.port': [{ id: 'health.passed', value: true }],
  'health.endpoint': [{ id: 'health.passed', value: true }],
  'health.smoke': [{ id: 'health.passed', value: true }],
  'health.performance': [
    { id: 'health_check.response_time', value: 40, samples: 50 },
    { id: 'service.error_rate', value: 0, samples: 50 },
    { id: 'health.passed', value: true },
  ],
  'pool.enable': [{ id: 'pool.enabled', value: true }],
  'routes.update': [{ id: 'routes.current', value: true }],
  'traffic.verify': [
    { id: 'traffic.all_receive', value: true },
    { id: 'traffic.deviation', value: 3 },
  ],
  'project.command': [{ id: 'command.passed', value: true }],
};

const ACTION_IDS: readonly ActionId[] = [
  'code.analyze',
  'code.lint',
  'code.scan',
  'code.audit',
  'tests.run',
  'tests.coverage',
  'tests.verify',
  'build.compile',
  'build.package',
  'image.build',
  'image.push',
  'pool.drain',
  'connections.wait',
  'service.stop',
  'image.pull',
  'config.update',
  'service.start',
  'service.ready',
  'health.port',
  'health.endpoint',
  'health.smoke',
  'health.performance',
  'pool.enable',
  'routes.update',
  'traffic.verify',
  'report.write',
  'notify.send',
  'record.update',
  'project.command',
];

const COMPENSATION_IDS: readonly CompensationId[] = [
  'pool.readmit',
  'pool.withdraw',
  'service.restore',
  'config.restore',
  'service.remove',
];

export function stubWorld(options: StubOptions = {}): StubWorld {
  const calls: StubCall[] = [];
  const servers = new Map<string, StubServer>();
  const reports: RunReport[] = [];
  const announced: AnnounceApprovalInput[] = [];
  const inputs = new Map<string, ActionInput>();

  const serverOf = (name: string): StubServer => {
    const known = servers.get(name) ?? { version: 'v2.0.0', pool: 'ready' };
    servers.set(name, known);
    return known;
  };
  const note = async (name: string, server: string | null, step: number): Promise<StubCall> => {
    const call = { name, server, step };
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
    const call = await note(id, input.server ?? null, input.step);
    if (input.server !== undefined) applyAction(id, serverOf(input.server), input.run.version);
    countPool();
    const tag = `${input.run.version}-${input.run.environment}`;
    const good =
      id === 'image.push' || id === 'image.build' ? imageFacts(id, tag) : (GOOD[id] ?? []);
    return {
      facts: options.facts?.(call) ?? good,
      evidence: [`${id} ok`],
      ...(id === 'image.push' && { image: { ...IMAGE, tag } }),
    };
  };

  const world: StubWorld = {
    calls,
    servers,
    reports,
    announced,
    inputs,
    fewestInPool: () => fewest,
    names: () =>
      calls.map((call) => (call.server === null ? call.name : `${call.name}@${call.server}`)),
    activities: {
      ...recordOf(ACTION_IDS, (id) => (input: ActionInput) => act(id, input)),
      ...recordOf(COMPENSATION_IDS, (id) => async (input: CompensationInput) => {
        await note(id, input.server, input.step);
        applyCompensation(id, serverOf(input.server), input.before);
        countPool();
        return { facts: [], evidence: [] };
      }),
      resolvePlan: async (input) => {
        await note('resolvePlan', null, 0);
        if (options.resolve !== undefined) return options.resolve(input);
        return resolvedRun((input.inputs[0] ?? {}) as Parameters<typeof resolvedRun>[0]);
      },
      judgeDecision: async (input) => {
        await note('judgeDecision', null, input.step);
        return options.judge === undefined ? acceptKnown(input) : options.judge(input);
      },
      ensureSearchAttributes: async () => ({ registered: options.registered ?? false, note: '' }),
      breakStaleLock: async () => {
        await note('breakStaleLock', null, 0);
        return { broken: false, holder: 'another-run' };
      },
      findPendingApprovals: async () => {
        await note('findPendingApprovals', null, 0);
        return options.pending ?? [];
      },
      resolveSource: async () => {
        await note('resolveSource', null, 0);
        return { revision: 'd'.repeat(40), kind: 'git' };
      },
      probeServer: async ({ server }) => {
        await note('probeServer', server, 0);
        const { version, pool } = serverOf(server);
        const release = version === null ? null : { version, digest: `sha256:${version}` };
        return { server, release, pool };
      },
      announceApproval: async (input) => {
        announced.push(input);
        await note(`announce.${input.kind}`, null, input.step);
        return { delivered: input.kind === 'closed' ? [] : ['email alice'], failed: [] };
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
        return { facts: [], evidence: [] };
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
  if (role === undefined || !approvers.includes(role)) {
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

function imageFacts(id: 'image.push' | 'image.build', tag: string): readonly Fact[] {
  const done: Fact = { id: id === 'image.push' ? 'image.pushed' : 'image.built', value: true };
  return [done, { id: 'image.tag', value: tag }];
}

function applyAction(id: ActionId, server: StubServer, version: string): void {
  if (id === 'pool.drain') server.pool = 'maint';
  if (id === 'service.stop') server.version = null;
  if (id === 'service.start') server.version = version;
  if (id === 'pool.enable') server.pool = 'ready';
}

function applyCompensation(
  id: CompensationId,
  server: StubServer,
  before: {
    readonly release: { readonly version: string } | null;
    readonly pool: StubServer['pool'];
  },
): void {
  if (id === 'pool.withdraw') server.pool = 'maint';
  if (id === 'service.remove') server.version = null;
  if (id === 'service.restore') server.version = before.release?.version ?? null;
  if (id === 'pool.readmit') server.pool = before.pool;
}

function recordOf<Id extends string, Value>(
  ids: readonly Id[],
  make: (id: Id) => Value,
): Record<Id, Value> {
  return Object.fromEntries(ids.map((id) => [id, make(id)])) as Record<Id, Value>;
}
