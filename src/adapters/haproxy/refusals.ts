/** What HAProxy refuses, as errors that name the place and the next thing to do. */

import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';
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
    failure(haproxy, diagnose('REFUSED', 'haproxyNoChanges', { haproxy })),
  'no-backend': (place) => noBackend(place, null),
  'no-server': (place) => noServer(place, null),
  'no-map': ({ haproxy, map = '' }) =>
    failure(map, diagnose('NOT_FOUND', 'haproxyNoMap', { haproxy, map })),
  other: ({ haproxy, backend, server, map }, answer) => {
    const what = [backend, server, map].filter(Boolean).join('/');
    const named = { haproxy, what, said: phrase(answer) };
    return failure(server ?? backend ?? haproxy, diagnose('INVALID', 'haproxyRefused', named));
  },
};

export function noBackend(
  { haproxy, backend = '' }: Place,
  known: readonly string[] | null,
): PortError {
  const named = { haproxy, backend };
  return failure(
    backend,
    known === null
      ? diagnose('NOT_FOUND', 'haproxyNoBackend', named)
      : diagnose('NOT_FOUND', 'haproxyNoBackendOf', { ...named, known: listed(known) }),
  );
}

export function noServer(
  { haproxy, backend = '', server = '' }: Place,
  known: readonly string[] | null,
): PortError {
  const named = { haproxy, backend, server };
  return failure(
    server,
    known === null
      ? diagnose('NOT_FOUND', 'haproxyNoServer', named)
      : diagnose('NOT_FOUND', 'haproxyNoServerOf', { ...named, known: listed(known) }),
  );
}

/** HAProxy itself keeps the server out: no command of ours would bring it in. */
export function heldByHaproxy({ haproxy, backend, server = '' }: Place, why: Localized): PortError {
  const named = { haproxy, server: `${backend}/${server}`, why };
  return failure(server, diagnose('CONFLICT', 'haproxyHolds', named));
}

/** The command was taken, and what is read back is something else. */
export function notTaken(
  { haproxy, backend, server, map }: Place,
  wanted: string,
  actual: Parameter,
): PortError {
  const what = map ?? `${backend}/${server}`;
  const diagnostic = diagnose('CONFLICT', 'haproxyNotTaken', { haproxy, wanted, what, actual });
  return failure(server ?? map ?? haproxy, diagnostic);
}

function listed(known: readonly string[]): Parameter {
  return known.length === 0 ? { zh: '无', en: 'none' } : known.slice(0, 20);
}
