/** Files over SFTP. Each request has a limit in time; each reading one in size. */
import { posix } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import type { Content } from './content.ts';
import { asked, type Callback, ifAdvertised, isMissing } from './sftp-request.ts';

const DEFAULT_MODE = 0o644;
/** A server may take larger pieces; every one takes these. */
const PIECE_BYTES = 32 * 1024;
/** So many pieces under way: over a slow line each one's answer takes a round trip. */
const PIECES_AT_ONCE = 32;
export const MOST_READ_BYTES = 16 * 1024 * 1024;

/** null: no such file. */
export async function readOver(sftp: SFTPWrapper, path: string): Promise<Buffer | null> {
  let handle: Buffer;
  try {
    handle = await asked<Buffer>((done) => sftp.open(path, 'r', done));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return await readAll(sftp, handle);
  } finally {
    await asked<void>((done) => sftp.close(handle, (error) => done(error)));
  }
}

const EOF = 1;

async function readAll(sftp: SFTPWrapper, handle: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const piece = await readPiece(sftp, handle, bytes);
    if (piece.length === 0) return Buffer.concat(pieces);
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_READ_BYTES) throw new Error(`it is larger than ${MOST_READ_BYTES} bytes`);
  }
}

function readPiece(sftp: SFTPWrapper, handle: Buffer, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(PIECE_BYTES);
  return asked<Buffer>((done) =>
    sftp.read(handle, buffer, 0, PIECE_BYTES, position, (error, bytes) => {
      if (isEof(error)) done(null, Buffer.alloc(0));
      else done(error, buffer.subarray(0, bytes));
    }),
  );
}

function isEof(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === EOF;
}

export interface WriteOptions {
  /** Of the file until it is whole, see part-name.ts. */
  readonly suffix: string;
  readonly mode?: number;
  /** Called for the file that is complete, before it takes the old one's place. */
  readonly beforeRename?: (part: string) => Promise<void>;
}

/** Writes beside and renames, so that no reader sees half a file; makes the folders that are missing. */
export async function writeOver(
  sftp: SFTPWrapper,
  path: string,
  content: Content,
  { suffix, mode = DEFAULT_MODE, beforeRename }: WriteOptions,
): Promise<void> {
  const beside = `${path}${suffix}`;
  const handle = await openNew(sftp, beside, mode).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error;
    await makeFolders(sftp, posix.dirname(path));
    return openNew(sftp, beside, mode);
  });
  try {
    await writeAndClose(sftp, handle, content, mode);
    await beforeRename?.(beside);
    await replace(sftp, beside, path);
  } catch (error) {
    await asked<void>((done) => sftp.unlink(beside, (failed) => done(failed))).catch(
      () => undefined,
    );
    throw error;
  }
}

function openNew(sftp: SFTPWrapper, path: string, mode: number): Promise<Buffer> {
  return asked<Buffer>((done) => sftp.open(path, 'wx', mode, done));
}

async function writeAndClose(
  sftp: SFTPWrapper,
  handle: Buffer,
  content: Content,
  mode: number,
): Promise<void> {
  try {
    await writePieces(sftp, handle, content);
    // The server's umask may have cut the mode at open.
    await asked<void>((done) => sftp.fchmod(handle, mode, (error) => done(error)));
    await ifAdvertised((done) => sftp.ext_openssh_fsync(handle, (error) => done(error)));
  } finally {
    await asked<void>((done) => sftp.close(handle, (error) => done(error)));
  }
}

async function writePieces(sftp: SFTPWrapper, handle: Buffer, content: Content): Promise<void> {
  let next = 0;
  const writeOn = async (): Promise<void> => {
    while (next < content.bytes) {
      const at = next;
      const length = Math.min(PIECE_BYTES, content.bytes - at);
      next += length;
      const piece = await content.piece(at, length);
      await asked<void>((done) => sftp.write(handle, piece, 0, length, at, (e) => done(e)));
    }
  };
  await Promise.all(Array.from({ length: PIECES_AT_ONCE }, writeOn));
}

async function replace(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  if (await ifAdvertised((done) => sftp.ext_openssh_rename(from, to, done))) return;
  try {
    await rename(sftp, from, to);
  } catch {
    // A plain SFTP rename may refuse an existing target: the former file stays beside until it is done.
    const former = `${from}.former`;
    await rename(sftp, to, former);
    try {
      await rename(sftp, from, to);
    } catch (error) {
      await rename(sftp, former, to);
      throw error;
    }
    await asked<void>((done) => sftp.unlink(former, (error) => done(error)));
  }
}

function rename(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  return asked<void>((done) => sftp.rename(from, to, (error) => done(error)));
}

async function makeFolders(sftp: SFTPWrapper, folder: string): Promise<void> {
  const make = (): Promise<void> =>
    asked<void>((done) => sftp.mkdir(folder, (error) => done(error)));
  try {
    await make();
  } catch (error) {
    if (isMissing(error) && folder !== '/') {
      await makeFolders(sftp, posix.dirname(folder));
      return makeFolders(sftp, folder);
    }
    // SFTP 3 has no code for "is there already".
    const found = await asked((done: Callback<{ isDirectory(): boolean }>) =>
      sftp.stat(folder, done),
    );
    if (!found.isDirectory()) throw error;
  }
}
