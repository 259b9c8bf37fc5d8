/** What people say to a run that waits: approve, reject, resolve. */
import { Argument, Command } from 'commander';
import { RefusedError } from '../../client/errors.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import {
  CommandError,
  type CommonOptions,
  languageOf,
  print,
  refuse,
  requireProject,
  requireWorker,
  withClient,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonChoice, languageChoice, withExamples } from '../help.ts';
import { localUser } from '../request.ts';
import { waitingApproval } from '../view/approval.ts';
import { sayWhereLate } from '../view/patience.ts';
import { outcomeWord } from '../view/words.ts';
import { waitingRun } from '../which-run.ts';

interface DecideOptions extends CommonOptions {
  readonly by?: string;
  readonly comment?: string;
  readonly step?: string;
}

const RUN =
  '运行编号；只有一次运行在等待时可省略 · id of the run; not needed where exactly one waits';
const BY =
  '决定的人：runsheet.yaml 中的 id、姓名或邮箱（默认：本机用户名） · who decides: id, name or e-mail address of runsheet.yaml (default: the local user)';
const ACTIONS = ['retry', 'skip', 'rollback'] as const;

export function decideCommand(kind: 'approve' | 'reject'): Command {
  const description =
    kind === 'approve'
      ? '批准正在等待的步骤 · Approve the step that waits'
      : '拒绝正在等待的步骤 · Reject the step that waits';
  const command = new Command(kind)
    .description(description)
    .argument('[run]', RUN)
    .option('--by <person>', BY)
    .option('--comment <text>', '写入报告 · stands in the report')
    .option('--step <number>', '审批步骤的编号 · number of the approval step')
    .addOption(jsonChoice())
    .addOption(languageChoice())
    .action((run: string | undefined, options: DecideOptions) => decide(kind, run, options));
  return withExamples(
    command,
    `runsheet ${kind} --by alice`,
    `runsheet ${kind} $RUN --by alice --comment "OK"`,
  );
}

export function resolveCommand(): Command {
  const command = new Command('resolve')
    .description('回滚受阻、需要人时：怎样继续 · Say how a run goes on whose rollback is stuck')
    .argument('[run]', RUN)
    .addArgument(
      new Argument(
        '[action]',
        'retry 再试 | skip 已人工处理 | rollback 继续回滚 · retry | skip: done by hand | rollback: go on with it',
      ),
    )
    .option('--by <person>', BY)
    .option('--comment <text>', '写入报告 · stands in the report')
    .addOption(jsonChoice())
    .addOption(languageChoice())
    .action(resolve);
  return withExamples(
    command,
    'runsheet resolve $RUN retry --by alice',
    'runsheet resolve skip --by alice --comment "restarted by hand"',
  );
}

async function decide(
  kind: 'approve' | 'reject',
  named: string | undefined,
  options: DecideOptions,
): Promise<void> {
  const project = await requireProject(options);
  const decision = { kind, ...messageOf(options), ...stepOf(options) };
  await withClient(project, options, async (client) => {
    await requireWorker(client, project, options);
    const waits = { verb: kind, holds: (status: RunStatus) => waitingApproval(status) !== null };
    const run = await waitingRun(client, project, named, waits, options);
    const status = await client.status(run);
    const language = languageOf(options, status.language);
    if (waitingApproval(status) === null) throw notWaiting(status, options, language);
    const judged = refusalsSaid(() => client.decide(run, decision));
    const judgement = await sayWhereLate(judged, language);
    if (options.json === true) print(JSON.stringify(judgement));
    if (!judgement.accepted) {
      const text = options.json === true ? '' : `${judgement.code}: ${judgement.reason}`;
      throw new CommandError(text, EXIT.badInput);
    }
    if (options.json === true) return;
    const { name, role } = judgement.vote;
    const verb =
      kind === 'approve'
        ? language === 'zh'
          ? '已批准'
          : 'approved'
        : language === 'zh'
          ? '已拒绝'
          : 'rejected';
    const missing =
      judgement.missing === ''
        ? ''
        : language === 'zh'
          ? `；还缺：${judgement.missing}`
          : `; still missing: ${judgement.missing}`;
    print(`✓ ${run}: ${verb}, ${name} (${role})${missing}\nrunsheet status ${run} --watch`);
  });
}

async function resolve(
  first: string | undefined,
  second: string | undefined,
  options: DecideOptions,
): Promise<void> {
  const project = await requireProject(options);
  const isAction = (text: string | undefined): text is (typeof ACTIONS)[number] =>
    ACTIONS.some((each) => each === text);
  const action = second ?? first;
  if (!isAction(action)) {
    throw refuse(
      {
        zh: `应为 ${ACTIONS.join('、')}\n例如：runsheet resolve ${first ?? '$RUN'} retry --by alice`,
        en: `expected ${ACTIONS.join(', ')}\nfor example: runsheet resolve ${first ?? '$RUN'} retry --by alice`,
      },
      options,
    );
  }
  await withClient(project, options, async (client) => {
    await requireWorker(client, project, options);
    const waits = { verb: 'resolve', holds: (status: RunStatus) => status.needsPerson !== null };
    const run = await waitingRun(
      client,
      project,
      second === undefined ? undefined : first,
      waits,
      options,
    );
    const status = await client.status(run);
    if (status.needsPerson === null)
      throw notWaiting(status, options, languageOf(options, status.language));
    const answer = await refusalsSaid(() => client.resolve(run, { action, ...messageOf(options) }));
    print(
      options.json === true
        ? JSON.stringify({ workflowId: run, answer })
        : `✓ ${run}: ${answer}\nrunsheet status ${run} --watch`,
    );
  });
}

function messageOf({ by, comment }: DecideOptions): { by: string; comment?: string } {
  return { by: by ?? localUser(), ...(comment !== undefined && { comment }) };
}

function stepOf(options: DecideOptions): { step?: number } {
  if (options.step === undefined) return {};
  const step = Number(options.step);
  if (Number.isInteger(step) && step > 0) return { step };
  throw refuse(
    {
      zh: `--step 应为步骤编号，而不是「${options.step}」`,
      en: `--step should be a step's number, not "${options.step}"`,
    },
    options,
  );
}

function notWaiting(status: RunStatus, options: CommonOptions, language: Language): CommandError {
  const now =
    status.outcome === 'running' ? status.activity : outcomeWord(status.outcome, language);
  return refuse(
    {
      zh: `WRONG_STEP: ${status.workflowId} 现在不等待这个决定（${now}）\n下一步：runsheet status ${status.workflowId}`,
      en: `WRONG_STEP: ${status.workflowId} does not wait for this now (${now})\nnext: runsheet status ${status.workflowId}`,
    },
    { ...options, lang: language },
  );
}

/** What the run refused is bad input, with the refusal's name. */
async function refusalsSaid<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RefusedError)
      throw new CommandError(`${error.code}: ${error.message}`, EXIT.badInput);
    throw error;
  }
}
