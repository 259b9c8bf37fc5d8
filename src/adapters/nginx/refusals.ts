/** What stands in the way of a pool in an upstream file, as errors that name the place and the next thing to do. */
import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, refusal } from '../refusal.ts';
import type { Ambiguous } from './names.ts';
import type { BadFile } from './upstream-file.ts';

export interface Place {
  /** The nginx, as messages call it. */
  readonly nginx: string;
  readonly file: string;
  readonly upstream: string;
}

export function noPool(nginx: string, pool: string, known: readonly string[]): PortError {
  const named = { nginx, pool, known: listed(known) };
  return failure(pool, diagnose('NOT_FOUND', 'nginxNoPool', named));
}

export function noUpstream(place: Place, known: readonly string[]): PortError {
  const diagnostic = diagnose('NOT_FOUND', 'nginxNoUpstream', { ...place, known: listed(known) });
  return failure(place.upstream, diagnostic);
}

export function noServer(place: Place, server: string, known: readonly string[]): PortError {
  const named = { ...place, server, known: listed(known) };
  return failure(server, diagnose('NOT_FOUND', 'nginxNoServer', named));
}

export function badFile({ nginx, file }: Place, { line, why }: BadFile): PortError {
  const named = { nginx, file, line };
  return failure(
    file,
    why === 'block'
      ? diagnose('INVALID', 'nginxBlock', named)
      : diagnose('INVALID', 'nginxBadFile', named),
  );
}

export function ambiguous({ nginx, file }: Place, { servers, lines }: Ambiguous): PortError {
  const named = { nginx, file, servers, lines: lines.map(String) };
  return failure(servers[0] ?? file, diagnose('CONFLICT', 'nginxAmbiguous', named));
}

export function notLoaded({ nginx, file }: Place): PortError {
  return failure(file, diagnose('CONFLICT', 'nginxNotLoaded', { nginx, file }));
}

export function changesOften({ nginx, file }: Place): PortError {
  return failure(file, diagnose('CONFLICT', 'nginxChanges', { nginx, file }));
}

export function badWeight(weight: number): PortError {
  const value = String(weight);
  return refusal('invalid', value, diagnose('BAD_PARAMETER', 'nginxWeight', { value }));
}

function listed(known: readonly string[]): Parameter {
  return known.length === 0 ? { zh: '无', en: 'none' } : known.slice(0, 20);
}
