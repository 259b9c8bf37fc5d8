/**
 * Every command of the documentation is typed by a test: here, or in the end-to-end test named here.
 * The Chinese pages have the same commands as the English ones.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Fence, PAIRS, ROOT, readPage } from './pages.ts';

const LIMIT_MS = 60_000;

interface Command {
  readonly page: string;
  /** What stands behind ```sh; a test types the whole block by that name. */
  readonly block: string;
  readonly line: string;
}

/** Blocks with a name are typed as they stand: [page, beginning of the name, test, what it says there]. */
const TYPED_BLOCKS: readonly (readonly [string, string, string, string?])[] = [
  ['README.md', 'tour', 'test/e2e/tour.test.ts'],
  ['docs/temporal-cli.md', '', 'test/e2e/temporal-cli.test.ts'],
  ['docs/cli.md', 'offline-', 'test/cli/offline.test.ts', "startsWith('offline-')"],
  ['docs/cli.md', 'logs', 'test/cli/logs.test.ts'],
  ['docs/cli.md', 'prune-', 'test/cli/prune.test.ts'],
  ['docs/cli.md', 'rollback', 'test/e2e/going-back.test.ts'],
  ['docs/cli.md', 'repair-offline', 'test/e2e/offline-repair.test.ts'],
  ['docs/cli.md', 'repair', 'test/e2e/going-back.test.ts'],
  ['docs/cli.md', '', 'test/e2e/cli.test.ts'],
  ['docs/operations.md', 'search-attributes', 'test/cluster/access.test.ts'],
  ['docs/operations.md', 'seal-key', 'test/cluster/support/crew.ts'],
];

/** Commands that need more than this test has → the file that types them, and what it says there. */
const TYPED_ELSEWHERE: readonly (readonly [RegExp, string, string])[] = [
  [/^npm ci( |$)/u, '.ci/run', 'npm ci'],
  [/^npm ci && npm run demo$/u, 'test/e2e/demo.test.ts', "'demo'"],
  [/^npm run demo -- --fail \d$/u, 'test/e2e/demo.test.ts', '--fail'],
  [/^npm test$/u, '.ci/run', 'npm test'],
  [/^npm run test:random$/u, 'package.json', '"test:random"'],
  [/^npm run test:e2e$/u, '.ci/run', 'npm run test:e2e'],
  [/^npm run test:lab$/u, '.ci/run', 'npm run test:lab'],
  [/^npm run test:cluster$/u, 'package.json', '"test:cluster"'],
  [/^npm run test:faults$/u, 'package.json', '"test:faults"'],
  [/^npm run format$/u, 'package.json', '"format"'],
  [/^npm run bench$/u, 'package.json', '"bench"'],
  [/^\.ci\/run$/u, 'CONTRIBUTING.md', '.ci/run'],
  [/docker-compose (up -d|config --quiet)/u, '.ci/run', 'docker-compose config'],
  [/^npx runsheet worker$/u, 'test/embedded/environment-worker.test.ts', 'startWorkerProcess'],
  [/^npx runsheet worker --projects /u, 'test/cli/projects.test.ts', '--projects'],
  [/^npx runsheet worker --role (deploy|build)$/u, 'test/e2e/roles.test.ts', "'--role'"],
  [/^npx runsheet worker --drain$/u, 'test/e2e/versions.test.ts', "'--drain'"],
  [/^npx runsheet versions( promote)?$/u, 'test/e2e/versions.test.ts', "'promote'"],
  [/^npx runsheet versions move /u, 'test/e2e/versions.test.ts', "'move'"],
  [/^npx runsheet replay /u, 'test/e2e/versions.test.ts', "'replay'"],
  [/^npx runsheet resolve /u, 'test/workflows/undo/failure.test.ts', 'needsAttention'],
  [/^node \S*dist\/slack-app\/main\.js/u, 'test/slack-app', 'openSlackApp'],
];

const commands = ['CONTRIBUTING.md', ...PAIRS.map(({ en }) => en)].flatMap(commandsOf);

describe('commands of the documentation', () => {
  it('are there', () => {
    expect(commands.length).toBeGreaterThan(20);
  });

  it.each(commands)('$page: $line', { timeout: LIMIT_MS }, ({ page, block, line }) => {
    const byName = TYPED_BLOCKS.find(
      ([of, start]) => block !== '' && of === page && block.startsWith(start),
    );
    if (byName !== undefined) {
      const [, , file, words = block] = byName;
      expect(textOf(file)).toContain(words);
      return;
    }
    const elsewhere = TYPED_ELSEWHERE.filter(([pattern]) => pattern.test(line));
    for (const [, file, words] of elsewhere) expect(textOf(file)).toContain(words);
    if (elsewhere.length === 0) typed(line);
  });

  it.each(PAIRS)('$zh has those of $en', ({ en, zh }) => {
    expect(scriptsOf(zh)).toEqual(scriptsOf(en));
  });
});

/** Types what needs no server, from the checkout's folder, with the built program. */
function typed(line: string): void {
  const offline = /^npx runsheet (check|plan|--help|--version)\b(.*)$/u.exec(line);
  expect(offline, `${line}: type it in a test, and name the test here`).not.toBeNull();
  const program = join(ROOT, 'dist/cli/main.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...line.replace('npx runsheet ', '').split(' ')],
    { cwd: ROOT, encoding: 'utf8', timeout: LIMIT_MS },
  );
  expect(status, `${stdout}${stderr}`).toBe(0);
  expect(stdout).not.toBe('');
}

function commandsOf(page: string): readonly Command[] {
  return scriptsOf(page).flatMap(({ info, lines }) =>
    lines
      .join('\n')
      .replaceAll('\\\n', '')
      .split('\n')
      .map((line) => line.replace(/\s+# .*$/u, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => ({ page, block: info.slice('sh'.length).trim(), line })),
  );
}

function scriptsOf(page: string): readonly Fence[] {
  return readPage(page).fences.filter(({ info }) => /^sh( |$)/u.test(info));
}

/** A file's text, or that of every file of a folder. */
function textOf(path: string): string {
  const whole = join(ROOT, path);
  if (/\.[a-z]+$|\/run$/u.test(path)) return readFileSync(whole, 'utf8');
  return readdirSync(whole)
    .map((name) => readFileSync(join(whole, name), 'utf8'))
    .join('\n');
}
