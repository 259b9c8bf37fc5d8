/**
 * Before an attempt changes a server over a connection, both are written down there. Whoever takes the
 * work over finds that, asks Temporal whether the attempt still counts, and ends its connection where it
 * does not: what a frozen worker has still to send then reaches nobody.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Localized } from '../../diagnostics/language.ts';
import type { Attempt, Attempts } from '../../ports/attempts.ts';
import { type ClaimFile, claimCommand, endCommand, releaseCommand } from './claim-script.ts';
import { type Claimed, hasMadeFolder, notEnded, notKept, readClaims } from './claimed.ts';
import type { OpenConnection } from './connection.ts';
import type { ExecOutput } from './exec.ts';

/** What has just ended is taken away within moments: looked at again so often, before it counts as left. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 200;
const LIMIT_MS = 30_000;

/** A server at the end of a connection. */
export interface ClaimedServer {
  readonly name: string;
  readonly baseFolder: string;
  /** Runs a command over that connection, and claims nothing for it. */
  run(connection: OpenConnection, argv: readonly string[], timeoutMs: number): Promise<ExecOutput>;
}

interface Claim {
  readonly attempt: string;
  readonly done: Promise<void>;
  readonly release: () => Promise<unknown>;
}

/** The claims over one connection. */
interface Held {
  /** By folder and attempt: a machine may be two servers of the project. */
  readonly claims: Map<string, Claim>;
  count: number;
}

/** Not for the activity that happens to end. */
const forNobody = AsyncLocalStorage.snapshot();

export class Claims {
  private readonly attempts: Attempts;
  private readonly tell: (text: Localized) => void;
  private readonly held = new Map<OpenConnection, Held>();

  /** @param tell once of each server on which nobody can be kept out so */
  constructor(attempts: Attempts, tell: (text: Localized) => void) {
    this.attempts = attempts;
    this.tell = tell;
    attempts.whenEnded((attempt) => this.release(keyOf(attempt)));
  }

  /** Once for each attempt and connection. @throws PortError `unavailable` where Temporal does not answer */
  async make(connection: OpenConnection, server: ClaimedServer): Promise<void> {
    const attempt = this.attempts.current();
    if (attempt === null) return;
    const held = this.heldOver(connection);
    const key = `${keyOf(attempt)} ${server.baseFolder}`;
    const claim = held.claims.get(key) ?? this.begin(connection, server, held, attempt);
    held.claims.set(key, claim);
    try {
      await claim.done;
    } catch (error) {
      held.claims.delete(key);
      throw error;
    }
  }

  private begin(
    connection: OpenConnection,
    server: ClaimedServer,
    held: Held,
    attempt: Attempt,
  ): Claim {
    held.count += 1;
    const { id: own } = connection;
    const at = { folder: `${server.baseFolder}/connections`, file: `${own}.${held.count}`, own };
    let hasMade = false;
    const onLook = (printed: string): void => {
      hasMade ||= hasMadeFolder(printed);
    };
    return {
      attempt: keyOf(attempt),
      done: this.claim(connection, server, at, attempt, onLook),
      release: () => server.run(connection, releaseCommand(at, hasMade), LIMIT_MS),
    };
  }

  private heldOver(connection: OpenConnection): Held {
    const known = this.held.get(connection);
    if (known !== undefined) return known;
    const held: Held = { claims: new Map(), count: 0 };
    this.held.set(connection, held);
    connection.whenLost(() => this.held.delete(connection));
    return held;
  }

  private async claim(
    connection: OpenConnection,
    server: ClaimedServer,
    at: ClaimFile,
    attempt: Attempt,
    onLook: (printed: string) => void,
  ): Promise<void> {
    const run = (argv: readonly string[]): Promise<Ran> => runOver(connection, server, argv);
    const look = async (): Promise<readonly Claimed[]> => {
      const { exitCode, printed, said } = await run(claimCommand(at, JSON.stringify(attempt)));
      if (exitCode !== 0) this.tell(notKept(server.name, exitCode, said));
      onLook(printed);
      return exitCode === 0 ? readClaims(printed) : [];
    };
    let over = await this.overOf(await look());
    for (let looks = 0; over.length > 0 && looks < LOOKS; looks += 1) {
      await sleep(LOOK_AGAIN_MS);
      const left = new Set((await look()).map(({ file }) => file));
      over = over.filter(({ file }) => left.has(file));
    }
    for (const each of over) {
      const { exitCode } = await run(endCommand(at.folder, each.file));
      if (exitCode !== 0) this.tell(notEnded(server.name, each));
    }
  }

  private async overOf(claimed: readonly Claimed[]): Promise<readonly Claimed[]> {
    const over = new Set(await this.attempts.over(claimed.map(({ attempt }) => attempt)));
    return claimed.filter(({ attempt }) => over.has(attempt));
  }

  /** Nobody waits for it: the server forgets it with the connection at the latest. */
  private release(ended: string): void {
    for (const { claims } of this.held.values()) {
      for (const [at, { attempt, done, release }] of claims) {
        if (attempt !== ended) continue;
        claims.delete(at);
        forNobody(() => void done.then(release, release).catch(() => undefined));
      }
    }
  }
}

interface Ran {
  readonly exitCode: number | null;
  readonly printed: string;
  readonly said: string;
}

/**
 * What goes wrong here is no reason to change nothing: a connection that is lost, and an attempt that
 * counts no more, are told to the change itself.
 */
async function runOver(
  connection: OpenConnection,
  server: ClaimedServer,
  argv: readonly string[],
): Promise<Ran> {
  try {
    const { exitCode, stdout, stderr } = await server.run(connection, argv, LIMIT_MS);
    return { exitCode, printed: stdout.text(), said: stderr.text() };
  } catch (error) {
    return { exitCode: null, printed: '', said: error instanceof Error ? error.message : '' };
  }
}

function keyOf({ workflowId, runId, activityId, attempt }: Attempt): string {
  return JSON.stringify([workflowId, runId, activityId, attempt]);
}
