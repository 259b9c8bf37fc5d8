/** The upstream of one pool: its server lines, each by the name that the project has for it. Pure. */
import { Ambiguous, type NamedServer, namesOf } from './names.ts';
import { ambiguous, badFile, noServer, noUpstream, type Place } from './refusals.ts';
import { BadFile, parseUpstreams, type ServerLine, type Upstream } from './upstream-file.ts';

export interface Member {
  readonly name: string;
  readonly line: ServerLine;
}

/**
 * None for a backup server: it takes requests only where the pool has failed.
 * @param text of the file, in Latin-1
 * @throws PortError
 */
export function membersOf(
  text: string,
  place: Place,
  servers: readonly NamedServer[],
): readonly Member[] {
  const upstreams = parsed(text, place);
  const own = upstreams.find(({ name }) => name === place.upstream);
  if (own === undefined) {
    const known = upstreams.map(({ name }) => shown(name));
    throw noUpstream(place, known);
  }
  const lines = own.servers.filter(({ isBackup }) => !isBackup);
  const names = named(lines, place, servers);
  return lines.map((line) => ({
    name: names.get(line) ?? shown(line.label ?? line.address),
    line,
  }));
}

/** @throws PortError not-found */
export function memberOf(members: readonly Member[], place: Place, server: string): Member {
  const found = members.find(({ name }) => name === server);
  if (found !== undefined) return found;
  const known = members.map(({ line: { address, label } }) =>
    shown(label === null ? address : `${address} # ${label}`),
  );
  throw noServer(place, server, known);
}

function parsed(text: string, place: Place): readonly Upstream[] {
  try {
    return parseUpstreams(text);
  } catch (error) {
    throw error instanceof BadFile ? badFile(place, error) : error;
  }
}

function named(
  lines: readonly ServerLine[],
  place: Place,
  servers: readonly NamedServer[],
): ReadonlyMap<ServerLine, string> {
  try {
    return namesOf(lines, servers);
  } catch (error) {
    throw error instanceof Ambiguous ? ambiguous(place, error) : error;
  }
}

function shown(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
