/**
 * Brings the lab up before the first test and down after the last. Several test processes may share
 * one: the last takes it down. LAB_KEEP=1 leaves it up, for a look at what a test left and for a quick
 * next start.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { distFolder } from '../../e2e/support/stage.ts';
import { claim, livingClaims, release } from './claims.ts';
import { docker, labScript, RUN_FOLDER, SERVICES_FILE } from './machine.ts';
import { until } from './shell.ts';

/** Ten for the rolling deployments; the other tests share them in groups, of which the largest need 8 and 6. */
const SERVERS = Number(process.env['LAB_SERVERS'] ?? 18);
const USERS = join(tmpdir(), 'runsheet-test-lab.users');
const LOCK = join(tmpdir(), 'runsheet-test-lab.lock');
const LOCK_LIMIT_MS = 400_000;
const SERVICES_LIMIT_MS = 120_000;

export async function setup(): Promise<void> {
  await locked(async () => {
    mkdirSync(USERS, { recursive: true });
    const inUse = livingClaims(USERS).length > 0;
    const mayReuse = inUse || process.env['LAB_KEEP'] === '1';
    const last = `rslab-h${inUse ? 1 : SERVERS}`;
    if (!mayReuse || !(await answers(last))) await bringUp().catch(takeDown);
    claim(join(USERS, String(process.pid)));
  });
}

export async function teardown(): Promise<void> {
  await locked(async () => {
    release(join(USERS, String(process.pid)));
    if (livingClaims(USERS).length > 0 || process.env['LAB_KEEP'] === '1') return;
    await labScript('down');
    rmSync(USERS, { recursive: true, force: true });
  });
}

async function locked(work: () => Promise<void>): Promise<void> {
  await until(`${LOCK} is free`, () => claim(LOCK), LOCK_LIMIT_MS);
  try {
    await work();
  } finally {
    release(LOCK);
  }
}

async function answers(server: string): Promise<boolean> {
  if (!existsSync(SERVICES_FILE)) return false;
  return docker('inspect', '--type', 'container', server).then(
    () => true,
    () => false,
  );
}

async function takeDown(error: unknown): Promise<never> {
  if (process.env['LAB_KEEP'] !== '1') await labScript('down');
  throw error;
}

async function bringUp(): Promise<void> {
  const beganMs = Date.now();
  await labScript('down');
  mkdirSync(join(RUN_FOLDER, 'logs'), { recursive: true });
  await Promise.all([startServices(), labScript('up', String(SERVERS))]);
  const seconds = ((Date.now() - beganMs) / 1000).toFixed(1);
  process.stdout.write(`lab: ${SERVERS} servers up in ${seconds} s (${RUN_FOLDER})\n`);
}

/** Temporal and the record database of all test projects, in a process that outlives this one. */
async function startServices(): Promise<void> {
  const module = (name: string): string =>
    JSON.stringify(pathToFileURL(join(distFolder(), 'embedded', name)).href);
  const place = (...path: string[]): string => JSON.stringify(join(RUN_FOLDER, ...path));
  const program = `
    import { renameSync, writeFileSync } from 'node:fs';
    import { startRecordsServer } from ${module('records-server.js')};
    import { startTemporalServer } from ${module('temporal-server.js')};
    const log = ${place('logs', 'temporal.log')};
    const [temporal, records] = await Promise.all([
      startTemporalServer({ env: process.env, port: 0, headless: true, logFile: log }),
      startRecordsServer({ folder: ${place('records')} }),
    ]);
    process.once('SIGTERM', () => void temporal.close().then(() => process.exit()));
    const found = { temporalAddress: temporal.address, databaseUrl: records.url };
    writeFileSync(${place('services.new')}, JSON.stringify(found));
    renameSync(${place('services.new')}, ${JSON.stringify(SERVICES_FILE)});`;
  const logFile = join(RUN_FOLDER, 'logs', 'services.log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  // lab.sh ends whatever has a pid file.
  writeFileSync(join(RUN_FOLDER, 'services.pid'), String(child.pid ?? ''));
  const started = (): boolean => {
    if (existsSync(SERVICES_FILE)) return true;
    if (child.exitCode === null) return false;
    throw new Error(`Temporal or the records did not start: ${readFileSync(logFile, 'utf8')}`);
  };
  await until('Temporal and the records answer', started, SERVICES_LIMIT_MS);
}
