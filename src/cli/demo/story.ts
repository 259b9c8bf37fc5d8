/** The demo: v1 is deployed, customers come, v2 is deployed (or breaks), and everybody says what they saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { follow } from '../view/follow.ts';
import { renderRunSheet } from '../view/run-sheet.ts';
import { createApprover } from './approver.ts';
import { type Customers, startCustomers } from './customers.ts';
import type { Fault } from './faults.ts';
import { type DemoStage, PRODUCTION_SERVERS, renameVersion } from './stage.ts';
import { type Outcome, surprises, trafficLines } from './verdict.ts';

export interface StoryOptions {
  readonly fault: Fault | null;
  readonly language: Language;
  /** Somebody can be asked. */
  readonly terminal: boolean;
  readonly print: (line: string) => void;
}

const TEMPLATE = 'deployment_workflow_v1';
const OLD_VERSION = 'v1.0.0';
const NEW_VERSION = 'v2.0.0';
const REQUESTS_PER_SECOND = 100;
/** Enough answers that each of three servers is seen; a machine that is busy gets longer. */
const AFTERWARDS_MS = 1_500;
const AFTERWARDS_LIMIT_MS = 30_000;
/** The cable is plugged in again this long after the undoing began. */
const MENDED_AFTER_MS = 2_000;

/** @returns the exit code: the run's own, or 1 where the world is not as the demo promises */
export async function tell(stage: DemoStage, options: StoryOptions): Promise<number> {
  const { print, language, fault } = options;
  const zh = language === 'zh';
  print(
    zh
      ? `\n部署 ${OLD_VERSION}（首次部署，演示代 alice 批准）`
      : `\nDeploying ${OLD_VERSION} (the first one; the demo approves as alice)`,
  );
  await deployOld(stage, options);
  const customers = startCustomers(stage.balancerUrl, REQUESTS_PER_SECOND);
  try {
    print(
      zh
        ? `客户开始访问：每秒 ${REQUESTS_PER_SECOND} 个请求，经过 ${stage.balancerUrl}`
        : `Customers arrive: ${REQUESTS_PER_SECOND} requests a second through ${stage.balancerUrl}`,
    );
    await renameVersion(stage.folder, NEW_VERSION.slice(1));
    fault?.breakSource?.(stage.folder);
    if (fault !== null)
      print(zh ? `破坏：${fault.text.zh}` : `Broken on purpose: ${fault.text.en}`);
    const outcome = await deployNew(stage, customers, options);
    return conclude(outcome, options);
  } finally {
    await customers.stop();
  }
}

async function deployOld(stage: DemoStage, { language }: StoryOptions): Promise<void> {
  const workflowId = `demo-${OLD_VERSION}`;
  await startRun(stage, workflowId, OLD_VERSION, language);
  let decided = false;
  for await (const status of stage.client.watch(workflowId)) {
    if (decided || !waitsForApproval(status)) continue;
    decided = true;
    await stage.client.approve(workflowId, { by: 'alice' });
  }
  const { failure } = await stage.client.end(workflowId);
  if (failure !== null) throw new Error(`${OLD_VERSION}: ${failure.type}: ${failure.message}`);
}

async function deployNew(
  stage: DemoStage,
  customers: Customers,
  options: StoryOptions,
): Promise<Outcome> {
  const { fault, language, print } = options;
  const zh = language === 'zh';
  const workflowId = `demo-${NEW_VERSION}`;
  const approver = createApprover(stage, {
    rejects: fault?.rejects === true,
    terminal: options.terminal,
    language,
  });
  const cable = watchCable(stage, fault);
  print(
    zh
      ? `\n部署 ${NEW_VERSION} 到 production，申请人 carol`
      : `\nDeploying ${NEW_VERSION} to production, requested by carol`,
  );
  const page = stage.uiPage(workflowId);
  if (page !== null) print(`Temporal Web UI: ${page}\n`);
  await customers.restart();
  await startRun(stage, workflowId, NEW_VERSION, language);
  let decided = false;
  const runExitCode = await follow(stage.client, workflowId, {
    language,
    json: false,
    onStatus: async (status) => {
      await cable(status);
      if (decided || !waitsForApproval(status)) return false;
      decided = true;
      if (fault?.slowRequestMs !== undefined) await customers.sendSlow(fault.slowRequestMs);
      print(`  ${await approver.decide(workflowId)}`);
      return true;
    },
  });
  const status = await stage.client.status(workflowId);
  const during = await customers.restart();
  const after = await answersAfterwards(customers);
  return {
    fault,
    status,
    runExitCode,
    during,
    after,
    oldVersion: OLD_VERSION,
    newVersion: NEW_VERSION,
  };
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

/** For a server that the balancer cannot reach: cut when its new version runs, mended during the undoing. */
function watchCable(stage: DemoStage, fault: Fault | null): (status: RunStatus) => Promise<void> {
  const server = fault?.unreachableServer;
  let state: 'whole' | 'cut' | 'mended' = 'whole';
  return async (status) => {
    if (server === undefined) return;
    const deployed = status.steps.find((each) => each.number === 7)?.state;
    if (state === 'whole' && (deployed === 'running' || deployed === 'succeeded')) {
      state = 'cut';
      // Port 9 (discard) of this machine: nobody listens there.
      await stage.environment.moveBalancerTarget(server, { host: '127.0.0.1', port: 9 });
    }
    if (state === 'cut' && status.failure !== null) {
      state = 'mended';
      await sleep(MENDED_AFTER_MS);
      await stage.environment.moveBalancerTarget(server, null);
    }
  };
}

function conclude(outcome: Outcome, { language, print, fault }: StoryOptions): number {
  const zh = language === 'zh';
  print('');
  for (const line of renderRunSheet(outcome.status, { language, color: false, width: 110 }))
    print(line);
  print('');
  for (const line of trafficLines(outcome, language)) print(line);
  const found = surprises(outcome);
  if (found.length > 0) {
    print(zh ? '\n与预期不符：' : '\nNot as promised:');
    for (const line of found) print(`  ${line}`);
    return 1;
  }
  if (fault === null)
    print(
      zh
        ? `\n${NEW_VERSION} 已在三台服务器上运行。`
        : `\n${NEW_VERSION} runs on all three servers.`,
    );
  else
    print(
      zh
        ? `\n步骤 ${fault.step} 按预期失败，三台服务器仍由 ${OLD_VERSION} 服务。`
        : `\nStep ${fault.step} failed as intended; ${OLD_VERSION} serves on all three servers.`,
    );
  return outcome.runExitCode;
}

function startRun(
  stage: DemoStage,
  workflowId: string,
  version: string,
  language: Language,
): Promise<void> {
  const parameters = { environment: 'production', servers: PRODUCTION_SERVERS, version };
  return stage.client.start({
    templateId: TEMPLATE,
    taskQueue: 'runsheet',
    workflowId,
    inputs: [{ ...parameters, requested_by: 'carol', language }],
  });
}

function waitsForApproval({ approval, steps }: RunStatus): boolean {
  return (
    approval !== null &&
    steps.some((step) => step.number === approval.step && step.state === 'waiting')
  );
}
