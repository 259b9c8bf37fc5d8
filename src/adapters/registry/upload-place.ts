/** Where a registry wants an upload: nothing is sent to another scheme, host or port than its own. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import { noAddress } from './http-client.ts';

/**
 * The place that `Location` names, without credentials in it.
 * @param asked the request that was answered; a relative location begins there
 * @throws PortError `refused` where it leads elsewhere, with what to set
 */
export function uploadPlace(asked: URL, location: unknown): URL {
  if (typeof location !== 'string' || !URL.canParse(location, asked.href)) {
    const named = { registry: asked.origin };
    throw failure(asked.host, diagnose('UNAVAILABLE', 'registryNoPlace', named));
  }
  const place = new URL(location, asked);
  if (place.origin !== asked.origin || !isHttp(place)) throw leadsAway(asked, place);
  place.username = '';
  place.password = '';
  return place;
}

/** The registry sends a request that writes elsewhere, which would be repeated there whole. */
export function redirected(asked: URL, location: unknown): PortError {
  if (typeof location !== 'string' || !URL.canParse(location, asked.href)) {
    return noAddress(asked);
  }
  return leadsAway(asked, new URL(location, asked));
}

function leadsAway(asked: URL, place: URL): PortError {
  const registry = asked.origin;
  const named = { registry, place: isHttp(place) ? place.origin : place.protocol };
  const isSameHost = place.hostname === asked.hostname;
  if (isSameHost && asked.protocol === 'https:' && place.protocol === 'http:') {
    return failure(asked.host, diagnose('REFUSED', 'registryAwayToHttp', named));
  }
  return isSameHost && place.protocol === 'https:'
    ? failure(asked.host, diagnose('REFUSED', 'registryAwayToHttps', named))
    : failure(asked.host, diagnose('REFUSED', 'registryAway', named));
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}
