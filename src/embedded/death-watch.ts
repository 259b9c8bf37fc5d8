import { spawn } from 'node:child_process';
import { START_OF_PROCESS } from '../adapters/process-runtime/script.ts';
import type { FolderClaim } from './folder-claim.ts';

/**
 * Reads `started <pid>` lines. Standard input ends early only if the process at its other end was killed:
 * then the groups named there and the services recorded below $1 have five seconds to end, and the folders
 * named behind it are removed, for as long as somebody still writes there.
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
  [ -n "$alive" ] || break
  sleep 0.1
done
for pid in $groups; do kill -s KILL -- "-$pid" 2>/dev/null; done
shift
looks=0
while [ $# -gt 0 ] && [ "$looks" -lt 10 ]; do
  looks=$((looks + 1))
  for each do
    [ ! -e "$each" ] || { rm -rf -- "$each" 2>/dev/null; looks=0; sleep 0.1; }
  done
  sleep 0.1
done
`;

export interface DeathWatch {
  /** Its process group ends with this process, if this one is killed. */
  started(pid: number): void;
  /** Nothing is left that would have to end. */
  done(): void;
}

/**
 * If this process is killed, what it has named and all services below the servers' folder end within
 * seconds.
 * @param temporaryFolders removed then
 */
export function startDeathWatch(
  serversFolder: string,
  temporaryFolders: readonly string[] = [],
): DeathWatch {
  const argv = ['-c', WATCH, 'runsheet-death-watch', serversFolder, ...temporaryFolders];
  // In a group of its own, so that Ctrl-C in a terminal does not reach it, and in a folder that nobody removes.
  const watch = spawn('/bin/sh', argv, {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.on('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  watch.unref();
  return {
    started: (pid) => void watch.stdin.write(`started ${pid}\n`),
    done: () => void watch.stdin.end('done\n'),
  };
}

/**
 * The same claim, but what is recorded is also watched; the next claimant ends what outlives the watch
 * itself. Without `done`, the watch goes on when the claim is given back.
 */
export function watchedClaim(
  claim: FolderClaim,
  { started, done }: Pick<DeathWatch, 'started'> & Partial<DeathWatch>,
): FolderClaim {
  return {
    record(pid) {
      started(pid);
      return claim.record(pid);
    },
    async release() {
      done?.();
      await claim.release();
    },
  };
}
