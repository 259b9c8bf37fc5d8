/** Temporal that dies is started again where it was; one that cannot stay up is given up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnostics/diagnose.ts';
import type { Localized } from '../../src/diagnostics/language.ts';
import { EmbeddedError, howExited } from '../../src/embedded/embedded-error.ts';
import { signalGroup } from '../../src/embedded/process-group.ts';
import { startTemporalServer, type TemporalServer } from '../../src/embedded/temporal-server.ts';
import { superviseTemporal } from '../../src/embedded/temporal-supervisor.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).toReversed()) await each();
});

const KILLED = howExited(null, 'SIGKILL');

/** A server that is there in words only. */
function pretended(address: string): TemporalServer & { die(): void } {
  let die = (): void => undefined;
  const ended = new Promise<Localized>((resolve) => {
    die = () => resolve(KILLED);
  });
  const close = () => Promise.resolve();
  return { address, uiUrl: null, pid: 0, origin: '', ended, close, die: () => die() };
}

describe('Temporal that dies', () => {
  it('is there again under its address, with what it knew', { timeout: 90_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runsheet-supervised-'));
    cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
    const pids: number[] = [];
    const said: string[] = [];
    const supervised = await superviseTemporal({
      onProgress: ({ en }) => said.push(en),
      start: (former) =>
        startTemporalServer({
          env: process.env,
          headless: true,
          databaseFile: join(folder, 'temporal.db'),
          logFile: join(folder, 'temporal.log'),
          port: former === null ? 0 : Number(former.address.split(':')[1]),
          onStarted: (pid) => pids.push(pid),
        }),
    });
    cleanUp.push(() => supervised.close());
    const { address } = supervised.server;
    const connection = await Connection.connect({ address });
    cleanUp.push(() => connection.close());
    const client = new Client({ connection });
    await client.workflow.start('waits', { taskQueue: 'nobody', workflowId: 'kept' });

    signalGroup(pids[0] ?? 0, 'SIGKILL');
    await expect.poll(() => said, { timeout: 40_000 }).toContain('Temporal is ready again');
    expect(said[0]).toBe('Temporal ended (signal SIGKILL); starting it again');
    expect(pids).toHaveLength(2);
    const described = async () => (await client.workflow.getHandle('kept').describe()).status.name;
    await expect
      .poll(() => described().catch(() => 'out of reach'), { timeout: 20_000 })
      .toBe('RUNNING');
  });

  it('is given up where it does not come up again, with why', async () => {
    const first = pretended('127.0.0.1:1');
    const formers: (TemporalServer | null)[] = [];
    const supervised = await superviseTemporal({
      onProgress: () => undefined,
      start: (former) => {
        formers.push(former);
        if (former === null) return Promise.resolve(first);
        const named = { port: 1, purpose: { zh: 'Temporal', en: 'Temporal' }, option: '--port' };
        return Promise.reject(new EmbeddedError(diagnose('PORT_IN_USE', 'port', named)));
      },
    });
    first.die();
    expect((await supervised.ended).en).toMatch(/^Temporal keeps ending .* \(.*port 1/u);
    expect(formers.slice(1)).toEqual([first, first, first, first, first]);
  }, 20_000);

  it('is left alone once it is closed', async () => {
    const first = pretended('127.0.0.1:1');
    const said: string[] = [];
    const supervised = await superviseTemporal({
      onProgress: ({ en }) => said.push(en),
      start: () => Promise.resolve(first),
    });
    await supervised.close();
    first.die();
    const still = new Promise((resolve) => setImmediate(() => resolve('not ended')));
    expect(await Promise.race([supervised.ended, still])).toBe('not ended');
    expect(said).toEqual([]);
  });
});
