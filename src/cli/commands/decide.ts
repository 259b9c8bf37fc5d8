/** Decisions about a run that is waiting: approve, reject, resolve. */
import { Command } from 'commander';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import {
  CommandError,
  type CommonOptions,
  print,
  refuse,
  refuseWith,
  requireProject,
  requireWorker,
  withClient,
} from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { byChoice, jsonChoice, languageChoice, withExamples } from '../help.ts';
import { languageOf, type Say, sayIn } from '../language.ts';
import { withRefusals } from '../refusals.ts';
import { localUser } from '../request.ts';
import { waitingApproval } from '../view/approval.ts';
import { sayWhereLate } from '../view/patience.ts';
import { outcomeWord } from '../view/words.ts';
import { waitingRun } from '../which-run.ts';

interface DecideOptions extends CommonOptions {
  readonly withCurrentSettings?: boolean;
  readonly by?: string;
  readonly comment?: string;
  readonly step?: string;
}

const RUN: Localized = {
  zh: '发布单编号；只有一张在等待时可省略',
  en: 'run id; optional if only one run is waiting',
};
const COMMENT: Localized = { zh: '备注，写入报告', en: 'a comment for the report' };
const WITH_CURRENT_SETTINGS: Localized = {
  zh: '与 retry 一起：按 runsheet.yaml 现在的设置启动旧版本，而不是它当时的设置；差别写入报告',
  en: 'with retry: start the former version with the settings that runsheet.yaml has now, not with its own; the report shows the difference',
};
const ACTIONS = ['retry', 'skip', 'rollback'] as const;

const DECISIONS: Readonly<Record<'approve' | 'reject', Localized>> = {
  approve: { zh: '批准正在等待的审批步骤', en: 'Approve the step that is waiting' },
  reject: { zh: '拒绝正在等待的审批步骤', en: 'Reject the step that is waiting' },
};
const DECIDED: typeof DECISIONS = {
  approve: { zh: '已批准', en: 'approved' },
  reject: { zh: '已拒绝', en: 'rejected' },
};

export function decideCommand(kind: 'approve' | 'reject', say: Say): Command {
  const command = new Command(kind)
    .description(say(DECISIONS[kind]))
    .argument('[run]', say(RUN))
    .addOption(byChoice(say))
    .option('--comment <text>', say(COMMENT))
    .option('--step <number>', say({ zh: '审批步骤的编号', en: 'number of the approval step' }))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action((run: string | undefined, options: DecideOptions) => decide(kind, run, options));
  return withExamples(
    command,
    say,
    `runsheet ${kind} --by alice`,
    `runsheet ${kind} $RUN --by alice --comment "OK"`,
  );
}

export function resolveCommand(say: Say): Command {
  const command = new Command('resolve')
    .description(
      say({
        zh: '决定待人工处理的发布单怎样继续',
        en: 'Decide how a run that needs attention continues',
      }),
    )
    .argument('[run]', say(RUN))
    .argument(
      '[action]',
      say({
        zh: 'retry 再试；skip 已人工处理；rollback 继续回滚',
        en: 'retry: try again; skip: handled by hand; rollback: continue the rollback',
      }),
    )
    .addOption(byChoice(say))
    .option('--comment <text>', say(COMMENT))
    .option('--with-current-settings', say(WITH_CURRENT_SETTINGS))
    .addOption(jsonChoice(say))
    .addOption(languageChoice(say))
    .action(resolve);
  return withExamples(
    command,
    say,
    'runsheet resolve $RUN retry --by alice',
    'runsheet resolve $RUN retry --with-current-settings --by alice',
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
    const judged = withRefusals(() => client.decide(run, decision));
    const judgement = await sayWhereLate(judged, language);
    if (options.json === true) print(JSON.stringify(judgement));
    if (!judgement.accepted) {
      const text = options.json === true ? '' : `${judgement.code}: ${judgement.reason}`;
      throw new CommandError(text, EXIT.badInput);
    }
    if (options.json === true) return;
    const { vote, missing } = judgement;
    const say = sayIn(language);
    const rest =
      missing === '' ? '' : say({ zh: `；还缺：${missing}`, en: `; still missing: ${missing}` });
    print(`✓ ${run}: ${say(DECIDED[kind])}, ${vote.name} (${vote.role})${rest}`);
    print(`runsheet status ${run} --watch`);
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
  const withCurrentSettings = options.withCurrentSettings === true;
  if (withCurrentSettings && action !== 'retry') {
    throw refuse(
      {
        zh: `--with-current-settings 只能与 retry 一起使用，而不是 ${action}`,
        en: `--with-current-settings goes with retry, not with ${action}`,
      },
      options,
    );
  }
  const how = {
    action,
    ...messageOf(options),
    ...(withCurrentSettings && { withCurrentSettings }),
  };
  await withClient(project, options, async (client) => {
    await requireWorker(client, project, options);
    const waits = { verb: 'resolve', holds: (status: RunStatus) => status.needsAttention !== null };
    const run = await waitingRun(
      client,
      project,
      second === undefined ? undefined : first,
      waits,
      options,
    );
    const status = await client.status(run);
    if (status.needsAttention === null)
      throw notWaiting(status, options, languageOf(options, status.language));
    const answer = await withRefusals(() => client.resolve(run, how));
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
      en: `--step: expected a step number, not "${options.step}"`,
    },
    options,
  );
}

function notWaiting(status: RunStatus, options: CommonOptions, language: Language): CommandError {
  const now =
    status.outcome === 'running' ? status.activity : outcomeWord(status.outcome, language);
  const state = { run: status.workflowId, state: now };
  return refuseWith(diagnose('WRONG_STEP', 'notWaiting', state), { ...options, lang: language });
}
