/**
 * A world that a run may find: what stands where, and what is wrong with it. It is made by itself, in
 * no terms of what a preflight reads; whatever is wrong is so from the beginning and stays so.
 */
import fc from 'fast-check';
import type { ActionId } from '../../../src/actions/index.ts';

/** Wrong with one server. */
const ON_SERVERS = [
  'out of reach',
  'another host key',
  'no engine',
  'denied to pull',
  'another platform',
  'disk full',
  'port of another program',
  'clock a day off',
  'not in the pool',
  'held by the balancer',
  'out of reach of the balancer',
  'file not to be written',
  'old release is ill',
  'settings of the old release changed',
  'settings of the old release signed by nobody known',
  'secret of the old release gone',
] as const;

/** Wrong with what all servers share, or with the project. */
const SHARED = [
  'no balancer',
  'another pool',
  'no registry',
  'worker denied to pull',
  'worker denied to push',
  'no such version',
  'no such image',
  'no template of a file',
  'no value in a file',
  'no secret of a file',
  'no value in the command',
  'no value in the container',
  'no secret of the service',
  'no value in the health rule',
  'no value in a smoke request',
  'route to no pool',
  'others are ill',
] as const;

export type ServerFault = (typeof ON_SERVERS)[number];
export type SharedFault = (typeof SHARED)[number];

export type Fault =
  | { readonly what: ServerFault; readonly server: string }
  | { readonly what: SharedFault; readonly server: null };

export interface WorldServer {
  readonly name: string;
  /** Of the service, before the run. */
  readonly old: 'runs' | 'has stopped' | 'never was';
  /** Whether its server keeps what the old release was started with. */
  readonly isOnRecord: boolean;
  readonly admin: 'ready' | 'drain' | 'maint';
}

export interface World {
  readonly kind: 'process' | 'docker';
  readonly servers: readonly WorldServer[];
  /** In the pool beside the run's servers. */
  readonly others: number;
  /** Percent of the pool that has to serve. */
  readonly floor: number;
  /** What the request has done in the last step on servers, beside what the run sheet says. */
  readonly added: ActionId | null;
  readonly faults: readonly Fault[];
}

const often = <T>(usual: T, ...rare: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    ...rare.map((value) => ({ weight: 1, arbitrary: fc.constant(value) })),
  );

const servers: fc.Arbitrary<readonly WorldServer[]> = fc
  .array(
    fc.record({
      old: often<WorldServer['old']>('runs', 'has stopped', 'never was'),
      isOnRecord: often(true, false),
      admin: often<WorldServer['admin']>('ready', 'drain', 'maint'),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => all.map((each, index) => ({ ...each, name: `app-server-${index + 1}` })));

function faultOf(names: readonly string[]): fc.Arbitrary<Fault> {
  return fc.oneof(
    fc.record({ what: fc.constantFrom(...ON_SERVERS), server: fc.constantFrom(...names) }),
    fc.record({ what: fc.constantFrom(...SHARED), server: fc.constant(null) }),
  );
}

function faultsOf(names: readonly string[]): fc.Arbitrary<readonly Fault[]> {
  const one = faultOf(names);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 8, arbitrary: fc.array(one, { minLength: 1, maxLength: 1 }) },
    { weight: 3, arbitrary: fc.array(one, { minLength: 2, maxLength: 3 }) },
  );
}

function worldsWith(
  faults: (names: readonly string[]) => fc.Arbitrary<readonly Fault[]>,
): fc.Arbitrary<World> {
  return servers.chain((all) =>
    fc.record({
      kind: often<World['kind']>('process', 'docker'),
      servers: fc.constant(all),
      others: fc.nat(2),
      floor: often(0, 30, 50),
      added: often<ActionId | null>(null, 'config.update', 'health.smoke', 'health.endpoint'),
      faults: faults(all.map(({ name }) => name)),
    }),
  );
}

/** Mostly one thing is wrong, sometimes nothing or several. */
export const worlds = worldsWith(faultsOf);

/** One thing is wrong, and only one of these. */
export function worldsOf(...whats: readonly Fault['what'][]): fc.Arbitrary<World> {
  return worldsWith((names) => {
    const all: readonly Fault[] = [
      ...ON_SERVERS.flatMap((what) => names.map((server) => ({ what, server }))),
      ...SHARED.map((what) => ({ what, server: null })),
    ];
    return fc.constantFrom(...all.filter(({ what }) => whats.includes(what))).map((one) => [one]);
  });
}

/** Where something is wrong; `server` left out: with any of them, or with what they share. */
export function isWrong({ faults }: World, what: Fault['what'], server?: string): boolean {
  return faults.some(
    (each) => each.what === what && (server === undefined || each.server === server),
  );
}
