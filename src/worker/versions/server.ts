/** The Temporal server, asked for what it keeps about the versions of a project's workers. */
import type { ConnectionLike } from '@temporalio/client';

/** A connection of the worker or of a client. */
export interface Server {
  readonly connection: Pick<ConnectionLike, 'workflowService' | 'withDeadline'>;
  readonly namespace: string;
}

type Service = ConnectionLike['workflowService'];

const LIMIT_MS = 10_000;
const NOT_FOUND = 5;
/**
 * DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE: the server is busy, or changes the same just now.
 * FAILED_PRECONDITION, ABORTED: what was read has changed since.
 */
const PASSING = [4, 8, 9, 10, 14];

/** @throws ServiceError of gRPC, after 10 s at the latest */
export function ask<T>({ connection }: Server, work: (service: Service) => Promise<T>): Promise<T> {
  return connection.withDeadline(Date.now() + LIMIT_MS, () => work(connection.workflowService));
}

export function isNotFound(error: unknown): boolean {
  return codeOf(error) === NOT_FOUND;
}

/** Whether the same, asked anew, may succeed. */
export function isPassing(error: unknown): boolean {
  return PASSING.includes(codeOf(error));
}

/** gRPC's code; the two kinds of connection agree in no more than that. */
function codeOf(error: unknown): number {
  const known = error instanceof Error && 'code' in error ? error.code : null;
  return typeof known === 'number' ? known : -1;
}

/** null: the server did not say. */
export function milliseconds(
  time: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined,
): number | null {
  if (time?.seconds === undefined || time.seconds === null) return null;
  return Number(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);
}
