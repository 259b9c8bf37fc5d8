/** The host key that a server shows, for the person who compares it with the server's own. */
import type { Ports } from '../../ports/ports.ts';
import type { ShownHostKey } from '../../ports/server-host.ts';
import type { FleetActivities } from '../contract.ts';

export type HostKeyActivities = Pick<FleetActivities, 'showHostKey'>;

/** Trusts nothing and logs in nowhere: what the activity returns is only what was shown. */
export function createHostKeyActivities(ports: Pick<Ports, 'hosts'>): HostKeyActivities {
  return {
    showHostKey: ({ server }): Promise<ShownHostKey> => ports.hosts.showHostKey(server),
  };
}
