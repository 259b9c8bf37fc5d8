/** The demo's conclusion: whether the outcome is as expected, and what the traffic saw. */

import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import { countedEn } from '../../diagnostics/language.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { sayIn } from '../language.ts';
import { countedZh } from '../view/counted.ts';
import { durationWord } from '../view/words.ts';
import type { Fault } from './faults.ts';
import { PRODUCTION_SERVERS } from './stage.ts';
import type { TrafficReport } from './traffic-report.ts';

export interface Outcome {
  readonly fault: Fault | null;
  readonly status: RunStatus;
  /** What `runsheet run` would have exited with. */
  readonly runExitCode: number;
  readonly during: TrafficReport;
  readonly after: TrafficReport;
  readonly oldVersion: string;
  readonly newVersion: string;
}

/** Everything that is not as the demo promises, one sentence each; empty: all is well. */
export function problemsOf(outcome: Outcome): readonly Localized[] {
  const { fault, status, during, after, runExitCode } = outcome;
  const expected = fault === null ? outcome.newVersion : outcome.oldVersion;
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
  return found;
}

/** What the traffic saw, in lines. */
export function trafficLines(
  { during, after, status }: Outcome,
  language: Language,
): readonly string[] {
  const say = sayIn(language);
  const seconds = (ms: number): string => durationWord(ms, language);
  const slow = during.slow.map(({ askedMs, tookMs, status: code }) =>
    say({
      zh: `  慢请求（${seconds(askedMs)}）：${seconds(tookMs)}后${code === null ? '仍无应答' : `应答 ${code}`}`,
      en: `  slow request (${seconds(askedMs)}): ${code === null ? 'no answer' : `answered ${code}`} after ${seconds(tookMs)}`,
    }),
  );
  const longest = seconds(during.longestWaitMs);
  const empty = seconds(status.withoutServiceMs);
  return [
    say({ zh: '流量（独立进程，不重试）', en: 'Traffic (a separate process, no retries)' }),
    say({
      zh: `  部署期间：${countedZh(during.sent, '个请求')}，失败 ${during.failed} 个，最长等待 ${longest}`,
      en: `  during the deployment: ${countedEn(during.sent, 'request')}, ${during.failed} failed, longest wait ${longest}`,
    }),
    ...slow,
    say({
      zh: `  无服务时长 ${empty}（所有服务器同时更新，负载均衡暂存请求）`,
      en: `  time without service: ${empty} (all servers at once; the load balancer held the requests)`,
    }),
    say({
      zh: `  应答的版本：${counts(during.versions)}`,
      en: `  versions in the answers: ${counts(during.versions)}`,
    }),
    say({ zh: '部署之后，各服务器的应答', en: 'After the deployment, answers by server' }),
    ...PRODUCTION_SERVERS.map((server) => `  ${server}: ${counts(after.servers[server] ?? {})}`),
  ];
}

function counts(versions: Readonly<Record<string, number>>): string {
  const entries = Object.entries(versions);
  return entries.length === 0
    ? '–'
    : entries.map(([version, count]) => `${version} × ${count}`).join(', ');
}
