/** Before all tests: both Temporal servers on PATH; where one is missing, fetched with the user's pip. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** With arguments that it answers and ends: the test server takes none and prints its usage. */
const PROGRAMS: readonly (readonly [string, readonly string[]])[] = [
  ['temporal', ['--version']],
  ['temporal-test-server', []],
];
const PIP_COMMANDS = [
  ['pip3'],
  ['pip'],
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
] as const;
const ANSWER_LIMIT_MS = 10_000;
const INSTALL_LIMIT_MS = 180_000;

export function setup(): void {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'runsheet', 'test-servers');
  process.env['PATH'] = [join(folder, 'bin'), process.env['PATH'] ?? ''].join(delimiter);
  const missing = PROGRAMS.filter((each) => !answers(each)).map(([name]) => name);
  if (missing.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const packages = missing.map((name) => `${name}-bin`);
  for (const [program, ...before] of PIP_COMMANDS) {
    const argv = [...before, 'install', '--quiet', '--upgrade', '--no-deps', '--target', folder];
    try {
      execFileSync(program, [...argv, ...packages], { stdio: 'pipe', timeout: INSTALL_LIMIT_MS });
    } catch {
      continue;
    }
    if (PROGRAMS.every(answers)) return;
  }
  throw new Error(
    `${missing.join(' and ')} must be on PATH: pip install ${packages.join(' ')} (or run .ci/run)`,
  );
}

/** A shim may stand on PATH with nothing behind it, so the program is asked. */
function answers([name, argv]: (typeof PROGRAMS)[number]): boolean {
  try {
    execFileSync(name, argv, { stdio: 'ignore', timeout: ANSWER_LIMIT_MS });
    return true;
  } catch {
    return false;
  }
}
