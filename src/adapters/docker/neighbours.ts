/** What a server's kernel remembers of a container's address from before there was anybody. */
import type { ContainerInspectInfo } from 'dockerode';
import type { ServerHost } from '../../ports/server-host.ts';

const TIMEOUT_MS = 5_000;
/** `ip` is not on the path of every login. */
const FORGET = `PATH=$PATH:/usr/sbin:/sbin
for address; do ip neigh flush to "$address" nud incomplete; done`;

/**
 * Lets the kernel ask anew who has the addresses of a container that has just been started.
 *
 * A packet for a published port that comes while the engine still starts the container, as a
 * balancer's check does, leaves an ARP request without an answer. The kernel repeats it after a second
 * (net.ipv4.neigh.default.retrans_time_ms), and until then nobody gets through: measured 0.7 to 1.0 s
 * on every other start with HAProxy's checks each 500 ms. Engines from 28 on announce the address.
 * A login that may not do it, or a server without `ip`, waits that second as before.
 */
export async function askNeighboursAnew(
  host: ServerHost,
  detail: ContainerInspectInfo | null,
): Promise<void> {
  const networks = Object.values(detail?.NetworkSettings.Networks ?? {});
  const addresses = networks
    .flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address])
    .filter((address) => address !== '');
  if (addresses.length === 0) return;
  const argv = ['sh', '-c', FORGET, 'sh', ...addresses];
  await host.exec(argv, { timeoutMs: TIMEOUT_MS }).catch(() => undefined);
}
