/** What undoes a run's changes on one server. Each reads first; on a server as before nothing changes. */
import { ApplicationFailure } from '@temporalio/common';
import { restoredRunId } from '../../actions/restored.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import type { BalancerSettings, RuntimeSettings } from '../../plan/settings.ts';
import type { CompensationWork } from '../implement.ts';
import { type ServerPorts, shortDigest } from './context.ts';
import { enterPool } from './enter.ts';
import { isFirstDeployment } from './first-deployment.ts';
import { judgedBy, type Release, startFormer } from './former.ts';
import type { ReleaseSettings } from './manifest.ts';
import { readManifest, removeManifestsOf } from './manifest-file.ts';
import { countDown, heartbeatWhile, pause } from './pace.ts';
import { waitForIdle } from './pool.ts';
import { isTaking, poolServer } from './pool-state.ts';
import { waitUntilReady } from './ready.ts';
import { leftOpen, uncounted } from './remaining.ts';
import { startAnew } from './restore-anew.ts';
import { stopRunning } from './service.ts';
import type { PoolSettings } from './serving.ts';

/** How long a withdrawal waits for requests in flight before the stop that follows: the seed's 30 s. */
const WITHDRAW_LIMIT_SECONDS = 30;
/** A longer grace is not waited for: the rest of the restore needs its time as well. */
const LONGEST_GRACE_SECONDS = 120;
/** Between the end of the grace and the end of what was killed then. */
const STOP_MARGIN_MS = 1_000;
const STOP_LOOK_MS = 250;

/** service.remove: stops what this run started; other releases, and what a restore started, stay. */
export async function removeStarted(
  ports: ServerPorts,
  input: CompensationWork,
  runtime: RuntimeSettings,
): Promise<readonly string[]> {
  const state = await ports.runtime.inspect(input.server, input.run.service);
  const isOurs = state.running && state.release?.runId === input.run.requestId;
  const line = isOurs
    ? await stopRunning(ports, input, runtime.stop)
    : say(input.run, '本次运行启动的版本没有在运行', 'nothing that this run started is running');
  await removeManifestsOf(ports, input, input.run.requestId);
  return [line, ...(await leaveNothing(ports, input))];
}

/**
 * service.restore: makes the release that ran before run again with what it ran with, and waits until it
 * is ready by its own health check. What it ran with is read before anything is touched.
 */
export async function restoreFormer(
  ports: ServerPorts,
  input: CompensationWork,
  settings: ReleaseSettings,
): Promise<readonly string[]> {
  const former = input.before.release;
  if (former !== null && input.withCurrentSettings === true)
    return restoreAnew(ports, input, former, settings);
  const kept = former === null ? null : await readManifest(ports, input, former);
  const lines: string[] = [];
  const state = await ports.runtime.inspect(input.server, input.run.service);
  const isOurs = state.release?.runId === input.run.requestId;
  if (state.running && (isOurs || state.release?.digest !== former?.digest)) {
    lines.push(await stopRunning(ports, input, settings.runtime.stop));
  }
  if (former === null) return [...lines, nothingRan(input), ...(await leaveNothing(ports, input))];
  const { graceSeconds } = kept?.stop ?? settings.runtime.stop;
  const keepsRunning = await staysUp(ports, input, graceSeconds);
  if (!keepsRunning) lines.push(await startFormer(ports, input, settings, former, kept));
  const { health } = judgedBy(kept, settings);
  lines.push(await persistently(() => waitUntilReady(ports, input, health, kept?.port)));
  return [...lines, runsAgain(input, former)];
}

/**
 * Whether the former release, where it still runs, will go on: this run may have told it to stop, and a
 * stop that was cut off (a frozen server, a lost connection) takes effect all the same, up to its grace.
 */
async function staysUp(
  ports: ServerPorts,
  { server, run }: CompensationWork,
  graceSeconds: number,
): Promise<boolean> {
  const limitSeconds = Math.min(graceSeconds, LONGEST_GRACE_SECONDS);
  const clock = countDown(limitSeconds * 1000 + STOP_MARGIN_MS);
  for (;;) {
    const { running, release } = await ports.runtime.inspect(server, run.service);
    // Started by an earlier attempt of this, after whatever stopped it.
    if (running && release?.runId === restoredRunId(run.requestId)) return true;
    if (!running || clock.remainingMs() === 0) return running;
    await pause(STOP_LOOK_MS, clock);
  }
}

async function restoreAnew(
  ports: ServerPorts,
  input: CompensationWork,
  former: Release,
  { runtime }: ReleaseSettings,
): Promise<readonly string[]> {
  const { lines, manifest } = await startAnew(ports, input, former, runtime.stop);
  const { health, port } = manifest;
  const ready = await persistently(() => waitUntilReady(ports, input, health, port));
  return [...lines, ready, runsAgain(input, former)];
}

function runsAgain({ run }: CompensationWork, { version, digest }: Release): string {
  const short = shortDigest(digest);
  return say(run, `已恢复 ${version}（${short}）`, `${version} (${short}) runs again`);
}

/** After a first deployment nothing of it stays: a server is as if it had never been. */
async function leaveNothing(
  ports: ServerPorts,
  input: CompensationWork,
): Promise<readonly string[]> {
  if (!isFirstDeployment(input)) return [];
  const { server, run } = input;
  await heartbeatWhile(() => ports.runtime.forget(server, run.service, run.requestId));
  return [
    say(run, '本次运行放到服务器上的内容已清除', 'what this run had put on the server is removed'),
  ];
}

function nothingRan({ run, before }: CompensationWork): string {
  const { stopped } = before;
  if (stopped === undefined)
    return say(run, '此前没有运行任何版本，保持停止', 'nothing ran before, so nothing runs now');
  return say(
    run,
    `${stopped.version} 在本次运行之前就已停止，保持停止`,
    `${stopped.version} had stopped before this run, and stays so`,
  );
}

/**
 * pool.readmit: only what this run took out goes back in, and only where it really answers: what does
 * not is taken out again until somebody has looked at it.
 */
export async function putBack(
  ports: ServerPorts,
  input: CompensationWork,
  settings: PoolSettings,
): Promise<readonly string[]> {
  if (input.before.pool !== 'ready') {
    const { pool } = input.before;
    return [
      say(input.run, `运行前状态为 ${pool}，保持不变`, `was ${pool} before the run and stays so`),
    ];
  }
  if (input.before.release === null) return [await putBackEmpty(ports, input, settings.balancer)];
  // As it runs now: it may have been started with other settings than before the run.
  const { release } = await ports.runtime.inspect(input.server, input.run.service);
  const kept = release === null ? null : await readManifest(ports, input, release);
  const own = judgedBy(kept, settings);
  return [await persistently(() => enterPool(ports, input, own))];
}

/** Nothing answered there before the run, so there is no answer to wait for. */
async function putBackEmpty(
  ports: ServerPorts,
  input: CompensationWork,
  { pool }: BalancerSettings,
): Promise<string> {
  ports.notes.want(input.run.requestId, input.server, 'in');
  await heartbeatWhile(() => ports.balancer.enable(pool, input.server));
  return say(
    input.run,
    '负载均衡状态恢复为 ready；此前没有运行任何版本',
    'ready in the pool again; nothing ran there before',
  );
}

/** pool.withdraw: out of the pool again, and a bounded wait for what is in flight. */
export async function takeOutAgain(
  ports: ServerPorts,
  input: CompensationWork,
  balancer: BalancerSettings,
): Promise<readonly string[]> {
  const now = await poolServer(ports, input, balancer);
  ports.notes.want(input.run.requestId, input.server, 'out');
  if (now !== null && isTaking(now)) {
    await heartbeatWhile(() => ports.balancer.drain(balancer.pool, input.server));
  }
  const limitSeconds = WITHDRAW_LIMIT_SECONDS;
  const found = await waitForIdle(ports, input, balancer, limitSeconds);
  const { active, awaited } = found;
  const waited = Math.round(found.waitedMs);
  const left =
    active === null
      ? uncounted(input, `${waited} ms`, awaited)
      : say(
          input.run,
          `${waited} ms 后剩余 ${active} 个请求`,
          `${countedEn(active, 'request')} left after ${waited} ms`,
        );
  const line = say(input.run, `已移出负载均衡池，${left}`, `out of the pool, ${left}`);
  return [line, ...leftOpen(input, found)];
}

/**
 * Undoing is worth another attempt where going forward is not: what did not answer within the limit
 * may do so in the next, and a restored service that has exited is started again.
 */
async function persistently<T>(wait: () => Promise<T>): Promise<T> {
  try {
    return await wait();
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.retryable(error.message, error.type);
  }
}
