/** Waits for a person where a compensation cannot succeed, with every server's state on display. */

import { condition } from '@temporalio/workflow';
import { OPERATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { Question } from '../../plan/question.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { type AskingParts, type RunIdentity, type ShownPart } from '../run.ts';
import { firstOf, hasMany } from '../showing/many.ts';
import { changed } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, retryAfter, summaryOf, system } from '../tasks/activities.ts';
import { type Stuck, skipText, stuckPlace, stuckServers } from '../undo/stuck.ts';
import { startClock } from './question-clock.ts';
import { tellQuestion } from './question-notices.ts';
import {
  closeQuestion,
  judgeAnswer,
  openQuestion,
  resolvers,
  updateQuestion,
} from './resolving.ts';
import { countStates, lastSeen } from './server-states.ts';

export interface Resolution {
  readonly action: 'retry' | 'skip';
  readonly withCurrentSettings: boolean;
  /** Set where nobody has answered, for the next question about the same. */
  readonly unanswered: Unanswered | null;
}

/** A question that was opened anew because nobody had answered. */
export interface Unanswered {
  readonly sinceMs: number;
  readonly times: number;
}

/** How long it is waited for before the rollback is tried again: a server that is back needs nobody. */
const TRY_AGAIN_HOURS = [1, 2, 4, 8] as const;
const HOUR_MS = 3_600_000;

/**
 * Shows what is stuck and waits. `rollback` means: go on, so try again. Where nobody answers it is tried
 * again too, which changes nothing on a server that is as before; the run never goes on without it.
 */
export async function askForResolution(
  run: AskingParts,
  step: number,
  stuck: readonly Stuck[],
  unanswered: Unanswered | null = null,
): Promise<Resolution> {
  const times = unanswered?.times ?? 0;
  const hours = TRY_AGAIN_HOURS[Math.min(times, TRY_AGAIN_HOURS.length - 1)] ?? 1;
  const text = describeStuck(run, stuck, lastSeen(run));
  const question = questionOf(run, step, stuck, { text, waitMs: hours * HOUR_MS });
  openQuestion(run, question);
  let isOpen = true;
  const clock = startClock(run, step, hours * HOUR_MS);
  const sinceMs = unanswered?.sinceMs ?? question.openedAtMs;
  tellQuestion(run, question, { isOpen: () => isOpen && !clock.expired, sinceMs });
  // A server that is down is asked for a while before it says nothing: nobody waits for that.
  const looked = lookAgain(run, step, stuck).then((servers) => {
    if (isOpen) updateQuestion(run, describeStuck(run, stuck, servers));
    changed(run);
  });
  run.background.push(looked);
  try {
    for (;;) {
      await condition(() => run.desk.hasUndecided || clock.expired);
      if (clock.expired) return tryAgain(run, step, { sinceMs, times: times + 1 });
      const item = run.desk.next();
      const answer = item === undefined ? null : await judgeAnswer(run, step, item);
      if (answer === null) continue;
      const action = answer.kind === 'skip' ? 'skip' : 'retry';
      const { withCurrentSettings } = answer;
      return { action, withCurrentSettings, unanswered: null };
    }
  } finally {
    isOpen = false;
    closeQuestion(run, question.openedAtMs);
  }
}

/** The report names each try only while there are few. */
function tryAgain(run: AskingParts, step: number, unanswered: Unanswered): Resolution {
  if (unanswered.times <= TRY_AGAIN_HOURS.length) {
    run.decisions.push(
      say(
        run.ref,
        `步骤${step}：无人决定，再次尝试回滚`,
        `step ${step}: nobody has decided, the rollback is tried again`,
      ),
    );
  }
  return { action: 'retry', withCurrentSettings: false, unanswered };
}

function questionOf(
  run: RunIdentity,
  step: number,
  stuck: readonly Stuck[],
  { text, waitMs }: { readonly text: string; readonly waitMs: number },
): Question {
  const atDeadline = say(
    run.ref,
    '到期则再次尝试回滚；仍受阻则再问',
    'at the deadline the rollback is tried again; where it is still stuck, this is asked anew',
  );
  const openedAtMs = Date.now();
  return {
    kind: 'stuck_rollback',
    step,
    roles: resolvers(run),
    answers: [
      { word: 'retry', would: say(run.ref, '再次回滚', 'the rollback is tried again') },
      { word: 'skip', would: skipText(run, stuck) },
      { word: 'rollback', would: say(run.ref, '继续回滚', 'the rollback goes on') },
    ],
    text,
    openedAtMs,
    deadlineMs: openedAtMs + waitMs,
    atDeadline,
  };
}

const PROBLEMS = 20;
const MESSAGE_CHARACTERS = 300;

function describeStuck(
  run: RunIdentity,
  stuck: readonly Stuck[],
  servers: readonly string[],
): string {
  const problems = firstOf(
    stuck.map((each) => `${stuckPlace(each)}: ${each.message.slice(0, MESSAGE_CHARACTERS)}`),
    PROBLEMS,
  );
  const anew = stuck.some(({ compensation }) => compensation === 'service.restore')
    ? say(
        run.ref,
        '。若旧版本自己的设置已不能用：retry 加 "withCurrentSettings": true（命令行：--with-current-settings），按 runsheet.yaml 现在的设置启动它',
        '. Where its own settings are of no use any more: retry with "withCurrentSettings": true (--with-current-settings) starts the former version with the settings that runsheet.yaml has now',
      )
    : '';
  const text = say(
    run.ref,
    `回滚无法完成：${problems.join('；')}。现状：${servers.join('；')}。` +
      `处理后发送信号 retry（再试）或 skip（${skipText(run, stuck)}）`,
    `the rollback cannot finish: ${problems.join('; ')}. Servers: ${servers.join('; ')}. ` +
      `Once it is repaired, send the signal retry; or skip (${skipText(run, stuck)})`,
  );
  return `${text}${anew}`;
}

/** Every server as it answers now; of a fleet those that are stuck, and the others counted. */
async function lookAgain(
  run: RunIdentity & ShownPart,
  step: number,
  stuck: readonly Stuck[],
): Promise<readonly string[]> {
  const all = run.resolved.servers;
  if (!hasMany(run)) return Promise.all(all.map((server) => stateOf(run, step, server)));
  const names = new Set(stuckServers(stuck));
  const shown = [...names].slice(0, PROBLEMS);
  const asked = await Promise.all(shown.map((server) => stateOf(run, step, server)));
  return [...asked, ...countStates(run, names)];
}

/** What the server itself says, or why it says nothing. */
async function stateOf(run: RunIdentity, step: number, server: string): Promise<string> {
  const project = sectionsOf(run.resolved.settings, OPERATIONS.probeServer);
  const phrase = say(run.ref, '查看现状', 'look at what runs');
  try {
    const found = await system.probeServer.executeWithOptions(
      {
        ...beats(run.resolved.settings),
        summary: summaryOf(step, server, phrase),
        startToCloseTimeout: '30 seconds',
        scheduleToCloseTimeout: '45 seconds',
        retry: retryAfter(2),
      },
      [{ run: run.ref, seal: sealFor(run.resolved.proof, 'probeServer'), server, project }],
    );
    const release =
      found.release === null ? '–' : `${found.release.version} ${found.release.digest}`;
    return `${server} ${release}${found.pool === 'none' ? '' : ` (${found.pool})`}`;
  } catch (error) {
    return `${server} ? (${messageOf(error).slice(0, MESSAGE_CHARACTERS)})`;
  }
}
