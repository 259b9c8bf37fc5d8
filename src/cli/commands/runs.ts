/** The commands about runs that exist: status, approve, reject, cancel, list. */
import { Command } from 'commander';
import { userInfo } from 'node:os';
import { type CommonOptions, CommandError, languageOf, print, requireProject, withClient } from '../context.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { follow } from '../view/follow.ts';
import { renderRunSheet } from '../view/run-sheet.ts';

interface DecideOptions extends CommonOptions {
  readonly by?: string;
  readonly comment?: string;
  readonly identity?: string;
  readonly step?: string;
}

export function statusCommand(): Command {
  return common(new Command('status'), '运行的状态 · What a run does now', 'runsheet status $RUN --watch')
    .argument('<run>', 'workflow id')
    .option('--watch', 'follow until it ends')
    .action(async (run: string, options: CommonOptions & { watch?: boolean }) => {
      const project = await requireProject(options);
      process.exitCode = await withClient(project, options, async (client) => {
        const status = await client.status(run);
        const language = languageOf(options, status.language);
        if (options.watch === true) return follow(client, run, { language, json: options.json === true });
        if (options.json === true) print(JSON.stringify(status, null, 2));
        else for (const line of renderRunSheet(status, { language, color: process.stdout.isTTY === true, width: process.stdout.columns ?? 100 })) print(line);
        return status.outcome === 'running' ? EXIT.succeeded : exitCodeOf(status.outcome, status.rollback.length > 0);
      });
    });
}

export function decideCommand(kind: 'approve' | 'reject'): Command {
  const description = kind === 'approve' ? '批准 · Approve the step that waits' : '拒绝 · Reject the step that waits';
  return common(new Command(kind), description, `runsheet ${kind} $RUN --by alice --comment "looks good"`)
    .argument('<run>', 'workflow id')
    .option('--by <person>', 'who decides: id, name or e-mail address of runsheet.yaml')
    .option('--comment <text>', 'shown in the report')
    .option('--step <number>', 'the approval step')
    .option('--identity <name>', 'the same as --by; proves nothing')
    .action(async (run: string, options: DecideOptions) => {
      const project = await requireProject(options);
      const by = options.by ?? options.identity ?? userInfo().username;
      const decision = {
        kind,
        by,
        ...(options.comment !== undefined && { comment: options.comment }),
        ...(options.step !== undefined && { step: Number(options.step) }),
      };
      const judgement = await withClient(project, options, (client) => client.decide(run, decision));
      if (options.json === true) print(JSON.stringify(judgement));
      else if (judgement.accepted) print(`✓ ${judgement.vote.name} (${judgement.vote.role})${judgement.missing === '' ? '' : `; ${judgement.missing}`}`);
      if (!judgement.accepted) throw new CommandError(`${judgement.code}: ${judgement.reason}`, EXIT.badInput);
    });
}

export function cancelCommand(): Command {
  return common(new Command('cancel'), '取消运行，已做的会撤销 · Cancel a run; what it did is undone', 'runsheet cancel $RUN')
    .argument('<run>', 'workflow id')
    .action(async (run: string, options: CommonOptions) => {
      const project = await requireProject(options);
      await withClient(project, options, (client) => client.cancel(run));
    });
}

export function listCommand(): Command {
  return common(new Command('list'), '最近的运行 · The latest runs', 'runsheet list --limit 5')
    .option('--limit <number>', 'at most', '20')
    .action(async (options: CommonOptions & { limit: string }) => {
      const project = await requireProject(options);
      const limit = Math.min(Math.max(1, Number.parseInt(options.limit, 10) || 20), 1000);
      const runs = await withClient(project, options, (client) => client.list(project.taskQueue, limit));
      if (options.json === true) print(JSON.stringify(runs));
      else for (const each of runs) print(`${new Date(each.startedAtMs).toISOString()}  ${each.status.padEnd(10)}  ${each.workflowId}`);
    });
}

function common(command: Command, description: string, example: string): Command {
  return command
    .description(description)
    .option('--json', 'as JSON')
    .option('--lang <language>', 'zh or en')
    .addHelpText('after', `\nExample:\n  ${example}`);
}
