/** What the container's settings must agree on with the rest of the file. */
import type { ParsedProject } from './schema.ts';

/**
 * Whether the service can be reached: health checks and balancer ask at the service's port, so one
 * of the published ports has to be it.
 */
export function publishesServicePort(parsed: ParsedProject): boolean {
  const { ports, networks } = parsed.container.settings;
  if (parsed.image.kind !== 'docker' || ports === null || networks.includes('host')) return true;
  const servers = Object.values(parsed.environments).flatMap(({ servers: each }) => each);
  const own = servers.map((server) => ('servicePort' in server ? server.servicePort : undefined));
  const wanted = [parsed.runtime.port, ...own];
  return ports.some(({ published }) => published === 'service' || wanted.includes(published ?? -1));
}
