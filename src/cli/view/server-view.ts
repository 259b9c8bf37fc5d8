/** A run as the Temporal server knows it, where no worker tells more. Pure. */
import pc from 'picocolors';
import type { ServerActivity, ServerView } from '../../client.ts';
import type { RunOutcome } from '../../plan/run.ts';
import { type Say, sayIn } from '../language.ts';
import type { ViewOptions } from './run-sheet.ts';
import { fit } from './text.ts';
import { durationWord, outcomeWord } from './words.ts';

/** Activities that are shown: a fleet has one a server. */
const ROWS = 20;

/** The run, since when no worker has been heard of, and what was asked of one and is not done. */
export function renderServerView(server: ServerView, options: ViewOptions): string[] {
  const { language, width, nowMs = Date.now() } = options;
  const say = sayIn(language);
  const paint = pc.createColors(options.color);
  const spentMs = (server.closedAtMs ?? nowMs) - server.startedAtMs;
  const target = server.version === null ? '' : `  ${server.version} → ${server.environment ?? ''}`;
  const word = server.outcome === null ? server.status.toLowerCase() : outcomeOf(server, options);
  const shown = server.activities.slice(0, ROWS);
  const more = server.activities.length - shown.length;
  return [
    paint.bold(fit(`${server.templateId}${target}`, width)),
    fit(`${server.workflowId}  ${word}  ${durationWord(spentMs, language)}`, width),
    '',
    ...(server.closedAtMs === null ? stepLines(server, say) : []),
    ...shown.map((each) => fit(activityLine(each, options, nowMs), width)),
    ...(more > 0 ? [say({ zh: `  另有 ${more} 项`, en: `  and ${more} more` })] : []),
    paint.yellow(fit(silence(server, options, nowMs), width)),
  ];
}

/** Below what a worker tells: what is tried again now, and why. */
export function repeatedLines(server: ServerView, options: ViewOptions): string[] {
  const { width, nowMs = Date.now() } = options;
  return server.activities
    .filter(({ lastFailure }) => lastFailure !== null)
    .slice(0, ROWS)
    .map((each) => fit(activityLine(each, options, nowMs), width));
}

function outcomeOf({ outcome }: ServerView, { language }: ViewOptions): string {
  return outcomeWord(outcome as RunOutcome, language);
}

function stepLines({ step, approval }: ServerView, say: Say): string[] {
  const at = step === null ? [] : [say({ zh: `步骤 ${step}`, en: `step ${step}` })];
  const asked = say({ zh: '等待审批', en: 'waiting for approval' });
  const line = [...at, ...(approval === 'pending' ? [asked] : [])].join('  ');
  return line === '' ? [] : [line];
}

/** `  ↻ 6 app-server-1 stop  attempt 2 for 1.2 s (Handed over by the worker that ends)` */
function activityLine(activity: ServerActivity, { language }: ViewOptions, nowMs: number): string {
  const { text, attempt, startedAtMs, lastFailure } = activity;
  const say = sayIn(language);
  const sign = lastFailure === null ? (activity.isRunning ? '▶' : '·') : '↻';
  const since = startedAtMs === null ? null : durationWord(nowMs - startedAtMs, language);
  const state =
    since === null
      ? say({ zh: `等待 worker，第 ${attempt} 次`, en: `attempt ${attempt} waits for a worker` })
      : say({ zh: `第 ${attempt} 次，已 ${since}`, en: `attempt ${attempt} for ${since}` });
  return `  ${sign} ${text}  ${state}${lastFailure === null ? '' : ` (${lastFailure})`}`;
}

function silence({ heardAtMs }: ServerView, { language }: ViewOptions, nowMs: number): string {
  const say = sayIn(language);
  if (heardAtMs === null) {
    return say({
      zh: '以上来自 Temporal 服务器：没有 worker 处理过这张发布单',
      en: 'this is from the Temporal server: no worker has done anything for the run',
    });
  }
  const since = durationWord(nowMs - heardAtMs, language);
  return say({
    zh: `以上来自 Temporal 服务器：worker 没有应答，上一次是在 ${since}前`,
    en: `this is from the Temporal server: no worker answers; one last did ${since} ago`,
  });
}
