/** A HAProxy of a test's own in front of lab servers. It never sends a request twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { until } from './shell.ts';

export const BACKEND = 'app';
/** A header of requests that the log tells apart. */
export const MARK = 'x-lab-mark';
const ANSWER_LIMIT_MS = 5_000;
const END_LIMIT_MS = 5_000;

export interface HaproxyServer {
  readonly name: string;
  readonly address: string;
  /** Default: `servicePort`. */
  readonly port?: number;
}

export interface HaproxyOptions {
  readonly folder: string;
  readonly servers: readonly HaproxyServer[];
  readonly servicePort?: number;
  /** The group that may use its socket. Default: this process's. */
  readonly socketGroup?: number;
  /** What its health checks ask for. Default: the lab service's. */
  readonly checkPath?: string;
}

export class Haproxy {
  readonly url: string;
  readonly socket: string;
  readonly #folder: string;
  readonly #options: HaproxyOptions;
  readonly #port: number;
  #child: ChildProcess | null = null;

  private constructor(options: HaproxyOptions, port: number) {
    this.#options = options;
    this.#folder = options.folder;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.socket = join(options.folder, 'haproxy.sock');
  }

  static async start(options: HaproxyOptions): Promise<Haproxy> {
    mkdirSync(options.folder, { recursive: true });
    const haproxy = new Haproxy(options, await freePort());
    await haproxy.start();
    return haproxy;
  }

  /** Starts it where it was stopped. */
  async start(): Promise<void> {
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, configuration(this.socket, this.#port, this.#options));
    const log = openSync(this.logFile, 'a');
    const errors = openSync(join(this.#folder, 'haproxy.err'), 'a');
    // The master stays and replaces its worker on SIGUSR2, as a packaged HAProxy does. It goes first:
    // where it waits for a core, it would take that for servers that do not answer their checks.
    const argv = ['-n', '-15', 'haproxy', '-W', '-db', '-f', file];
    this.#child = spawn('nice', argv, { stdio: ['ignore', log, errors] });
    closeSync(log);
    closeSync(errors);
    await until('HAProxy answers on its socket', () => this.#answers(), ANSWER_LIMIT_MS);
  }

  /** One line for each request, written when it has ended: status, mark, ms, server, request. */
  get logFile(): string {
    return join(this.#folder, 'requests.log');
  }

  /** Statuses of the requests with this mark that have ended, counted. */
  logged(mark: string): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const line of readFileSync(this.logFile, 'utf8').split('\n')) {
      const [kind, status = '', marked] = line.split(' ');
      if (kind === 'request' && marked === mark) counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }

  /** A command of its runtime API. */
  ask(command: string): Promise<string> {
    return askSocket(this.socket, command);
  }

  /** A new worker process takes the listeners over; what the runtime API had set is forgotten. */
  async reload(): Promise<void> {
    const before = await this.#processId();
    this.#child?.kill('SIGUSR2');
    await until(
      'HAProxy has reloaded',
      async () => {
        const now = await this.#processId().catch(() => before);
        return now !== before;
      },
      ANSWER_LIMIT_MS,
    );
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }

  #answers(): Promise<boolean> {
    return this.#processId().then(
      () => true,
      () => false,
    );
  }

  async #processId(): Promise<string> {
    const found = /^Pid: (\d+)$/mu.exec(await this.ask('show info'))?.[1];
    if (found === undefined) throw new Error('HAProxy tells no pid');
    return found;
  }
}

/** @returns the whole answer of a Unix socket that closes after it */
export function askSocket(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy(new Error(`${path} is silent`)));
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.end(`${command}\n`);
  });
}

function configuration(socket: string, port: number, options: HaproxyOptions): string {
  const { servicePort = 8080, socketGroup, checkPath = '/healthz' } = options;
  const group = socketGroup === undefined ? '' : ` gid ${socketGroup}`;
  const servers = options.servers.map(
    ({ name, address, port = servicePort }) => `  server ${name} ${address}:${port}`,
  );
  return [
    'global',
    `  stats socket ${socket} mode 660${group} level admin expose-fd listeners`,
    // With two threads it drops a line where both write at once (measured: 4 of 10,000).
    '  nbthread 1',
    '  log stdout format raw local0 info',
    '  maxconn 4096',
    'defaults',
    '  mode http',
    '  log global',
    '  log-format "request %ST %[capture.req.hdr(0)] %Ta %s %HM %HP %tsc"',
    '  timeout connect 2s',
    '  timeout client 90s',
    '  timeout server 90s',
    '  timeout check 3s',
    '  retries 0',
    '  no option redispatch',
    'frontend web',
    `  bind 127.0.0.1:${port}`,
    `  http-request capture req.hdr(${MARK}) len 20`,
    `  default_backend ${BACKEND}`,
    `backend ${BACKEND}`,
    '  balance roundrobin',
    `  option httpchk GET ${checkPath}`,
    '  http-check expect status 200',
    '  default-server check inter 250ms fastinter 150ms fall 2 rise 2',
    ...servers,
    '',
  ].join('\n');
}
