/**
 * The text that sshd hands to the login's shell for one command. Pure.
 *
 * sshd tells a process nothing when its channel closes, and its signals reach no child of sudo. So
 * beside the command stands a guard that reads the channel's standard input, which stays open as long
 * as somebody wants the command: at its end the guard ends the whole process group, TERM first and KILL
 * three seconds later. A cancelled command, a worker that was killed and a connection that was lost all
 * end the same way. What the command moved into a session of its own lives on.
 */
import { quoteArgv } from './quote.ts';

export interface RemoteCommand {
  readonly argv: readonly string[];
  /** Bytes that are sent to the command's standard input; null: it has none. */
  readonly stdinBytes: number | null;
  readonly sudo: boolean;
}

export const KILL_GRACE_MS = 3_000;

/**
 * On standard output and standard error, before the command's own: from here on it is the command
 * that speaks. Before it speak the login's shell, which reads its `~/.bashrc`, and sudo.
 */
export const STARTED = '\u001erunsheet: started\n';

/** Leaves quietly where the command has ended by itself: then sshd closes the channel. */
const GUARD =
  'trap "" TERM HUP INT; read -r rs_end; kill -0 $$ 2>/dev/null || exit 0; ' +
  `kill -TERM 0; sleep ${KILL_GRACE_MS / 1_000}; kill -KILL 0`;
/** Twice in the background, so that a command that waits for all its children does not wait for it. */
const GUARDED = `( { ${GUARD}; } <&3 3<&- >/dev/null 2>&1 & )`;
const WITHOUT_STDIN = `exec 3<&0; ${GUARDED}; exec "$@" </dev/null 3<&-`;
/** The guard begins where the command's input ends. */
const WITH_STDIN =
  'rs_bytes=$1; shift; exec 3<&0; ' + `{ head -c "$rs_bytes" <&3; ${GUARDED}; } | exec "$@" 3<&-`;
const ANNOUNCE = `printf '\\036runsheet: started\\n'; printf '\\036runsheet: started\\n' >&2; `;

export function remoteCommand({ argv, stdinBytes, sudo }: RemoteCommand): string {
  // Some shells take it for an option of their `exec`.
  if (argv[0]?.startsWith('-') === true) throw new Error('a program\'s name cannot begin with "-"');
  const script = stdinBytes === null ? WITHOUT_STDIN : WITH_STDIN;
  const words = stdinBytes === null ? argv : [String(stdinBytes), ...argv];
  return asWho(['sh', '-c', `${ANNOUNCE}${script}`, 'sh', ...words], sudo);
}

/** Exit codes of the stream to a socket, before anything went over it. */
export const SOCKET_EXIT = { missing: 66, noProgram: 69, denied: 77 } as const;

/** A byte stream to a Unix socket by a program, for where sshd forwards none or root is needed. */
export function socketCommand(path: string, sudo: boolean): string {
  const script =
    `[ -S "$1" ] || exit ${SOCKET_EXIT.missing}; ` +
    `[ -r "$1" ] && [ -w "$1" ] || exit ${SOCKET_EXIT.denied}; ` +
    'case $1 in */docker.sock | */podman.sock) if command -v docker >/dev/null 2>&1; then ' +
    `${ANNOUNCE}exec docker -H "unix://$1" system dial-stdio; fi;; esac; ` +
    `command -v socat >/dev/null 2>&1 || exit ${SOCKET_EXIT.noProgram}; ` +
    `${ANNOUNCE}exec socat -t 60 - "UNIX-CONNECT:$1"`;
  return asWho(['sh', '-c', script, 'sh', path], sudo);
}

function asWho(argv: readonly string[], sudo: boolean): string {
  return `exec ${quoteArgv(sudo ? ['sudo', '-n', '--', ...argv] : argv)}`;
}
