/** Which server line of an upstream is which server of the project. Pure. */
import type { ServerLine } from './upstream-file.ts';

/** A server of the project, and what its line may be known by. */
export interface NamedServer {
  readonly name: string;
  /** What balancer.names gives: an address, or the word behind the line's `#`. */
  readonly theirs: string | null;
  /** Host and port at which the service answers; null: not known. */
  readonly address: string | null;
}

/** Two lines that could both be the server's, or two servers that could both be the line's. */
export class Ambiguous extends Error {
  override readonly name = 'Ambiguous';
  readonly servers: readonly string[];
  readonly lines: readonly number[];

  constructor(servers: readonly string[], lines: readonly number[]) {
    super('names that mean the same');
    this.servers = servers;
    this.lines = lines;
  }
}

const PORT = /:\d+$/u;

/**
 * The first way that finds a line decides: what balancer.names says, the comment behind the line, the
 * server's name as the address, the address of the server's service.
 * @returns line → the server's name; lines of other servers are missing
 * @throws Ambiguous
 */
export function namesOf(
  lines: readonly ServerLine[],
  servers: readonly NamedServer[],
): ReadonlyMap<ServerLine, string> {
  const names = new Map<ServerLine, string>();
  for (const server of servers) {
    const [line, ...others] = linesOf(lines, server);
    if (line === undefined) continue;
    if (others.length > 0) {
      throw new Ambiguous(
        [server.name],
        [line, ...others].map((each) => each.line),
      );
    }
    const other = names.get(line);
    if (other !== undefined) throw new Ambiguous([other, server.name], [line.line]);
    names.set(line, server.name);
  }
  return names;
}

function linesOf(lines: readonly ServerLine[], server: NamedServer): readonly ServerLine[] {
  const { name, theirs, address } = server;
  const ways: readonly ((line: ServerLine) => boolean)[] =
    theirs === null
      ? [
          ({ label }) => label === name,
          (line) => line.address.replace(PORT, '') === name,
          (line) => address !== null && withPort(line.address) === withPort(address),
        ]
      : [(line) => withPort(line.address) === withPort(theirs), ({ label }) => label === theirs];
  for (const isMeant of ways) {
    const found = lines.filter(isMeant);
    if (found.length > 0) return found;
  }
  return [];
}

/** nginx's own default is 80. */
export function withPort(address: string): string {
  return PORT.test(address) || address.startsWith('unix:') ? address : `${address}:80`;
}
