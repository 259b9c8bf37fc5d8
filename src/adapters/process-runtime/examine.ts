import type { ServerExamination } from '../../ports/container-runtime.ts';
import { CLOCK, FREE, LISTENERS, readAnswers } from '../shell/answers.ts';
import { PROCESS } from './script.ts';

/** Whether one of the sockets belongs to a process of the service's session. */
const OWNER = `
rs_holds() {
  rs_fds=$(ls -l "$1/fd" 2>/dev/null)
  for rs_inode in $rs_inodes; do
    case "$rs_fds" in *"socket:[$rs_inode]"*) return 0 ;; esac
  done
  return 1
}
rs_owns() {
  # Mostly it is the first process itself: the others are only looked through where it is not.
  if rs_holds "/proc/$rs_p"; then return 0; fi
  for rs_stat_file in /proc/[0-9]*/stat; do
    read -r rs_line 2>/dev/null < "$rs_stat_file" || continue
    set -- \${rs_line##*) }
    [ "$4" = "$rs_p" ] || continue
    if rs_holds "\${rs_stat_file%/stat}"; then return 0; fi
  done
  return 1
}
`;

/** Reads clock, free space and port. */
export function examineScript(folder: string, baseFolder: string, port: number): string {
  return `${PROCESS}${CLOCK}${FREE}${LISTENERS}${OWNER}
rs_clock
rs_free ${baseFolder}
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

export function readExamination(
  printed: string,
  sentMs: number,
  receivedMs: number,
): ServerExamination {
  const port = /^port (free|ours|taken)$/mu.exec(printed)?.[1];
  return {
    engine: 'processes',
    platform: null,
    port: port === 'ours' || port === 'taken' ? port : 'free',
    ...readAnswers(printed, sentMs, receivedMs),
  };
}
