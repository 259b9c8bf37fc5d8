/**
 * `npm run test:faults`: disturbs the activities of a run, each in a run of its own, and looks from
 * outside at what came of it. `--help` says how.
 */
import { findTemporal } from '../../src/embedded/find-temporal.ts';
import { type FaultCase, nameOf } from './support/cases.ts';
import { Journal } from './support/journal.ts';
import { casesFor } from './support/matrix.ts';
import { HELP, type Settings, settingsOf } from './support/options.ts';
import { writePages } from './support/page.ts';
import { seconds, spreadLine, spreadOf } from './support/spread.ts';
import { Stack, type Tried } from './support/stack.ts';

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
  const { stacks, workers, environment, isWhole, fresh, list, json } = settings;
  const { path: temporal } = await findTemporal({ env: process.env });
  const journal = isWhole ? new Journal(fresh) : null;
  const all: Stack[] = [];
  try {
    for (let count = 0; count < stacks; count += 1)
      all.push(await Stack.start({ environment, workers, temporal }));
    // Each stack has a former version to replace after this; the first one tells which activities there are.
    const [good = []] = await Promise.all(all.map((stack) => stack.good()));
    const [first] = all;
    const cases = first === undefined ? [] : await casesFor(first, good, settings);
    if (cases.length === 0) {
      process.stderr.write('a run has no activity at which this could happen: see --list\n');
      return 2;
    }
    if (list) {
      for (const each of cases) process.stdout.write(`${nameOf(each)}\n`);
      return 0;
    }
    const left = cases.filter((each) => journal?.isDone(each) !== true);
    if (left.length < cases.length)
      process.stderr.write(`${cases.length - left.length} of ${cases.length} were tried before\n`);
    const rest = left.values();
    const results = await Promise.all(all.map((stack) => tryRest(stack, rest, json, journal)));
    if (journal !== null) writePages(journal);
    return conclude(journal === null ? results.flat() : journal.entries, json);
  } finally {
    await Promise.all(all.map((stack) => stack.close()));
  }
}

/** A middle that was not hit is tried again, each time in half the time. */
const MOST_MISSED = 4;

/** Takes case after case from what is left for all stacks. */
async function tryRest(
  stack: Stack,
  rest: Iterable<FaultCase>,
  json: boolean,
  journal: Journal | null,
): Promise<readonly Tried[]> {
  const done: Tried[] = [];
  for (const fault of rest) {
    let tried = await stack.try(fault);
    for (let again = 1; tried.isMissed && again <= MOST_MISSED; again += 1)
      tried = await stack.try({ ...fault, afterMs: Math.round(fault.afterMs / 2 ** again) });
    done.push(tried);
    journal?.add(fault, tried);
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
