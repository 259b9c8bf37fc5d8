/** How a server of an upstream stands, as far as its line and nginx's processes tell. Pure. */
import type { Localized } from '../../diagnostics/language.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import { withPort } from './names.ts';
import { kernelAddress, type Look, type Worker } from './processes.ts';
import type { Member } from './upstream.ts';
import type { ServerLine } from './upstream-file.ts';

/** What runs, beside what the file says. */
export interface Running {
  readonly workers: readonly Worker[];
  readonly connections: Look['connections'];
  /** Whether the workers that take requests have the file as it is. */
  readonly isLoaded: boolean;
}

/**
 * nginx keeps no figures of a server. Its requests in flight are known all the same where there can be
 * none: no connection leads to it, or it is out and no worker of before is left. While there is one, it
 * may still have to send on what it is reading, so that no connection does not mean none.
 */
export function serverState({ name, line }: Member, running: Running): PoolServer {
  const leaving = running.workers.filter(({ isLeaving }) => isLeaving).length;
  return {
    name,
    admin: adminOf(line, running),
    // The file says one thing, and nginx may do another.
    ...(!running.isLoaded && !isMaintained(line) && { split: true }),
    ...(line.isDown && leaving > 0 && { awaited: finishing(leaving) }),
    healthy: null,
    weight: line.weight,
    active: activeOf(line, running, leaving),
    requests: null,
    errors: null,
    p95Ms: null,
  };
}

/** Connections to it are counted by this address; null: they cannot be told apart. */
export function countedAddress({ address }: ServerLine): string | null {
  return kernelAddress(withPort(address));
}

/** Whether the workers that take requests started after the file took its present form. */
export function isLoaded({ workers, changedTicks, loadedSha256 }: Look, sha256: string): boolean {
  const taking = (workers ?? []).filter(({ isLeaving }) => !isLeaving);
  if (taking.length === 0) return false;
  return loadedSha256 === sha256 || taking.every((each) => each.startedTicks > changedTicks);
}

function adminOf(line: ServerLine, running: Running): PoolServer['admin'] {
  if (isMaintained(line)) return 'maint';
  return line.isDown || !running.isLoaded ? 'drain' : 'ready';
}

/** `down` without our mark is an operator's. */
export function isMaintained({ isDown, isMarked }: ServerLine): boolean {
  return isDown && !isMarked;
}

function activeOf(line: ServerLine, running: Running, leaving: number): number | null {
  const address = countedAddress(line);
  const count = address === null ? null : (running.connections[address] ?? null);
  if (!line.isDown) return count === 0 ? 0 : null;
  if (!running.isLoaded) return null;
  if (leaving === 0) return 0;
  return count === 0 ? null : count;
}

function finishing(leaving: number): Localized {
  return {
    zh: `nginx 重新加载之前的 ${leaving} 个 worker 进程还在完成各自的请求；WebSocket 等长连接会让它们一直存在，可用 worker_shutdown_timeout 设上限`,
    en: `${leaving} nginx ${leaving === 1 ? 'worker' : 'workers'} from before the reload still finish requests; long connections such as WebSockets keep them, and worker_shutdown_timeout bounds that`,
  };
}
