/** Gives a run an answer: finds the question, refuses what it does not take, and shows the judgement. */
import type { RunsheetClient } from '../client.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Language, Localized } from '../diagnostics/diagnostic.ts';
import type { AnswerWord, Question } from '../plan/question.ts';
import type { RunStatus } from '../workflows/messages.ts';
import {
  CommandError,
  type CommonOptions,
  print,
  refuse,
  refuseWith,
  requireProject,
  requireWorker,
  withClient,
} from './context.ts';
import { EXIT } from './exit-codes.ts';
import { languageOf, sayIn } from './language.ts';
import { withRefusals } from './refusals.ts';
import { localUser } from './request.ts';
import { sayWhereLate } from './view/patience.ts';
import { openQuestions } from './view/questions.ts';
import { visible } from './view/text.ts';
import { outcomeWord } from './view/words.ts';
import { waitingRun } from './which-run.ts';

export interface AnswerOptions extends CommonOptions {
  readonly withCurrentSettings?: boolean;
  readonly by?: string;
  readonly comment?: string;
  readonly step?: string;
}

/** What was typed. */
export interface GivenAnswer {
  readonly run: string | undefined;
  readonly word: AnswerWord;
  /** The question's, where a run has several. */
  readonly step?: number | undefined;
}

/** @throws CommandError with exit 2 for whatever is not taken */
export async function answer(given: GivenAnswer, options: AnswerOptions): Promise<void> {
  const { word } = given;
  if (options.withCurrentSettings === true && word !== 'retry') {
    throw refuse(
      {
        zh: `--with-current-settings 只能与 retry 一起使用，而不是 ${word}`,
        en: `--with-current-settings goes with retry, not with ${word}`,
      },
      options,
    );
  }
  const project = await requireProject(options);
  await withClient(project, options, async (client) => {
    await requireWorker(client, project, options);
    const command = word === 'approve' || word === 'reject' ? word : 'answer';
    const waits = {
      verb: command,
      ...(command === 'answer' && { rest: word }),
      holds: (status: RunStatus) => openQuestions(status).some((each) => takes(each, word)),
    };
    const run = await waitingRun(client, project, given.run, waits, options);
    const status = await client.status(run);
    const language = languageOf(options, status.language);
    const question = questionFor(status, given, { ...options, lang: language });
    await send(client, run, question, given, options, language);
  });
}

/** `--step`, or the item. @throws CommandError where it is no number of a step, exit 2 */
export function stepOf(text: string | undefined, options: CommonOptions): number | undefined {
  if (text === undefined) return undefined;
  const step = Number(text);
  if (Number.isInteger(step) && step > 0) return step;
  throw refuse(
    {
      zh: `应为步骤编号，而不是「${text}」`,
      en: `expected a step number, not "${text}"`,
    },
    options,
  );
}

function takes({ answers }: Question, word: AnswerWord): boolean {
  return answers.some((each) => each.word === word);
}

/** The question that is meant, which takes the word. @throws CommandError, exit 2 */
export function questionFor(
  status: RunStatus,
  { word, step }: GivenAnswer,
  options: CommonOptions,
): Question {
  const all = openQuestions(status);
  const meant = all.filter((each) => step === undefined || each.step === step);
  const [question] = meant;
  if (question === undefined) throw notWaiting(status, all, options);
  if (meant.length > 1) throw several(status, meant, word, options);
  if (takes(question, word)) return question;
  const words = question.answers.map((each) => each.word).join(', ');
  const refused = { run: status.workflowId, step: question.step, word, words };
  const { message } = refuseWith(diagnose('WRONG_STEP', 'otherWord', refused), options);
  const lines = question.answers.map((each) => `  ${each.word}: ${visible(each.would)}`);
  throw new CommandError([message, ...lines].join('\n'), EXIT.badInput);
}

function notWaiting(
  status: RunStatus,
  open: readonly Question[],
  options: CommonOptions,
): CommandError {
  const language = languageOf(options, status.language);
  const now =
    status.outcome === 'running' ? status.activity : outcomeWord(status.outcome, language);
  const steps = open.map(({ step }) => step).join(', ');
  const why = status.outcome === 'superseded' ? (status.failure?.message ?? '') : '';
  const ended = why === '' ? now : `${now}: ${visible(why)}`;
  const state = open.length === 0 ? ended : `${now}; ${steps}`;
  const run = status.workflowId;
  return refuseWith(diagnose('WRONG_STEP', 'notWaiting', { run, state }), options);
}

function several(
  { workflowId }: RunStatus,
  open: readonly Question[],
  word: AnswerWord,
  options: CommonOptions,
): CommandError {
  const commands = open
    .map(({ step }) => `  runsheet answer ${workflowId} ${step} ${word}`)
    .join('\n');
  return refuse(
    {
      zh: `${workflowId} 有 ${open.length} 个问题，请指定一个：\n${commands}`,
      en: `${workflowId} asks ${open.length} questions; name one:\n${commands}`,
    },
    options,
  );
}

const DECIDED: Readonly<Record<'approve' | 'reject', Localized>> = {
  approve: { zh: '已批准', en: 'approved' },
  reject: { zh: '已拒绝', en: 'rejected' },
};

/** By the updates that every version of a run answers to. */
async function send(
  client: RunsheetClient,
  run: string,
  { step }: Question,
  { word }: GivenAnswer,
  options: AnswerOptions,
  language: Language,
): Promise<void> {
  const { by = localUser(), comment } = options;
  const message = { by, step, ...(comment !== undefined && { comment }) };
  const said = { workflowId: run, step, word };
  const next = `runsheet status ${run} --watch`;
  if (word !== 'approve' && word !== 'reject') {
    const how = options.withCurrentSettings === true && { withCurrentSettings: true };
    const resolving = withRefusals(() => client.resolve(run, { action: word, ...message, ...how }));
    const told = await sayWhereLate(resolving, language);
    const json = JSON.stringify({ ...said, accepted: true, answer: told });
    print(options.json === true ? json : `✓ ${run}: ${told}\n${next}`);
    return;
  }
  const judged = withRefusals(() => client.decide(run, { kind: word, ...message }));
  const judgement = await sayWhereLate(judged, language);
  if (options.json === true) print(JSON.stringify({ ...said, ...judgement }));
  if (!judgement.accepted) {
    const text = options.json === true ? '' : `${judgement.code}: ${judgement.reason}`;
    throw new CommandError(text, EXIT.badInput);
  }
  if (options.json === true) return;
  const { vote, missing } = judgement;
  const say = sayIn(language);
  const rest =
    missing === '' ? '' : say({ zh: `；还缺：${missing}`, en: `; still missing: ${missing}` });
  print(`✓ ${run}: ${say(DECIDED[word])}, ${vote.name} (${vote.role})${rest}\n${next}`);
}
