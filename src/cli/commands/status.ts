/** `runsheet status`: a run as its worker tells it, or else as the Temporal server knows it. */
import { Command } from 'commander';
import type { RunsheetClient, ServerView } from '../../client.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { refusalText } from '../../diagnostics/render.ts';
import type { RunOutcome } from '../../plan/run.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { type CommonOptions, print, requireProject, withClient } from '../context.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say } from '../language.ts';
import { sayWaiting } from '../versions/waiting.ts';
import { endCode, follow } from '../view/follow.ts';
import { renderRunSheet, type ViewOptions } from '../view/run-sheet.ts';
import { renderServerView, repeatedLines } from '../view/server-view.ts';
import { beginsLater } from '../view/start.ts';
import { visible } from '../view/text.ts';
import { latestRun } from '../which-run.ts';

/** Events from which a worker that lives takes longer than a second to read the run anew. */
const LONG_HISTORY = 1_000;

interface StatusOptions extends CommonOptions {
  readonly watch?: boolean;
}

export function statusCommand(say: Say): Command {
  const command = new Command('status')
    .description(
      say({
        zh: '显示一张发布单：步骤、服务器、审批',
        en: 'Show a run: steps, servers, approval',
      }),
    )
    .argument(
      '[run]',
      say({ zh: '发布单编号（默认：最近一张）', en: 'run id (default: the latest run)' }),
    )
    .option('--watch', say({ zh: '跟踪到结束', en: 'follow the run until it ends' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(status);
  return withExamples(
    command,
    say,
    'runsheet status',
    'runsheet status $RUN --watch',
    'runsheet status $RUN --json',
  );
}

async function status(named: string | undefined, options: StatusOptions): Promise<void> {
  const project = await requireProject(options);
  process.exitCode = await withClient(project, options, async (client) => {
    const run = await latestRun(client, project, named, options);
    const beginsAtMs = await client.beginsAtMs(run);
    if (beginsAtMs !== null) return showLater(run, beginsAtMs, options);
    const show = options.watch === true ? watchRun : showRun;
    return show(client, run, options, () => sayWaiting(client, project, languageOf(options), run));
  });
}

/** Nothing of it has been done, so there is nothing to follow. @returns the exit code */
function showLater(run: string, beginsAtMs: number, options: StatusOptions): number {
  const beginsAt = new Date(beginsAtMs).toISOString();
  if (options.json === true) print(JSON.stringify({ workflowId: run, beginsAt }, null, 2));
  else print(beginsLater(run, beginsAtMs, languageOf(options)).join('\n'));
  return EXIT.succeeded;
}

async function watchRun(
  client: RunsheetClient,
  run: string,
  options: StatusOptions,
  sayWhyNobody: () => Promise<void>,
): Promise<number> {
  const { status: now, server } = await client.look(run);
  const language = languageOf(options, now?.language);
  const json = options.json === true;
  if (now === null) {
    showServer(server, options);
    await sayWhyNobody();
  }
  return follow(client, run, { language, json });
}

/** @returns the exit code: of a run that goes on, 0 */
async function showRun(
  client: RunsheetClient,
  run: string,
  options: StatusOptions,
  sayWhyNobody: () => Promise<void>,
): Promise<number> {
  const { status: now, server } = await client.look(run);
  if (now !== null) return showStatus(client, now, server, options);
  const isBeingRead = server.historyLength >= LONG_HISTORY && server.workers > 0;
  if (!isBeingRead || options.json !== true) showServer(server, options);
  if (!isBeingRead) await sayWhyNobody();
  const late = isBeingRead ? await client.status(run).catch(() => null) : null;
  if (late !== null) return showStatus(client, late, server, options);
  if (isBeingRead && options.json === true) showServer(server, options);
  return codeOf(client, server);
}

async function showStatus(
  client: RunsheetClient,
  now: RunStatus,
  server: ServerView,
  options: StatusOptions,
): Promise<number> {
  if (options.json === true) print(JSON.stringify(now, null, 2));
  else {
    const view = viewOn(process.stdout, languageOf(options, now.language));
    for (const line of renderRunSheet(now, view)) print(line);
    for (const line of repeatedLines(server, view)) print(line);
  }
  if (now.outcome === 'needs_attention') return EXIT.needsAttention;
  if (server.status === 'RUNNING') return EXIT.succeeded;
  if (now.outcome !== 'running') return exitCodeOf(now.outcome, now.rollback.length > 0);
  // It ended before it could say so: refused at its start, or terminated.
  const { failure } = await client.end(now.workflowId);
  if (failure !== null) process.stderr.write(`${visible(failure.type)}: ${failure.message}\n`);
  return endCode(now, failure);
}

/** What the server knows, on standard output; that nobody else answers, on standard error. */
function showServer(server: ServerView, options: StatusOptions): void {
  const language = languageOf(options);
  if (options.json === true) print(JSON.stringify({ source: 'server', ...server }, null, 2));
  else for (const line of renderServerView(server, viewOn(process.stdout, language))) print(line);
  const silence = refusalText(diagnose('NO_WORKER', 'silent', {}))[language];
  if (server.status === 'RUNNING') process.stderr.write(`${silence}\n`);
}

async function codeOf(client: RunsheetClient, { workflowId, status, outcome }: ServerView) {
  if (outcome === 'needs_attention') return EXIT.needsAttention;
  if (status === 'RUNNING') return EXIT.succeeded;
  const { failure } = await client.end(workflowId);
  return outcome === null || outcome === 'running'
    ? endCode(null, failure)
    : exitCodeOf(outcome as RunOutcome, false);
}

function viewOn(stream: NodeJS.WriteStream, language: Language): ViewOptions {
  return { language, color: stream.isTTY === true, width: stream.columns ?? 110 };
}
