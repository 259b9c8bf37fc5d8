/** What HAProxy refuses, as errors that name the place and the next thing to do. */
import { PortError } from '../../ports/port-error.ts';
import { type Refusal, refusalOf } from './answers.ts';

export interface Place {
  /** The HAProxy, as messages call it. */
  readonly haproxy: string;
  readonly backend?: string;
  readonly server?: string;
  readonly map?: string;
}

/** @param isSilent the command answers nothing where it has done its work */
export function assertAccepted(place: Place, answer: string, isSilent: boolean): void {
  const refusal = refusalOf(answer, isSilent);
  if (refusal !== null) throw BY_REFUSAL[refusal](place, answer.trim().slice(0, 200));
}

const BY_REFUSAL: Record<Refusal, (place: Place, answer: string) => PortError> = {
  'no-permission': ({ haproxy }) =>
    new PortError(
      'refused',
      haproxy,
      `${haproxy} permits no changes through this socket.`,
      'Add `level admin` to its `stats socket` line in haproxy.cfg and reload HAProxy.',
    ),
  'no-backend': (place) => noBackend(place, null),
  'no-server': (place) => noServer(place, null),
  'no-map': ({ haproxy, map = '' }) =>
    new PortError(
      'not-found',
      map,
      `${haproxy} reads no map ${map}.`,
      'Compare balancer.routes_map in runsheet.yaml with the map files that haproxy.cfg names.',
    ),
  other: ({ haproxy, backend, server, map }, answer) =>
    new PortError(
      'invalid',
      server ?? backend ?? haproxy,
      `${haproxy} refused a change of ${[backend, server, map].filter(Boolean).join('/')}: ${answer}`,
      'Look at this backend in haproxy.cfg.',
    ),
};

export function noBackend(
  { haproxy, backend = '' }: Place,
  known: readonly string[] | null,
): PortError {
  return new PortError(
    'not-found',
    backend,
    `${haproxy} has no backend ${backend}${listed(known)}.`,
    'Compare balancer.pool in runsheet.yaml with the backends in haproxy.cfg.',
  );
}

export function noServer(
  { haproxy, backend, server = '' }: Place,
  known: readonly string[] | null,
): PortError {
  return new PortError(
    'not-found',
    server,
    `backend ${backend} of ${haproxy} has no server ${server}${listed(known)}.`,
    'Add it to that backend in haproxy.cfg, or give its name there under balancer.names in runsheet.yaml.',
  );
}

/** HAProxy itself keeps the server out: no command of ours would bring it in. */
export function heldByHaproxy({ haproxy, backend, server = '' }: Place, why: string): PortError {
  return new PortError(
    'conflict',
    server,
    `${haproxy} itself keeps ${backend}/${server} in maintenance: ${why}.`,
    'Mend that, and HAProxy takes it back by itself; then try again.',
  );
}

/** The command was taken, and what is read back is something else. */
export function notTaken(
  { haproxy, backend, server, map }: Place,
  wanted: string,
  actual: string,
): PortError {
  const what = map ?? `${backend}/${server}`;
  return new PortError(
    'conflict',
    server ?? map ?? haproxy,
    `${haproxy} took "${wanted}" for ${what} and shows ${actual}.`,
    'Another program, an agent check or a tracked server sets it as well: look at `show servers state` there.',
  );
}

function listed(known: readonly string[] | null): string {
  if (known === null) return '';
  return ` (it has ${known.length === 0 ? 'none' : known.slice(0, 20).join(', ')})`;
}
