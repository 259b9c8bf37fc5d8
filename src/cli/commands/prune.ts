/** Removes what old runs have left in the store of artifacts, and on this machine. */
import { Command } from 'commander';
import type { ArtifactArchive } from '../../artifacts.ts';
import type { ListedRun } from '../../client.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { askYesNo } from '../ask.ts';
import { type CommonOptions, print, refuse, requireProject, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { chooseLeftovers } from '../prune/choose.ts';
import { findLeftovers } from '../prune/found.ts';
import { removeChosen } from '../prune/remove.ts';
import { type Leftovers, leftoverLines, leftoversJson, removalLines } from '../view/leftovers.ts';
import { withStore } from '../with-store.ts';

interface PruneOptions extends CommonOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** More open runs than one list holds are not told apart from ended ones. */
const MOST_OPEN = 1000;

export function pruneCommand(say: Say): Command {
  const command = new Command('prune')
    .description(
      say({
        zh: '删除旧发布单留下的日志和产物，以及本机上的构建',
        en: 'Remove the logs and artifacts that old runs left, and the builds of this machine',
      }),
    )
    .option('--dry-run', say({ zh: '只列出，不删除', en: 'list what would go; remove nothing' }))
    .option('--yes', say({ zh: '不询问', en: 'do not ask for confirmation' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(prune);
  return withExamples(
    command,
    say,
    'runsheet prune --dry-run',
    'runsheet prune',
    'runsheet prune --yes --json',
  );
}

async function prune(options: PruneOptions): Promise<void> {
  const project = await requireProject(options);
  refuseWithoutTerminal(options);
  const open = await openRuns(project, options);
  await withStore(project, options, (store) => pruneIn(store, project, open, options));
}

async function pruneIn(
  store: ArtifactArchive,
  project: ProjectFile,
  open: readonly ListedRun[],
  options: PruneOptions,
): Promise<void> {
  const found = await findLeftovers(project, store);
  const chosen = chooseLeftovers(found, { keep: project.keep, open, nowMs: Date.now() });
  const leftovers: Leftovers = { ...chosen, others: found.others };
  const language = languageOf(options);
  if (options.json !== true) for (const line of leftoverLines(leftovers, language)) print(line);
  const isNothing = chosen.runs.length + chosen.builds.length === 0;
  if (options.dryRun === true || isNothing) {
    if (options.json === true) print(leftoversJson(leftovers, null));
    return;
  }
  if (options.yes !== true) await ask(options);
  const removal = await removeChosen(chosen, store);
  if (options.json === true) print(leftoversJson(leftovers, removal));
  else for (const line of removalLines(removal, language)) print(line);
  if (removal.failed.length > 0) process.exitCode = EXIT.other;
}

/** @throws CommandError where nobody can say which runs are open, exit 2 */
async function openRuns(
  project: ProjectFile,
  options: PruneOptions,
): Promise<readonly ListedRun[]> {
  const open = await withClient(project, options, (client) =>
    client.list(project.taskQueue, MOST_OPEN, true),
  );
  if (open.length < MOST_OPEN) return open;
  throw refuse(
    {
      zh: `有 ${MOST_OPEN} 张或更多发布单未结束，无法逐一核对，没有删除任何内容\n下一步：等它们结束后再执行`,
      en: `${MOST_OPEN} runs or more are open, too many to check; nothing was removed\nnext: type the same once they have ended`,
    },
    options,
  );
}

function refuseWithoutTerminal({ dryRun, yes, ...options }: PruneOptions): void {
  const isAtTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (dryRun === true || yes === true || isAtTerminal) return;
  throw refuse(
    {
      zh: '没有终端可供确认，没有删除任何内容\n下一步：用 --dry-run 看过之后，加上 --yes 再执行',
      en: 'there is no terminal to ask for confirmation; nothing was removed\nnext: review the list with --dry-run, then type the same with --yes',
    },
    options,
  );
}

async function ask(options: PruneOptions): Promise<void> {
  const say = sayIn(languageOf(options));
  const interrupted = { zh: '没有删除任何内容', en: 'nothing was removed' };
  const message = say({ zh: '删除以上内容？', en: 'Remove these?' });
  if (!(await askYesNo({ message, interrupted, initially: false }, say)))
    throw refuse(interrupted, options, EXIT.calledOff);
}
