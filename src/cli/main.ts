#!/usr/bin/env node
/** The program `runsheet`. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { planCommand } from './commands/plan.ts';
import { runCommand } from './commands/run.ts';
import { cancelCommand, decideCommand, listCommand, statusCommand } from './commands/runs.ts';
import { devCommand, workerCommand } from './commands/serve.ts';
import { CommandError } from './context.ts';
import { EXIT } from './exit-codes.ts';

const program = new Command('runsheet')
  .description('人读的部署单，就是运行的工作流 · The run sheet people read is the workflow that runs')
  .exitOverride();
const commands = [
  checkCommand(),
  planCommand(),
  runCommand(),
  statusCommand(),
  decideCommand('approve'),
  decideCommand('reject'),
  cancelCommand(),
  listCommand(),
  workerCommand(),
  devCommand(),
  demoCommand(),
];
for (const command of commands) program.addCommand(command.exitOverride());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.badInput;
  if (error instanceof CommandError) {
    if (error.message !== '') process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof WorkflowNotFoundError) {
    process.stderr.write('RUN_NOT_FOUND: 没有这次运行 · there is no such run\nnext: runsheet list\n');
    return EXIT.badInput;
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT.other;
}
