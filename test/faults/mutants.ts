/**
 * `npx tsx test/faults/mutants.ts`: whether the faults would notice what they are there for. Each mutant
 * is a copy of the built program in which one safeguard is left out; the cases that are named for it are
 * right with the program as it was built, and at least one of them has to come out wrong with the mutant.
 * Needs `npm run build`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporal } from '../../src/embedded/find-temporal.ts';
import { edited } from '../e2e/support/stage.ts';
import { casesOf, type FaultCase, nameOf } from './support/cases.ts';
import { MUTANTS, type Mutant } from './support/mutants.ts';
import { Stack } from './support/stack.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, '.faults', 'mutants');
/** What the program looks for beside its folder. */
const BESIDE = ['node_modules', 'package.json', 'package-lock.json', 'templates', 'examples'];

/** @returns the mutant's `dist` */
function plant({ name, edits }: Mutant): string {
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const each of BESIDE) symlinkSync(join(ROOT, each), join(folder, each));
  const dist = join(folder, 'dist');
  cpSync(join(ROOT, 'dist'), dist, { recursive: true });
  for (const { file, from, to } of edits) {
    const path = join(dist, file);
    writeFileSync(path, edited(readFileSync(path, 'utf8'), from, to));
  }
  execFileSync(process.execPath, [join(dist, 'bundle.js')]);
  return dist;
}

/** @returns what was wrong with the first case that came out wrong; null: all came out right */
async function firstWrong(
  dist: string,
  names: readonly string[],
  temporal: string,
): Promise<string | null> {
  process.env['RUNSHEET_E2E_DIST'] = dist;
  const stack = await Stack.start({ environment: 'development', workers: 2, temporal });
  try {
    const cases = await allCases(stack);
    for (const name of names) {
      const fault = cases.find((each) => nameOf(each) === name);
      if (fault === undefined) throw new Error(`none is called ${name}`);
      const { problems } = await stack.try(fault);
      if (problems.length > 0) return `${name}: ${problems.join('; ')}`;
    }
    return null;
  } finally {
    await stack.close();
  }
}

async function allCases(stack: Stack): Promise<readonly FaultCase[]> {
  const good = await stack.good();
  return [...casesOf(good, [], 'SIGKILL'), ...casesOf(good, [], 'SIGSTOP')];
}

async function main(): Promise<number> {
  const { path: temporal } = await findTemporal({ env: process.env });
  const names = [...new Set(MUTANTS.flatMap(({ cases }) => cases))];
  const wrong = await firstWrong(join(ROOT, 'dist'), names, temporal);
  if (wrong !== null) {
    process.stdout.write(`✗ the program as it was built: ${wrong}\n`);
    return 1;
  }
  process.stdout.write('✓ the program as it was built: all right\n');
  let unnoticed = 0;
  for (const mutant of MUTANTS) {
    const noticed = await firstWrong(plant(mutant), mutant.cases, temporal);
    if (noticed === null) unnoticed += 1;
    process.stdout.write(
      `${noticed === null ? '✗' : '✓'} ${mutant.name}: ${noticed ?? 'not noticed'}\n`,
    );
  }
  rmSync(FOLDER, { recursive: true, force: true });
  process.stdout.write(`${MUTANTS.length - unnoticed} noticed, ${unnoticed} not noticed\n`);
  return unnoticed === 0 ? 0 : 1;
}

process.exit(await main());
