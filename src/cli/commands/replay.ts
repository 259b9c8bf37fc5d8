/** Replays the project's own histories against this installation, before it is made current. */
import { Command } from 'commander';
import type { ProjectFile } from '../../config/project-file.ts';
import { choose } from '../../worker/versions/histories.ts';
import type { Replayed } from '../../worker/versions/replay.ts';
import type { Server } from '../../worker/versions/server.ts';
import { type CommonOptions, print, refuse, requireProject, withClient } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { replayRuns } from '../versions/replayed.ts';
import { replayedLines } from '../view/versions.ts';

interface ReplayOptions extends CommonOptions {
  readonly since: string;
  readonly limit: string;
  readonly run?: readonly string[];
}

const MOST = 10_000;
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

export function replayCommand(say: Say): Command {
  const command = new Command('replay')
    .description(
      say({
        zh: '用本机安装的代码回放以往发布单的历史；不改变任何内容',
        en: 'Replay the histories of past runs against this installation; nothing is changed',
      }),
    )
    .option(
      '--since <time>',
      say({
        zh: '未结束的，以及在这段时间内结束的（例如 12h、30d）',
        en: 'runs that are open or ended within this time (for example 12h, 30d)',
      }),
      '30d',
    )
    .option('--run <run...>', say({ zh: '只回放这些发布单', en: 'replay only these runs' }))
    .option(
      '--limit <number>',
      say({ zh: '最多回放几份', en: 'how many histories at most' }),
      '1000',
    )
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(replay);
  return withExamples(
    command,
    say,
    'runsheet replay',
    'runsheet replay --since 90d --limit 5000',
    'runsheet replay --run $RUN --json',
  );
}

async function replay(options: ReplayOptions): Promise<void> {
  const project = await requireProject(options);
  const chosen = { sinceMs: Date.now() - durationOf(options), limit: limitOf(options) };
  await withClient(project, options, async ({ server }) => {
    const runs = await runsOf(server, project, chosen, options);
    const failed = await replayAll(server, runs, options);
    if (failed > 0) process.exitCode = EXIT.failed;
  });
}

async function runsOf(
  server: Server,
  { taskQueue }: ProjectFile,
  chosen: { readonly sinceMs: number; readonly limit: number },
  { run }: ReplayOptions,
): Promise<readonly { readonly workflowId: string; readonly runId?: string }[]> {
  if (run !== undefined) return run.map((workflowId) => ({ workflowId }));
  return choose(server, { taskQueue, ...chosen });
}

/** @returns how many do not replay */
async function replayAll(
  server: Server,
  runs: readonly { readonly workflowId: string; readonly runId?: string }[],
  options: ReplayOptions,
): Promise<number> {
  const language = languageOf(options);
  const say = sayIn(language);
  const isJson = options.json === true;
  const failed: Replayed[] = [];
  let done = 0;
  for await (const each of replayRuns(server, runs)) {
    done += 1;
    if (each.problem !== null) failed.push(each);
    if (isJson) print(JSON.stringify(each));
    else if (each.problem !== null || options.run !== undefined)
      for (const line of replayedLines(each, language)) print(line);
    if (!isJson) sayProgress(done, runs.length);
  }
  if (isJson) return failed.length;
  print(
    say({
      zh: `已回放 ${done} 份历史：${done - failed.length} 份一致，${failed.length} 份不一致`,
      en: `replayed ${done} histories: ${done - failed.length} agree, ${failed.length} do not`,
    }),
  );
  if (done === Number(options.limit)) {
    print(
      say({
        zh: '已到 --limit；更早的没有回放',
        en: '--limit is reached; earlier ones were not replayed',
      }),
    );
  }
  if (failed.length > 0) {
    print(
      say({
        zh: '不一致的发布单只能由它开始时的版本执行到结束：为该版本保留 runsheet worker --drain；不要用 versions move 移到本版本',
        en: 'a run that does not agree can only end on the version that it began on: keep a runsheet worker --drain of that build, and do not move it to this one',
      }),
    );
  }
  return failed.length;
}

/** One line that is written over, where a person watches. */
function sayProgress(done: number, of: number): void {
  if (process.stderr.isTTY !== true) return;
  process.stderr.write(done === of ? '\r\u001b[K' : `\r${done}/${of}`);
}

function durationOf(options: ReplayOptions): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([hd])$/u.exec(options.since) ?? [];
  const factor = UNITS[unit];
  if (factor !== undefined) return Number(count) * factor;
  throw refuse(
    {
      zh: `--since 应为小时数或天数，而不是「${options.since}」\n例如：runsheet replay --since 30d`,
      en: `--since: expected hours or days, not "${options.since}"\nfor example: runsheet replay --since 30d`,
    },
    options,
  );
}

function limitOf(options: ReplayOptions): number {
  const limit = Number(options.limit);
  if (Number.isInteger(limit) && limit > 0 && limit <= MOST) return limit;
  throw refuse(
    {
      zh: `--limit 应为 1–${MOST} 的整数`,
      en: `--limit: expected a whole number, 1–${MOST}`,
    },
    options,
  );
}
