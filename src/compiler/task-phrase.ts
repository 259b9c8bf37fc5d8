/** The words that name a task, in a template's list and in a request alike. */
import { ACTIONS, type ActionDefinition } from '../actions/index.ts';
import { findPhrase, findWorded, normalisePhrase } from '../actions/phrases.ts';
import { bracketOf, documentSettings } from '../actions/questions.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Task } from '../plan/plan.ts';
import type { ProjectAction } from '../plan/settings.ts';
import { parseDurationSeconds } from './parse/duration.ts';

export interface TaskPhrase {
  readonly task: Task;
  /** Why the bracket is not understood; null: it is, or there is none. */
  readonly problem: BracketProblem | null;
}

export interface BracketProblem {
  readonly diagnostic: Diagnostic;
  /** Of what is in the bracket. */
  readonly from: number;
  readonly to: number;
}

type ProjectActions = Readonly<Record<string, ProjectAction>>;

/** A trailing bracket: 等待现有请求完成（最多30秒）. */
const TRAILING = /^(?<before>.*\S)\s*[（(](?<inside>[^（()）]*)[)）]\s*$/su;
const LIMIT = /^(?:最多|至多|不超过|上限|限时|at\s+most|up\s+to|max(?:imum)?\.?|within)\s*/iu;

/** What an image's name is made of; what stands for a parameter is not looked into. */
const REFERENCE = /^(?:[A-Za-z0-9._:/@-]|\$\{[^{}]*\})+$/u;

/** One of the project's phrases, or one of ours, perhaps with a setting in brackets; null: neither. */
export function readTaskPhrase(text: string, own: ProjectActions): TaskPhrase | null {
  const wanted = normalisePhrase(text);
  const name = Object.keys(own).find((key) => normalisePhrase(key) === wanted);
  if (name !== undefined)
    return { task: { action: 'project.command', settings: { name } }, problem: null };
  const whole = findPhrase(text);
  if (whole !== null) return { task: taskOf(whole), problem: null };
  const worded = findWorded(text);
  if (worded !== null) {
    const task = taskOf(worded.definition);
    const settings = { ...task.settings, [worded.setting]: worded.word };
    return { task: { ...task, settings }, problem: null };
  }
  const { before = '', inside = '' } = TRAILING.exec(text)?.groups ?? {};
  const definition = findPhrase(before);
  if (definition === null) return null;
  const task = taskOf(definition);
  const setting = bracketOf(definition);
  const from = before.length + text.slice(before.length).search(/[（(]/u) + 1;
  const problem = (diagnostic: Diagnostic): TaskPhrase => ({
    task,
    problem: { diagnostic, from, to: from + inside.length },
  });
  if (setting === null)
    return problem(diagnose('BAD_FIELD', 'noSetting', { action: definition.id }));
  const actual = inside.trim();
  const value = setting.kind === 'duration' ? secondsIn(actual) : referenceIn(actual);
  if (value === null) {
    const wrong = { text: actual };
    return problem(
      setting.kind === 'duration'
        ? diagnose('BAD_DURATION', 'limit', wrong, { actual })
        : diagnose('BAD_FIELD', 'imageReference', wrong, { actual }),
    );
  }
  const settings = { ...task.settings, [setting.name]: value };
  return { task: { ...task, settings }, problem: null };
}

function secondsIn(limit: string): number | null {
  return parseDurationSeconds(limit.replace(LIMIT, ''));
}

function referenceIn(text: string): string | null {
  const reference = text.replaceAll('`', '').trim();
  return REFERENCE.test(reference) ? reference : null;
}

/** What was probably meant where nobody knows the whole: the text before its trailing bracket. */
export function withoutBracket(text: string): string {
  return TRAILING.exec(text)?.groups?.['before'] ?? text;
}

/** Every phrase that could have been meant, the project's own ones too. */
export function knownPhrases(own: ProjectActions): readonly string[] {
  const ours = Object.values(ACTIONS).flatMap(({ phrases }) => [...phrases.zh, ...phrases.en]);
  return [...ours, ...Object.keys(own)];
}

function taskOf(definition: ActionDefinition): Task {
  return { action: definition.id, settings: { ...documentSettings(definition) } };
}
