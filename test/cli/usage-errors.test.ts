/** A wrong command line, in Chinese: every message that commander can give here. */
import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { allCommands, speak } from '../../src/cli/help.ts';

/** A program with the kinds of argument and option that ours has. */
function typed(language: 'zh' | 'en', ...args: readonly string[]): string {
  let said = '';
  const program = new Command('runsheet').helpCommand(false);
  program
    .command('check')
    .argument('<run-sheet>')
    .option('--explain')
    .option('--limit <number>')
    .addOption(new Option('--json').conflicts('explain'))
    .addOption(new Option('--lang <language>').choices(['zh', 'en']))
    .action(() => undefined);
  for (const command of allCommands(program)) {
    command.exitOverride();
    command.configureOutput({ writeErr: (text) => void (said += text) });
  }
  speak(program, language);
  expect(() => program.parse(args, { from: 'user' })).toThrow();
  return said;
}

describe('a usage error', () => {
  it.each([
    [
      'an unknown option',
      ['check', 'a.md', '--explane'],
      '没有选项 --explane\n您是否想写 --explain？',
    ],
    ['an unknown command', ['chek'], '没有命令 chek\n您是否想写 check？'],
    ['a missing argument', ['check'], '缺少参数 <run-sheet>'],
    ['an option without its value', ['check', 'a.md', '--limit'], '选项 --limit <number> 缺少值'],
    [
      'a value that is none of the choices',
      ['check', 'a.md', '--lang', 'fr'],
      '选项 --lang <language> 的值「fr」无效，可选：zh, en',
    ],
    [
      'two options that exclude each other',
      ['check', 'a.md', '--explain', '--json'],
      '选项 --json 与 --explain 不能同时使用',
    ],
    ['too many arguments', ['check', 'a.md', 'b.md'], '参数过多：应为 1 个，实际 2 个'],
  ])('%s', (_what, args, text) => {
    const help = args[0] === 'check' ? 'runsheet check --help' : 'runsheet --help';
    expect(typed('zh', ...args)).toBe(`${text}\n下一步：${help}\n`);
  });

  it('is commander’s own in English', () => {
    expect(typed('en', 'check')).toBe(
      "error: missing required argument 'run-sheet'\nnext: runsheet check --help\n",
    );
  });
});
