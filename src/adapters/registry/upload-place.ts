/** Where a registry wants an upload: nothing is sent to another scheme, host or port than its own. */
import { PortError } from '../../ports/port-error.ts';
import { unavailable } from './http-client.ts';

/**
 * The place that `Location` names, without credentials in it.
 * @param asked the request that was answered; a relative location begins there
 * @throws PortError `refused` where it leads elsewhere, with what to set
 */
export function uploadPlace(asked: URL, location: unknown): URL {
  if (typeof location !== 'string' || !URL.canParse(location, asked.href)) {
    throw unavailable(asked, 'gives no place to upload to');
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
    return unavailable(asked, 'redirects to no address');
  }
  return leadsAway(asked, new URL(location, asked));
}

function leadsAway(asked: URL, place: URL): PortError {
  const shown = isHttp(place) ? place.origin : place.protocol;
  return new PortError(
    'refused',
    asked.host,
    `The registry ${asked.origin} wants the upload at ${shown}: nothing was sent there.`,
    remedyFor(asked, place),
  );
}

function remedyFor(asked: URL, place: URL): string {
  const isSameHost = place.hostname === asked.hostname;
  if (isSameHost && asked.protocol === 'https:' && place.protocol === 'http:') {
    return 'Let the proxy before the registry set X-Forwarded-Proto: https, or set http.relativeurls: true in the registry.';
  }
  if (isSameHost && place.protocol === 'https:') {
    return `Set registry.url in runsheet.yaml to ${place.origin}.`;
  }
  return `Let the proxy before the registry pass on the Host header, or set http.host: ${asked.origin} or http.relativeurls: true in the registry.`;
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}
