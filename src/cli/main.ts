#!/usr/bin/env node
/** The program `runsheet`. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Localized } from '../diagnostics/diagnostic.ts';
import { refusalText } from '../diagnostics/render.ts';
import { CommandError } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { allCommands, speak, withExamples } from './help.ts';
import { languageOfArguments, sayIn } from './language.ts';

const language = languageOfArguments(process.argv.slice(2));
const say = sayIn(language);
const program = withExamples(
  new Command('runsheet')
    .description(
      say({
        zh: '人读的操作单，就是运行的工作流',
        en: 'The run sheet people read is the workflow that runs',
      }),
    )
    .version(
      versionOfPackage(),
      '-V, --version',
      say({ zh: '显示版本', en: 'show the version number' }),
    )
    .helpCommand(false)
    // What stands behind a command's name is that command's, also where the one above has such an option.
    .enablePositionalOptions(),
  say,
  'runsheet demo',
  'runsheet check templates/deployment.md --explain',
  'runsheet dev',
  'runsheet run deployment.md -p environment=production -p servers=app-server-1 -p version=v2.1.0',
);
/** Loaded when typed: what serves is large, and `check` need not wait for it. */
const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./commands/check.ts')).checkCommand(say),
  plan: async () => (await import('./commands/plan.ts')).planCommand(say),
  run: async () => (await import('./commands/run.ts')).runCommand(say),
  rollback: async () => (await import('./commands/rollback.ts')).rollbackCommand(say),
  repair: async () => (await import('./commands/repair.ts')).repairCommand(say),
  status: async () => (await import('./commands/status.ts')).statusCommand(say),
  logs: async () => (await import('./commands/logs.ts')).logsCommand(say),
  pending: async () => (await import('./commands/pending.ts')).pendingCommand(say),
  answer: async () => (await import('./commands/answer.ts')).answerCommand(say),
  approve: async () => (await import('./commands/answer.ts')).decideCommand('approve', say),
  reject: async () => (await import('./commands/answer.ts')).decideCommand('reject', say),
  resolve: async () => (await import('./commands/answer.ts')).resolveCommand(say),
  cancel: async () => (await import('./commands/runs.ts')).cancelCommand(say),
  prune: async () => (await import('./commands/prune.ts')).pruneCommand(say),
  list: async () => (await import('./commands/runs.ts')).listCommand(say),
  locks: async () => (await import('./commands/locks.ts')).locksCommand(say),
  pool: async () => (await import('./commands/pool.ts')).poolCommand(say),
  watch: async () => (await import('./commands/watch.ts')).watchCommand(say),
  servers: async () => (await import('./commands/servers.ts')).serversCommand(say),
  hosts: async () => (await import('./commands/hosts.ts')).hostsCommand(say),
  versions: async () => (await import('./commands/versions.ts')).versionsCommand(say),
  replay: async () => (await import('./commands/replay.ts')).replayCommand(say),
  worker: async () => (await import('./commands/worker.ts')).workerCommand(say),
  dev: async () => (await import('./commands/dev.ts')).devCommand(say),
  demo: async () => (await import('./commands/demo.ts')).demoCommand(say),
};
const [typed] = process.argv.slice(2);
const wanted =
  typed !== undefined && Object.hasOwn(LOADERS, typed) ? [typed] : Object.keys(LOADERS);
const commands = await Promise.all(wanted.flatMap((name) => LOADERS[name]?.() ?? []));
for (const command of commands) program.addCommand(command);
for (const command of allCommands(program)) command.exitOverride();
speak(program, language);

// Whoever reads may have enough of it (`| head`): there is nobody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.notRead);
    throw error;
  });
}
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
    return refused(refusalText(diagnose('RUN_NOT_FOUND', 'ended', {})));
  }
  if (error.name === 'WorkflowExecutionAlreadyStartedError' && 'workflowId' in error) {
    return refused(refusalText(diagnose('RUN_ID_USED', 'used', { run: String(error.workflowId) })));
  }
  return failed(error.message);
}

function failed(message: string): number {
  process.stderr.write(`${message}\n`);
  return EXIT.other;
}

function refused(text: Localized): number {
  process.stderr.write(`${say(text)}\n`);
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
