/** What people decide about a run that waits: answer, and its shorthands approve, reject, resolve. */
import { Command } from 'commander';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import type { AnswerWord } from '../../plan/question.ts';
import { type AnswerOptions, answer, stepOf } from '../answering.ts';
import { refuse } from '../context.ts';
import { byChoice, jsonChoice, languageChoice, withExamples } from '../help.ts';
import type { Say } from '../language.ts';

const RUN: Localized = {
  zh: '发布单编号；只有一张在等待时可省略',
  en: 'run id; optional if only one run is waiting',
};
const COMMENT: Localized = { zh: '备注，写入报告', en: 'a comment for the report' };
const WITH_CURRENT_SETTINGS: Localized = {
  zh: '与 retry 一起：按 runsheet.yaml 现在的设置启动旧版本，而不是它当时的设置；差别写入报告',
  en: 'with retry: start the former version with the settings that runsheet.yaml has now, not with its own; the report shows the difference',
};
const DECISIONS: Readonly<Record<'approve' | 'reject', Localized>> = {
  approve: { zh: '批准正在等待的审批步骤', en: 'Approve the step that is waiting' },
  reject: { zh: '拒绝正在等待的审批步骤', en: 'Reject the step that is waiting' },
};
const RESOLUTIONS = ['retry', 'skip', 'rollback'] as const;
const WORDS: readonly AnswerWord[] = ['approve', 'reject', ...RESOLUTIONS];

export function answerCommand(say: Say): Command {
  const command = new Command('answer')
    .description(
      say({
        zh: '回答一张发布单的问题：审批、失败的步骤、受阻的回滚',
        en: 'Answer what a run asks: an approval, a failed step, a stuck rollback',
      }),
    )
    .argument(
      '<answer...>',
      say({
        zh: `[发布单编号 [步骤编号]] 回答；回答为 ${WORDS.join('、')}。只有一张在等待时可省略编号`,
        en: `[run id [step number]] word; the word is ${WORDS.join(', ')}. The id is optional if only one run is waiting`,
      }),
    )
    .option('--with-current-settings', say(WITH_CURRENT_SETTINGS))
    .action((words: readonly string[], options: AnswerOptions) => {
      const { run, item, word } = placesOf(words, options);
      return answer({ run, word, step: stepOf(item, options) }, options);
    });
  return withExamples(
    decided(command, say),
    say,
    'runsheet answer approve --by alice',
    'runsheet answer $RUN retry --by alice --comment "the disk is free again"',
    'runsheet answer $RUN 7 rollback --by alice',
  );
}

export function decideCommand(word: 'approve' | 'reject', say: Say): Command {
  const command = new Command(word)
    .description(say(DECISIONS[word]))
    .argument('[run]', say(RUN))
    .option('--step <number>', say({ zh: '审批步骤的编号', en: 'number of the approval step' }))
    .action((run: string | undefined, options: AnswerOptions) =>
      answer({ run, word, step: stepOf(options.step, options) }, options),
    );
  return withExamples(
    decided(command, say),
    say,
    `runsheet ${word} --by alice`,
    `runsheet ${word} $RUN --by alice --comment "OK"`,
  );
}

export function resolveCommand(say: Say): Command {
  const command = new Command('resolve')
    .description(
      say({
        zh: '决定待人工处理的发布单怎样继续',
        en: 'Decide how a run that needs attention continues',
      }),
    )
    .argument('[run]', say(RUN))
    .argument(
      '[action]',
      say({
        zh: 'retry 再试；skip 已人工处理；rollback 继续回滚',
        en: 'retry: try again; skip: handled by hand; rollback: continue the rollback',
      }),
    )
    .option('--with-current-settings', say(WITH_CURRENT_SETTINGS))
    .action((first: string | undefined, second: string | undefined, options: AnswerOptions) => {
      const word = RESOLUTIONS.find((each) => each === (second ?? first));
      if (word === undefined) throw expected('resolve', RESOLUTIONS, first, options);
      return answer({ run: second === undefined ? undefined : first, word }, options);
    });
  return withExamples(
    decided(command, say),
    say,
    'runsheet resolve $RUN retry --by alice',
    'runsheet resolve $RUN retry --with-current-settings --by alice',
    'runsheet resolve skip --by alice --comment "restarted by hand"',
  );
}

/** What all of them take. */
function decided(command: Command, say: Say): Command {
  return command
    .addOption(byChoice(say))
    .option('--comment <text>', say(COMMENT))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say));
}

/** `[RUN [ITEM]] WORD`. @throws CommandError, exit 2 */
function placesOf(
  words: readonly string[],
  options: AnswerOptions,
): { run: string | undefined; item: string | undefined; word: AnswerWord } {
  const word = WORDS.find((each) => each === words.at(-1));
  if (word === undefined || words.length > 3) throw expected('answer', WORDS, words[0], options);
  const [run, item] = words.slice(0, -1);
  return { run, item, word };
}

function expected(
  command: string,
  words: readonly string[],
  run: string | undefined,
  options: AnswerOptions,
): Error {
  const example = `runsheet ${command} ${run ?? '$RUN'} retry --by alice`;
  return refuse(
    {
      zh: `应为 ${words.join('、')}\n例如：${example}`,
      en: `expected ${words.join(', ')}\nfor example: ${example}`,
    },
    options,
  );
}
