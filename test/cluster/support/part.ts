/** One process of a cluster, which can be killed and started again as it was. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { endGroup, signalGroup, startGroup } from '../../../src/embedded/process-group.ts';
import { until } from '../../lab/support/shell.ts';

const START_LIMIT_MS = 60_000;
const GRACE_MS = 5_000;

export interface PartOptions {
  readonly name: string;
  readonly argv: readonly string[];
  readonly folder: string;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Whether it serves; asked until it does. */
  readonly serves: () => Promise<boolean>;
  readonly onStarted: (pid: number) => void;
}

export class Part {
  readonly name: string;
  readonly #options: PartOptions;
  #child: ChildProcess | null = null;

  constructor(options: PartOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** null: it does not run. */
  get pid(): number | null {
    const { pid, exitCode = null, signalCode = null } = this.#child ?? {};
    return exitCode === null && signalCode === null ? (pid ?? null) : null;
  }

  /** Settles when it serves. @throws with the end of its log where it ends before */
  async start(): Promise<void> {
    const { argv, folder, env = process.env, logFile, serves, onStarted } = this.#options;
    const child = startGroup({ argv, cwd: folder, env, logFile });
    child.on('error', () => undefined);
    this.#child = child;
    if (child.pid !== undefined) onStarted(child.pid);
    const asked = (): Promise<boolean> => {
      if (this.pid === null) throw new Error(`${this.name} has ended:\n${this.lastLines()}`);
      return serves();
    };
    await until(`${this.name} serves`, asked, START_LIMIT_MS);
  }

  /** SIGKILL; settles when the process is no more. */
  async kill(): Promise<void> {
    const { pid } = this;
    if (pid === null || this.#child === null) throw new Error(`${this.name} does not run`);
    const gone = new Promise((resolve) => this.#child?.once('exit', resolve));
    signalGroup(pid, 'SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    if (this.pid !== null) await endGroup(this.pid, GRACE_MS);
  }

  lastLines(): string {
    const { logFile } = this.#options;
    if (!existsSync(logFile)) return '';
    return readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n');
  }
}

/** Whether somebody does on this port of 127.0.0.1. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
