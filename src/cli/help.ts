/** Help in one language: descriptions are written `中文 · English`, and each command has examples. */
import { type Command, Option } from 'commander';
import type { Language } from '../diagnostics/diagnostic.ts';
import { half } from './language.ts';

/** `--lang`, the same everywhere. */
export function languageChoice(): Option {
  return new Option('--lang <language>', '语言 · language').choices(['zh', 'en']);
}

export function jsonChoice(): Option {
  return new Option('--json', '输出 JSON · print JSON');
}

/** Lines that a person can copy. Said in the command's help. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText(
    'after',
    `\n例子： · Examples:\n${examples.map((each) => `  ${each}`).join('\n')}`,
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

/** Keeps one language of a program's descriptions, and says what to type after a wrong command line. */
export function speak(program: Command, language: Language): void {
  for (const command of allCommands(program)) {
    command.description(half(command.description(), language));
    command.helpOption('-h, --help', half('显示帮助 · show help', language));
    for (const option of command.options) option.description = half(option.description, language);
    for (const argument of command.registeredArguments) {
      argument.description = half(argument.description, language);
    }
    command.configureHelp({
      styleTitle: (title) => (language === 'zh' ? (TITLES[title] ?? title) : title),
    });
    command.configureOutput({
      writeOut: (text) => void process.stdout.write(inOneLanguage(text, language)),
      writeErr: (text) => void process.stderr.write(inOneLanguage(text, language)),
    });
    const name = nameOf(command);
    command.showHelpAfterError(half(`下一步：${name} --help · next: ${name} --help`, language));
  }
}

/** Texts that were added after the help, line by line. */
function inOneLanguage(text: string, language: Language): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith('例子： · ') ? half(line, language) : line))
    .join('\n');
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
