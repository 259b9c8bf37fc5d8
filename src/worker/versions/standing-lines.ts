/** What a starting worker says about its version, and about runs that no worker carries on. */
import type { Language } from '../../diagnostics/diagnostic.ts';
import { say } from '../../diagnostics/language.ts';
import { shortBuild } from './deployment.ts';
import type { WaitingRun } from './open-runs.ts';
import type { Standing } from './standing.ts';

/** More are counted. */
const MOST_NAMED = 5;

export function standingLines(standing: Standing, language: Language): readonly string[] {
  return [...placeLines(standing, language), ...waitingLines(standing.waiting, language)];
}

function placeLines(standing: Standing, language: Language): readonly string[] {
  const { current, former, hasBecomeCurrent, isCurrentPolled } = standing;
  const own = shortBuild(standing.buildId);
  const reader = { language };
  if (hasBecomeCurrent && former === null) {
    // Who asked for it need not be told.
    if (standing.manner !== 'join') return [];
    return [
      say(
        reader,
        `没有当前版本，本 worker 的版本 ${own} 已成为当前版本`,
        `no version was current, so this worker's version ${own} now is`,
      ),
    ];
  }
  if (hasBecomeCurrent) {
    const before = shortBuild(former ?? '');
    return [
      say(
        reader,
        `当前版本现为本 worker 的版本 ${own}，此前为 ${before}`,
        `this worker's version ${own} is now the current one; before it was ${before}`,
      ),
    ];
  }
  if (current === standing.buildId) return [];
  const promote = `runsheet versions promote ${own}`;
  if (current === null) {
    return [
      say(
        reader,
        `没有当前版本，新的发布单会等待；下一步：${promote}`,
        `no version is current, so new runs wait; next: ${promote}`,
      ),
    ];
  }
  const theirs = shortBuild(current);
  return [
    isCurrentPolled
      ? say(
          reader,
          `新的发布单由当前版本 ${theirs} 执行，而不是本 worker 的版本 ${own}；切换：${promote}`,
          `new runs begin on the current version ${theirs}, not on this worker's ${own}; to change that: ${promote}`,
        )
      : say(
          reader,
          `当前版本是 ${theirs}，没有 worker 轮询它，新的发布单会等待；本 worker 的版本是 ${own}；下一步：${promote}`,
          `the current version is ${theirs}, and no worker polls for it, so new runs wait; this worker's is ${own}; next: ${promote}`,
        ),
  ];
}

/** Each run that nobody carries on, with the two ways to mend that. */
export function waitingLines(
  waiting: readonly WaitingRun[],
  language: Language,
): readonly string[] {
  const lines = waiting.slice(0, MOST_NAMED).map((run) => waitingLine(run, language));
  const more = waiting.length - lines.length;
  if (more === 0) return lines;
  const rest = say(
    { language },
    `另有 ${more} 张：runsheet versions`,
    `and ${more} more: runsheet versions`,
  );
  return [...lines, rest];
}

export function waitingLine(
  { workflowId, version, waitsFor }: WaitingRun,
  language: Language,
): string {
  const reader = { language };
  if (version === null || waitsFor === null) {
    return say(
      reader,
      `发布单 ${workflowId} 尚未开始：没有 worker 轮询当前版本；启动一个，或 runsheet versions promote`,
      `run ${workflowId} has not begun: no worker polls for the current version; start one, or runsheet versions promote`,
    );
  }
  const build = shortBuild(waitsFor);
  return say(
    reader,
    `发布单 ${workflowId} 在等待版本 ${build} 的 worker，而没有 worker 轮询它：用该版本启动 runsheet worker --drain，或 runsheet versions move ${workflowId}`,
    `run ${workflowId} waits for a worker of version ${build}, and nobody polls for it: start that build with runsheet worker --drain, or runsheet versions move ${workflowId}`,
  );
}
