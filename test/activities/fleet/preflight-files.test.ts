/** Whether a server takes the configuration files, asked of a real shell before anything is built. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightCheck, PreflightResult } from '../../../src/plan/run.ts';
import { run, setStage, settings } from '../servers/stage.ts';

const SERVER = 'app-server-1';
const FILE = { template: 'app.conf', mode: '0640', values: {} };
const WRITES: readonly ActionId[] = ['config.update'];
const MISSING_USER = 'nobody-of-that-name';

async function folderWithFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), '');
  return folder;
}

async function checksOf(
  files: readonly { readonly path: string; readonly owner?: string }[],
  does = WRITES,
): Promise<readonly PreflightCheck[]> {
  const stage = await setStage();
  const { hosts } = stage.ports;
  const get: typeof hosts.get = (name) => ({
    ...hosts.get(name),
    exec: async ([program = '', ...args]) => {
      const { stdout, stderr } = await promisify(execFile)(program, args);
      return { exitCode: 0, stdout, stderr, truncated: false };
    },
  });
  const ports = { ...stage.ports, hosts: { ...hosts, get }, registry: createFakeRegistry() };
  const { preflightServer } = createFleetActivities(ports);
  const project = { ...settings, files: files.map((file) => ({ ...FILE, ...file })) };
  const input = { run, server: SERVER, does, project };
  const { checks }: PreflightResult = await stage.environment.run(preflightServer, input);
  return checks.filter(({ name }) => name === 'files');
}

it('has nothing against a file that can be made, folders included', async () => {
  const folder = await folderWithFile();
  expect(await checksOf([{ path: `${folder}/it's new/app.conf` }])).toEqual([]);
});

it('names a file that can be written nowhere, among others', async () => {
  const folder = await folderWithFile();
  const files = [{ path: `${folder}/app.conf` }, { path: `${folder}/file/app.conf` }];
  expect(await checksOf(files)).toEqual([
    {
      name: 'files',
      state: 'failed',
      detail: expect.stringMatching(
        /file\/app\.conf cannot be written: .* may not write .*\/file\./u,
      ),
    },
  ]);
});

it('names a user to whom a file cannot belong', async () => {
  const folder = await folderWithFile();
  const owner = `${MISSING_USER}:app`;
  // Who is not root is told that first.
  expect(await checksOf([{ path: `${folder}/app.conf`, owner }])).toMatchObject([
    { state: 'failed', detail: expect.stringContaining(MISSING_USER) },
  ]);
});

it('looks nowhere where the plan writes no file', async () => {
  const folder = await folderWithFile();
  expect(await checksOf([{ path: `${folder}/file/app.conf` }], ['service.start'])).toEqual([]);
});
