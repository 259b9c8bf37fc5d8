import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { SFTPWrapper } from 'ssh2';

const NO_SUCH_FILE = 2;
const DEFAULT_MODE = 0o644;

type Callback<T> = (error: Error | null | undefined, value: T) => void;

function asked<T>(ask: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, value) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === NO_SUCH_FILE;
}

/** null: no such file. */
export async function readOver(sftp: SFTPWrapper, path: string): Promise<Buffer | null> {
  try {
    return await asked<Buffer>((done) => sftp.readFile(path, done));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Writes beside and renames, so that no reader sees half a file; makes the folders that are missing. */
export async function writeOver(
  sftp: SFTPWrapper,
  path: string,
  content: Buffer,
  mode = DEFAULT_MODE,
): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.part`;
  const handle = await openNew(sftp, beside, mode).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error;
    await makeFolders(sftp, posix.dirname(path));
    return openNew(sftp, beside, mode);
  });
  try {
    await writeAndClose(sftp, handle, content, mode);
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
  content: Buffer,
  mode: number,
): Promise<void> {
  try {
    if (content.length > 0) {
      await asked<void>((done) =>
        sftp.write(handle, content, 0, content.length, 0, (e) => done(e)),
      );
    }
    // The server's umask may have cut the mode at open.
    await asked<void>((done) => sftp.fchmod(handle, mode, (error) => done(error)));
    await ifAdvertised((done) => sftp.ext_openssh_fsync(handle, (error) => done(error)));
  } finally {
    await asked<void>((done) => sftp.close(handle, (error) => done(error)));
  }
}

/** @returns false where the server does not offer the extension: ssh2 throws before it sends anything. */
async function ifAdvertised(ask: (done: (error?: Error | null) => void) => void): Promise<boolean> {
  let sent = false;
  try {
    await new Promise<void>((resolve, reject) => {
      ask((error) => (error ? reject(error) : resolve()));
      sent = true;
    });
    return true;
  } catch (error) {
    if (sent) throw error;
    return false;
  }
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
