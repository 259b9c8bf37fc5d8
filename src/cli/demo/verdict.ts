/** What the demo says at its end: whether the world is as it should be, and what the customers saw. */
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RunStatus } from '../../workflows/messages.ts';
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
export function surprises(outcome: Outcome): readonly string[] {
  const { fault, status, during, after, runExitCode } = outcome;
  const expected = fault === null ? outcome.newVersion : outcome.oldVersion;
  const found: string[] = [];
  const expectedExit = fault?.exitCode ?? 0;
  if (runExitCode !== expectedExit)
    found.push(`the run's exit code is ${runExitCode}, not ${expectedExit}`);
  if (fault !== null && status.failure?.step !== fault.step) {
    found.push(`step ${status.failure?.step ?? 'none'} failed, not ${fault.step}`);
  }
  if (during.failed + after.failed > 0) {
    found.push(
      `${during.failed + after.failed} requests failed: ${[...during.failures, ...after.failures].join('; ')}`,
    );
  }
  for (const server of PRODUCTION_SERVERS) {
    const versions = Object.keys(after.servers[server] ?? {});
    if (versions.length !== 1 || versions[0] !== expected) {
      found.push(
        `${server} answers ${versions.join(', ') || 'nothing'} afterwards, not ${expected}`,
      );
    }
  }
  return found;
}

/** What the traffic saw, as lines. */
export function trafficLines(
  { during, after, status }: Outcome,
  language: Language,
): readonly string[] {
  const zh = language === 'zh';
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const slow = during.slow.map((each) =>
    zh
      ? `  慢请求（${seconds(each.askedMs)}）：${seconds(each.tookMs)} 后收到应答 ${each.status ?? '无'}`
      : `  slow request (${seconds(each.askedMs)}): answered ${each.status ?? 'not'} after ${seconds(each.tookMs)}`,
  );
  return [
    zh ? '流量（独立进程，不重试）' : 'Traffic (a process of its own, no retries)',
    zh
      ? `  部署期间发送 ${during.sent} 个请求，${during.failed} failed（失败），最长等待 ${seconds(during.longestWaitMs)}`
      : `  ${during.sent} requests sent while it deployed, ${during.failed} failed, the longest waited ${seconds(during.longestWaitMs)}`,
    ...slow,
    zh
      ? `  负载均衡池为空 ${seconds(status.withoutServiceMs)}（所有服务器同时停止，请求在均衡器等待）`
      : `  the pool was empty for ${seconds(status.withoutServiceMs)} (all servers at once; the balancer held the requests)`,
    zh
      ? `  应答的版本：${counts(during.versions)}`
      : `  versions that answered: ${counts(during.versions)}`,
    zh ? '之后，每台服务器的应答' : 'Afterwards, by server',
    ...PRODUCTION_SERVERS.map((server) => `  ${server}: ${counts(after.servers[server] ?? {})}`),
  ];
}

function counts(versions: Readonly<Record<string, number>>): string {
  const entries = Object.entries(versions);
  return entries.length === 0
    ? '–'
    : entries.map(([version, count]) => `${version} × ${count}`).join(', ');
}
