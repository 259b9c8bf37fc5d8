/** What the commands of a run have printed. */
import { Command } from 'commander';
import type { ArtifactArchive } from '../../artifacts.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { type CommonOptions, refuse, requireProject } from '../context.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { type Output, outputsOf, type RunKept, runsKept } from '../kept-output.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { chunksOf, escaped, harmless, writeOut } from '../view/output.ts';
import { visible } from '../view/text.ts';
import { durationWord } from '../view/words.ts';
import { withStore } from '../with-store.ts';

interface LogsOptions extends CommonOptions {
  readonly server?: string;
  readonly report?: boolean;
}

/** Names of what there is that one message holds. */
const MOST_NAMED = 10;

export function logsCommand(say: Say): Command {
  const command = new Command('logs')
    .description(
      say({
        zh: '显示一张发布单的命令的全部输出',
        en: 'Show the whole output of the commands of a run',
      }),
    )
    .argument('<run>', say({ zh: '发布单编号', en: 'run id' }))
    .argument('[step]', say({ zh: '步骤编号（默认：所有步骤）', en: 'step number (default: all)' }))
    .option('--server <name>', say({ zh: '只显示这台服务器的', en: 'only of this server' }))
    .option('--report', say({ zh: '显示部署报告', en: 'show the report instead' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(logs);
  return withExamples(
    command,
    say,
    'runsheet logs $RUN',
    'runsheet logs $RUN 2',
    'runsheet logs $RUN 8 --server app-server-1',
    'runsheet logs $RUN 2 --json',
    'runsheet logs $RUN --report',
  );
}

async function logs(id: string, step: string | undefined, options: LogsOptions): Promise<void> {
  const project = await requireProject(options);
  await withStore(project, options, (store) => showLogs(store, id, step, options));
}

async function showLogs(
  store: ArtifactArchive,
  id: string,
  step: string | undefined,
  options: LogsOptions,
): Promise<void> {
  const run = await findRun(store, id, options);
  const spoken = { ...options, lang: languageOf(options, run.language) };
  if (options.report === true) return showReport(store, run, step, spoken);
  const all = await outputsOf(store, run);
  const ofStep = step === undefined ? all : outputsOfStep(all, step, run, spoken);
  const wanted = outputsOn(ofStep, run, spoken);
  for (const output of wanted) await show(store, output, spoken);
  if (all.length > 0) return;
  const none = {
    zh: `${id} 还没有命令的输出，或已被 runsheet prune 删除`,
    en: `no command of ${id} has ended yet, or runsheet prune has removed its output`,
  };
  process.stderr.write(`${sayIn(spoken.lang)(none)}\n`);
}

async function findRun(store: ArtifactArchive, id: string, options: LogsOptions): Promise<RunKept> {
  const runs = await runsKept(store);
  const found = runs.find(({ workflowId }) => workflowId === id);
  if (found !== undefined) return found;
  const ids = runs.map(({ workflowId }) => workflowId);
  throw refuse(
    {
      zh: `没有 ${visible(id)} 的输出；有：${listed(ids, 'zh')}\n下一步：输出保存在 runsheet.yaml 的 artifacts 所指之处，默认是 worker 的项目文件夹：请在那里输入，或配置一个大家都能访问的存储`,
      en: `there is no output of ${visible(id)}; it is there of: ${listed(ids, 'en')}\nnext: output is kept where artifacts in runsheet.yaml says, by default in the project folder of the worker: type the command there, or set a store that all reach`,
    },
    options,
  );
}

function outputsOfStep(
  all: readonly Output[],
  step: string,
  { workflowId }: RunKept,
  options: LogsOptions,
): readonly Output[] {
  const found = all.filter((each) => String(each.step) === step);
  if (found.length > 0) return found;
  const steps = [...new Set(all.map((each) => String(each.step)))];
  throw refuse(
    {
      zh: `${workflowId} 的步骤「${visible(step)}」没有命令的输出；有输出的步骤：${listed(steps, 'zh')}`,
      en: `${workflowId}: no output of a command in step "${visible(step)}"; steps with output: ${listed(steps, 'en')}`,
    },
    options,
  );
}

function outputsOn(
  outputs: readonly Output[],
  { workflowId }: RunKept,
  options: LogsOptions,
): readonly Output[] {
  const { server } = options;
  if (server === undefined) return outputs;
  const found = outputs.filter((each) => each.servers.includes(server));
  if (found.length > 0) return found;
  const servers = [...new Set(outputs.flatMap((each) => each.servers))];
  throw refuse(
    {
      zh: `${workflowId} 没有服务器「${visible(server)}」的输出；有输出的服务器：${listed(servers, 'zh')}`,
      en: `${workflowId}: no output of server "${visible(server)}"; servers with output: ${listed(servers, 'en')}`,
    },
    options,
  );
}

function listed(names: readonly string[], language: Language): string {
  const say = sayIn(language);
  if (names.length === 0) return say({ zh: '无', en: 'none' });
  const rest = names.length - MOST_NAMED;
  const more = rest <= 0 ? '' : say({ zh: ` 等 ${names.length} 项`, en: ` and ${rest} more` });
  const shown = names.slice(0, MOST_NAMED).map(visible);
  return `${shown.join(say({ zh: '、', en: ', ' }))}${more}`;
}

/** A heading and the output; with `--json` one object a line, its output in it. */
async function show(store: ArtifactArchive, output: Output, options: LogsOptions): Promise<void> {
  const { reference, ...about } = output;
  const content = (await store.read(reference)) ?? Buffer.alloc(0);
  if (options.json === true) {
    await writeOut(`${JSON.stringify(about).slice(0, -1)},"output":"`);
    for await (const chunk of escaped(chunksOf(content))) await writeOut(chunk);
    return writeOut('"}\n');
  }
  await writeOut(`${visible(heading(output, languageOf(options)))}\n`);
  await showText(content);
  await writeOut('\n');
}

/** `── step 2: test, exit code 1, 12.3 s`. */
function heading(output: Output, language: Language): string {
  const { step, name, servers, exitCode, durationMs } = output;
  const say = sayIn(language);
  const on = servers.length === 0 ? '' : ` (${servers.join(', ')})`;
  const took = durationWord(durationMs, language);
  const ended =
    exitCode === null
      ? say({ zh: '被终止', en: 'ended by a signal' })
      : say({ zh: `退出码 ${exitCode}`, en: `exit code ${exitCode}` });
  return say({
    zh: `── 步骤 ${step}：${name}${on}，${ended}，${took}`,
    en: `── step ${step}: ${name}${on}, ${ended}, ${took}`,
  });
}

async function showText(content: Buffer): Promise<void> {
  const isTerminal = process.stdout.isTTY === true;
  const chunks = chunksOf(content);
  for await (const chunk of isTerminal ? harmless(chunks) : chunks) await writeOut(chunk);
}

async function showReport(
  store: ArtifactArchive,
  { requestId, workflowId }: RunKept,
  step: string | undefined,
  options: LogsOptions,
): Promise<void> {
  if (step !== undefined || options.server !== undefined) {
    throw refuse(
      {
        zh: '--report 显示整张发布单的报告，不能与步骤或 --server 一起使用',
        en: '--report shows the report of the whole run: leave out the step and --server',
      },
      options,
    );
  }
  const report = await store.read(`artifact:${requestId}/report.md`);
  if (report === null) {
    throw refuse(
      {
        zh: `${workflowId} 还没有报告\n下一步：runsheet status ${workflowId}`,
        en: `${workflowId} has no report yet\nnext: runsheet status ${workflowId}`,
      },
      options,
    );
  }
  if (options.json !== true) return showText(report);
  await writeOut(`${JSON.stringify({ workflowId }).slice(0, -1)},"report":"`);
  for await (const chunk of escaped(chunksOf(report))) await writeOut(chunk);
  await writeOut('"}\n');
}
