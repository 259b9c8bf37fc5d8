/**
 * What code of the project tries to reach as the user whose worker runs it, written down; and a way to
 * keep its commands waiting.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../lab/support/shell.ts';
import { give, type User } from './user.ts';

export interface Targets {
  /** Files and folders; folders are listed. */
  readonly paths: Readonly<Record<string, string>>;
  readonly socket: string;
  readonly ssh: { readonly port: number; readonly user: string; readonly keys: readonly string[] };
  /** Files that may hold the address of a database, and what is asked there. */
  readonly databases: readonly string[];
  readonly query: string;
}

/** What came of each: `done`, or why not. */
export type Outcomes = Readonly<Record<string, string>>;

const PROGRAM = `import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [notes, name, modules, ...argv] = process.argv.slice(2);
const load = createRequire(modules);
const targets = JSON.parse(readFileSync(notes + '/targets.json', 'utf8'));
const found = {};
const attempt = async (what, work) => {
  found[what] = await Promise.resolve().then(work).then(() => 'done', (error) => error.code ?? error.message);
};
const readable = (file) => { try { return readFileSync(file, 'utf8'); } catch { return null; } };

for (const [what, path] of Object.entries(targets.paths)) {
  await attempt(what, () => (statSync(path).isDirectory() ? readdirSync(path) : readFileSync(path)));
}
await attempt('the balancer', () => new Promise((done, failed) => {
  const socket = connect(targets.socket);
  socket.once('error', failed);
  socket.once('connect', () => done(socket.destroy()));
}));
const { Client: Ssh, utils } = load('ssh2');
const keys = [...targets.ssh.keys.map(readable).filter((key) => key !== null), utils.generateKeyPairSync('ed25519').private];
await attempt('a server', async () => {
  let reason = null;
  for (const privateKey of keys) {
    const failed = await new Promise((done) => {
      const client = new Ssh();
      client.once('ready', () => { client.end(); done(null); });
      client.once('error', done);
      client.connect({ host: '127.0.0.1', port: targets.ssh.port, username: targets.ssh.user, privateKey });
    });
    if (failed === null) return;
    reason = failed.level ?? failed.message;
  }
  throw new Error(reason);
});
const { Client: Database } = load('pg');
await attempt('the records', async () => {
  const address = targets.databases.map(readable).find((text) => text !== null);
  const client = new Database({ connectionString: (address ?? '').trim() });
  client.on('error', () => undefined);
  await client.connect();
  try { await client.query(targets.query); } finally { await client.end(); }
});
const version = process.env.RUNSHEET_VERSION ?? 'none';
writeFileSync(notes + '/outcomes-' + version + '.json', JSON.stringify(found));
appendFileSync(notes + '/begun', name + ' ' + version + ' ' + process.getuid() + '\\n');
while (existsSync(notes + '/hold-' + name)) await sleep(20);
const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
process.exit(status ?? 1);
`;
const MODULES = fileURLToPath(new URL('../../../package.json', import.meta.url));
const FILE = 'tools/attempt.mjs';

export class Attempts {
  /** The user whose worker runs the commands may write there. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder);
  }

  /** Adds the program to a project. */
  addTo(project: string): void {
    writeFileSync(join(project, FILE), PROGRAM);
  }

  /** @param tool of the sample, which runs after the attempts. @returns the command, and its name here */
  command(name: string, tool: string): readonly string[] {
    return ['node', FILE, this.folder, name, MODULES, tool];
  }

  aim(targets: Targets): void {
    writeFileSync(join(this.folder, 'targets.json'), JSON.stringify(targets));
  }

  /** The same aims for another user. @param name of a folder beside this one */
  async forUser(name: string, user: User): Promise<Attempts> {
    const others = new Attempts(join(dirname(this.folder), `attempts-${name}`));
    cpSync(join(this.folder, 'targets.json'), join(others.folder, 'targets.json'));
    await give(others.folder, user);
    return others;
  }

  /** While it is there, what has this name waits. */
  fileOf(name: string): string {
    return join(this.folder, `hold-${name}`);
  }

  /** Keeps what has this name waiting. @returns lets it go on */
  hold(name: string): () => void {
    const file = this.fileOf(name);
    writeFileSync(file, '');
    return () => rmSync(file, { force: true });
  }

  /** As which users the command has begun for this version, in that order. */
  begun(name: string, version: string): readonly number[] {
    const file = join(this.folder, 'begun');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.flatMap((line) => {
      const [which, of, uid] = line.split(' ');
      return which === name && of === version ? [Number(uid)] : [];
    });
  }

  untilBegun(name: string, version: string, times = 1): Promise<void> {
    const holds = (): boolean => this.begun(name, version).length >= times;
    return until(`${name} of ${version} has begun ${times} times`, holds, 90_000);
  }

  outcomes(version: string): Outcomes {
    return JSON.parse(readFileSync(join(this.folder, `outcomes-${version}.json`), 'utf8'));
  }
}
