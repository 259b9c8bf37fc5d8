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
import { startTemporalServer } from '../../../src/embedded/temporal-server.ts';
import { claim, livingClaims, release } from './claims.ts';
import { docker, labScript, RUN_FOLDER, SERVICES_FILE, type Services } from './machine.ts';
import { until } from './shell.ts';

/** For the rolling deployments; the other tests share them in groups. */
const SERVERS = Number(process.env['LAB_SERVERS'] ?? 10);
const USERS = join(tmpdir(), 'runsheet-test-lab.users');
const LOCK = join(tmpdir(), 'runsheet-test-lab.lock');
const LOCK_LIMIT_MS = 400_000;
const RECORDS_LIMIT_MS = 60_000;

export async function setup(): Promise<void> {
  mkdirSync(USERS, { recursive: true });
  await locked(async () => {
    const shared = livingClaims(USERS).length > 0 || process.env['LAB_KEEP'] === '1';
    if (!shared || !(await answers())) await bringUp().catch(takeDown);
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

async function answers(): Promise<boolean> {
  if (!existsSync(SERVICES_FILE)) return false;
  return docker('inspect', '--type', 'container', `rslab-h${SERVERS}`).then(
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
  const [temporalAddress, databaseUrl] = await Promise.all([
    startTemporal(),
    startRecords(),
    labScript('up', String(SERVERS)),
  ]);
  const found: Services = { temporalAddress, databaseUrl };
  writeFileSync(SERVICES_FILE, JSON.stringify(found));
  const seconds = ((Date.now() - beganMs) / 1000).toFixed(1);
  process.stdout.write(`lab: ${SERVERS} servers up in ${seconds} s (${RUN_FOLDER})\n`);
}

async function startTemporal(): Promise<string> {
  const { address, pid } = await startTemporalServer({
    env: process.env,
    port: 0,
    headless: true,
    logFile: join(RUN_FOLDER, 'logs', 'temporal.log'),
  });
  notePid('temporal', pid);
  return address;
}

/** The record database of all test projects, in a process that outlives this one. */
async function startRecords(): Promise<string> {
  const module = pathToFileURL(join(distFolder(), 'embedded', 'records-server.js')).href;
  const folder = join(RUN_FOLDER, 'records');
  const urlFile = join(RUN_FOLDER, 'records.url');
  const program = [
    `import { startRecordsServer } from ${JSON.stringify(module)};`,
    `import { writeFileSync } from 'node:fs';`,
    `const { url } = await startRecordsServer({ folder: ${JSON.stringify(folder)} });`,
    `writeFileSync(${JSON.stringify(urlFile)}, url);`,
  ].join('\n');
  const log = openSync(join(RUN_FOLDER, 'logs', 'records.log'), 'a');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  notePid('records', child.pid ?? 0);
  await until('the record database answers', () => existsSync(urlFile), RECORDS_LIMIT_MS);
  return readFileSync(urlFile, 'utf8');
}

/** lab.sh ends whatever has a pid file. */
function notePid(name: string, pid: number): void {
  writeFileSync(join(RUN_FOLDER, `${name}.pid`), String(pid));
}
