/** Commands of HAProxy's runtime API, as text. Pure: nothing here is sent. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { PortError } from '../../ports/port-error.ts';
import { refusal } from '../refusal.ts';

/** HAProxy's own alphabet; a space, `;` or a new line would begin another word or command. */
const NAME = /^[A-Za-z0-9_.:-]{1,100}$/u;
const ROUTE = /^\/[A-Za-z0-9_.~%/-]{0,200}$/u;
const FILE = /^\/[^\s;<>\\\0]{1,200}$/u;
const HEAVIEST = 256;

export const SHOW_INFO = 'show info';
export const SHOW_BACKENDS = 'show backend';
/** Counters of every server of every backend. */
export const SHOW_ALL_SERVERS = 'show stat -1 4 -1';
/** The same with the backends' own lines, for a proxy name that a frontend has as well. */
export const SHOW_EVERYTHING = 'show stat -1 6 -1';

/** Every session with all that is known of it: only there it says whether it was upgraded. */
export const SHOW_SESSIONS = 'show sess all';

/** Counters of the backend and its servers, then how its servers stand. */
export function showPool(backend: string): readonly [string, string] {
  const name = named('haproxyBackend', backend);
  return [`show stat ${name} 6 -1`, `show servers state ${name}`];
}

export function setState(
  backend: string,
  server: string,
  state: 'ready' | 'drain' | 'maint',
): string {
  return `set server ${named('haproxyBackend', backend)}/${named('haproxyServer', server)} state ${state}`;
}

export function setWeight(backend: string, server: string, weight: number): string {
  if (!Number.isInteger(weight) || weight < 0 || weight > HEAVIEST) {
    const named = { ...shown(String(weight)), most: HEAVIEST };
    throw badParameter(String(weight), diagnose('BAD_PARAMETER', 'haproxyWeight', named));
  }
  return `set server ${named('haproxyBackend', backend)}/${named('haproxyServer', server)} weight ${weight}`;
}

export function showMap(file: string): string {
  return `show map ${mapFile(file)}`;
}

export function addRoute(file: string, prefix: string, backend: string): string {
  return `add map ${mapFile(file)} ${route(prefix)} ${named('haproxyBackend', backend)}`;
}

export function changeRoute(file: string, prefix: string, backend: string): string {
  return `set map ${mapFile(file)} ${route(prefix)} ${named('haproxyBackend', backend)}`;
}

export function removeRoute(file: string, prefix: string): string {
  return `del map ${mapFile(file)} ${route(prefix)}`;
}

function named(what: 'haproxyBackend' | 'haproxyServer', name: string): string {
  if (NAME.test(name)) return name;
  throw badParameter(name, diagnose('BAD_PARAMETER', what, shown(name)));
}

function route(prefix: string): string {
  if (ROUTE.test(prefix)) return prefix;
  throw badParameter(prefix, diagnose('BAD_PARAMETER', 'haproxyRoute', shown(prefix)));
}

function mapFile(file: string): string {
  if (FILE.test(file)) return file;
  throw badParameter(file, diagnose('BAD_PARAMETER', 'haproxyMap', shown(file)));
}

function badParameter(value: string, diagnostic: Diagnostic): PortError {
  return refusal('invalid', value, diagnostic);
}

function shown(value: string): { readonly value: string } {
  return { value: JSON.stringify(value) };
}
