/** A real HAProxy on free loopback ports, as a master with one worker, without root. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../support/free-port.ts';

export interface HaproxySetup {
  readonly servers: readonly { readonly name: string; readonly port: number }[];
  /** Default: 100 ms, which is what these tests wait for. */
  readonly checkMs?: number;
  /** How servers are checked, in HAProxy's own words; stands for `checkMs`. */
  readonly checks?: string;
  /** Off by default: a request that one server refused is then lost, and seen. */
  readonly redispatch?: boolean;
  /** What the process knew is written at `saveState` and read at the next start. */
  readonly keepsState?: boolean;
  readonly balance?: string;
  /** Where its folder is made; default: the system's for temporary files. */
  readonly below?: string;
  /** More lines for the backend. */
  readonly backend?: string;
  /** More lines after the last section. */
  readonly sections?: string;
}

export interface RunningHaproxy {
  readonly socket: string;
  /** The same API without the right to change anything. */
  readonly operatorSocket: string;
  readonly routesMap: string;
  readonly url: string;
  /** One command past our adapter, as an operator would type it. */
  say(command: string): Promise<string>;
  /** `show servers state` into the file that the next process reads. */
  saveState(): Promise<void>;
  /** SIGUSR2 to the master; resolves when another process answers. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export const BACKEND = 'app';
const START_LIMIT_MS = 20_000;
const ASK_AGAIN_MS = 500;

/** @throws Error where haproxy is not installed: these tests are never skipped */
export async function startHaproxy(setup: HaproxySetup): Promise<RunningHaproxy> {
  const folder = await mkdtemp(join(setup.below ?? tmpdir(), 'runsheet-haproxy-'));
  const at = (name: string): string => join(folder, name);
  const port = await freePort();
  await writeFile(at('routes.map'), '');
  await writeFile(at('state'), '');
  await writeFile(at('haproxy.cfg'), configuration(setup, folder, port));
  const child = spawn('haproxy', ['-W', '-db', '-f', at('haproxy.cfg')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => output.push(String(chunk)));
  }
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      output.push(`${error.message}: install haproxy, which these tests run`);
      resolve();
    });
  });
  const say = (command: string): Promise<string> => ask(at('admin.sock'), command);
  const pidNow = async (): Promise<string> =>
    /^Pid: (\d+)/mu.exec(await say('show info').catch(() => ''))?.[1] ?? '';
  await answersOrEnds(child, ended, pidNow, output);
  return {
    socket: at('admin.sock'),
    operatorSocket: at('operator.sock'),
    routesMap: at('routes.map'),
    url: `http://127.0.0.1:${port}`,
    say,
    async saveState() {
      await writeFile(at('state'), await say('show servers state'));
    },
    async reload() {
      const before = await pidNow();
      const forks = (): number => output.join('').split('forked').length;
      const forksBefore = forks();
      let askedMs = 0;
      await until(
        async () => {
          // A master that has only just started loses the signal.
          if (forks() === forksBefore && performance.now() - askedMs > ASK_AGAIN_MS) {
            child.kill('SIGUSR2');
            askedMs = performance.now();
          }
          return !['', before].includes(await pidNow());
        },
        'another process',
        output,
      );
    },
    async close() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(setup: HaproxySetup, folder: string, port: number): string {
  const { servers, checkMs = 100, redispatch = false, balance = 'roundrobin' } = setup;
  const everyMs = `inter ${checkMs}ms fastinter ${checkMs}ms downinter ${checkMs}ms`;
  const { checks = `${everyMs} fall 2 rise 2` } = setup;
  return `global
  stats socket ${folder}/admin.sock mode 600 level admin expose-fd listeners
  stats socket ${folder}/operator.sock mode 600 level operator
  stats timeout 1m
  server-state-file ${folder}/state
  hard-stop-after 20s
  maxconn 500
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout check 5s
  ${redispatch ? 'retries 2' : 'retries 0'}
  ${redispatch ? 'option redispatch 1' : 'no option redispatch'}
  ${setup.keepsState === true ? 'load-server-state-from-file global' : ''}
frontend web
  bind 127.0.0.1:${port}
  use_backend %[path,map_beg(${folder}/routes.map,${BACKEND})]
backend ${BACKEND}
  balance ${balance}
  option httpchk GET /healthz
  http-check expect status 200
  default-server check ${checks}
${servers.map((each) => `  server ${each.name} 127.0.0.1:${each.port}`).join('\n')}
  ${setup.backend ?? ''}
backend other
  server only 127.0.0.1:${servers[0]?.port ?? 1}
${setup.sections ?? ''}
`;
}

async function answersOrEnds(
  child: ChildProcess,
  ended: Promise<void>,
  pidNow: () => Promise<string>,
  output: readonly string[],
): Promise<void> {
  const isUp = until(async () => (await pidNow()) !== '', 'the first process', output);
  await Promise.race([isUp, ended]);
  if (child.exitCode === null && child.pid !== undefined) return;
  isUp.catch(() => undefined);
  throw new Error(`haproxy does not run: ${output.join('')}`);
}

async function until(
  holds: () => Promise<boolean>,
  what: string,
  output: readonly string[],
): Promise<void> {
  const limitMs = performance.now() + START_LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > limitMs) throw new Error(`no ${what}: ${output.join('')}`);
    await delay(20);
  }
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.write(`${command}\n`);
  });
}
