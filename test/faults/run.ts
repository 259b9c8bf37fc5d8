/**
 * `npm run test:faults`: disturbs the activities of a run, each in a run of its own, and looks from
 * outside at what came of it. `--help` says how.
 */
import { parseArgs } from 'node:util';
import { findTemporal } from '../../src/embedded/find-temporal.ts';
import {
  casesOf,
  type FaultCase,
  failureAt,
  nameOf,
  SIGNALS,
  sampleOf,
  undoingCasesOf,
  wantedOf,
} from './support/cases.ts';
import { seconds, spreadLine, spreadOf } from './support/spread.ts';
import { Stack, type Tried } from './support/stack.ts';

const HELP = `npm run test:faults -- [--fault STEP:KIND]... [--rollback ACTIVITY] [--stacks N] [--workers N]
                           [--environment NAME] [--sample N] [--signal NAME] [--list] [--json]

Disturbs each activity of a run of the reference run sheet: its worker is killed (SIGKILL) before, during
or after it, its answer is lost, it shows no sign of life, it fails twice or for good. Measures how long it
takes until that activity is begun again, and checks from outside how the run ended, that all servers run
what they should, once, in the pool, with nothing left over, that no lock is held, and that there is one
record and one message.

  --fault STEP:KIND      only these, for example 7:during, 9 (all of step 9), :after; may be repeated
                         kinds: before, during, after, lost, hangs, fails-twice, fails
  --rollback ACTIVITY    each run fails for good at this activity, and what it does then is disturbed
  --stacks N             so many environments side by side, each with a part of the cases (default 1)
  --workers N            workers on the queue: one that stays takes over (default 2); 1: only the one that
                         is started again
  --environment NAME     development (one server, no approval), staging or production (default development)
  --signal SIGTERM       tells the worker to end in the middle, instead of killing it
  --signal SIGSTOP       freezes it until the run has ended, and thaws it: from then on nothing may change
                         on servers and in the pool
  --sample N             at most N of each step, spread evenly (default: all)
  --list                 print the cases and disturb nothing
  --json                 one line of JSON a case, and one of the times of all

Exit code: 0 where all ended right, 1 where one did not, 2 for a wrong option.

  npm run test:faults -- --fault 7:during --environment production
  npm run test:faults -- --rollback traffic.verify --sample 5
`;

const ENVIRONMENTS = ['development', 'staging', 'production'];

interface Settings {
  readonly wanted: ReturnType<typeof wantedOf>[];
  readonly rollback: string | undefined;
  readonly stacks: number;
  readonly workers: number;
  readonly sample: number;
  readonly signal: FaultCase['signal'];
  readonly environment: string;
  readonly list: boolean;
  readonly json: boolean;
}

function settingsOf(argv: readonly string[]): Settings | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      fault: { type: 'string', multiple: true },
      rollback: { type: 'string' },
      stacks: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      environment: { type: 'string', default: 'development' },
      signal: { type: 'string', default: 'SIGKILL' },
      sample: { type: 'string', default: '100000' },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const stacks = countOf('--stacks', values.stacks, 8);
  const workers = countOf('--workers', values.workers, 8);
  const sample = countOf('--sample', values.sample, 100_000);
  if (!ENVIRONMENTS.includes(values.environment))
    throw new Error(`--environment ${values.environment}: write one of ${ENVIRONMENTS.join(', ')}`);
  const { rollback } = values;
  const signal = SIGNALS.find((each) => each === values.signal);
  if (signal === undefined)
    throw new Error(`--signal ${values.signal}: write one of ${SIGNALS.join(', ')}`);
  const wanted = (values.fault ?? []).map(wantedOf);
  return { ...values, rollback, signal, stacks, workers, sample, wanted };
}

function countOf(option: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new Error(`${option} ${text}: write a whole number from 1 to ${most}`);
}

async function main(): Promise<number> {
  let settings: Settings | null;
  try {
    settings = settingsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  if (settings === null) {
    process.stdout.write(HELP);
    return 0;
  }
  return tryAll(settings);
}

async function tryAll(settings: Settings): Promise<number> {
  const { stacks, workers, environment, list, json } = settings;
  const { path: temporal } = await findTemporal({ env: process.env });
  const all: Stack[] = [];
  try {
    for (let count = 0; count < stacks; count += 1)
      all.push(await Stack.start({ environment, workers, temporal }));
    const cases = await casesFor(all, settings);
    if (cases.length === 0) {
      process.stderr.write('a run has no activity at which this could happen: see --list\n');
      return 2;
    }
    if (list) {
      for (const each of cases) process.stdout.write(`${nameOf(each)}\n`);
      return 0;
    }
    const rest = cases.values();
    const results = await Promise.all(all.map((stack) => tryRest(stack, rest, json)));
    return conclude(results.flat(), json);
  } finally {
    await Promise.all(all.map((stack) => stack.close()));
  }
}

/** Each stack has a former version to replace after this; the first one tells which activities there are. */
async function casesFor(
  all: readonly Stack[],
  { wanted, rollback, sample, signal }: Settings,
): Promise<readonly FaultCase[]> {
  const [notes = []] = await Promise.all(all.map((stack) => stack.good()));
  const [first] = all;
  if (rollback === undefined || first === undefined)
    return sampleOf(casesOf(notes, wanted, signal), sample);
  const because = failureAt(notes, rollback);
  const failed = await first.failing(because);
  return sampleOf(undoingCasesOf(notes, failed, because, { wanted, signal }), sample);
}

/** A middle that was not hit is tried once more, and again. */
const MOST_MISSED = 2;

/** Takes case after case from what is left for all stacks. */
async function tryRest(
  stack: Stack,
  rest: Iterable<FaultCase>,
  json: boolean,
): Promise<readonly Tried[]> {
  const done: Tried[] = [];
  for (const fault of rest) {
    let tried = await stack.try(fault);
    for (let again = 0; tried.isMissed && again < MOST_MISSED; again += 1)
      tried = await stack.try(fault);
    done.push(tried);
    process.stdout.write(
      json ? `${JSON.stringify({ ...fault, ...tried })}\n` : lineOf(fault, tried),
    );
  }
  return done;
}

function lineOf(fault: FaultCase, { problems, end, resumedMs, pid, attempt }: Tried): string {
  const mark = problems.length === 0 ? '✓' : '✗';
  const again = `begun again after ${seconds(resumedMs)}, attempt ${attempt ?? '-'}`;
  const about = `process ${pid ?? '-'}, ${again}, ${end.slice(0, 60).replaceAll('\n', ' ')}`;
  const lines = [`${mark} ${nameOf(fault)}  ${about}`, ...problems.map((each) => `    ${each}`)];
  return `${lines.join('\n')}\n`;
}

function conclude(tried: readonly Tried[], json: boolean): number {
  const failed = tried.filter(({ problems }) => problems.length > 0).length;
  const spread = spreadOf(tried.map(({ resumedMs }) => resumedMs));
  const counts = { passed: tried.length - failed, failed };
  if (json) process.stdout.write(`${JSON.stringify({ begunAgain: spread, ...counts })}\n`);
  else {
    process.stdout.write(`begun again: ${spreadLine(spread)}\n`);
    process.stdout.write(`${counts.passed} passed, ${failed} failed\n`);
  }
  return failed === 0 ? 0 : 1;
}

process.exit(await main());
