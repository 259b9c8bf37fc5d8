/** Bullets under 执行内容 and 并行任务: each is a phrase that names an action, perhaps with a limit. */

import type { ActionDefinition } from '../../actions/index.ts';
import { ACTIONS } from '../../actions/index.ts';
import { findPhrase } from '../../actions/phrases.ts';
import { documentSettings, limitOf } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Json, Task } from '../../plan/plan.ts';
import { type Context, claim, isFull, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { parseDurationSeconds } from '../parse/duration.ts';
import { part, type Words } from '../parse/items.ts';
import { findProjectPhrase } from '../vocabulary.ts';
import { describeHandedOn } from './handed-on.ts';

/** A trailing bracket: 等待现有请求完成（最多30秒）. */
const TRAILING = /^(.*\S)\s*[（(]([^（()）]*)[)）]$/su;
const LIMIT = /^(?:最多|至多|不超过|上限|限时|at\s+most|up\s+to|max(?:imum)?\.?|within)\s*/iu;

/** The tasks of a step in the document's order; unknown phrases are reported and left out. */
export function checkTasks(
  context: Context,
  bullets: readonly Words[],
): readonly { task: Task; words: Words }[] {
  return bullets.flatMap((words) => {
    const task = checkTask(context, words);
    return task === null ? [] : [{ task, words }];
  });
}

function checkTask(context: Context, words: Words): Task | null {
  const project = findProjectPhrase(context.vocabulary, words.text);
  if (project !== null) {
    claim(context, words.start, 'action', {
      zh: `动作 project.command：运行 runsheet.yaml 的 actions 中的「${project}」`,
      en: `action project.command: runs "${project}" of actions in runsheet.yaml`,
    });
    return { action: 'project.command', settings: { name: project } };
  }
  const whole = findPhrase(words.text);
  if (whole !== null) return taskOf(context, whole, words, null);
  const match = TRAILING.exec(words.text);
  const before = match?.[1] ?? '';
  const definition = match === null ? null : findPhrase(before);
  if (match === null || definition === null)
    return reportUnknown(context, before || words.text, words);
  const from = before.length + words.text.slice(before.length).search(/[（(]/u) + 1;
  return taskOf(context, definition, words, part(words, from, words.text.length - 1));
}

function taskOf(
  context: Context,
  definition: ActionDefinition,
  words: Words,
  bracket: Words | null,
): Task {
  const settings: Record<string, Json> = { ...documentSettings(definition) };
  if (bracket !== null) readLimit(context, definition, bracket, settings);
  const task: Task = { action: definition.id, settings };
  claim(context, words.start, 'action', describeTask(task));
  return task;
}

/** What a task is, for `explain`. Settings that other bullets fill in are shown as they stand now. */
export function describeTask(task: Task): { zh: string; en: string } {
  const definition = ACTIONS[task.action];
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

function readLimit(
  context: Context,
  definition: ActionDefinition,
  bracket: Words,
  settings: Record<string, Json>,
): void {
  const setting = limitOf(definition);
  if (setting === null) {
    const { id } = definition;
    report(context, bracket, diagnose('BAD_FIELD', 'noSetting', { action: id }));
    return;
  }
  const seconds = parseDurationSeconds(bracket.text.replace(LIMIT, ''));
  if (seconds !== null) {
    settings[setting] = seconds;
    return;
  }
  const { text } = bracket;
  report(context, bracket, diagnose('BAD_DURATION', 'limit', { text }, { actual: text }));
}

/** Every phrase that could have been meant, the project's own ones too. */
export function knownPhrases(context: Context): readonly string[] {
  const built = Object.values(ACTIONS).flatMap(({ phrases }) => [...phrases.zh, ...phrases.en]);
  return [...built, ...Object.keys(context.vocabulary.actions)];
}

function reportUnknown(context: Context, phrase: string, words: Words): null {
  const near = isFull(context) ? [] : nearest(phrase, knownPhrases(context));
  const { text } = words;
  report(
    context,
    words,
    diagnose('UNKNOWN_PHRASE', 'action', { phrase: text }, { near, actual: text }),
  );
  return null;
}
