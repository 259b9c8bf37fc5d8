/**
 * `npm run test:faults`: kills the worker at the boundaries of a run's activities, each in a run of its
 * own, and looks from outside at what came of it. `--help` says how.
 */
import { parseArgs } from 'node:util';
import { findTemporal } from '../../src/embedded/find-temporal.ts';
import { casesOf, type FaultCase, nameOf, sampleOf, wantedOf } from './support/cases.ts';
import { seconds, spreadLine, spreadOf } from './support/spread.ts';
import { Stack, type Tried } from './support/stack.ts';

const HELP = `npm run test:faults -- [--fault STEP:BOUNDARY]... [--stacks N] [--workers N]
                           [--environment NAME] [--sample N] [--signal NAME] [--list] [--json]

Kills a worker (SIGKILL) before, during and after each activity of a run of the reference run sheet,
measures how long it takes until that activity is begun again, and checks from outside that the run
went on, that each server started the release once and is in
the pool with it, and that no lock is held.

  --fault STEP:BOUNDARY  only these, for example 7:during, 9 (all of step 9), :after; may be repeated
  --stacks N             so many environments side by side, each with a part of the cases (default 1)
  --workers N            workers on the queue: one that stays takes over (default 2); 1: only the one that
                         is started again
  --environment NAME     development (one server, no approval), staging or production (default development)
  --signal SIGTERM       tells the worker to end in the middle, instead of killing it
  --sample N             at most N of each step, spread evenly (default: all)
  --list                 print the cases of a good run and kill nothing
  --json                 one line of JSON a case, and one of the times of all

Exit code: 0 where all ended right, 1 where one did not, 2 for a wrong option.
`;

const ENVIRONMENTS = ['development', 'staging', 'production'];

interface Settings {
  readonly wanted: ReturnType<typeof wantedOf>[];
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
  const { signal } = values;
  if (signal !== 'SIGKILL' && signal !== 'SIGTERM')
    throw new Error(`--signal ${signal}: write SIGKILL or SIGTERM`);
  return { ...values, signal, stacks, workers, sample, wanted: (values.fault ?? []).map(wantedOf) };
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
  const { wanted, stacks, workers, environment, sample, signal, list, json } = settings;
  const { path: temporal } = await findTemporal({ env: process.env });
  const all: Stack[] = [];
  try {
    for (let count = 0; count < stacks; count += 1)
      all.push(await Stack.start({ environment, workers, temporal }));
    // Each has a former version to replace; the first one tells which activities there are.
    const [notes = []] = await Promise.all(all.map((stack) => stack.good()));
    const cases = sampleOf(casesOf(notes, wanted, signal), sample);
    if (cases.length === 0) {
      process.stderr.write('no activity of a good run is at such a boundary: see --list\n');
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

function lineOf(fault: FaultCase, { problems, resumedMs, killedPid, attempt }: Tried): string {
  const mark = problems.length === 0 ? '✓' : '✗';
  const about = `killed ${killedPid ?? '-'}, begun again after ${seconds(resumedMs)}, attempt ${attempt ?? '-'}`;
  const lines = [`${mark} ${nameOf(fault)}  ${about}`, ...problems.map((each) => `    ${each}`)];
  return `${lines.join('\n')}\n`;
}

function conclude(tried: readonly Tried[], json: boolean): number {
  const failed = tried.filter(({ problems }) => problems.length > 0).length;
  const spread = spreadOf(tried.map(({ resumedMs }) => resumedMs));
  const counts = { passed: tried.length - failed, failed };
  if (json) process.stdout.write(`${JSON.stringify({ begunAgain: spread, ...counts })}\n`);
  else {
    process.stdout.write(`begun again after a kill: ${spreadLine(spread)}\n`);
    process.stdout.write(`${counts.passed} passed, ${failed} failed\n`);
  }
  return failed === 0 ? 0 : 1;
}

process.exit(await main());
