/**
 * docker-compose.yml as it stands, started by docker-compose, with a worker built by our Dockerfile: a
 * run through it, typed on this machine, while the worker is restarted; and down, up, still there. Its
 * images are stand-ins that are built here (images/README.md).
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runsheet } from '../cli/support/program.ts';
import { run, until } from '../lab/support/shell.ts';
import { ComposeEngine } from './support/compose-engine.ts';
import { composeFiles, imageNames } from './support/compose-files.ts';
import { buildImages } from './support/compose-images.ts';
import { type ComposeProject, makeProject, SERVERS } from './support/compose-project.ts';
import { listens } from './support/part.ts';
import { watchProcesses } from './support/watch.ts';

const PORTS = [7233, 8233];
const UI = 'http://127.0.0.1:8233';
const VERSION = 'v1.0.0';
const RUN = 'compose-1';
const PARAMETERS = ['environment=production', `servers=${SERVERS.join()}`, `version=${VERSION}`];
const REQUEST = ['deployment.md', ...PARAMETERS.flatMap((each) => ['-p', each])];
/** From here on the run sheet's steps change servers. */
const FIRST_ON_SERVERS = 6;
/** Who is not the user that the image names, and has no name in it. */
const OTHER_USER = '1234:1234';
const READY_LIMIT_MS = 90_000;
const RUN_LIMIT_MS = 240_000;
const TEST_LIMIT_MS = 600_000;
/** The first time; images that are kept take seconds. */
const IMAGES_LIMIT_MS = 40 * 60_000;

interface Status {
  readonly outcome: string;
  readonly finishedAtMs: number | null;
  readonly approval: object | null;
  readonly steps: readonly { readonly number: number; readonly state: string }[];
}

let folder: string;
let watch: ReturnType<typeof watchProcesses>;
let engine: ComposeEngine;
let project: ComposeProject;

beforeAll(async () => {
  for (const port of PORTS) {
    if (await listens(port)) throw new Error(`another program listens on 127.0.0.1:${port}`);
  }
  folder = mkdtempSync(join(tmpdir(), 'runsheet-compose-up-'));
  chmodSync(folder, 0o711);
  watch = watchProcesses(folder);
  engine = await ComposeEngine.start(folder, (pid) => void watch.record(pid));
  const images = join(folder, 'images');
  mkdirSync(images);
  await buildImages(engine, imageNames(), images);
  project = await makeProject(folder, VERSION);
}, IMAGES_LIMIT_MS);

afterAll(async () => {
  await engine?.close();
  await watch?.release();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}, TEST_LIMIT_MS);

it('comes up: the worker polls, and the Web UI answers', { timeout: TEST_LIMIT_MS }, async () => {
  await up();
  await until('the Web UI answers', () => answers(UI), READY_LIMIT_MS);
});

it('a run succeeds, its worker restarted meanwhile', { timeout: TEST_LIMIT_MS }, async () => {
  await typed('run', ...REQUEST, '--id', RUN, '--requested-by', 'carol', '--yes', '--no-follow');
  await statusWhere('asks for approval', ({ approval }) => approval !== null);
  await typed('approve', RUN, '--by', 'alice');
  await statusWhere('is on its servers', ({ steps }) =>
    steps.some(({ number, state }) => number >= FIRST_ON_SERVERS && state === 'running'),
  );
  await files().main('restart', 'worker');
  const restartedMs = Date.now();
  const ended = await statusWhere('has ended', ({ finishedAtMs }) => finishedAtMs !== null);
  expect(ended).toMatchObject({ outcome: 'succeeded' });
  expect(ended.finishedAtMs).toBeGreaterThan(restartedMs);
  for (const server of SERVERS) expect(await versionOn(server)).toBe(VERSION);
});

it('after down and up its history and its record are there', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  await files().servers('down');
  await files().main('down');
  await up();
  const kept = await statusWhere('is told', () => true);
  expect(kept).toMatchObject({ outcome: 'succeeded' });
  const page = `${UI}/api/v1/namespaces/default/workflows/${RUN}`;
  await until('the Web UI shows the run', () => answers(page), READY_LIMIT_MS);
  const login = ['--username', 'temporal', '--dbname', 'runsheet', '--tuples-only', '--no-align'];
  const query = 'select workflow_id, outcome from deployments';
  const psql = ['exec', '-T', 'postgresql', 'psql', ...login, '--command', query];
  expect((await files().main(...psql)).trim()).toBe(`${RUN}|succeeded`);
});

it('serves a folder of another user, as that user', { timeout: TEST_LIMIT_MS }, async () => {
  await run(['chown', '--recursive', OTHER_USER, project.folder]);
  await up({ WORKER_USER: OTHER_USER });
  expect(await files().main('exec', '-T', 'worker', 'id', '-u')).toBe('1234\n');
  const told = await typed('plan', ...REQUEST, '--probe');
  for (const server of SERVERS) expect(told).toContain(server);
});

/** Both files, until the worker polls: `run` refuses without one. */
async function up(env: Readonly<Record<string, string>> = {}): Promise<void> {
  await files(env).main('up', '--detach');
  await files(env).servers('up', '--detach');
  const polls = async (): Promise<boolean> => {
    const told = await files(env).main('logs', '--no-color', '--tail', '1', 'worker');
    return told.includes('"event":"ready"');
  };
  await until('the worker is ready', polls, READY_LIMIT_MS, 1_000);
}

function files(env: Readonly<Record<string, string>> = {}) {
  return composeFiles(engine, project, env);
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** A command, typed in the project's folder on this machine. @returns what it printed */
async function typed(...args: string[]): Promise<string> {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:7233' };
  const ended = await runsheet(args, { cwd: project.folder, env });
  expect(ended, `${args.join(' ')}\n${ended.stdout}${ended.stderr}`).toMatchObject({ code: 0 });
  return ended.stdout;
}

/** null: nobody can tell at the moment, as while the worker is restarted. */
async function status(): Promise<Status | null> {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:7233' };
  const { stdout } = await runsheet(['status', RUN, '--json'], { cwd: project.folder, env });
  const told = (stdout === '' ? {} : JSON.parse(stdout)) as Partial<Status>;
  return told.steps === undefined ? null : (told as Status);
}

/** @throws with the status where it ends otherwise */
async function statusWhere(what: string, holds: (found: Status) => boolean): Promise<Status> {
  let last: Status | null = null;
  await until(
    `the run ${what}`,
    async () => {
      const found = await status();
      if (found === null) return false;
      last = found;
      if (!holds(found) && found.finishedAtMs !== null) {
        throw new Error(`${what}: ${JSON.stringify(found, null, 1)}`);
      }
      return holds(found);
    },
    RUN_LIMIT_MS,
    200,
  );
  if (last === null) throw new Error('nobody told the status');
  return last;
}

/** What the service on a server says of itself. */
async function versionOn(server: string): Promise<string> {
  const ask =
    "fetch('http://127.0.0.1:8080/version').then((r) => r.json()).then((v) => console.log(v.version))";
  return (await files().servers('exec', '-T', server, 'node', '--eval', ask)).trim();
}
