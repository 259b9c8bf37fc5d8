/** Every row of the import table, broken once and kept once, through the real linter. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** [file, import statement, whether the table allows it] */
const rows: readonly (readonly [string, string, boolean])[] = [
  ['diagnostics/a.ts', "import { x } from '../plan/plan.ts';", false],
  ['diagnostics/a.ts', "import type { X } from '../plan/plan.ts';", false],
  ['diagnostics/a.ts', "import { x } from './codes.ts';", true],
  ['ports/a.ts', "import type { X } from '../plan/run.ts';", false],
  ['ports/a.ts', "import type { X } from './registry.ts';", true],
  ['plan/a.ts', "import { x } from '../actions/ids.ts';", false],
  ['plan/a.ts', "import { x } from 'node:crypto';", false],
  ['plan/a.ts', "import type { X } from '../actions/ids.ts';", true],
  ['plan/a.ts', "import { x } from '../ports/port-error.ts';", false],
  ['plan/a.ts', "import type { X } from '../ports/container-runtime.ts';", true],
  ['plan/failure/a.ts', "import { x } from '../../actions/questions.ts';", true],
  ['plan/failure/a.ts', "import { x } from '../../compiler/index.ts';", false],
  ['actions/a.ts', "import { x } from '../diagnostics/codes.ts';", false],
  ['actions/a.ts', "import type { X } from '../diagnostics/diagnostic.ts';", true],
  ['compiler/parse/a.ts', "import type { X } from '../../workflows/messages.ts';", false],
  ['compiler/parse/a.ts', "import { x } from '../../config/load.ts';", false],
  ['compiler/parse/a.ts', "import { x } from '../../actions/index.ts';", true],
  ['workflows/a.ts', "import { x } from '../activities/contract.ts';", false],
  ['workflows/a.ts', "export * from '../activities/contract.ts';", false],
  ['workflows/a.ts', "export const x = import('../activities/contract.ts');", false],
  ['workflows/steps/a.ts', "import { x } from '../../compiler/digest.ts';", false],
  ['workflows/a.ts', "import { x } from 'node:fs';", false],
  ['workflows/a.ts', "import { x } from 'crypto';", false],
  ['workflows/a.ts', "import { z } from 'zod';", false],
  ['workflows/a.ts', "import { parse } from 'yaml';", false],
  ['workflows/a.ts', 'export const x = process.env;', false],
  ['workflows/a.ts', "import type { X } from '../activities/contract.ts';", true],
  ['workflows/a.ts', "import { x } from '../plan/evaluate.ts';", true],
  ['workflows/a.ts', "import { sleep } from '@temporalio/workflow';", true],
  ['workflows/a.ts', "import { diagnose } from '../diagnostics/diagnose.ts';", false],
  ['workflows/a.ts', "import { CATALOGUE } from '../diagnostics/catalogue/index.ts';", false],
  ['workflows/a.ts', "import { say } from '../diagnostics/language.ts';", true],
  ['workflows/a.ts', "import type { X } from '../diagnostics/diagnostic.ts';", true],
  ['activities/a.ts', "import { diagnose } from '../diagnostics/diagnose.ts';", true],
  ['activities/a.ts', "import { x } from '../plan/evaluate.ts';", false],
  ['activities/a.ts', "import { x } from '../ports/ports.ts';", false],
  ['activities/a.ts', "import { x } from '../compiler/index.ts';", false],
  ['activities/a.ts', "import { x } from '../adapters/process/command-runner.ts';", false],
  ['activities/a.ts', "import { x } from '@temporalio/client';", false],
  ['activities/a.ts', "import type { X } from '../ports/ports.ts';", true],
  ['activities/a.ts', "import { x } from '../actions/index.ts';", true],
  ['activities/local/a.ts', "import { x } from '../../plan/evaluate.ts';", false],
  ['activities/local/a.ts', "import { x } from '../../plan/search-attributes.ts';", true],
  ['activities/sealing/a.ts', "import { x } from '../../plan/evaluate.ts';", false],
  ['activities/sealing/a.ts', "import { x } from '../../plan/sealed-work.ts';", true],
  ['activities/local/a.ts', "import { x } from '../../plan/people.ts';", true],
  ['activities/local/a.ts', "import { x } from '../../plan/plan.ts';", false],
  ['activities/failures.ts', "import { PortError } from '../ports/port-error.ts';", true],
  ['activities/failures.ts', "import { x } from '../ports/ports.ts';", false],
  ['activities/failures.ts', "import { x } from '../adapters/ssh/host.ts';", false],
  ['adapters/ssh/a.ts', "import type { X } from '../../plan/run.ts';", false],
  ['adapters/ssh/a.ts', "import { x } from '../../config/load.ts';", false],
  ['adapters/ssh/a.ts', "import { diagnose } from '../../diagnostics/diagnose.ts';", true],
  ['adapters/ssh/a.ts', "import { PortError } from '../../ports/port-error.ts';", true],
  ['client.ts', "import { x } from './workflows/interpreter.ts';", false],
  ['client.ts', "import { x } from './config/load.ts';", false],
  ['client.ts', "import { x } from './workflows/messages.ts';", true],
  ['config/a.ts', "import { x } from '../plan/evaluate.ts';", false],
  ['client.ts', "import { x } from './activities/servers.ts';", false],
  ['client.ts', "import type { X } from './activities/contract.ts';", true],
  ['config/a.ts', "import { x } from '../ports/port-error.ts';", false],
  ['config/a.ts', "import type { X } from '../ports/connections.ts';", true],
  ['config/a.ts', "import { x } from '../adapters/ssh/host.ts';", false],
  ['config/a.ts', "import type { X } from '../plan/settings.ts';", true],
  ['embedded/a.ts', "import { x } from '../cli/main.ts';", false],
  ['embedded/a.ts', "import { x } from '../adapters/database/store.ts';", true],
  ['embedded/a.ts', "import { diagnose } from '../diagnostics/diagnose.ts';", true],
  ['slack-app/a.ts', "import { x } from '../adapters/slack/notifier.ts';", false],
  ['slack-app/a.ts', "import { x } from '../workflows/messages.ts';", false],
  ['slack-app/a.ts', "import { x } from '../client.ts';", true],
  ['client/a.ts', "import { x } from '../compiler/index.ts';", false],
  ['client/a.ts', "import { x } from '../workflows/messages.ts';", true],
  ['config/a.ts', "import { x } from '../client/errors.ts';", false],
  ['slack-app/main.ts', "import { x } from '../adapters/secrets/secret-store.ts';", true],
  ['slack-app/main.ts', "import { x } from '../adapters/ssh/ssh-hosts.ts';", false],
  ['slack-app/main.ts', "import { x } from '../workflows/messages.ts';", false],
  ['cli/commands/a.ts', "import { x } from '../../adapters/ssh/host.ts';", false],
  ['cli/commands/a.ts', "import { x } from '../../worker.ts';", false],
  ['cli/commands/a.ts', "import { x } from '../../workflows/messages.ts';", false],
  ['cli/commands/a.ts', "import type { X } from '../../workflows/messages.ts';", true],
  ['cli/commands/a.ts', "import { x } from '../../plan/evaluate.ts';", false],
  ['cli/commands/a.ts', "import { x } from '../../actions/index.ts';", true],
  ['cli/commands/a.ts', "import { x } from '../../embedded/dev.ts';", true],
  ['cli/commands/a.ts', "import { x } from '../../worker/versions/change.ts';", true],
  ['cli/commands/a.ts', "import { x } from '../../worker/locks.ts';", true],
  ['cli/commands/a.ts', "import { x } from '../../worker/queue.ts';", false],
  ['client.ts', "import { x } from './worker/versions/server.ts';", false],
  ['client.ts', "import type { X } from './worker/versions/server.ts';", true],
  ['cli/a.ts', "import { x } from '../artifacts.ts';", true],
  ['embedded/a.ts', "import { x } from '../artifacts.ts';", false],
  ['activities/a.ts', "import type { X } from '../artifacts.ts';", false],
  ['artifacts.ts', "import { x } from './cli/main.ts';", false],
  ['artifacts.ts', "import { x } from './worker/adapters.ts';", false],
  ['artifacts.ts', "import { x } from './adapters/http/proxy.ts';", true],
  ['worker/a.ts', "import { x } from '../artifacts.ts';", true],
  ['worker.ts', "import { x } from './embedded/dev.ts';", false],
  ['worker/a.ts', "import { x } from '../embedded/dev.ts';", false],
  ['worker/a.ts', "import { x } from '../adapters/ssh/host.ts';", true],
  ['worker.ts', "import { x } from './cli/main.ts';", false],
  ['worker.ts', "import { x } from './adapters/ssh/host.ts';", true],
];

let folder: string;
let refused: Map<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-lint-'));
  await copyFile(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await Promise.all(
    rows.map(async ([file, statement], index) => {
      const path = join(folder, caseName(index), 'src', file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${statement}\n`);
    }),
  );
  refused = await lint(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('import table', () => {
  it.each(rows.map((row, index) => [...row, index] as const))(
    'src/%s: %s allowed: %s',
    (_file, _statement, allowed, index) => {
      expect(refused.get(caseName(index)) ?? '').toMatch(allowed ? /^$/ : /no-restricted-/);
    },
  );
});

function caseName(index: number): string {
  return `case-${index}`;
}

/** @returns the rules that each case broke, of those that hold the import table. */
function lint(cwd: string): Promise<Map<string, string>> {
  const program = join(root, 'node_modules/.bin/oxlint');
  return new Promise((resolve, reject) => {
    execFile(program, ['-f', 'unix', '.'], { cwd, timeout: 20_000 }, (_error, stdout, stderr) => {
      // A run that linted nothing would pass every allowed row.
      if (!/problems?/.test(stdout)) reject(new Error(`oxlint: ${stdout}${stderr}`));
      const found = new Map<string, string>();
      for (const line of stdout.split('\n')) {
        const [, name, rule] =
          /(case-\d+)\/src.*\((no-restricted-[a-z]+)\)\]/.exec(
            line.replace(/\/eslint\(|\/typescript\(|eslint\(/, '/('),
          ) ?? [];
        if (name !== undefined && rule !== undefined) found.set(name, rule);
      }
      resolve(found);
    });
  });
}
