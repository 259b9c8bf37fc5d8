/** No answer of a service: is it the service, or is the whole server out of reach? */
import { type OnServer, type ServerPorts } from './context.ts';
import { endIfCancelled, heartbeatWhile } from './pace.ts';

const TIMEOUT_MS = 10_000;

/**
 * To be asked before a check says no because nothing answered: a partition is not the new version's
 * fault, and the check is tried again while it lasts.
 * @throws PortError where the server cannot be reached at all
 */
export async function assertReachable(ports: ServerPorts, input: OnServer): Promise<void> {
  const host = ports.hosts.get(input.server);
  await heartbeatWhile((signal) => host.exec(['true'], { timeoutMs: TIMEOUT_MS, signal }));
  await endIfCancelled();
}
