/** What local activities ask the Temporal server itself: attributes, locks, other runs' requests. */
import type { RunRef } from '../../plan/run.ts';
import type { Execution } from '../contract.ts';
import type { Successor } from '../supersede-contract.ts';
import type { SentSignal } from './lock-queue.ts';

export interface DescribedWorkflow {
  readonly runId: string;
  readonly running: boolean;
  /** Whether somebody other than itself has ended it. */
  readonly wasCut: boolean;
  /** Whether it was terminated, or reset. */
  readonly wasTerminated?: boolean;
  readonly startedAtMs: number;
  readonly type: string;
  readonly taskQueue: string;
  /** null: somebody started it by hand. */
  readonly startedBy: Execution | null;
}

/** What the server itself has written down about an execution. */
export interface ReadHistory {
  /** The first argument that it was started with. */
  readonly input: unknown;
  /** In the order of their arrival, those that a workflow has sent: of others nobody knows who it was. */
  readonly signals: readonly SentSignal[];
  /** Every signal by whoever: nothing of it is proven. Absent: nobody has looked. */
  readonly heard?: readonly { readonly name: string; readonly input: unknown }[];
  /** Who has terminated it, and why; null: nobody has. */
  readonly terminated: string | null;
  /** What was said with it; undefined: nothing. */
  readonly details?: unknown;
}

export interface TerminatedEnd {
  readonly runId: string;
  readonly details: unknown;
}

/** What a run showed last, before it was ended. */
export interface DeadRun {
  readonly step: { readonly number: number; readonly title: string } | null;
  readonly servers: readonly {
    readonly name: string;
    readonly version: string | null;
    readonly pool: 'in' | 'out' | 'unknown' | 'none';
    readonly doing: string;
  }[];
}

/** The part of Temporal's client that is needed; worker.ts builds it over the worker's connection. */
export interface TemporalAccess {
  /** Names of the search attributes that the namespace has, with their type. */
  searchAttributes(): Promise<ReadonlyMap<string, string>>;
  addSearchAttributes(names: Readonly<Record<string, string>>): Promise<void>;
  /** null: no such workflow. @param runId absent: its latest execution */
  describe(workflowId: string, runId?: string): Promise<DescribedWorkflow | null>;
  historyOf(execution: Execution): Promise<ReadHistory>;
  /** Returns once an execution has closed, or is not there. @throws where `signal` aborts */
  closed(execution: Execution, signal: AbortSignal): Promise<void>;
  /** @param end names the execution, and what is written down with its end: @throws where it is not open */
  terminate(workflowId: string, reason: string, end?: TerminatedEnd): Promise<void>;
  /** @returns false: it is not open */
  signal(execution: Execution, name: string, input: unknown): Promise<boolean>;
  /** The latest executions, open and closed, that have this id; `failure`: the type of what ended it. */
  executionsOf(
    workflowId: string,
  ): Promise<readonly { readonly runId: string; readonly failure: string | null }[]>;
  /** Ids of workflows that match a visibility query, at most `limit`. */
  list(query: string, limit: number): Promise<readonly string[]>;
  /** Asks a run to make way for a newer one. @returns why it does not; null: it does @throws where it does not answer */
  supersede(workflowId: string, successor: Successor): Promise<string | null>;
  /** What the status query of a run that has ended says. @throws where no worker answers */
  deadRun(execution: Execution): Promise<DeadRun>;
  /** What a running run's status query says; null where it does not answer. */
  approvalOf(workflowId: string): Promise<{
    readonly service: string;
    readonly environment: string;
    readonly waits: boolean;
  } | null>;
}

/** Registers what is missing. Never throws: a run goes on without, and says why (`note`). */
export async function ensureAttributes(
  access: TemporalAccess,
  wanted: Readonly<Record<string, string>>,
): Promise<{ readonly registered: boolean; readonly note: string }> {
  try {
    const missing = await missingAttributes(access, wanted);
    if (Object.keys(missing).length === 0) return { registered: true, note: '' };
    await access.addSearchAttributes(missing);
    // The server's cache may still be without them: only what is read back may be written.
    const still = await missingAttributes(access, wanted);
    if (Object.keys(still).length === 0) return { registered: true, note: '' };
    return withoutAttributes(`registered, not yet visible: ${Object.keys(still).join(', ')}`);
  } catch (error) {
    return withoutAttributes(error instanceof Error ? error.message : String(error));
  }
}

function withoutAttributes(reason: string): { readonly registered: false; readonly note: string } {
  return {
    registered: false,
    note: reason.slice(0, 200),
  };
}

async function missingAttributes(
  access: TemporalAccess,
  wanted: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const known = await access.searchAttributes();
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !known.has(name)));
}

/** A query's string literal; ours hold no quotes, and a value that does is nobody's. */
export function literal(text: string): string {
  return `'${text.replace(/['\\]/gu, '')}'`;
}

const MOST_PENDING = 20;
const MOST_SCANNED = 100;

/** Other runs that wait for approval, by visibility; without our attributes every running run is asked. */
export async function pendingApprovals(
  access: TemporalAccess,
  run: RunRef,
  attributes: Readonly<Record<string, string>>,
  taskQueue: string,
): Promise<readonly string[]> {
  const known = await access.searchAttributes().catch(() => new Map<string, string>());
  const searchable = Object.keys(attributes).every((name) => known.has(name));
  if (searchable) {
    const query = [
      `RunsheetService=${literal(run.service)}`,
      `RunsheetEnvironment=${literal(run.environment)}`,
      `RunsheetApproval='pending'`,
      `ExecutionStatus='Running'`,
    ].join(' AND ');
    const found = await access.list(query, MOST_PENDING + 1);
    return found.filter((id) => id !== run.workflowId).slice(0, MOST_PENDING);
  }
  const running = await access.list(
    `TaskQueue=${literal(taskQueue)} AND ExecutionStatus='Running'`,
    MOST_SCANNED,
  );
  const others = running.filter((id) => id !== run.workflowId);
  const asked = await Promise.all(
    others.map(async (id) => ({ id, status: await access.approvalOf(id).catch(() => null) })),
  );
  const waiting = asked.filter(
    ({ status }) =>
      status?.waits === true &&
      status.service === run.service &&
      status.environment === run.environment,
  );
  return waiting.map(({ id }) => id).slice(0, MOST_PENDING);
}
