/** Help and usage errors in one language, and examples for each command. */
import { type Command, Option } from 'commander';
import type { Language } from '../diagnostics/diagnostic.ts';
import { type Say, sayIn } from './language.ts';
import { usageErrorInChinese } from './usage-errors.ts';

/** `--lang`, the same everywhere. */
export function languageChoice(say: Say): Option {
  const text = say({ zh: '语言', en: 'language' });
  return new Option('--lang <language>', text).choices(['zh', 'en']);
}

export function jsonChoice(say: Say): Option {
  return new Option('--json', say({ zh: '输出 JSON', en: 'print JSON' }));
}

/** `--by`, the same everywhere. */
export function byChoice(say: Say): Option {
  const text = say({
    zh: '决定人：runsheet.yaml 中的 id、姓名或邮箱（默认：本机用户名）',
    en: 'who decides: id, name or email address from runsheet.yaml (default: your local user name)',
  });
  return new Option('--by <person>', text);
}

/** Lines to copy, at the end of the command's help. */
export function withExamples(command: Command, say: Say, ...examples: readonly string[]): Command {
  const title = say({ zh: '示例：', en: 'Examples:' });
  return command.addHelpText(
    'after',
    `\n${title}\n${examples.map((each) => `  ${each}`).join('\n')}`,
  );
}

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Arguments:': '参数：',
};

/** A command with those below it. */
export function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** Gives a program and its commands commander's own words in a language, and says what to type after an error. */
export function speak(program: Command, language: Language): void {
  const say = sayIn(language);
  for (const command of allCommands(program)) {
    command.helpOption('-h, --help', say({ zh: '显示帮助', en: 'show help' }));
    const help = `${nameOf(command)} --help`;
    command.showHelpAfterError(say({ zh: `下一步：${help}`, en: `next: ${help}` }));
    if (language === 'zh') speakChinese(command);
  }
}

function speakChinese(command: Command): void {
  command.configureHelp({
    styleTitle: (title) => TITLES[title] ?? title,
    optionDescription: chineseDescription,
  });
  command.configureOutput({
    outputError: (text, write) => write(usageErrorInChinese(text)),
  });
}

/** What commander adds in English to an option's description. */
function chineseDescription({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? '' : `（可选：${argChoices.join('、')}）`;
  const byDefault = defaultValue === undefined ? '' : `（默认：${String(defaultValue)}）`;
  return `${description}${choices}${byDefault}`;
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
