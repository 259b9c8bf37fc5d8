/** HAProxy with three services behind it, and our port over it. */
import { createHaproxy } from '../../../../src/adapters/haproxy/haproxy.ts';
import { openLocalSocket } from '../../../../src/adapters/haproxy/local-socket.ts';
import type { LoadBalancer } from '../../../../src/ports/load-balancer.ts';
import {
  BACKEND,
  type HaproxySetup,
  type RunningHaproxy,
  startHaproxy,
} from './running-haproxy.ts';
import { type Service, startService } from './services.ts';

export const POOL = 'web';

export interface Subject {
  readonly haproxies: readonly RunningHaproxy[];
  readonly haproxy: RunningHaproxy;
  readonly services: readonly Service[];
  readonly balancer: LoadBalancer & { close(): void };
  close(): Promise<void>;
}

export interface SubjectSetup extends Partial<HaproxySetup> {
  /** As the project calls them; HAProxy knows them as `srv-<name>`. */
  readonly names?: readonly string[];
  readonly haproxies?: number;
}

export async function startSubject(setup: SubjectSetup = {}): Promise<Subject> {
  const { names = ['s1', 's2', 's3'], haproxies: count = 1, ...rest } = setup;
  const services = await Promise.all(names.map((name) => startService(name)));
  const servers = services.map(({ name, port }) => ({ name: `srv-${name}`, port }));
  const haproxies = await Promise.all(
    Array.from({ length: count }, () => startHaproxy({ servers, ...rest })),
  );
  const [haproxy] = haproxies;
  if (haproxy === undefined) throw new Error('at least one HAProxy');
  const balancer = createHaproxy({
    instances: haproxies.map(({ socket }, index) => ({
      name: `HAProxy ${index + 1}`,
      backends: { [POOL]: BACKEND },
      open: () => openLocalSocket(socket),
    })),
    names: Object.fromEntries(names.map((name) => [name, `srv-${name}`])),
    urls: { [POOL]: haproxy.url },
    routesMap: haproxy.routesMap,
  });
  return {
    haproxies,
    haproxy,
    services,
    balancer,
    async close() {
      balancer.close();
      await Promise.all(haproxies.map((each) => each.close()));
      await Promise.all(services.map((each) => each.stop()));
    },
  };
}
