/** Every kind of balancer that a project may have. The first is meant where runsheet.yaml says none. */
import { embedded } from './embedded.ts';
import { haproxy } from './haproxy.ts';
import { nginx } from './nginx.ts';
import { none } from './none.ts';

export const BALANCERS = { embedded, haproxy, nginx, none };

export type BalancerKind = keyof typeof BALANCERS;

/** How a balancer of a kind is reached; src/worker/balancers.ts makes an adapter of each. */
export type ConnectionOf<Kind extends BalancerKind> = ReturnType<
  (typeof BALANCERS)[Kind]['connection']
>;

export type BalancerConnection<Kinds extends BalancerKind = BalancerKind> = {
  readonly [Kind in Kinds]: { readonly kind: Kind; readonly at: ConnectionOf<Kind> };
}[Kinds];
