/** S3, S4: what deploys holds the keys and runs no code of the project; what builds runs it and holds none. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandNotes, watchCommands } from '../faults/support/part-commands.ts';
import { type AnotherFolder, startAnother } from './support/another-folder.ts';
import { type Stage, startStage } from './support/stage.ts';

const SERVER = 'dev-server-1';
const notes = mkdtempSync(join(tmpdir(), 'runsheet-roles-'));
let stage: Stage;
let builder: AnotherFolder | undefined;

beforeAll(async () => {
  const prepare = (folder: string): void => watchCommands(folder, notes);
  stage = await startStage({ prepare, workerArgs: ['--role', 'deploy'] });
});

afterAll(async () => {
  await builder?.close();
  await stage?.close();
  rmSync(notes, { recursive: true, force: true });
});

it('S3: a run waits for a worker that builds, all of its code runs there, and the release is deployed', async () => {
  const run = await stage.deploy('development', 'v1');
  await run.until(({ activity }) => activity.includes('取出源代码'));
  expect(commandNotes(notes)).toEqual([]);
  builder = await startAnother(stage, { role: 'build' });
  const { failure, status } = await run.end();
  expect(failure).toBeNull();
  expect(await stage.world.version(SERVER)).toBe('v1');
  const folders = new Set(commandNotes(notes).map(({ folder }) => folder));
  expect([...folders].every((each) => each.includes('runsheet-another-'))).toBe(true);
  expect(folders.size).toBe(1);
  // Each holds what its role needs, and nothing of the other's.
  const [deploys, builds] = [stage.folder, builder.folder].map((each) => join(each, '.runsheet'));
  expect(readdirSync(join(builds ?? '', 'keys')).every((name) => name.endsWith('.pub'))).toBe(true);
  expect(readdirSync(join(deploys ?? '', 'keys'))).toContain('seal.pem');
  expect(existsSync(join(deploys ?? '', 'runs', status.requestId, 'artifacts', 'logs'))).toBe(
    false,
  );
  expect(existsSync(join(builds ?? '', 'runs', status.requestId, 'artifacts', 'logs'))).toBe(true);
  expect(existsSync(join(deploys ?? '', 'builds'))).toBe(false);
});
