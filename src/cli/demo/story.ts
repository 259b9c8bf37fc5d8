/** The demo: deploys v1, starts traffic, deploys v2 (or fails to), and reports what the traffic saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { EXIT } from '../exit-codes.ts';
import { sayIn } from '../language.ts';
import { waitingApproval } from '../view/approval.ts';
import { follow } from '../view/follow.ts';
import { renderRunSheet } from '../view/run-sheet.ts';
import { createApprover } from './approver.ts';
import { type Customers, startCustomers } from './customers.ts';
import type { Fault } from './faults.ts';
import { type DemoStage, PRODUCTION_SERVERS, renameVersion } from './stage.ts';
import { type Outcome, problemsOf, trafficLines, workerLines } from './verdict.ts';
import { createKiller, wentOn } from './worker-death.ts';

export interface StoryOptions {
  readonly fault: Fault | null;
  /** All servers at the same time; otherwise one after the other. */
  readonly allAtOnce: boolean;
  readonly language: Language;
  /** Whether there is a person to ask. */
  readonly terminal: boolean;
  readonly print: (line: string) => void;
  /** Ends the story, by its reason. */
  readonly stop: AbortSignal;
}

interface RequestParts {
  readonly skip_tests?: boolean;
  /** Servers at a time; absent: all. */
  readonly batches?: number;
}

const TEMPLATE = 'deployment_workflow_v1';
const OLD_VERSION = 'v1.0.0';
const NEW_VERSION = 'v2.0.0';
const REQUESTS_PER_SECOND = 100;
/** So often that a server is seen while it is being changed. */
const LOOK_INTERVAL_MS = 100;
/** Enough for an answer from each of three servers; a busy machine gets longer. */
const AFTERWARDS_MS = 1_500;
const AFTERWARDS_LIMIT_MS = 30_000;
/** The connection is repaired this long after the rollback began. */
const REPAIRED_AFTER_MS = 2_000;

const ONE_BY_ONE: Localized = {
  zh: `逐台部署 ${NEW_VERSION} 到 production，申请人 carol`,
  en: `Deploying ${NEW_VERSION} to production, server by server, requested by carol`,
};
const ALL_AT_ONCE: Localized = {
  zh: `部署 ${NEW_VERSION} 到 production，所有服务器同时，申请人 carol`,
  en: `Deploying ${NEW_VERSION} to production, all servers at once, requested by carol`,
};

/** @returns the exit code: the run's own, or 1 if the outcome is not what the demo promises */
export async function tell(stage: DemoStage, options: StoryOptions): Promise<number> {
  const { print, language, fault } = options;
  const say = sayIn(language);
  print(
    say({
      zh: `\n部署 ${OLD_VERSION}（首次部署，演示代 alice 批准）`,
      en: `\nDeploying ${OLD_VERSION} (first deployment; the demo approves it as alice)`,
    }),
  );
  await deployOld(stage, options);
  const customers = startCustomers(stage.balancerUrl, REQUESTS_PER_SECOND);
  try {
    print(
      say({
        zh: `开始发送流量：每秒 ${REQUESTS_PER_SECOND} 个请求，经过 ${stage.balancerUrl}`,
        en: `Starting traffic: ${REQUESTS_PER_SECOND} requests per second through ${stage.balancerUrl}`,
      }),
    );
    await renameVersion(stage.folder, NEW_VERSION.slice(1));
    fault?.breakSource?.(stage.folder);
    if (fault !== null) {
      const { zh, en } = fault.text;
      print(say({ zh: `注入故障：${zh}`, en: `Injected fault: ${en}` }));
    }
    const outcome = await deployNew(stage, customers, options);
    return conclude(outcome, options);
  } finally {
    await customers.stop();
  }
}

/** Without what the deployment after it shows: code checks and tests, batches, a worker that dies. */
async function deployOld(stage: DemoStage, { language, stop }: StoryOptions): Promise<void> {
  const workflowId = `demo-${OLD_VERSION}`;
  await startRun(stage, workflowId, { version: OLD_VERSION, language, skip_tests: true });
  let decided = false;
  for await (const status of stage.client.watch(workflowId, { signal: stop })) {
    if (decided || waitingApproval(status) === null) continue;
    decided = true;
    await stage.client.approve(workflowId, { by: 'alice' });
  }
  stop.throwIfAborted();
  const { failure } = await stage.client.end(workflowId);
  if (failure !== null) throw new Error(`${OLD_VERSION}: ${failure.type}: ${failure.message}`);
}

async function deployNew(
  stage: DemoStage,
  customers: Customers,
  options: StoryOptions,
): Promise<Outcome> {
  const { fault, language, print, allAtOnce } = options;
  const say = sayIn(language);
  const workflowId = `demo-${NEW_VERSION}`;
  const approver = createApprover(stage, {
    rejects: fault?.rejects === true,
    terminal: options.terminal,
    language,
  });
  const adjustConnection = watchConnection(stage, fault);
  const killer = fault === null && !allAtOnce ? createKiller(stage, options) : null;
  print(`\n${say(allAtOnce ? ALL_AT_ONCE : ONE_BY_ONE)}`);
  const page = stage.uiPage(workflowId);
  if (page !== null) print(`Temporal Web UI: ${page}\n`);
  await customers.restart();
  const request = { version: NEW_VERSION, language, ...(!allAtOnce && { batches: 1 }) };
  await startRun(stage, workflowId, request);
  let decided = false;
  const runExitCode = await follow(stage.client, workflowId, {
    language,
    json: false,
    stop: options.stop,
    ...(killer !== null && { expectsSilence: true, intervalMs: LOOK_INTERVAL_MS }),
    onStatus: async (status) => {
      await adjustConnection(status);
      if (killer !== null && (await killer.look(status))) return true;
      if (decided || waitingApproval(status) === null) return false;
      decided = true;
      const slow = allAtOnce ? 1 : PRODUCTION_SERVERS.length;
      if (fault?.slowRequestMs !== undefined) await customers.sendSlow(fault.slowRequestMs, slow);
      print(`  ${await approver.decide(workflowId)}`);
      return true;
    },
  });
  const status = await stage.client.status(workflowId);
  const during = await customers.restart();
  const after = await answersAfterwards(customers);
  const death = killer?.death() ?? null;
  return {
    fault,
    allAtOnce,
    status,
    runExitCode,
    during,
    after,
    death,
    wentOn: death === null ? null : await wentOn(stage, workflowId, death),
    starts: await startsOf(stage, status),
    oldVersion: OLD_VERSION,
    newVersion: NEW_VERSION,
  };
}

async function startsOf(stage: DemoStage, { requestId }: RunStatus): Promise<Outcome['starts']> {
  const counted = PRODUCTION_SERVERS.map(
    async (server) => [server, await stage.starts(server, requestId)] as const,
  );
  return Object.fromEntries(await Promise.all(counted));
}

/** Waits until each server has answered. */
async function answersAfterwards(customers: Customers): Promise<Outcome['after']> {
  const deadlineMs = Date.now() + AFTERWARDS_LIMIT_MS;
  for (;;) {
    await sleep(AFTERWARDS_MS);
    const report = await customers.report();
    const isSeen = (server: string): boolean => report.servers[server] !== undefined;
    if (PRODUCTION_SERVERS.every(isSeen) || Date.now() > deadlineMs) return report;
  }
}

/** For a server that the load balancer cannot reach: cut off once its new version runs, back during the rollback. */
function watchConnection(
  stage: DemoStage,
  fault: Fault | null,
): (status: RunStatus) => Promise<void> {
  const server = fault?.unreachableServer;
  let state: 'intact' | 'cut' | 'repaired' = 'intact';
  return async (status) => {
    if (server === undefined) return;
    const deployed = status.steps.find((each) => each.number === 7)?.state;
    const isItsTurn = status.batch === null || status.batch.servers.includes(server);
    if (state === 'intact' && isItsTurn && (deployed === 'running' || deployed === 'succeeded')) {
      state = 'cut';
      // Port 9 (discard) of this machine: nothing listens there.
      await stage.environment.moveBalancerTarget(server, { host: '127.0.0.1', port: 9 });
    }
    if (state === 'cut' && status.failure !== null) {
      state = 'repaired';
      await sleep(REPAIRED_AFTER_MS);
      await stage.environment.moveBalancerTarget(server, null);
    }
  };
}

/** A log has said it line by line; at a terminal, the whole sheet already stands there. */
function withoutTold(status: RunStatus): RunStatus {
  return { ...status, failure: null, rollback: [], warnings: [], withoutServiceMs: 0 };
}

function conclude(outcome: Outcome, { language, print, fault }: StoryOptions): number {
  const say = sayIn(language);
  if (process.stdout.isTTY !== true) {
    print('');
    for (const line of renderRunSheet(withoutTold(outcome.status), {
      language,
      color: false,
      width: 110,
    }))
      print(line);
  }
  print('');
  for (const line of workerLines(outcome, language)) print(line);
  for (const line of trafficLines(outcome, language)) print(line);
  const problems = problemsOf(outcome);
  if (problems.length > 0) {
    print(say({ zh: '\n与预期不符：', en: '\nNot as expected:' }));
    for (const problem of problems) print(`  ${say(problem)}`);
    return EXIT.other;
  }
  const step = fault?.step;
  print(
    step === undefined
      ? say({
          zh: `\n${NEW_VERSION} 已在三台服务器上运行。`,
          en: `\n${NEW_VERSION} is running on all three servers.`,
        })
      : say({
          zh: `\n步骤 ${step} 按预期失败，三台服务器仍在运行 ${OLD_VERSION}。`,
          en: `\nStep ${step} failed as intended; all three servers still run ${OLD_VERSION}.`,
        }),
  );
  return outcome.runExitCode;
}

function startRun(
  stage: DemoStage,
  workflowId: string,
  request: { readonly version: string; readonly language: Language } & RequestParts,
): Promise<void> {
  const parameters = { environment: 'production', servers: PRODUCTION_SERVERS, ...request };
  return stage.client.start({
    templateId: TEMPLATE,
    taskQueue: 'runsheet',
    workflowId,
    inputs: [{ ...parameters, requested_by: 'carol' }],
    servers: PRODUCTION_SERVERS.length,
  });
}
