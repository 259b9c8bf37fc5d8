/**
 * What is read of a server in POSIX sh with the tools that Linux and macOS both have; whoever runs it
 * prints lines that readAnswers understands.
 */

/** rs_clock prints `clock` and nanoseconds. */
export const CLOCK = `
rs_clock() {
  rs_now=$(date +%s%N 2>/dev/null)
  case "$rs_now" in
    *[!0-9]*|'') rs_now=$(perl -MTime::HiRes=time -e 'printf "%d", time * 1e9' 2>/dev/null) ;;
  esac
  case "$rs_now" in ????????????????*) ;; *) rs_now=$(date +%s)500000000 ;; esac
  echo "clock $rs_now"
}
`;

/** rs_free PLACE prints `free` and what df says of the nearest folder that exists. */
export const FREE = `
rs_free() {
  rs_place=$1
  until [ -e "$rs_place" ] || [ "$rs_place" = / ]; do rs_place=$(dirname "$rs_place"); done
  echo "free $(df -Pk "$rs_place" 2>/dev/null | tail -n 1)"
}
`;

/**
 * rs_listeners PORT prints the inodes of sockets that listen; nothing where there is no /proc. A busy
 * server has tens of thousands of connections, and a shell that reads a pipe does so byte by byte: grep
 * leaves it the one line or two that it is about.
 */
export const LISTENERS = `
rs_listeners() {
  rs_hex=$(printf '%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null \\
    | grep " [0-9A-F]*:$rs_hex [0-9A-F]*:[0-9A-F]* 0A " \\
    | while read -r _ _ _ _ _ _ _ _ _ rs_inode _; do echo "$rs_inode"; done
}
`;

export interface Answers {
  readonly freeBytes: number | null;
  readonly clockOffsetMs: number;
}

/**
 * The clock is printed first and last, so that what is between costs nothing.
 * @param sentMs the worker's clock when the script was sent
 * @param receivedMs and when its output was there
 */
export function readAnswers(printed: string, sentMs: number, receivedMs: number): Answers {
  const clocks = [...printed.matchAll(/^clock (\d+)$/gmu)].map(([, text]) => Number(text) / 1e6);
  const first = clocks[0] ?? sentMs;
  const last = clocks.at(-1) ?? receivedMs;
  const kibibytes = /^free .*\s\d+\s+\d+\s+(\d+)\s+\d+%/mu.exec(printed)?.[1];
  return {
    freeBytes: kibibytes === undefined ? null : Number(kibibytes) * 1024,
    clockOffsetMs: Math.round((first - sentMs + (last - receivedMs)) / 2),
  };
}
