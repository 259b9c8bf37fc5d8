/** Waits for a person where a compensation cannot succeed, with every server's state on display. */

import { condition } from '@temporalio/workflow';
import { OPERATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { Question } from '../../plan/question.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { ServerStatus } from '../messages.ts';
import { type AskingParts, type RunIdentity, type ShownPart } from '../run.ts';
import { firstOf, hasMany } from '../showing/many.ts';
import { changed } from '../showing/status.ts';
import { poolText } from '../showing/words.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, retryAfter, summaryOf, system } from '../tasks/activities.ts';
import { type Stuck, skipText, stuckPlace, stuckServers } from '../undo/stuck.ts';
import {
  closeQuestion,
  judgeAnswer,
  openQuestion,
  resolvers,
  updateQuestion,
} from './resolving.ts';

export interface Resolution {
  readonly action: 'retry' | 'skip';
  readonly withCurrentSettings: boolean;
}

/** Shows what is stuck and waits, however long it takes. `rollback` means: go on, so try again. */
export async function askForResolution(
  run: AskingParts,
  step: number,
  stuck: readonly Stuck[],
): Promise<Resolution> {
  const question = questionOf(run, step, stuck, describeStuck(run, stuck, lastSeen(run)));
  openQuestion(run, question);
  let isOpen = true;
  // A server that is down is asked for a while before it says nothing: nobody waits for that.
  const looked = lookAgain(run, step, stuck).then((servers) => {
    if (isOpen) updateQuestion(run, describeStuck(run, stuck, servers));
    changed(run);
  });
  run.background.push(looked);
  try {
    for (;;) {
      await condition(() => run.desk.hasUndecided);
      const item = run.desk.next();
      const answer = item === undefined ? null : await judgeAnswer(run, step, item);
      if (answer === null) continue;
      const action = answer.kind === 'skip' ? 'skip' : 'retry';
      return { action, withCurrentSettings: answer.withCurrentSettings };
    }
  } finally {
    isOpen = false;
    closeQuestion(run, question.openedAtMs);
  }
}

function questionOf(
  run: RunIdentity,
  step: number,
  stuck: readonly Stuck[],
  text: string,
): Question {
  const atDeadline = say(run.ref, '一直等待人工决定', 'it is waited for until somebody answers');
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
    openedAtMs: Date.now(),
    deadlineMs: null,
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

/** For example `197 × v2.0.0 (in the pool)`. */
function countStates(run: ShownPart, without: ReadonlySet<string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const { name, version, pool } of run.status.servers) {
    if (without.has(name)) continue;
    const state = `${version ?? '–'}${placeText(run, pool)}`;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${count} × ${state}`);
}

/** Where a server stands, in brackets; '' where there is no pool. */
function placeText({ status }: ShownPart, pool: ServerStatus['pool']): string {
  return pool === 'none' ? '' : ` (${poolText(pool, status.language)})`;
}

/** As the run saw them last. */
function lastSeen(run: RunIdentity & ShownPart): readonly string[] {
  if (hasMany(run)) return countStates(run, new Set());
  return run.status.servers.map(
    ({ name, version, pool }) => `${name} ${version ?? '–'}${placeText(run, pool)}`,
  );
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
