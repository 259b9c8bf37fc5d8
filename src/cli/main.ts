#!/usr/bin/env node
/** The program `runsheet`. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CommandError } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { allCommands, speak, withExamples } from './help.ts';
import { half, languageOfArguments } from './language.ts';

const language = languageOfArguments(process.argv.slice(2));
const program = withExamples(
  new Command('runsheet')
    .description(
      '人读的部署单，就是运行的工作流 · The run sheet people read is the workflow that runs',
    )
    .version(versionOfPackage(), '-V, --version', '显示版本 · show the version')
    .helpCommand(false)
    // What stands behind a command's name is that command's, also where the one above has such an option.
    .enablePositionalOptions(),
  'runsheet demo',
  'runsheet check templates/deployment.md --explain',
  'runsheet dev',
  'runsheet run deployment.md -p environment=production -p servers=app-server-1 -p version=v2.1.0',
);
/** Loaded when typed: what serves is large, and `check` need not wait for it. */
const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./commands/check.ts')).checkCommand(),
  plan: async () => (await import('./commands/plan.ts')).planCommand(),
  run: async () => (await import('./commands/run.ts')).runCommand(),
  status: async () => (await import('./commands/runs.ts')).statusCommand(),
  approve: async () => (await import('./commands/decide.ts')).decideCommand('approve'),
  reject: async () => (await import('./commands/decide.ts')).decideCommand('reject'),
  resolve: async () => (await import('./commands/decide.ts')).resolveCommand(),
  cancel: async () => (await import('./commands/runs.ts')).cancelCommand(),
  list: async () => (await import('./commands/runs.ts')).listCommand(),
  hosts: async () => (await import('./commands/hosts.ts')).hostsCommand(),
  worker: async () => (await import('./commands/serve.ts')).workerCommand(),
  dev: async () => (await import('./commands/serve.ts')).devCommand(),
  demo: async () => (await import('./commands/demo.ts')).demoCommand(),
};
const [typed] = process.argv.slice(2);
const wanted =
  typed !== undefined && Object.hasOwn(LOADERS, typed) ? [typed] : Object.keys(LOADERS);
const commands = await Promise.all(wanted.flatMap((name) => LOADERS[name]?.() ?? []));
for (const command of commands) program.addCommand(command);
for (const command of allCommands(program)) command.exitOverride();
speak(program, language);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return isHelp(error) ? EXIT.succeeded : EXIT.badInput;
  if (error instanceof CommandError) {
    if (error.message !== '') process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (!(error instanceof Error)) return failed(String(error));
  // Temporal's own errors, by their names: most commands need not wait for the package to load.
  if (error.name === 'WorkflowNotFoundError') {
    return said(
      'RUN_NOT_FOUND: 没有这次运行，或它已经结束\n下一步：runsheet list',
      'RUN_NOT_FOUND: there is no such run, or it has ended\nnext: runsheet list',
    );
  }
  if (error.name === 'WorkflowExecutionAlreadyStartedError' && 'workflowId' in error) {
    const id = String(error.workflowId);
    return said(
      `运行编号 ${id} 已被使用\n下一步：换一个 --id`,
      `the id ${id} is used by another run\nnext: choose another --id`,
    );
  }
  return failed(error.message);
}

function failed(message: string): number {
  process.stderr.write(`${message}\n`);
  return EXIT.other;
}

function said(zh: string, en: string): number {
  process.stderr.write(`${half(`${zh} · ${en}`, language)}\n`);
  return EXIT.badInput;
}

/** Help that was asked for; `runsheet` alone shows it too. */
function isHelp(error: CommanderError): boolean {
  return error.exitCode === 0 || error.code === 'commander.help';
}

function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? manifest.version
      : '';
  return String(version);
}
