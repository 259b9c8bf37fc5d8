/** One SFTP request as a promise, with a limit in time. */

const NO_SUCH_FILE = 2;
/** A disk that hangs answers nothing, and the connection is alive all the same. */
const REQUEST_LIMIT_MS = 60_000;

export type Callback<T> = (error: Error | null | undefined, value: T) => void;

export function asked<T>(ask: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${REQUEST_LIMIT_MS / 1_000} s`)),
      REQUEST_LIMIT_MS,
    );
    ask((error, value) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(value);
    });
  });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === NO_SUCH_FILE;
}

/** @returns false where the server does not offer the extension: ssh2 throws before it sends anything. */
export async function ifAdvertised(
  ask: (done: (error?: Error | null) => void) => void,
): Promise<boolean> {
  let sent = false;
  try {
    await asked<void>((done) => {
      ask((error) => done(error, undefined));
      sent = true;
    });
    return true;
  } catch (error) {
    if (sent) throw error;
    return false;
  }
}
