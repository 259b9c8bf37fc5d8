/** A real nginx on a free loopback port, with a folder of its own: master, workers, upstream file. */
import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../support/free-port.ts';
import { until } from '../../support/shell.ts';

export const UPSTREAM = 'app';
const LIMIT_MS = 20_000;
const WORKERS = 2;
const run = promisify(execFile);

export interface NginxSetup {
  /** Server lines of the upstream, as they stand in the file. */
  readonly servers: readonly string[];
  /** More lines of the upstream. */
  readonly upstream?: string;
  /** More lines of the main part, for example worker_shutdown_timeout. */
  readonly main?: string;
  /** Where its folder is made; default: the system's for temporary files. */
  readonly below?: string;
}

export class RunningNginx {
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  readonly upstreamFile: string;
  readonly pidFile: string;
  readonly command: readonly string[];

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.upstreamFile = join(folder, 'upstreams', 'app.conf');
    this.pidFile = join(folder, 'nginx.pid');
    this.command = ['/usr/sbin/nginx', '-p', folder, '-c', join(folder, 'nginx.conf')];
  }

  /** @throws Error where nginx is not installed: these tests are never skipped */
  static async start(setup: NginxSetup): Promise<RunningNginx> {
    const folder = mkdtempSync(join(setup.below ?? tmpdir(), 'runsheet-nginx-'));
    // Workers are another user, who writes nothing here but has to get here.
    chmodSync(folder, 0o755);
    const nginx = new RunningNginx(folder, await freePort());
    mkdirSync(join(folder, 'upstreams'));
    mkdirSync(join(folder, 'temporary'));
    writeFileSync(nginx.upstreamFile, upstreamText(setup));
    nginx.configure(setup);
    await nginx.start();
    return nginx;
  }

  configure(setup: NginxSetup): void {
    writeFileSync(join(this.folder, 'nginx.conf'), configuration(this, setup));
  }

  async start(): Promise<void> {
    const [program = '', ...argv] = this.command;
    await run(program, argv);
    await until('its workers are there', () => this.workers().length === WORKERS, LIMIT_MS);
  }

  /** One command to nginx past our adapter, as an operator would type it. */
  async say(...argv: readonly string[]): Promise<void> {
    const [program = '', ...rest] = this.command;
    await run(program, [...rest, ...argv]);
  }

  read(): string {
    return readFileSync(this.upstreamFile, 'utf8');
  }

  write(text: string): void {
    writeFileSync(this.upstreamFile, text);
  }

  /** As an operator does: edit, reload, and wait until it holds. */
  async editAndReload(edit: (text: string) => string): Promise<void> {
    this.write(edit(this.read()));
    const before = this.workers();
    await this.say('-s', 'reload');
    await until(
      'nginx has reloaded',
      () => {
        const now = this.workers();
        return now.length === WORKERS && now.every((each) => !before.includes(each));
      },
      LIMIT_MS,
    );
  }

  /** Process ids of the workers that take requests. */
  workers(): readonly string[] {
    return this.children().filter((pid) => titleOf(pid) === 'nginx: worker process');
  }

  /** Process ids of those that a reload has told to end. */
  leaving(): readonly string[] {
    return this.children().filter((pid) => titleOf(pid).endsWith('is shutting down'));
  }

  /** Statuses of the requests with this mark that have ended, counted. */
  logged(mark: string): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const line of readFileSync(join(this.folder, 'requests.log'), 'utf8').split('\n')) {
      const [kind, status = '', marked] = line.split(' ');
      if (kind === 'request' && marked === mark) counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }

  errors(): string {
    return readFileSync(join(this.folder, 'error.log'), 'utf8');
  }

  /** Permission bits of the upstream file. */
  mode(): number {
    return statSync(this.upstreamFile).mode & 0o777;
  }

  async stop(): Promise<void> {
    const pid = this.pid();
    if (pid === '') return;
    spawn('kill', ['-TERM', pid]);
    await until('nginx has ended', () => titleOf(pid) === '', LIMIT_MS);
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pid(): string {
    return readOrNothing(this.pidFile).trim();
  }

  private children(): readonly string[] {
    const pid = this.pid();
    return readOrNothing(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  }
}

export function upstreamText({ servers, upstream = '' }: NginxSetup): string {
  return [
    `upstream ${UPSTREAM} {`,
    // Shared by the workers, so that together they go round evenly.
    '  zone app 64k;',
    ...servers.map((each) => `  ${each}`),
    ...(upstream === '' ? [] : [upstream]),
    '}',
    '',
  ].join('\n');
}

/** It never sends a request twice, so that each that a server refuses is seen. */
function configuration({ folder, port }: RunningNginx, { main = '' }: NginxSetup): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${folder}/temporary/${kind};`,
  );
  return `user www-data;
worker_processes ${WORKERS};
pid ${folder}/nginx.pid;
error_log ${folder}/error.log notice;
${main}
events { worker_connections 16384; }
http {
  log_format lab 'request $status $http_x_lab_mark $request_time $upstream_addr $request_method $uri';
  access_log ${folder}/requests.log lab;
${temporary.join('\n')}
  include ${folder}/upstreams/*.conf;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://${UPSTREAM};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_next_upstream off;
      proxy_connect_timeout 10s;
      proxy_read_timeout 90s;
    }
  }
}
`;
}

function titleOf(pid: string): string {
  return readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
