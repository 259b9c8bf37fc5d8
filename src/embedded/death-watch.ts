import { spawn } from 'node:child_process';
import { START_OF_PROCESS } from '../adapters/process-runtime/script.ts';
import type { FolderClaim } from './folder-claim.ts';

/**
 * Reads `started <pid>` lines. Standard input ends early only if the process at its other end was killed:
 * then the groups named there and the services recorded below $1 have five seconds to end.
 * A pid that has since gone to another process is recognised by its start time.
 */
const WATCH = `${START_OF_PROCESS}
left=
while read -r word pid; do
  case "$word" in
    started) left="$left $pid:$(rs_start_of "$pid")" ;;
    done) exit 0 ;;
  esac
done
for record in "$1"/*/services/*/current.json; do
  [ -f "$record" ] || continue
  pid=$(sed -n 's/^{"pid":"\\([0-9]*\\)".*/\\1/p' "$record")
  [ -z "$pid" ] || left="$left $pid:$(sed -n 's/.*"processStart":"\\([^"]*\\)".*/\\1/p' "$record")"
done
groups=
for each in $left; do
  pid=\${each%%:*}
  start=$(rs_start_of "$pid")
  [ -n "$start" ] && [ "$start" = "\${each#*:}" ] || continue
  kill -s TERM -- "-$pid" 2>/dev/null && groups="$groups $pid"
done
waits=0
while [ "$waits" -lt 50 ]; do
  waits=$((waits + 1))
  alive=
  for pid in $groups; do kill -s 0 -- "-$pid" 2>/dev/null && alive=yes; done
  [ -n "$alive" ] || exit 0
  sleep 0.1
done
for pid in $groups; do kill -s KILL -- "-$pid" 2>/dev/null; done
`;

/**
 * The same claim, but if this process is killed, its recorded groups and all services below the servers'
 * folder end within seconds; the next claimant ends what outlives the watch itself.
 */
export function watchedClaim(claim: FolderClaim, serversFolder: string): FolderClaim {
  // In a group of its own, so that Ctrl-C in a terminal does not reach it, and in a folder that nobody removes.
  const watch = spawn('/bin/sh', ['-c', WATCH, 'runsheet-death-watch', serversFolder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.on('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  watch.unref();
  return {
    record(pid) {
      watch.stdin.write(`started ${pid}\n`);
      return claim.record(pid);
    },
    async release() {
      watch.stdin.end('done\n');
      await claim.release();
    },
  };
}
