/** One worker for two projects: each deploys its own, with its own secrets, to its own servers. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../../src/embedded/environment.ts';
import { runsheet } from '../cli/support/program.ts';
import { createLocal } from '../support/temporal.ts';
import { edited, SEED_ID, type Stage, startStage } from './support/stage.ts';
import { StageRun } from './support/stage-run.ts';
import { environmentVariables } from './support/stage-temporal.ts';
import { World } from './support/world.ts';

const SERVER = 'dev-server-1';
const OF_THE_WORKER = 'token-of-the-worker';

let temporal: TestWorkflowEnvironment;
let shop: Stage;
let billing: { readonly folder: string; readonly environment: Environment; readonly world: World };

beforeAll(async () => {
  temporal = await createLocal();
  const address = { TEMPORAL_ADDRESS: temporal.address };
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-billing-'));
  const sample = new URL('../../examples/service', import.meta.url);
  cpSync(sample, folder, { recursive: true, filter: (path) => !path.includes('.runsheet') });
  edit(folder, 'service: shipping-quotes', 'service: billing');
  edit(folder, 'task_queue: runsheet', 'task_queue: billing');
  giveToken(folder, 'token-of-billing');
  const environment = await startEnvironment({
    projectFolder: folder,
    env: { ...environmentVariables(), ...address },
    temporalPort: 0,
    uiPort: 0,
    balancerPort: 0,
    servers: [{ name: SERVER, environment: 'development' }],
  });
  billing = { folder, environment, world: new World(environment.connections, 'billing') };
  shop = await startStage({
    temporal: address,
    prepare: (own) => giveToken(own, 'token-of-shop'),
    projects: [folder],
    workerEnv: { SHARED_TOKEN: OF_THE_WORKER },
  });
});

afterAll(async () => {
  await shop?.close();
  await billing?.environment.close();
  await temporal?.teardown();
  if (billing !== undefined) rmSync(billing.folder, { recursive: true, force: true });
});

function edit(folder: string, from: string, to: string): void {
  const file = join(folder, 'runsheet.yaml');
  writeFileSync(file, edited(readFileSync(file, 'utf8'), from, to));
}

/** The same reference in both projects, in a file that each server gets. */
function giveToken(folder: string, token: string): void {
  edit(folder, 'currency: CNY', 'currency: CNY\n      token: secret://file/token');
  const secrets = join(folder, '.runsheet', 'secrets');
  mkdirSync(secrets, { recursive: true });
  writeFileSync(join(secrets, 'token'), token, { mode: 0o600 });
  chmodSync(join(secrets, 'token'), 0o600);
  const template = join(folder, 'config', 'app.env.template');
  writeFileSync(template, `${readFileSync(template, 'utf8')}TOKEN=\${token}\n`);
}

async function deployBilling(version: string, workflowId: string): Promise<StageRun> {
  const request = {
    environment: 'development',
    servers: [SERVER],
    version,
    requested_by: 'carol',
    skip_tests: true,
  };
  const start = { taskQueue: 'billing', workflowId, args: [request] };
  return new StageRun(await shop.client.workflow.start(SEED_ID, start));
}

/** What the server holds as configuration, every configuration file that names a token. */
function tokensOn(world: World): readonly string[] {
  const folder = world.server(SERVER).baseFolder;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('app.env'));
  const found = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/^TOKEN=(.*)$/gmu)].map(
      ([, token = '']) => token,
    ),
  );
  return [...new Set(found)];
}

describe('one worker for two projects', () => {
  it('deploys each to its own servers with its own secret, at the same time', async () => {
    const runs = await Promise.all([
      shop.deploy('development', 'shop-1', { skip_tests: true }, { id: 'of-shop' }),
      deployBilling('billing-1', 'of-billing'),
    ]);
    for (const run of runs) {
      const { failure } = await run.end();
      expect(failure).toBeNull();
    }
    expect(await shop.world.version(SERVER)).toBe('shop-1');
    expect(await billing.world.version(SERVER)).toBe('billing-1');
    expect(shop.world.starts(SERVER)).toHaveLength(1);
    expect(billing.world.starts(SERVER)).toHaveLength(1);
    expect(tokensOn(shop.world)).toEqual(['token-of-shop']);
    expect(tokensOn(billing.world)).toEqual(['token-of-billing']);
  });

  it('shows in each folder the runs of its own project alone', async () => {
    const listed = async (cwd: string): Promise<readonly string[]> => {
      const { stdout, stderr } = await runsheet(['list', '--json'], {
        cwd,
        env: { TEMPORAL_ADDRESS: temporal.address },
      });
      expect(stderr).toBe('');
      const found = JSON.parse(stdout) as readonly { workflowId: string }[];
      return found.map(({ workflowId }) => workflowId);
    };
    // The server's list lags behind its runs.
    await expect.poll(() => listed(shop.folder), { timeout: 20_000 }).toEqual(['of-shop']);
    await expect.poll(() => listed(billing.folder), { timeout: 20_000 }).toEqual(['of-billing']);
  });

  it("takes no secret of a project from the worker's own variables", async () => {
    edit(billing.folder, 'secret://file/token', 'secret://env/SHARED_TOKEN');
    const run = await deployBilling('billing-2', 'of-billing-2');
    const { failure } = await run.end();
    expect(failure?.message).toContain('SHARED_TOKEN');
    expect(failure?.message).not.toContain(OF_THE_WORKER);
    expect(await billing.world.version(SERVER)).toBe('billing-1');
    expect(tokensOn(billing.world)).toEqual(['token-of-billing']);
  });
});
