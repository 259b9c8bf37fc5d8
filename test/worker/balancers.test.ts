/** Settings say what an adapter can tell, and each adapter says so itself: the two are one. */
import { describe, expect, it } from 'vitest';
import {
  BALANCERS,
  type BalancerConnection,
  type BalancerKind,
} from '../../src/config/balancers/index.ts';
import type { ServerHosts } from '../../src/ports/server-host.ts';
import { type BalancerWays, createBalancer } from '../../src/worker/balancers.ts';

const CONNECTIONS: { readonly [Kind in BalancerKind]: BalancerConnection<Kind>['at'] } = {
  embedded: { adminUrl: 'http://127.0.0.1:9' },
  haproxy: { instances: [], names: {}, urls: {}, routesMap: null },
  nginx: { instances: [], names: {}, urls: {} },
  none: null,
};
const hosts: ServerHosts = {
  get: () => {
    throw new Error('not used');
  },
  showHostKey: () => Promise.reject(new Error('not used')),
  close: () => Promise.resolve(),
};
const ways: BalancerWays = {
  hosts,
  commands: { run: () => Promise.reject(new Error('not used')) },
  fence: () => Promise.resolve(),
};

const kinds = Object.keys(BALANCERS) as readonly BalancerKind[];

describe('the adapter of a balancer', () => {
  it.each(kinds)('%s has the capabilities that runs pin', (kind) => {
    const connection = { kind, at: CONNECTIONS[kind] } as BalancerConnection;
    const balancer = createBalancer(connection, ways);
    expect(balancer.capabilities).toEqual(BALANCERS[kind].capabilities);
    balancer.close?.();
  });

  it('needs the address that its kind needs', () => {
    expect(() => createBalancer({ kind: 'embedded', at: { adminUrl: null } }, ways)).toThrow(
      'balancer.admin_url',
    );
  });
});
