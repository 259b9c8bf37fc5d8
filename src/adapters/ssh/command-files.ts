/**
 * Files by commands: as root, because sshd serves SFTP as the login; and where the login's shell
 * prints something in front of SFTP. Pure but for `run`.
 */
import type { FileAttributes } from '../../ports/server-host.ts';
import type { Content } from './content.ts';
import type { ExecOutput } from './exec.ts';
import { MOST_READ_BYTES } from './sftp.ts';

export type RunCommand = (
  argv: readonly string[],
  options: { readonly input?: Content; readonly keepBytes?: number; readonly timeoutMs: number },
) => Promise<ExecOutput>;

const DEFAULT_MODE = 0o644;
const FILE_LIMIT_MS = 5 * 60_000;
const EXIT_MISSING = 66;
const EXIT_TOO_LARGE = 67;

/**
 * Arguments: file, suffix, bytes, mode, owner. Whole or not at all: a lost connection ends the input
 * early, so the size is compared before the file takes the old one's place.
 */
const WRITE = `set -e
if [ -d "$1" ]; then echo "it is a folder" >&2; exit 1; fi
[ -d "\${1%/*}/" ] || mkdir -p -- "\${1%/*}"
umask 077
part=$1$2
trap 'rm -f -- "$part"' EXIT
cat >"$part"
if [ "$(wc -c <"$part")" -ne "$3" ]; then echo "it did not arrive whole" >&2; exit 1; fi
if [ -n "$5" ]; then chown -- "$5" "$part"; fi
chmod -- "$4" "$part"
sync -- "$part" 2>/dev/null || :
mv -f -- "$part" "$1"`;

const READ = `[ -e "$1" ] || exit ${EXIT_MISSING}
[ "$(wc -c <"$1")" -le "$2" ] || exit ${EXIT_TOO_LARGE}
exec cat -- "$1"`;

/** null: no such file. */
export async function readByCommand(run: RunCommand, path: string): Promise<Buffer | null> {
  const argv = ['sh', '-c', READ, 'sh', path, String(MOST_READ_BYTES)];
  // The first and the last half are kept, so that all of it is.
  const keepBytes = 2 * MOST_READ_BYTES;
  const { exitCode, stdout, stderr } = await run(argv, { keepBytes, timeoutMs: FILE_LIMIT_MS });
  if (exitCode === EXIT_MISSING) return null;
  if (exitCode === EXIT_TOO_LARGE) throw new Error(`it is larger than ${MOST_READ_BYTES} bytes`);
  if (exitCode !== 0) throw new Error(stderr.text().trim());
  return stdout.bytes();
}

/** Written beside and renamed; folders are made. @param suffix see part-name.ts */
export async function writeByCommand(
  run: RunCommand,
  path: string,
  content: Content,
  { suffix, mode = DEFAULT_MODE, owner = '' }: FileAttributes & { readonly suffix: string },
): Promise<void> {
  const words = [path, suffix, String(content.bytes), mode.toString(8), owner];
  const { exitCode, stderr } = await run(['sh', '-c', WRITE, 'sh', ...words], {
    input: content,
    timeoutMs: FILE_LIMIT_MS,
  });
  if (exitCode !== 0) throw new Error(stderr.text().trim() || `exit code ${exitCode}`);
}
