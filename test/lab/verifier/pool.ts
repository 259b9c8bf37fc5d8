/** What HAProxy itself says of its servers. */

export interface PoolTruth {
  /** As an administrator set it: ready, drain or maint. */
  readonly admin: 'ready' | 'drain' | 'maint';
  /** Whether it answers its health checks. */
  readonly healthy: boolean;
  readonly sessions: number;
  readonly requests: number;
}

interface Asked {
  ask(command: string): Promise<string>;
}

/** Bits of srv_admin_state, from HAProxy's management guide. */
const FORCED_MAINT = 0x01;
const FORCED_DRAIN = 0x08;
/** srv_op_state: 2 is running. */
const RUNNING = '2';

export async function poolTruth(
  haproxy: Asked,
  backend = 'app',
): Promise<Readonly<Record<string, PoolTruth>>> {
  const [states, statistics] = await Promise.all([
    haproxy.ask(`show servers state ${backend}`),
    haproxy.ask('show stat'),
  ]);
  const counters = countersOf(statistics, backend);
  const rows = states
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[1] === backend);
  return Object.fromEntries(
    rows.map((fields) => {
      const [, , , name = '', , operational, bits = '0'] = fields;
      return [
        name,
        {
          admin: adminOf(Number(bits)),
          healthy: operational === RUNNING,
          ...(counters[name] ?? NOTHING),
        },
      ];
    }),
  );
}

const NOTHING = { sessions: 0, requests: 0 };

function adminOf(bits: number): PoolTruth['admin'] {
  if ((bits & FORCED_MAINT) !== 0) return 'maint';
  return (bits & FORCED_DRAIN) !== 0 ? 'drain' : 'ready';
}

function countersOf(
  statistics: string,
  backend: string,
): Readonly<Record<string, { readonly sessions: number; readonly requests: number }>> {
  const [head = '', ...lines] = statistics.replace(/^# /u, '').split('\n');
  const names = head.split(',');
  const rows = lines
    .map((line) => line.split(','))
    .filter((fields) => fields[0] === backend && fields[1] !== 'BACKEND');
  return Object.fromEntries(
    rows.map((fields) => [
      fields[1],
      {
        sessions: Number(fields[names.indexOf('scur')]),
        requests: Number(fields[names.indexOf('stot')]),
      },
    ]),
  );
}
