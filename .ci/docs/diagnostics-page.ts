/** docs/diagnostics.md in both languages, made from the catalogue. */
import type { Entry, Sentence, Severity } from '../../src/diagnostics/catalogue/entry.ts';
import { CHAPTERS } from '../../src/diagnostics/catalogue/index.ts';
import type { Language } from '../../src/diagnostics/diagnostic.ts';

const WORDS = {
  en: {
    title: 'Diagnostics',
    other: '[简体中文](zh/diagnostics.md)',
    intro:
      'Whatever Runsheet finds wrong or refuses has a code, which stays the same from version to version. `runsheet check`, `plan` and `run` name every problem at once, with its place and the line it is on; `--json` gives the same as data. This page lists each code with its messages and what to do. A name in braces stands for what is filled in. What is not marked is an error: it stops a compilation or a run before anything happens.',
    columns: ['Message', 'What to do'],
    severities: { error: '', warning: '(warning) ', hint: '(hint) ' },
  },
  zh: {
    title: '诊断',
    other: '[English](../diagnostics.md)',
    intro:
      'Runsheet 发现的每个问题和拒绝的每个操作都有一个代码，各版本之间保持不变。`runsheet check`、`plan` 和 `run` 一次列出所有问题，并给出位置和所在的行；`--json` 以数据形式给出同样的内容。本页列出每个代码、它的说法和办法。花括号中的名称代表填入的内容。没有标注的都是错误：在任何操作之前就会停止编译或发布。',
    columns: ['说法', '办法'],
    severities: { error: '', warning: '（警告）', hint: '（提示）' },
  },
} as const satisfies Record<Language, PageWords>;

interface PageWords {
  readonly title: string;
  readonly other: string;
  readonly intro: string;
  readonly columns: readonly [string, string];
  readonly severities: Readonly<Record<Severity, string>>;
}

/** The whole page. */
export function diagnosticsPage(language: Language): string {
  const { title, other, intro } = WORDS[language];
  const chapters = CHAPTERS.flatMap((chapter) => [
    `## ${chapter.title[language]}`,
    ...Object.entries(chapter.entries).flatMap((entry) => section(...entry, language)),
  ]);
  return `${[`# ${title}`, other, intro, ...chapters].join('\n\n')}\n`;
}

function section(code: string, { meaning, messages }: Entry, language: Language): string[] {
  const rows = Object.values(messages).map((sentence) => rowOf(sentence, language));
  const { columns } = WORDS[language];
  const table = [columns, ['---', '---'], ...new Set(rows.map(tableRow))].map((each) =>
    typeof each === 'string' ? each : tableRow(each),
  );
  return [`### ${code}`, meaning[language], table.join('\n')];
}

function rowOf(sentence: Sentence, language: Language): readonly string[] {
  const { message, remedy, severity = 'error' } = sentence;
  const mark = WORDS[language].severities[severity];
  return [
    `${mark}${literal(message[language])}`,
    remedy === undefined ? '–' : literal(remedy[language]),
  ];
}

/** What a message says, not what Markdown makes of it. */
function literal(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('*', '\\*')
    .replaceAll('|', '\\|');
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
