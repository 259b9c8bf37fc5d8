/**
 * docker-compose.yml without its images: what its services are told, in their order, by the same
 * programs and scripts on this machine.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openTemporalShell, type TemporalShell } from '../e2e/support/documented-commands.ts';
import { run } from '../lab/support/shell.ts';
import { freePort } from '../support/free-port.ts';
import { listens, Part } from './support/part.ts';
import { preparePostgres } from './support/postgres.ts';
import { programs } from './support/programs.ts';
import { watchProcesses } from './support/watch.ts';

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

const COMPOSE = new URL('../../docker-compose.yml', import.meta.url);
const { services } = parse(readFileSync(COMPOSE, 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>;
};
const ROLES = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'];
const RETENTION_MS = 30 * 24 * 3_600_000;

let folder: string;
let watch: ReturnType<typeof watchProcesses>;
let postgres: Part;
let temporal: Part;
let shell: TemporalShell;
let databasePort: number;
let temporalPort: number;

const onStarted = (pid: number): void => void watch.record(pid);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-compose-'));
  await run(['chmod', '711', folder]);
  [databasePort, temporalPort] = [await freePort(), await freePort()];
  watch = watchProcesses(folder);
  postgres = await preparePostgres({ folder, port: databasePort, onStarted });
  await postgres.start();
  shell = await openTemporalShell();
});

afterAll(async () => {
  await temporal?.close();
  await postgres?.close();
  await watch?.release();
  shell?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Of a service: its variables, with this machine's addresses in place of the containers'. */
function variablesOf(name: string): Record<string, string> {
  const here: Readonly<Record<string, string>> = {
    postgresql: '127.0.0.1',
    '5432': String(databasePort),
    'temporal:7233': `127.0.0.1:${temporalPort}`,
  };
  return Object.fromEntries(
    Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [
      key,
      (here[value] ?? value).replace(/\$\{\w+:-(\w+)\}/u, '$1'),
    ]),
  );
}

/** Runs the script of a service that ends. */
async function finished(name: string): Promise<void> {
  const [program, option, script = ''] = services[name]?.command ?? [];
  expect([program, option]).toEqual(['sh', '-euc']);
  const PATH = `${programs().folder}${delimiter}${process.env['PATH'] ?? ''}`;
  const ended = await shell.run(`set -eu; PATH="${PATH}"\n${script.replaceAll('$$', '$')}`, {
    ...variablesOf(name),
  });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
}

it('the schema is made, and a second time nothing is done to it', async () => {
  await finished('temporal-schema');
  await finished('temporal-schema');
});

it('the server serves, and the namespace is there, also at the next start', async () => {
  const ports = await Promise.all(
    ROLES.flatMap((role) => [`${role}_GRPC_PORT`, `${role}_MEMBERSHIP_PORT`]).map(
      async (name) => [name, String(await freePort())] as const,
    ),
  );
  const more = { ...Object.fromEntries(ports), FRONTEND_GRPC_PORT: String(temporalPort) };
  const given = {
    ...variablesOf('temporal'),
    ...more,
    FRONTEND_HTTP_PORT: String(await freePort()),
  };
  const settings = Object.entries({ ...given, BIND_ON_IP: '127.0.0.1' });
  temporal = new Part({
    name: 'temporal',
    argv: [
      'env',
      ...settings.map(([name, value]) => `${name}=${value}`),
      programs().server,
      'start',
    ],
    folder,
    logFile: join(folder, 'temporal.log'),
    serves: () => listens(temporalPort),
    onStarted,
  });
  await temporal.start();
  await finished('temporal-namespace');
  await finished('temporal-namespace');
  const connection = await Connection.connect({ address: `127.0.0.1:${temporalPort}` });
  try {
    const asked = { namespace: 'default' };
    const { config } = await connection.workflowService.describeNamespace(asked);
    expect(tsToMs(config?.workflowExecutionRetentionTtl)).toBe(RETENTION_MS);
  } finally {
    await connection.close();
  }
});
