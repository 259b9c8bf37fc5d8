/**
 * What is left where the program that deploys dies in the middle:
 *   npx tsx bench/controller-death.ts --name NAME --command 'COMMAND' [--kill 'COMMAND'] [--wait SECONDS]
 * Environment: LAB_RUN as the lab prints it (hosts.json, haproxy.sock), TAG the version that is deployed.
 *
 * Customers ask through HAProxy all the time, 20 times a second. COMMAND is started in a process group of
 * its own; as soon as the first server has left the former version, the group is killed (SIGKILL), or what
 * the words of --kill print: process ids, one a line. After --wait seconds (30) it counts: the requests that
 * failed, the servers that are not up in HAProxy, those that run the new version, and the seconds from the
 * kill until every server served again. Then the same command is run once more, and its end is told.
 * Prints one line, tab separated: name, failed of all, out of the pool, of the new version, seconds until all
 * served (-: not within --wait), exit code and seconds of the second run, and out of the pool after it.
 */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

const CUSTOMERS = 'http://127.0.0.1:8088/version';
const EVERY_MS = 50;
const LIMIT_MS = 3_000;
const SECOND_LIMIT_MS = 180_000;
const LEFT_LIMIT_MS = 120_000;

interface Host {
  readonly name: string;
  readonly ip: string;
}

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: '?' },
    command: { type: 'string' },
    kill: { type: 'string' },
    wait: { type: 'string', default: '30' },
  },
});
const { name, command } = values;
const { LAB_RUN: lab, TAG: tag = 'v2' } = process.env;
if (command === undefined || lab === undefined) {
  process.stderr.write('--command and LAB_RUN are needed; the head of this file says what for\n');
  process.exit(2);
}
const hosts = JSON.parse(readFileSync(join(lab, 'hosts.json'), 'utf8')) as readonly Host[];

async function get(url: string): Promise<{ status: number; body: string } | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
    return { status: answer.status, body: (await answer.text()).trim() };
  } catch {
    return null;
  }
}

/** Requests of customers, each by itself: one that hangs holds no other up. */
class Customers {
  asked = 0;
  failed = 0;
  readonly #open = new Set<Promise<void>>();
  readonly #timer = setInterval(() => this.#ask(), EVERY_MS);

  #ask(): void {
    this.asked += 1;
    const asking = get(CUSTOMERS).then((answer) => {
      if (answer?.status !== 200) this.failed += 1;
    });
    this.#open.add(asking);
    void asking.finally(() => this.#open.delete(asking));
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }
}

/** HAProxy's own table: name → whether it gets requests. */
async function serving(): Promise<ReadonlyMap<string, boolean>> {
  const socket = connect(join(lab ?? '', 'haproxy.sock'));
  socket.end('show stat\n');
  let text = '';
  for await (const part of socket) text += String(part);
  const rows = text.split('\n').map((line) => line.split(','));
  const own = rows.filter(([pool, server]) => pool === 'app' && server !== 'BACKEND');
  return new Map(own.map((row) => [row[1] ?? '', row[17] === 'UP']));
}

async function versions(): Promise<readonly (string | null)[]> {
  const answers = await Promise.all(hosts.map(({ ip }) => get(`http://${ip}:8080/version`)));
  return answers.map((answer) => (answer?.status === 200 ? answer.body : null));
}

async function all(): Promise<boolean> {
  const [table, found] = await Promise.all([serving(), versions()]);
  return hosts.every((host) => table.get(host.name) === true) && !found.includes(null);
}

async function outOfPool(): Promise<number> {
  const table = await serving();
  return hosts.filter((host) => table.get(host.name) !== true).length;
}

function start(): { readonly pid: number; readonly code: Promise<number | null> } {
  const child = spawn('bash', ['-c', command ?? ''], { detached: true, stdio: 'ignore' });
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { pid: child.pid ?? 0, code };
}

async function kill(group: number): Promise<void> {
  if (values.kill === undefined) return void process.kill(-group, 'SIGKILL');
  const { stdout } = await promisify(execFile)('bash', ['-c', values.kill]);
  for (const pid of stdout.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
}

const customers = new Customers();
const first = start();
const before = await versions();
const leftBy = Date.now() + LEFT_LIMIT_MS;
while ((await versions()).every((each, index) => each === before[index])) {
  if (Date.now() > leftBy) throw new Error('no server ever left its version');
  await sleep(10);
}
await kill(first.pid);
const killedMs = Date.now();
let servedMs: number | null = null;
while (Date.now() - killedMs < Number(values.wait) * 1_000) {
  if (!(await all())) servedMs = null;
  else servedMs ??= Date.now() - killedMs;
  await sleep(100);
}
await customers.end();
const [out, found] = [await outOfPool(), await versions()];
const againMs = Date.now();
const second = start();
const limit = sleep(SECOND_LIMIT_MS, 'too long', { ref: false });
const code = await Promise.race([second.code, limit]);
const took = ((Date.now() - againMs) / 1_000).toFixed(1);
if (code === 'too long') process.kill(-second.pid, 'SIGKILL');
const row = [
  name,
  `${customers.failed} of ${customers.asked}`,
  out,
  found.filter((each) => each === tag).length,
  servedMs === null ? '-' : (servedMs / 1_000).toFixed(1),
  `exit ${code ?? '-'} after ${took} s`,
  await outOfPool(),
];
process.stdout.write(`${row.join('\t')}\n`);
process.exit(0);
