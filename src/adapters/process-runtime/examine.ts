import type { ServerExamination } from '../../ports/container-runtime.ts';
import { PROCESS } from './script.ts';

/** Lines that begin with these words are read; see readExamination. */
const CLOCK = `
rs_clock() {
  rs_now=$(date +%s%N 2>/dev/null)
  case "$rs_now" in
    *[!0-9]*|'') rs_now=$(perl -MTime::HiRes=time -e 'printf "%d", time * 1e9' 2>/dev/null) ;;
  esac
  case "$rs_now" in ????????????????*) ;; *) rs_now=$(date +%s)500000000 ;; esac
  echo "clock $rs_now"
}
`;

/** Prints the inodes of sockets that listen on the port; nothing where there is no /proc. */
const LISTENERS = `
rs_listeners() {
  rs_hex=$(printf '%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r _ rs_local _ rs_state _ _ _ _ _ rs_inode _; do
    [ "$rs_state" = 0A ] && [ "\${rs_local##*:}" = "$rs_hex" ] && echo "$rs_inode"
  done
}
`;

/** Whether one of the sockets belongs to a process of the service's session. */
const OWNER = `
rs_owns() {
  for rs_stat_file in /proc/[0-9]*/stat; do
    read -r rs_line 2>/dev/null < "$rs_stat_file" || continue
    set -- \${rs_line##*) }
    [ "$4" = "$rs_p" ] || continue
    rs_fds=$(ls -l "\${rs_stat_file%/stat}/fd" 2>/dev/null)
    for rs_inode in $rs_inodes; do
      case "$rs_fds" in *"socket:[$rs_inode]"*) return 0 ;; esac
    done
  done
  return 1
}
`;

/** Reads clock, free space and port: the clock first and last, so that what is between costs nothing. */
export function examineScript(folder: string, baseFolder: string, port: number): string {
  return `${PROCESS}${CLOCK}${LISTENERS}${OWNER}
rs_clock
rs_place=${baseFolder}
until [ -e "$rs_place" ] || [ "$rs_place" = / ]; do rs_place=$(dirname "$rs_place"); done
echo "free $(df -Pk "$rs_place" 2>/dev/null | tail -n 1)"
cd ${folder} 2>/dev/null || cd /
rs_port=free
if [ -r /proc/net/tcp ]; then
  rs_inodes=$(rs_listeners ${port})
  if [ -n "$rs_inodes" ]; then
    rs_port=taken
    if rs_running && rs_owns; then rs_port=ours; fi
  fi
elif netstat -an 2>/dev/null | grep -E '[.:]${port} .*LISTEN' >/dev/null; then
  rs_port=taken
  if rs_running; then rs_port=ours; fi
fi
echo "port $rs_port"
rs_clock
`;
}

/**
 * @param sentMs the worker's clock when the script was sent
 * @param receivedMs and when its output was there
 */
export function readExamination(
  printed: string,
  sentMs: number,
  receivedMs: number,
): ServerExamination {
  const clocks = [...printed.matchAll(/^clock (\d+)$/gmu)].map(([, text]) => Number(text) / 1e6);
  const first = clocks[0] ?? sentMs;
  const last = clocks.at(-1) ?? receivedMs;
  const kibibytes = /^free .*\s\d+\s+\d+\s+(\d+)\s+\d+%/mu.exec(printed)?.[1];
  const port = /^port (free|ours|taken)$/mu.exec(printed)?.[1];
  return {
    engine: 'processes',
    freeBytes: kibibytes === undefined ? null : Number(kibibytes) * 1024,
    port: port === 'ours' || port === 'taken' ? port : 'free',
    clockOffsetMs: Math.round((first - sentMs + (last - receivedMs)) / 2),
  };
}
