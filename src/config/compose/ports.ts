/** docker-compose's short form of a port: `8080`, `8080:80`, `127.0.0.1:8080:80/udp`, `3000-3002:80-82`. */
import type { PublishedPort } from '../../ports/container-runtime.ts';

const SHORT =
  /^(?:(?<ip>\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]):)?(?:(?<published>\d{1,5}(?:-\d{1,5})?|\$\{port\})?:)?(?<target>\d{1,5}(?:-\d{1,5})?|\$\{port\})(?:\/(?<protocol>tcp|udp|sctp))?$/u;
const HIGHEST = 65_535;
const MOST = 1_000;

/** @returns one entry a port, ranges written out; null where the text is no port */
export function parsePorts(text: string): readonly PublishedPort[] | null {
  const groups = SHORT.exec(text.trim())?.groups;
  const targets = rangeOf(groups?.['target']);
  const published = groups?.['published'] === undefined ? null : rangeOf(groups['published']);
  if (groups === undefined || targets === null) return null;
  if (groups['published'] !== undefined && published?.length !== targets.length) return null;
  const hostIp = groups['ip']?.replace(/^\[|\]$/gu, '');
  return targets.map((target, index) => ({
    target,
    published: published?.[index] ?? null,
    protocol: protocolOf(groups['protocol']),
    ...(hostIp !== undefined && { hostIp }),
  }));
}

export function protocolOf(text: string | undefined): PublishedPort['protocol'] {
  return text === 'udp' || text === 'sctp' ? text : 'tcp';
}

/** `${port}` is the server's service port, which may differ from server to server. */
function rangeOf(text: string | undefined): readonly (number | 'service')[] | null {
  if (text === undefined) return null;
  if (text === '${port}') return ['service'];
  const [from = 0, to = from] = text.split('-').map(Number);
  if (from < 1 || to < from || to > HIGHEST || to - from >= MOST) return null;
  return Array.from({ length: to - from + 1 }, (_each, index) => from + index);
}
