import { posix } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PortError } from '../../ports/port-error.ts';
import { readTarHeaders, type TarHeader } from './tar.ts';

export interface ArchiveLimits {
  readonly unpackedBytes: number;
  readonly entries: number;
}

const LIMITS: ArchiveLimits = { unpackedBytes: 1024 * 1024 * 1024, entries: 100_000 };
const unpack = promisify(gunzip);

/**
 * Refuses a release archive that could write outside its folder or fill a server's disk.
 * @param name what the message calls it
 * @throws PortError `refused`, its message begins with ARCHIVE_UNSAFE
 */
export async function assertSafeArchive(
  name: string,
  archive: Buffer,
  limits: ArchiveLimits = LIMITS,
): Promise<void> {
  const refuse = (what: string, cause?: unknown): PortError =>
    new PortError(
      'refused',
      name,
      `ARCHIVE_UNSAFE: the archive of ${name} ${what}.`,
      'Build the release again from its source; do not deploy this archive.',
      { cause },
    );
  const tar = await unpack(archive, { maxOutputLength: limits.unpackedBytes }).catch(
    (error: unknown) => {
      throw refuse(`is damaged, or larger than ${limits.unpackedBytes} bytes when unpacked`, error);
    },
  );
  let headers: readonly TarHeader[];
  try {
    headers = readTarHeaders(tar);
  } catch (error) {
    throw refuse('cannot be read as a tar archive', error);
  }
  if (headers.length > limits.entries) throw refuse(`has more than ${limits.entries} entries`);
  const links = new Set<string>();
  for (const header of headers) {
    const reason = unsafe(header, links);
    if (reason !== null) throw refuse(`holds ${JSON.stringify(header.path)}, ${reason}`);
    if (header.flag === '2') links.add(posix.normalize(header.path));
  }
}

function unsafe({ path, flag, target }: TarHeader, links: ReadonlySet<string>): string | null {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..'))
    return 'a path out of its folder';
  if (!['0', '2', '5'].includes(flag))
    return 'which is neither a file, a folder nor a symbolic link';
  if (flag === '2' && leaves(path, target)) return 'a link out of its folder';
  if (foldersOf(path).some((folder) => links.has(folder))) return 'a path through a link';
  return null;
}

/** Whether a link at `path` leads outside the folder that both are in. */
export function leaves(path: string, target: string): boolean {
  if (target.startsWith('/')) return true;
  const end = posix.normalize(posix.join(posix.dirname(path), target));
  return end === '..' || end.startsWith('../');
}

function foldersOf(path: string): readonly string[] {
  const parts = posix.normalize(path).replace(/\/$/, '').split('/');
  return parts
    .map((_part, index) => parts.slice(0, index + 1).join('/'))
    .slice(0, path.endsWith('/') ? undefined : -1);
}
