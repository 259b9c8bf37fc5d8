/** Out of what an ended run has left while there is no Temporal, as it is typed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { OfflineEvent, OfflineRequest } from '../../src/plan/offline-repair.ts';
import { atTerminal, bareEnvironment, type Ended, run, runsheet } from '../cli/support/program.ts';
import { cutInTheMiddle } from './support/cut-run.ts';
import { readCommands } from './support/documented-commands.ts';
import { programFolder } from './support/program-folder.ts';
import { distFolder, PRODUCTION, type Stage, startStage } from './support/stage.ts';

const DOCUMENTED = readCommands(new URL('../../docs/cli.md', import.meta.url));
const NAMES = ['repair', 'shipping-quotes', 'production'];
const WHY = ['--offline', '--reason', 'Temporal is down', '--requested-by', 'alice'];
const IN = { admin: 'ready', healthy: true };
/** Nobody listens there. */
const DOWN = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

let stage: Stage;
let bin: string;
beforeAll(async () => {
  bin = programFolder();
  stage = await startStage();
});
afterAll(async () => {
  await stage?.close();
  rmSync(bin, { recursive: true, force: true });
});

const typed = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  runsheet([...args, '--lang', 'en'], { cwd: stage.folder, env });

const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('repair --offline', () => {
  it('follows a run that was ended while it changed servers', async () => {
    const first = await stage.deploy('production', 'v1', { skip_tests: true });
    await first.approveWhenAsked();
    expect((await first.end()).failure).toBeNull();
    const { letGo } = await cutInTheMiddle(stage, 'v2');
    letGo();
  });

  it('is refused where Temporal tells of the lock, with what to type instead: 2', async () => {
    const refused = await typed([...NAMES, ...WHY, '--to', 'v1', '--yes']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('Temporal answers at');
    expect(refused.stderr).toContain(
      `next: ${NAMES.join(' ').replace('repair', 'runsheet repair')}`,
    );
    // Also where a person says that it cannot be read.
    const all = [...NAMES, ...WHY, '--to', 'v1', '--yes', '--unreadable-lock'];
    expect(await typed(all)).toMatchObject({ code: 2, stdout: '' });
  });

  it('is refused where something answers that does not tell: 2', async () => {
    const proxy = createHttp2((_asked, answer) => {
      answer.writeHead(503).end();
    });
    const env = { TEMPORAL_ADDRESS: await listening(proxy as unknown as Server) };
    const refused = await typed([...NAMES, ...WHY, '--to', 'v1', '--yes'], env);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--unreadable-lock');
    // With it the look is taken, and what is unknown is refused by that.
    const looked = await typed([...NAMES, ...WHY, '--to', 'v9', '--yes', '--unreadable-lock'], env);
    expect(looked).toMatchObject({ code: 2 });
    expect(looked.stderr).toContain('RELEASE_NOT_KEPT');
  });

  it('wants a reason, a version where servers differ, and somebody whom the project knows: 2', async () => {
    const silent = await typed([...NAMES, '--offline', '--to', 'v1', '--yes'], DOWN);
    expect(silent).toMatchObject({ code: 2, stdout: '' });
    expect(silent.stderr).toContain('--reason');
    // One that is repaired alone differs from the others, whatever the ended run has left there.
    const alone = [...NAMES, ...WHY, '--servers', 'app-server-1', '--to', 'v1', '--yes'];
    expect(await typed(alone, DOWN)).toMatchObject({ code: 0 });
    const which = await typed([...NAMES, ...WHY, '--yes'], DOWN);
    expect(which.code).toBe(2);
    expect(which.stderr).toContain('a run may still hold it');
    expect(which.stderr).toContain('--to v2');
    expect(which.stderr).toContain('--to v1');
    expect(which.stdout).toMatch(
      /--to v2\n {2}app-server-1 {2}runs v1: starts v2 as it has kept it/u,
    );
    const asked = await typed([...NAMES, ...WHY, '--to', 'v2'], DOWN);
    expect(asked).toMatchObject({ code: 2 });
    expect(asked.stderr).toContain('there is no terminal');
    const stranger = [...NAMES, '--offline', '--reason', 'x', '--requested-by', 'mallory'];
    const unknown = await typed([...stranger, '--to', 'v2', '--yes'], DOWN);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('NOT_AN_APPROVER');
    const batches = await typed([...NAMES, ...WHY, '--to', 'v2', '--batches', '1'], DOWN);
    expect(batches).toMatchObject({ code: 2, stdout: '' });
    expect(await stage.world.version('app-server-1')).toBe('v1');
  });

  it('asks at a terminal, where nothing is the default: 4', async () => {
    const args = [...NAMES, ...WHY, '--to', 'v2', '--lang', 'en'];
    const answer = { to: 'without Temporal?', keys: '\r' };
    const ended = await atTerminal(args, answer, { cwd: stage.folder, env: DOWN });
    expect(ended).toMatchObject({ code: 4 });
    expect(await stage.world.version('app-server-1')).toBe('v1');
  });

  it('asks Temporal for nothing once it has begun', async () => {
    let connections = 0;
    const counting = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    const address = await listening(counting);
    const request: OfflineRequest = {
      service: 'shipping-quotes',
      environment: 'production',
      servers: PRODUCTION,
      language: 'en',
    };
    const child = spawn(process.execPath, [join(distFolder(), 'worker/offline/main.js')], {
      cwd: stage.folder,
      env: { ...bareEnvironment(), TEMPORAL_ADDRESS: address },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(JSON.stringify(request));
    const event = JSON.parse(await text(child.stdout)) as OfflineEvent;
    expect(event.kind).toBe('states');
    expect(connections).toBe(0);
  });

  it('gives every server the version and its place in the pool, in service all the while: 0', async () => {
    const script = DOCUMENTED.get('repair-offline');
    if (script === undefined) throw new Error('docs/cli.md lacks the block repair-offline');
    const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
    const traffic = stage.world.traffic('production');
    const ended = await run('sh', ['-c', script], { cwd: stage.folder, env: { PATH, ...DOWN } });
    const { failures } = await traffic.stop();
    expect(ended, `${ended.stdout}${ended.stderr}`).toMatchObject({ code: 0 });
    expect(failures).toEqual([]);
    expect(ended.stdout).toContain('every server runs v1');
    expect(await stage.world.versions(PRODUCTION)).toEqual(
      Object.fromEntries(PRODUCTION.map((server) => [server, 'v1'])),
    );
    expect(await stage.world.pool('production')).toMatchObject(
      Object.fromEntries(PRODUCTION.map((server) => [server, IN])),
    );
  });

  it('leaves the environment to a repair with Temporal, which finds nothing to change', async () => {
    const next = await (await stage.deploy('production', 'v3', { skip_tests: true })).end();
    expect(next.failure?.type).toBe('DIRTY_ENVIRONMENT');
    const starts = PRODUCTION.map((server) => stage.world.starts(server).length);
    const names = [...NAMES, '--requested-by', 'carol', '--yes', '--no-follow', '--json'];
    const started = await typed(names);
    const { workflowId } = JSON.parse(started.stdout) as { workflowId: string };
    const approve = ['approve', workflowId, '--by', 'alice'];
    await expect.poll(async () => (await typed(approve)).code, { timeout: 60_000 }).toBe(0);
    expect(await typed(['status', workflowId, '--watch'])).toMatchObject({ code: 0 });
    expect(PRODUCTION.map((server) => stage.world.starts(server).length)).toEqual(starts);
    // What was done without Temporal is on record, under its name, and is left on no server.
    const servers = await typed(['servers', 'production']);
    expect(servers, servers.stdout).toMatchObject({ code: 0 });
    expect(servers.stdout).toMatch(/app-server-2 .*offline-repair-production-/u);
    for (const server of PRODUCTION) {
      const folder = join(stage.world.serviceFolder(server), 'repairs');
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});
