import type { Stats } from 'node:fs';
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { posix } from 'node:path';
import ssh2, { type Attributes, type SFTPWrapper } from 'ssh2';

const { OPEN_MODE, STATUS_CODE, flagsToString } = ssh2.utils.sftp;
const MAXIMUM_HANDLES = 64;
const MAXIMUM_READ_BYTES = 256 * 1024;

type Handle =
  | { readonly kind: 'file'; readonly file: FileHandle }
  | { readonly kind: 'folder'; readonly path: string; read: boolean };

/** SFTP over this machine's files. Relative paths are below the server's base folder. */
export function serveSftp(sftp: SFTPWrapper, baseFolder: string): void {
  const handles = new Map<number, Handle>();
  let lastId = 0;
  const at = (path: string): string => posix.resolve(baseFolder, path);

  const keep = (request: number, handle: Handle): void => {
    lastId += 1;
    handles.set(lastId, handle);
    const id = Buffer.alloc(4);
    id.writeUInt32BE(lastId);
    sftp.handle(request, id);
  };
  const find = (id: Buffer): Handle => {
    const handle = id.length === 4 ? handles.get(id.readUInt32BE()) : undefined;
    if (handle === undefined) throw new Error('no such handle');
    return handle;
  };
  const fileOf = (id: Buffer): FileHandle => {
    const handle = find(id);
    if (handle.kind !== 'file') throw new Error('not a file');
    return handle.file;
  };
  /** Answers `OK` (unless the work has answered by itself), or the error's status. */
  const answer = (request: number, work: () => Promise<'answered' | void>): void => {
    work().then(
      (done) => done === 'answered' || sftp.status(request, STATUS_CODE.OK),
      (error: unknown) => sftp.status(request, statusOf(error), messageOf(error)),
    );
  };

  sftp.on('OPEN', (request, path, flags, attributes) =>
    answer(request, async () => {
      if (handles.size >= MAXIMUM_HANDLES) throw new Error('too many open handles');
      const mode = flagsToString(flags) ?? ((flags & OPEN_MODE.WRITE) !== 0 ? 'w' : 'r');
      keep(request, { kind: 'file', file: await open(at(path), mode, attributes.mode ?? 0o644) });
      return 'answered';
    }),
  );
  sftp.on('READ', (request, id, offset, length) =>
    answer(request, async () => {
      const buffer = Buffer.alloc(Math.min(length, MAXIMUM_READ_BYTES));
      const { bytesRead } = await fileOf(id).read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) sftp.status(request, STATUS_CODE.EOF);
      else sftp.data(request, buffer.subarray(0, bytesRead));
      return 'answered';
    }),
  );
  sftp.on('WRITE', (request, id, offset, data) =>
    answer(request, async () => {
      await fileOf(id).write(data, 0, data.length, offset);
    }),
  );
  sftp.on('CLOSE', (request, id) =>
    answer(request, async () => {
      const handle = find(id);
      handles.delete(id.readUInt32BE());
      if (handle.kind === 'file') await handle.file.close();
    }),
  );
  sftp.on('OPENDIR', (request, path) =>
    answer(request, async () => {
      if (handles.size >= MAXIMUM_HANDLES) throw new Error('too many open handles');
      if (!(await stat(at(path))).isDirectory()) throw new Error('not a folder');
      keep(request, { kind: 'folder', path: at(path), read: false });
      return 'answered';
    }),
  );
  sftp.on('READDIR', (request, id) =>
    answer(request, async () => {
      const handle = find(id);
      if (handle.kind !== 'folder') throw new Error('not a folder');
      if (handle.read) sftp.status(request, STATUS_CODE.EOF);
      else sftp.name(request, await entriesOf(handle.path));
      handle.read = true;
      return 'answered';
    }),
  );
  const attributes = (request: number, read: () => Promise<Stats>): void =>
    answer(request, async () => {
      sftp.attrs(request, attributesOf(await read()));
      return 'answered';
    });
  sftp.on('STAT', (request, path) => attributes(request, () => stat(at(path))));
  sftp.on('LSTAT', (request, path) => attributes(request, () => lstat(at(path))));
  sftp.on('FSTAT', (request, id) => attributes(request, async () => fileOf(id).stat()));
  sftp.on('SETSTAT', (request, path, wanted) =>
    answer(request, async () => {
      if (wanted.mode !== undefined) await chmod(at(path), wanted.mode & 0o7777);
    }),
  );
  sftp.on('FSETSTAT', (request, id, wanted) =>
    answer(request, async () => {
      if (wanted.mode !== undefined) await fileOf(id).chmod(wanted.mode & 0o7777);
    }),
  );
  sftp.on('RENAME', (request, from, to) => answer(request, () => rename(at(from), at(to))));
  sftp.on('REMOVE', (request, path) => answer(request, () => rm(at(path))));
  sftp.on('MKDIR', (request, path) =>
    answer(request, async () => mkdir(at(path)).then(() => undefined)),
  );
  sftp.on('RMDIR', (request, path) => answer(request, () => rmdir(at(path))));
  sftp.on('REALPATH', (request, path) =>
    answer(request, async () => {
      const real = await realpath(at(path)).catch(() => at(path));
      sftp.name(request, [{ filename: real, longname: real, attrs: noAttributes() }]);
      return 'answered';
    }),
  );
  const closeAll = (): void => {
    for (const handle of handles.values()) {
      if (handle.kind === 'file') handle.file.close().catch(() => undefined);
    }
    handles.clear();
  };
  sftp.on('end', closeAll).on('close', closeAll);
}

async function entriesOf(
  folder: string,
): Promise<{ filename: string; longname: string; attrs: Attributes }[]> {
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (filename) => {
      const attrs = attributesOf(await lstat(posix.join(folder, filename)));
      return { filename, longname: filename, attrs };
    }),
  );
}

function attributesOf({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats): Attributes {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  return { mode, uid, gid, size, atime: seconds(atimeMs), mtime: seconds(mtimeMs) };
}

function noAttributes(): Attributes {
  return { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };
}

function statusOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return STATUS_CODE.NO_SUCH_FILE;
  if (code === 'EACCES' || code === 'EPERM') return STATUS_CODE.PERMISSION_DENIED;
  return STATUS_CODE.FAILURE;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
