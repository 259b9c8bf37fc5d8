/**
 * Who changes a server, kept on that server in POSIX sh: one file for each attempt, with the process of
 * the SSH session over which it comes. What is written there holds as long as that process lives. Pure.
 *
 * Everybody writes down themselves first and looks at the others then, so that of two at once at least
 * one sees the other; nobody changes a file of somebody else, so that there is nothing to lock.
 */

/** Of `$1`: its name, parent and start. False where it is not there or only waits to be reaped. */
const PROCESS = `
rs_process() {
  if [ -d /proc/self ]; then
    { IFS= read -r rs_stat < "/proc/$1/stat"; } 2>/dev/null || return 1
    rs_name=\${rs_stat#*\\(}
    rs_name=\${rs_name%\\)*}
    set -- \${rs_stat##*\\) }
    rs_parent=$2
    rs_start=\${20}
    case $1 in Z|X) return 1 ;; esac
  else
    rs_name=$(ps -o comm= -p "$1" 2>/dev/null) || return 1
    rs_parent=$(ps -o ppid= -p "$1" | tr -d ' ')
    rs_start=$(LC_ALL=C ps -o lstart= -p "$1" | tr -s ' ' '_')
    case $(ps -o stat= -p "$1") in Z*|'') return 1 ;; esac
  fi
}
rs_is() { rs_process "$1" && [ "$rs_start" = "$2" ]; }
`;

/**
 * The process above this one that serves its SSH connection, with only shells and sudo in between: the
 * connection's own, never the one that listens, and never that of somebody who began another server by
 * hand. The embedded servers, which have no process for each, name one.
 */
const SESSION = `
rs_session() {
  rs_pid=\${RUNSHEET_SSH_SESSION:-}
  if [ -n "$rs_pid" ]; then rs_process "$rs_pid" && [ "\${rs_name##*/}" = cat ]; return; fi
  rs_pid=$PPID
  while [ "$rs_pid" -gt 1 ] && rs_process "$rs_pid"; do
    case \${rs_name##*/} in
      sshd|sshd-session|dropbear) return 0 ;;
      sh|-sh|ash|dash|bash|busybox|ksh|zsh|fish|csh|tcsh|sudo|doas) rs_pid=$rs_parent ;;
      *) return 1 ;;
    esac
  done
  return 1
}
`;

/**
 * `$1`: the claims' folder, `$2`: a claim whose connection is no more. What was being written over it,
 * anywhere below the base folder, is never going to be whole: see part-name.ts.
 */
const SWEEP = `
rs_sweep() {
  rs_mark=\${2%%-*}
  case $rs_mark in ''|*[!0-9a-f]*) return ;; esac
  find "\${1%/*}" -type f -name "*.$rs_mark.*.part" -exec rm -f -- {} + 2>/dev/null
}
`;

/** Exit codes of the scripts. */
export const CLAIM_EXIT = { noSession: 69, notEnded: 70, notWritten: 73 } as const;

/**
 * Arguments: folder, file, connection, what to write. Prints `made` where the base folder was not there,
 * and each file of another connection that is open: its name, then what is written in it. The folder
 * goes when it is empty, so it is made again.
 */
const CLAIM = `${PROCESS}${SESSION}${SWEEP}
rs_session || exit ${CLAIM_EXIT.noSession}
[ -d "\${1%/*}" ] || echo made
rs_tries=0
until mkdir -p -- "$1" && umask 077 && printf '%s %s %s\\n' "$rs_pid" "$rs_start" "$4" > "$1/$2"; do
  rs_tries=$((rs_tries + 1))
  [ "$rs_tries" -lt 3 ] || exit ${CLAIM_EXIT.notWritten}
done
for rs_file in "$1"/*; do
  rs_base=\${rs_file##*/}
  case $rs_base in "$3".*) continue ;; esac
  { read -r rs_pid rs_began rs_rest < "$rs_file"; } 2>/dev/null || continue
  if rs_is "$rs_pid" "$rs_began"; then printf '%s %s\\n' "$rs_base" "$rs_rest"; continue; fi
  rs_sweep "$1" "$rs_base"
  rm -f -- "$rs_file"
done
exit 0
`;

/** Arguments: folder, file. Ends the connection that the file names, waits for that, and sweeps. */
const END = `${PROCESS}${SWEEP}
{ read -r rs_pid rs_began rs_rest < "$1/$2"; } 2>/dev/null || exit 0
rs_waits=0
while rs_is "$rs_pid" "$rs_began"; do
  case $rs_waits in
    0) kill -s TERM "$rs_pid" 2>/dev/null ;;
    40) kill -s KILL "$rs_pid" 2>/dev/null ;;
    100) exit ${CLAIM_EXIT.notEnded} ;;
  esac
  rs_waits=$((rs_waits + 1))
  sleep 0.05
done
rs_sweep "$1" "$2"
rm -f -- "$1/$2"
`;

/** Arguments: folder, file, `made` where the base folder goes too if nothing came into it. */
const RELEASE =
  'rm -f -- "$1/$2"; rmdir -- "$1" 2>/dev/null && ' +
  '[ "$3" = made ] && rmdir -- "${1%/*}" 2>/dev/null; exit 0';

export interface ClaimFile {
  readonly folder: string;
  /** The connection, a stop, a number. */
  readonly file: string;
  /** The connection. */
  readonly own: string;
}

/** @param text one line */
export function claimCommand({ folder, file, own }: ClaimFile, text: string): string[] {
  return ['sh', '-c', CLAIM, 'sh', folder, file, own, text];
}

export function endCommand(folder: string, file: string): string[] {
  return ['sh', '-c', END, 'sh', folder, file];
}

export function releaseCommand({ folder, file }: ClaimFile, hasMade: boolean): string[] {
  return ['sh', '-c', RELEASE, 'sh', folder, file, hasMade ? 'made' : ''];
}
