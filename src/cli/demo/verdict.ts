/** The demo's conclusion: whether the outcome is as expected, and what the traffic saw. */

import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import { countedEn } from '../../diagnostics/language.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { type Say, sayIn } from '../language.ts';
import { countedZh } from '../view/counted.ts';
import { durationWord } from '../view/words.ts';
import type { Fault } from './faults.ts';
import { PRODUCTION_SERVERS } from './stage.ts';
import type { TrafficReport } from './traffic-report.ts';
import type { WentOn, WorkerDeath } from './worker-death.ts';

export interface Outcome {
  readonly fault: Fault | null;
  readonly allAtOnce: boolean;
  readonly status: RunStatus;
  /** What `runsheet run` would have exited with. */
  readonly runExitCode: number;
  readonly during: TrafficReport;
  readonly after: TrafficReport;
  /** null: the worker was not killed. */
  readonly death: WorkerDeath | null;
  /** null: nobody went on, or had to. */
  readonly wentOn: WentOn | null;
  /** Server → how many processes it has started for the run. */
  readonly starts: Readonly<Record<string, number>>;
  readonly oldVersion: string;
  readonly newVersion: string;
}

/** Everything that is not as the demo promises, one sentence each; empty: all is well. */
export function problemsOf(outcome: Outcome): readonly Localized[] {
  const { fault, status, during, after, runExitCode } = outcome;
  // A run that ended otherwise than it should is one problem, not one more for each server.
  const expected = runExitCode === 0 ? outcome.newVersion : outcome.oldVersion;
  const found: Localized[] = [];
  const expectedExit = fault?.exitCode ?? 0;
  if (runExitCode !== expectedExit)
    found.push({
      zh: `退出码是 ${runExitCode}，应为 ${expectedExit}`,
      en: `the run's exit code is ${runExitCode}, not ${expectedExit}`,
    });
  const failedStep = status.failure?.step;
  if (fault !== null && failedStep !== fault.step) {
    found.push({
      zh: `应在步骤 ${fault.step} 失败，实际${failedStep === undefined ? '没有步骤失败' : `在步骤 ${failedStep} 失败`}`,
      en: `${failedStep === undefined ? 'no step' : `step ${failedStep}`} failed; step ${fault.step} should have`,
    });
  }
  const failed = during.failed + after.failed;
  if (failed > 0) {
    const failures = [...during.failures, ...after.failures].join('; ');
    found.push({
      zh: `${countedZh(failed, '个请求')}失败：${failures}`,
      en: `${countedEn(failed, 'request')} failed: ${failures}`,
    });
  }
  for (const server of PRODUCTION_SERVERS) {
    const versions = Object.keys(after.servers[server] ?? {});
    if (versions.length !== 1 || versions[0] !== expected) {
      const seen = versions.join(', ') || '–';
      found.push({
        zh: `部署后 ${server} 应答的版本是 ${seen}，应为 ${expected}`,
        en: `after the run, ${server} answers with ${seen}, not ${expected}`,
      });
    }
  }
  const isKilled = fault === null && !outcome.allAtOnce && runExitCode === 0;
  return isKilled ? [...found, ...problemsOfDeath(outcome)] : found;
}

function problemsOfDeath({ death, wentOn, starts, newVersion }: Outcome): readonly Localized[] {
  if (death === null) {
    const zh = 'worker 没有在步骤 7 进行时被终止';
    return [{ zh, en: 'the worker was not killed while step 7 was under way' }];
  }
  const found: Localized[] = [];
  if (wentOn === null)
    found.push({
      zh: 'worker 被终止之后，没有别的 worker 接着执行',
      en: 'after the worker was killed, no other one went on',
    });
  for (const server of PRODUCTION_SERVERS) {
    const times = starts[server] ?? 0;
    if (times === 1) continue;
    found.push({
      zh: `${server} 启动了 ${times} 次 ${newVersion}，应为 1 次`,
      en: `${server} has started ${newVersion} ${countedEn(times, 'time')}, not once`,
    });
  }
  return found;
}

/** What became of the run when its worker was killed, in lines; none where it was not. */
export function workerLines(
  { death, wentOn, starts, newVersion }: Outcome,
  language: Language,
): readonly string[] {
  if (death === null) return [];
  const say = sayIn(language);
  const at = new Date(death.atMs).toISOString().slice(11, 19);
  const goneOn =
    wentOn === null
      ? []
      : [
          say({
            zh: `  ${durationWord(wentOn.afterMs, language)}后接着执行，由进程 ${wentOn.pid}`,
            en: `  the run went on after ${durationWord(wentOn.afterMs, language)}, by process ${wentOn.pid}`,
          }),
        ];
  const each = PRODUCTION_SERVERS.map((server) => `${server} × ${starts[server] ?? 0}`).join(', ');
  return [
    say({
      zh: `worker 进程 ${death.pid} 于 ${at}Z 被强制终止`,
      en: `The worker, process ${death.pid}, was killed at ${at}Z`,
    }),
    ...goneOn,
    say({
      zh: `  启动 ${newVersion} 的次数：${each}`,
      en: `  starts of ${newVersion}: ${each}`,
    }),
    '',
  ];
}

/** What the traffic saw, in lines. */
export function trafficLines(outcome: Outcome, language: Language): readonly string[] {
  const { during, after } = outcome;
  const say = sayIn(language);
  const seconds = (ms: number): string => durationWord(ms, language);
  const slow = during.slow.map(({ askedMs, tookMs, status: code }) =>
    say({
      zh: `  慢请求（${seconds(askedMs)}）：${seconds(tookMs)}后${code === null ? '仍无应答' : `应答 ${code}`}`,
      en: `  slow request (${seconds(askedMs)}): ${code === null ? 'no answer' : `answered ${code}`} after ${seconds(tookMs)}`,
    }),
  );
  const longest = seconds(during.longestWaitMs);
  return [
    say({ zh: '流量（独立进程，不重试）', en: 'Traffic (a separate process, no retries)' }),
    say({
      zh: `  部署期间：${countedZh(during.sent, '个请求')}，应答 ${during.answered} 个，失败 ${during.failed} 个，最长等待 ${longest}`,
      en: `  during the deployment: ${countedEn(during.sent, 'request')}, ${during.answered} answered, ${during.failed} failed, longest wait ${longest}`,
    }),
    ...slow,
    ...serviceLines(outcome, say, seconds),
    say({
      zh: `  应答的版本：${counts(during.versions)}`,
      en: `  versions in the answers: ${counts(during.versions)}`,
    }),
    say({ zh: '部署之后，各服务器的应答', en: 'After the deployment, answers by server' }),
    ...PRODUCTION_SERVERS.map((server) => `  ${server}: ${counts(after.servers[server] ?? {})}`),
  ];
}

/** How long nobody served, and why nobody noticed; nothing where no server was stopped. */
function serviceLines(
  { status, allAtOnce }: Outcome,
  say: Say,
  seconds: (ms: number) => string,
): readonly string[] {
  const { withoutServiceMs } = status;
  if (withoutServiceMs > 0) {
    const empty = seconds(withoutServiceMs);
    return [
      say({
        zh: `  无服务时长 ${empty}（${allAtOnce ? '所有服务器同时更新，' : ''}负载均衡暂存请求）`,
        en: `  time without service: ${empty} (${allAtOnce ? 'all servers at once; ' : ''}the load balancer held the requests)`,
      }),
    ];
  }
  if (allAtOnce || status.failure !== null) return [];
  return [say({ zh: '  一直有服务器在服务', en: '  a server was in service all the time' })];
}

function counts(versions: Readonly<Record<string, number>>): string {
  const entries = Object.entries(versions);
  return entries.length === 0
    ? '–'
    : entries.map(([version, count]) => `${version} × ${count}`).join(', ');
}
