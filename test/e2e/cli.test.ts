/** The command line over a real environment: the live commands of docs/cli.md, and what each exit code means. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareEnvironment, type Ended, run, runsheet } from '../cli/support/program.ts';
import { readCommands } from './support/documented-commands.ts';
import { programFolder } from './support/program-folder.ts';
import { edited, type Stage, seedText, startStage, withId } from './support/stage.ts';

const DOCUMENTED = readCommands(new URL('../../docs/cli.md', import.meta.url));
const READY_LIMIT_MS = 60_000;
const DEVELOPMENT = ['-p', 'environment=development', '-p', 'servers=dev-server-1'];

let stage: Stage;
let bin: string;
beforeAll(async () => {
  bin = programFolder();
  stage = await startStage({
    templates: {
      'deployment.md': seedText,
      // No server answers in a thousandth of a millisecond: step 8 fails, and all is undone.
      'strict.md': withId(edited(seedText, '响应时间 < 500ms', '响应时间 < 0.001ms'), 'strict'),
    },
  });
});
afterAll(async () => {
  await stage.close();
  rmSync(bin, { recursive: true, force: true });
});

const typed = (...args: string[]): Promise<Ended> => runsheet(args, { cwd: stage.folder });

/** A block of docs/cli.md. */
function documented(
  name: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const script = DOCUMENTED.get(name);
  if (script === undefined) throw new Error(`docs/cli.md lacks the block ${name}`);
  const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  return run('sh', ['-c', script], { cwd: stage.folder, env: { PATH, ...variables } });
}

/** Starts a run that waits for approval; gives its id. */
async function startWaiting(
  begin: () => Promise<Ended> = () => documented('run-no-follow'),
): Promise<string> {
  const started = await begin();
  expect(started, started.stderr).toMatchObject({ code: 0 });
  const id = /runsheet status (\S+) --watch/u.exec(started.stdout)?.[1] ?? '';
  const deadlineMs = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const status = JSON.parse((await typed('status', id, '--json')).stdout) as {
      approval: object | null;
    };
    if (status.approval !== null) return id;
    if (Date.now() > deadlineMs) throw new Error(`${id} never asked for approval`);
    await sleep(200);
  }
}

describe('plan --probe', () => {
  it('has the worker look at everything, and changes nothing: 0', async () => {
    const ended = await documented('probe');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    for (const part of ['dev-server-1', 'processes', '负载均衡', '镜像仓库', '可以发布']) {
      expect(ended.stdout).toContain(part);
    }
    expect((await typed('list')).stdout).not.toContain('probe-');
  });

  it('is 3 where a run would fail before step 1, as JSON too', async () => {
    stage.edit('runsheet.yaml', '  kind: process', '  kind: process\n  minimum_free: 900000GiB');
    try {
      const parameters = [...DEVELOPMENT, '-p', 'version=v1.0.0', '--probe', '--json'];
      const ended = await typed('plan', 'deployment.md', ...parameters);
      expect(ended.code).toBe(3);
      const { results } = JSON.parse(ended.stdout) as {
        results: { subject: string; checks: { name: string; state: string }[] }[];
      };
      expect(results.map((each) => each.subject)).toEqual([
        'dev-server-1',
        'balancer',
        'registry',
        'source',
        'settings',
      ]);
      const failed = results[0]?.checks.filter((check) => check.state === 'failed');
      expect(failed?.map((check) => check.name)).toEqual(['disk']);
    } finally {
      stage.restoreSample();
    }
  });
});

describe('run', () => {
  it('shows the plan, starts it and tells every event until it has succeeded: 0', async () => {
    const ended = await documented('run');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    for (const part of [
      'sha256:',
      '失败时',
      '1. 代码检查: 完成',
      '5. 部署审批: 跳过',
      'dev-server-1: v1.0.0, 已挂载',
      '= 成功',
    ]) {
      expect(ended.stdout).toContain(part);
    }
  });

  it('leaves servers that say what they run, and by which run: 0', async () => {
    const [latest] = JSON.parse((await typed('list', '--limit', '1', '--json')).stdout) as {
      workflowId: string;
    }[];
    const ended = await documented('servers-json');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const [development] = JSON.parse(ended.stdout) as { servers: object[] }[];
    expect(development?.servers).toMatchObject([
      {
        subject: 'dev-server-1',
        state: 'ok',
        before: { release: { version: 'v1.0.0' }, pool: 'ready' },
        run: { workflowId: latest?.workflowId, outcome: 'succeeded' },
      },
    ]);
    const all = await documented('servers');
    expect(all.code, all.stdout).toBe(0);
    expect(all.stdout).toMatch(/✓ dev-server-1 +v1\.0\.0 \([0-9a-f]{12}\) +in the pool/u);
    const unknown = await typed('servers', 'moon', '--lang', 'en');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('no environment "moon"');
  });

  it('has no lock once it has ended: there is none to break, and only with a role and a reason: 2', async () => {
    expect(await documented('locks')).toMatchObject({ code: 0, stdout: 'no lock is held\n' });
    const free = await documented('locks-break');
    expect(free).toMatchObject({ code: 2, stdout: '' });
    expect(free.stderr).toContain(
      'LOCK_FREE: nobody holds the lock of shipping-quotes/development',
    );
    const names = ['locks', 'break', 'shipping-quotes', 'development', '--lang', 'en'];
    const stranger = await typed(...names, '--by', 'mallory', '--reason', 'now');
    expect(stranger.code).toBe(2);
    expect(stranger.stderr).toContain('NOT_AN_APPROVER');
    expect((await typed(...names, '--by', 'alice')).stderr).toContain('--reason');
  });

  it('ended by itself, so there is nothing to acknowledge: 2', async () => {
    const [latest] = JSON.parse((await typed('list', '--limit', '1', '--json')).stdout) as {
      workflowId: string;
    }[];
    const none = await documented('watch-ack', { RUN: latest?.workflowId ?? '' });
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain(`NO_WATCH: nothing to acknowledge for ${latest?.workflowId}`);
  });

  it('is past when a person takes a server out and puts it back, with a role: 0, else 2', async () => {
    const out = await documented('pool-out');
    expect(out, out.stderr).toMatchObject({ code: 0 });
    expect(out.stdout).toMatch(/✓ app-server-1 is out of the pool, by Alice \(\w+\): a new disk/u);
    const shown = await typed('servers', 'production', '--json', '--lang', 'en');
    const [production] = JSON.parse(shown.stdout) as { servers: object[] }[];
    expect(production?.servers).toContainEqual(
      expect.objectContaining({
        subject: 'app-server-1',
        moved: expect.objectContaining({ reason: 'a new disk' }),
      }),
    );
    const stranger = await typed('pool', 'in', 'app-server-1', '--by', 'mallory', '--lang', 'en');
    expect(stranger).toMatchObject({ code: 2, stdout: '' });
    expect(stranger.stderr).toContain('NOT_AN_APPROVER');
    const back = await documented('pool-in');
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(back.stdout).toContain('✓ app-server-1 is in the pool, by Alice');
    const names = ['pool', 'out', 'dev-server-1', '--by', 'alice', '--lang', 'en'];
    const last = await typed(...names, '--reason', 'now');
    expect(last).toMatchObject({ code: 2, stdout: '' });
    expect(last.stderr).toContain('POOL_FLOOR');
    expect((await typed(...names)).stderr).toContain('--reason');
    const unknown = await typed('pool', 'in', 'app-server-9', '--by', 'alice', '--lang', 'en');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('has no server "app-server-9"');
    const elsewhere = [...names, '--reason', 'now', '--environment', 'production'];
    expect((await typed(...elsewhere)).stderr).toContain('production has no server "dev-server-1"');
  });

  it('with batches starts the plan that was shown; what can never be kept is refused', async () => {
    const production = ['environment=production', 'servers=app-server-1,app-server-2'];
    const parameters = [...production, 'version=v1.0.0'].flatMap((each) => ['-p', each]);
    const begin = ['deployment.md', ...parameters, '--batches', '1', '--lang', 'en'];
    const planned = await typed('plan', ...begin);
    expect(planned.stdout).toContain('batches (from the request): 1 server');
    expect(planned.stdout).not.toContain('NO_SERVICE_BETWEEN');
    const digest = /sha256:[0-9a-f]{64}/u.exec(planned.stdout)?.[0];
    const id = await startWaiting(() =>
      typed('run', ...begin, '--requested-by', 'carol', '--yes', '--no-follow', '--no-wait'),
    );
    const status = JSON.parse((await typed('status', id, '--json')).stdout) as object;
    expect(status).toMatchObject({ planDigest: digest });
    const { events } = await stage.client.workflow.getHandle(id).fetchHistory();
    const started = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const inputs = started.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join('\n');
    expect(inputs).toContain('"lock":"refuse"');
    await typed('reject', id, '--by', 'bob');
    expect((await typed('plan', ...begin, '--minimum-in-pool', '90%')).stderr).toContain(
      'ROLLING_UNSATISFIABLE',
    );
  });

  it('that fails before a server was touched is 3', async () => {
    stage.edit('runsheet.yaml', "name: 'critical:'", "name: 'nothing is called so'");
    try {
      const ended = await typed(
        'run',
        'deployment.md',
        ...DEVELOPMENT,
        '-p',
        'version=v1.1.0',
        '--yes',
        '--lang',
        'en',
      );
      expect(ended.code).toBe(3);
      expect(ended.stdout).toMatch(/2\. .*: failed/u);
      expect(ended.stdout).not.toContain('↶');
    } finally {
      stage.restoreSample();
    }
  });

  it('that is rolled back is 3, and says what was rolled back', async () => {
    const ended = await typed(
      'run',
      'strict.md',
      ...DEVELOPMENT,
      '-p',
      'version=v1.2.0',
      '--yes',
      '--json',
    );
    expect(ended.code).toBe(3);
    const last = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as Record<
      string,
      unknown
    >;
    expect(last).toMatchObject({ outcome: 'rolled_back', exitCode: 3 });
    const sheet = await typed('status', String(last['workflowId']), '--lang', 'en');
    expect(sheet.code).toBe(3);
    expect(sheet.stdout).toMatch(/✗ {2}8\. /u);
    expect(sheet.stdout).toContain('rolled back:');
    expect(sheet.stdout).toMatch(/dev-server-1 {2}v1\.0\.0 +in the pool/u);
  });

  it('with an id that is used is 2', async () => {
    const first = await typed('list', '--limit', '1', '--json');
    const [{ workflowId } = { workflowId: '' }] = JSON.parse(first.stdout) as {
      workflowId: string;
    }[];
    const args = ['run', 'strict.md', ...DEVELOPMENT, '-p', 'version=v1', '--yes', '--no-follow'];
    const open = await startWaiting();
    const again = await typed(...args, '--id', open);
    expect(workflowId).not.toBe('');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('--id');
    await typed('cancel', open);
  });
});

describe('a run that waits for approval', () => {
  it('refuses who may not decide with 2, is approved without its id, and succeeds', async () => {
    const id = await startWaiting();
    const refused = await typed('approve', '--by', 'carol', '--lang', 'en');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('NOT_AN_APPROVER');
    const shown = await documented('status');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`runsheet approve ${id} --by`);
    expect(shown.stdout).toMatch(/23:59:\d\d/u);
    const approved = await documented('approve');
    expect(approved, approved.stderr).toMatchObject({ code: 0 });
    expect(approved.stdout).toContain('Alice');
    expect(await documented('status-watch')).toMatchObject({ code: 0 });
    const late = await typed('approve', id, '--by', 'alice');
    expect(late.code).toBe(2);
    expect(late.stderr).toContain('WRONG_STEP');
  });

  it('is among those that are pending, and is answered', async () => {
    const RUN = await startWaiting();
    const shown = await documented('pending');
    expect(shown, shown.stderr).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain(`runsheet answer ${RUN} approve|reject --by`);
    const listed = JSON.parse((await documented('pending-json')).stdout) as object;
    expect(listed).toMatchObject({ questions: [{ workflowId: RUN, kind: 'approval', step: 5 }] });
    expect((await typed('answer', RUN, 'skip', '--by', 'alice')).stderr).toContain('WRONG_STEP');
    expect(await documented('answer', { RUN })).toMatchObject({ code: 0 });
    expect(await typed('status', RUN, '--watch')).toMatchObject({ code: 0 });
    expect((await documented('pending')).stdout).not.toContain(RUN);
  });

  it('that is rejected ends with 4', async () => {
    const id = await startWaiting();
    expect(await documented('reject')).toMatchObject({ code: 0 });
    expect(await typed('status', id, '--watch')).toMatchObject({ code: 4 });
  });

  it('that is cancelled before anything changed ends with 4', async () => {
    const RUN = await startWaiting();
    const cancelled = await documented('cancel', { RUN });
    expect(cancelled, cancelled.stderr).toMatchObject({ code: 0 });
    expect(await typed('status', RUN, '--watch')).toMatchObject({ code: 4 });
    expect(await typed('cancel', RUN)).toMatchObject({ code: 2 });
    const resolved = await typed('resolve', RUN, 'retry', '--by', 'alice');
    expect(resolved.code).toBe(2);
    expect(resolved.stderr).toContain('WRONG_STEP');
  });
});

describe('a run that begins later', () => {
  it('says when, and is taken back before anything was done: 4', async () => {
    const ended = await documented('run-at');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const id = /runsheet cancel (\S+)/u.exec(ended.stdout)?.[1] ?? '';
    const when = /\d{4}-\d\d-\d\d 02:00:00 [+-]\d\d:\d\d/u.exec(ended.stdout)?.[0] ?? 'no time';
    expect((await typed('status', id)).stdout).toContain(when);
    expect((await typed('list', '--limit', '1')).stdout).toContain(when.slice(0, 16));
    const early = await typed('approve', id, '--by', 'alice');
    expect(early.code).toBe(2);
    expect(early.stderr).toContain(when);
    expect(await typed('cancel', id)).toMatchObject({ code: 0 });
    expect(await typed('status', id, '--watch')).toMatchObject({ code: 4 });
  });

  it.each([
    ['2026-12-01T02:00', '+08:00'],
    ['2001-12-01T02:00Z', '2001-12-01T02:00Z'],
  ])('at %s is refused with 2: no zone, or over', async (at, said) => {
    const args = ['run', 'deployment.md', ...DEVELOPMENT, '-p', 'version=v1.0.0', '--yes'];
    const ended = await typed(...args, '--at', at);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--at');
    expect(ended.stderr).toContain(said);
  });
});

describe('the list', () => {
  it('names runs with what they deployed and how they ended', async () => {
    const listed = await documented('list');
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stdout).toMatch(/v1\.0\.0 → production/u);
    const unknown = await typed('status', 'no-such-run');
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('runsheet list');
  });
});

describe('hosts', () => {
  it('lists the servers with their keys, all of them known: 0', async () => {
    const ended = await documented('hosts');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^✓ app-server-1 .*ssh-ed25519 SHA256:/mu);
    expect(await documented('hosts-trust')).toMatchObject({ code: 0 });
    expect(existsSync(join(stage.folder, 'known_hosts'))).toBe(false);
  });
});

describe('dev in a folder without runsheet.yaml', () => {
  it('serves the sample, is found by the other commands, refuses a second, and ends at Ctrl-C', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runsheet-dev-'));
    const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
    const script = `exec ${DOCUMENTED.get('dev') ?? ''}`;
    const dev = spawn('sh', ['-c', script], {
      cwd: folder,
      env: { ...bareEnvironment(), PATH, LANG: 'en_US.UTF-8' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => dev.once('close', resolve));
    try {
      await untilSaid(dev.stdout, 'ready in ');
      expect(readFileSync(join(folder, '.runsheet/env'), 'utf8')).toMatch(
        /^TEMPORAL_ADDRESS=127\.0\.0\.1:\d+$/mu,
      );
      const listed = await runsheet(['list', '--lang', 'en'], { cwd: folder });
      expect(listed, listed.stderr).toMatchObject({ code: 0 });
      const second = await runsheet(['dev'], { cwd: folder });
      expect(second.code).toBe(2);
      expect(second.stderr).toContain('ALREADY_RUNNING');
      dev.kill('SIGINT');
      expect(await ended).toBe(0);
      expect(existsSync(join(folder, '.runsheet/env'))).toBe(false);
    } finally {
      dev.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function untilSaid(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  let said = '';
  const late = sleep(READY_LIMIT_MS, 'late', { ref: false });
  const found = new Promise<string>((resolve) => {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes(text)) resolve('found');
    });
  });
  if ((await Promise.race([found, late])) === 'late')
    throw new Error(`never said "${text}": ${said}`);
}
