/** The tables of docs/language.md that are made from the list of actions, in both languages. */
import {
  ACTIONS,
  type ActionDefinition,
  FACTS,
  type FactDefinition,
} from '../../src/actions/index.ts';
import { RESOURCES, type ResourceId } from '../../src/actions/resources.ts';

type Language = 'zh' | 'en';

const WORDS = {
  en: {
    actions: ['中文', 'English', 'Action', 'Scope', 'Measures'],
    handedOn: ['Action', 'Needs', 'Takes over where there is one', 'Provides'],
    facts: ['中文', 'English', 'Fact', 'Unit'],
    run: 'run',
    server: 'server',
    units: { count: 'count', percent: '%', milliseconds: 'ms', flag: 'yes/no', text: 'text' },
  },
  zh: {
    actions: ['中文', 'English', '动作', '范围', '测量'],
    handedOn: ['动作', '需要', '沿用（若有）', '提供'],
    facts: ['中文', 'English', '度量项', '单位'],
    run: '整个发布',
    server: '每台服务器',
    units: { count: '个数', percent: '%', milliseconds: 'ms', flag: '是/否', text: '文本' },
  },
} as const;

/** A page with its tables made anew. @throws Error where it lacks the head of one */
export function withTables(page: string, language: Language): string {
  const words = WORDS[language];
  const named = Object.values(ACTIONS).filter(({ phrases }) => phrases.zh.length > 0);
  const tables: readonly (readonly [readonly string[], readonly (readonly string[])[]])[] = [
    [words.actions, named.map((action) => actionRow(action, language))],
    [words.handedOn, named.map((action) => handedOnRow(action, language))],
    [words.facts, Object.values(FACTS).map((fact) => factRow(fact, language))],
  ];
  return tables.reduce((text, [head, rows]) => replaceTable(text, head, rows), page);
}

function actionRow(action: ActionDefinition, language: Language): readonly string[] {
  const { id, phrases, scope, measures } = action;
  const facts = measures.map((fact) => `\`${fact.id}\``).join(', ');
  const where = WORDS[language][scope === 'server' ? 'server' : 'run'];
  return [phrases.zh.join(' · '), phrases.en.join(' · '), `\`${id}\``, where, facts || '–'];
}

function handedOnRow(action: ActionDefinition, language: Language): readonly string[] {
  const names = (ids: readonly ResourceId[]): string =>
    ids.map((id) => RESOURCES[id].label[language]).join(language === 'zh' ? '、' : ', ') || '–';
  return [`\`${action.id}\``, names(action.needs), names(action.takes), names(action.provides)];
}

function factRow(fact: FactDefinition, language: Language): readonly string[] {
  const { id, phrases, subjects, unit } = fact;
  const cell = (words: Language): string =>
    [...phrases[words], ...(subjects?.[words] ?? []).map((each) => `${each} …`)].join(' · ');
  return [cell('zh'), cell('en'), `\`${id}\``, WORDS[language].units[unit]];
}

function replaceTable(
  page: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = page.split('\n');
  const start = lines.indexOf(row(head));
  if (start < 0) throw new Error(`no table with the head ${row(head)}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  const made = [row(head), row(head.map(() => '---')), ...rows.map(row)];
  lines.splice(start, length < 0 ? lines.length : length, ...made);
  return lines.join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
