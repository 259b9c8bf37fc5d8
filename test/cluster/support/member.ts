/** A worker of one operating-system user, with folders, token and keys that are this user's alone. */
import { appendFileSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Role } from '../../../src/config/worker-role.ts';
import { bareEnvironment, type Ended } from '../../cli/support/program.ts';
import { distFolder } from '../../e2e/support/stage.ts';
import { Part } from './part.ts';
import { asUser, give, runAs, type User } from './user.ts';

const COMMAND_LIMIT_MS = 240_000;

export interface MemberOptions {
  readonly name: string;
  readonly user: User;
  readonly role: Role;
  /** Its home is a folder in it. */
  readonly around: string;
  /** What it has of the project. */
  readonly project: string;
  /** Path below the project's folder → text. */
  readonly files: Readonly<Record<string, string>>;
  /** TEMPORAL_… with its own token. */
  readonly temporal: Readonly<Record<string, string>>;
  readonly onStarted: (pid: number) => void;
}

export class Member {
  readonly name: string;
  readonly user: User;
  /** Of its project. */
  readonly folder: string;
  readonly #worker: Part;
  readonly #logFile: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor({ name, user, role, around, temporal, onStarted }: MemberOptions) {
    const home = join(around, name);
    this.name = name;
    this.user = user;
    this.folder = join(home, 'project');
    this.#logFile = join(around, `${name}.log`);
    this.#env = {
      ...bareEnvironment(),
      ...temporal,
      HOME: home,
      RUNSHEET_CHECKOUTS: join(home, 'checkouts'),
    };
    const program = [process.execPath, join(distFolder(), 'worker.js'), '--role', role];
    this.#worker = new Part({
      name,
      argv: [...asUser(user), ...program, '--lang', 'en'],
      folder: this.folder,
      env: this.#env,
      logFile: this.#logFile,
      serves: () => Promise.resolve(this.#said().includes('"event":"ready"')),
      onStarted,
    });
  }

  /** Makes its folders; the worker is not started yet. */
  static async make(options: MemberOptions): Promise<Member> {
    const member = new Member(options);
    mkdirSync(dirname(member.folder));
    cpSync(options.project, member.folder, { recursive: true });
    for (const [path, text] of Object.entries(options.files)) {
      const file = join(member.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    await give(dirname(member.folder), options.user);
    return member;
  }

  /** @throws where the worker does not run */
  get pid(): number {
    const { pid } = this.#worker;
    if (pid === null) throw new Error(`${this.name} does not run`);
    return pid;
  }

  get isAlive(): boolean {
    return this.#worker.pid !== null;
  }

  /** Settles when the worker is ready. */
  async start(): Promise<void> {
    appendFileSync(this.#logFile, '');
    this.#startsAt = statSync(this.#logFile).size;
    await this.#worker.start();
  }

  kill(): Promise<void> {
    return this.#worker.kill();
  }

  close(): Promise<void> {
    return this.#worker.close();
  }

  /** A command in its folder, as its user. */
  typed(...args: readonly string[]): Promise<Ended> {
    return this.run(process.execPath, join(distFolder(), 'cli/main.js'), ...args, '--lang', 'en');
  }

  /** Any program in its folder, as its user. */
  run(...argv: readonly string[]): Promise<Ended> {
    return runAs(this.user, argv, { cwd: this.folder, env: this.#env, limitMs: COMMAND_LIMIT_MS });
  }

  #startsAt = 0;

  /** Since its last start. */
  #said(): string {
    return readFileSync(this.#logFile).subarray(this.#startsAt).toString();
  }
}

/** The numbers under which a process really runs: real, effective, saved, of the file system. */
export function usersOf(pid: number): readonly number[] {
  const found = /^Uid:\s+(.*)$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  return found.split(/\s+/u).map(Number);
}
