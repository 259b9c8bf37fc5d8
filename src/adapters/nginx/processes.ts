/** What a look at the machine tells of nginx's processes, as data. Pure. */

export interface Worker {
  /** Process id and start, so that another process with its id is not taken for it. */
  readonly id: string;
  /** A reload has told it to end: it finishes the requests that it has. */
  readonly isLeaving: boolean;
  readonly startedTicks: number;
}

export interface Look {
  /** As on disk. */
  readonly content: Buffer;
  /** Workers of the master; null: it does not run. */
  readonly workers: readonly Worker[] | null;
  /** Remote address of a socket as the kernel writes it → connections of the workers to it. */
  readonly connections: Readonly<Record<string, number>>;
  /** SHA-256 of the file that nginx is known to have loaded; '': not known. */
  readonly loadedSha256: string;
  /** When the file took its present form, in ticks since the machine started. */
  readonly changedTicks: number;
}

const WORKER = 'nginx: worker process';
const LEAVING = 'nginx: worker process is shutting down';

/**
 * @param text what machine-scripts.ts LOOK prints: a line for each finding, its kind first, and the
 *   file's content in Base64 as the last
 */
export function parseLook(text: string): Look {
  const found = text.split('\n').map((line) => line.split(' '));
  const all = (kind: string): readonly (readonly string[])[] =>
    found.filter(([first]) => first === kind).map(([, ...rest]) => rest);
  const one = (kind: string): string => all(kind)[0]?.join(' ') ?? '';
  const ticks = Number(one('ticks')) || 100;
  const bootSeconds = Number(one('now')) - Number(one('uptime'));
  return {
    content: Buffer.from(one('content'), 'base64'),
    workers: one('master') === '' ? null : all('process').flatMap(workerOf),
    connections: Object.fromEntries(
      all('to').map(([address = '', count = '']) => [address, Number(count)]),
    ),
    loadedSha256: one('loaded'),
    changedTicks: (Number(one('changed')) - bootSeconds) * ticks,
  };
}

/** Process id, ticks of its start, title. */
function workerOf([id = '', started = '', ...words]: readonly string[]): readonly Worker[] {
  const title = words.join(' ');
  if (!title.startsWith(WORKER)) return [];
  const startedTicks = Number(started);
  return [{ id: `${id}@${started}`, isLeaving: title.startsWith(LEAVING), startedTicks }];
}

/**
 * The address of a connection as /proc/net/tcp has it: words of the machine's own byte order, which is
 * little-endian here, then the port. null: a name, or a Unix socket, of which it tells nothing.
 */
export function kernelAddress(address: string): string | null {
  const [, host = '', port = ''] = /^(.+):(\d+)$/u.exec(address) ?? [];
  const bytes = bytesOf(host.replace(/^\[(.*)\]$/u, '$1'));
  if (bytes === null) return null;
  const words = bytes.flatMap((_, at) =>
    at % 4 === 0 ? [bytes.slice(at, at + 4).toReversed()] : [],
  );
  const hex = (value: number, digits: number): string =>
    value.toString(16).toUpperCase().padStart(digits, '0');
  return `${words
    .flat()
    .map((each) => hex(each, 2))
    .join('')}:${hex(Number(port), 4)}`;
}

function bytesOf(host: string): readonly number[] | null {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u.exec(host)?.slice(1).map(Number);
  if (four !== undefined) return four.every((each) => each < 256) ? four : null;
  if (!/^[\da-f:]+$/iu.test(host) || !host.includes(':')) return null;
  const [head = '', tail, ...more] = host.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const behind = groups(tail ?? '');
  const zeros = 8 - groups(head).length - behind.length;
  if (more.length > 0 || zeros < 0 || (tail === undefined && zeros !== 0)) return null;
  return [...groups(head), ...Array.from({ length: zeros }, () => '0'), ...behind]
    .map((each) => Number.parseInt(each, 16))
    .flatMap((each) => [each >> 8, each & 0xff]);
}
