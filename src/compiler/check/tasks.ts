/** Bullets under 执行内容 and 并行任务: each is a phrase that names an action, perhaps with a limit. */

import { ACTIONS } from '../../actions/index.ts';
import { commandOf } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/diagnostic.ts';
import { fateOfAction } from '../../plan/failure/action-fates.ts';
import type { Task } from '../../plan/plan.ts';
import { type Context, claim, isFull, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { part, type Words } from '../parse/items.ts';
import { knownPhrases, readTaskPhrase, withoutBracket } from '../task-phrase.ts';
import { describeHandedOn } from './handed-on.ts';
import { checkPlaceholders, type Names } from './names.ts';

/** The tasks of a step in the document's order; unknown phrases are reported and left out. */
export function checkTasks(
  context: Context,
  names: Names,
  bullets: readonly Words[],
): readonly { task: Task; words: Words }[] {
  return bullets.flatMap((words) => {
    const task = checkTask(context, words);
    if (task !== null && task.action !== 'project.command')
      checkPlaceholders(context, names, words);
    return task === null ? [] : [{ task, words }];
  });
}

function checkTask(context: Context, words: Words): Task | null {
  const read = readTaskPhrase(words.text, context.vocabulary.actions);
  if (read === null) return reportUnknown(context, words);
  const { task, problem } = read;
  claim(context, words.start, 'action', withFate(context, task, describeTask(task)));
  if (problem !== null) report(context, part(words, problem.from, problem.to), problem.diagnostic);
  return task;
}

/** What a task is, for `explain`. Settings that other bullets fill in are shown as they stand now. */
export function describeTask(task: Task): { zh: string; en: string } {
  const definition = ACTIONS[task.action];
  if (definition.id === 'project.command') return describeCommand(String(task.settings['name']));
  const settings = Object.entries(task.settings).map(
    ([name, value]) => `${name} = ${String(value)}`,
  );
  const rest = settings.length === 0 ? '' : `, ${settings.join(', ')}`;
  const isEach = definition.scope === 'server';
  const { zh, en } = describeHandedOn(definition);
  return {
    zh: `动作 ${task.action}，${isEach ? '每台服务器一次' : '执行一次'}${rest}${zh}`,
    en: `action ${task.action}, ${isEach ? 'once for each server' : 'once'}${rest}${en}`,
  };
}

/** Of the project's own: what a failure afterwards does with it. */
function withFate(context: Context, task: Task, text: Localized): Localized {
  const { actions } = context.vocabulary;
  const name = commandOf(task);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) return text;
  const fate = fateOfAction(action);
  return { zh: `${text.zh}；${fate.zh}`, en: `${text.en}; ${fate.en}` };
}

function describeCommand(name: string): { zh: string; en: string } {
  return {
    zh: `动作 project.command：运行 runsheet.yaml 的 actions 中的「${name}」`,
    en: `action project.command: runs "${name}" of actions in runsheet.yaml`,
  };
}

function reportUnknown(context: Context, words: Words): null {
  const phrase = withoutBracket(words.text);
  const near = isFull(context) ? [] : nearest(phrase, knownPhrases(context.vocabulary.actions));
  const { text } = words;
  report(
    context,
    words,
    diagnose('UNKNOWN_PHRASE', 'action', { phrase: text }, { near, actual: text }),
  );
  return null;
}
