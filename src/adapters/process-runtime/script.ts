/**
 * What runs on a server, in POSIX sh with the tools that Linux and macOS both have. A start is under a
 * lock whose owner's process id is in the name of a file in it. That file changes hands by one rename:
 * the launcher makes `pending.<launcher>`, the detached starter turns it into `claimed.<starter>`, and
 * whoever finds the owner dead turns it into `broken`. Only one of the latter two succeeds, so that a
 * start whose connection was lost half-way is either carried through by the starter or never happens.
 */

import { SCHEMA } from '../shell/schema.ts';

/** When a process started, nothing where it is not there or only waits to be reaped. */
export const START_OF_PROCESS = `
rs_start_of() {
  if [ -r "/proc/$1/stat" ]; then
    rs_stat=$(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null) || return 0
    set -- $rs_stat
    case "$1" in Z|X|'') return 0 ;; esac
    printf '%s' "\${20}"
  elif [ ! -d /proc/self ]; then
    LC_ALL=C ps -o stat=,lstart= -p "$1" 2>/dev/null | sed -n 's/^ *[^Z ][^ ]* *\\(.*[^ ]\\) *$/\\1/p' | tr ' ' '_'
  fi
}
`;

/** The state of the service that is on record. */
export const PROCESS = `${START_OF_PROCESS}
rs_field() { sed -n 's/.*"'"$1"'":"\\([^"]*\\)".*/\\1/p' current.json 2>/dev/null; }
rs_pid() { sed -n 's/^{"pid":"\\([0-9]*\\)".*/\\1/p' current.json 2>/dev/null; }
rs_running() {
  rs_p=$(rs_pid)
  [ -n "$rs_p" ] && rs_s=$(rs_start_of "$rs_p") && [ -n "$rs_s" ] && [ "$rs_s" = "$(rs_field processStart)" ]
}
`;

/** Prints each file that says in which form it is, with that. */
const FORMS = `
rs_forms() {
  sed -n 's/.*,"schema":\\([^,}]*\\).*/current.json \\1/p' current.json 2>/dev/null
  tail -n 1 starts 2>/dev/null | sed -n 's/^[^ ]* [^ ]* [^ ]* /starts /p'
}
`;

/** All starts of a service print to one file: how long it is, and what stands behind a place in it. */
const LOG = `
rs_bytes() { if [ -f service.log ]; then echo $(($(wc -c < service.log))); else echo 0; fi; }
rs_log_since() {
  [ -f service.log ] || return 0
  rs_from=\${1:-0}
  # Somebody may have emptied it since.
  [ "$rs_from" -le "$(rs_bytes)" ] || rs_from=0
  tail -c "+$((rs_from + 1))" service.log
}
`;

/** The lock of one service; about 10 s of waiting, then exit code 75. */
const LOCK = `
rs_lock() {
  rs_tries=0
  until mkdir lock 2>/dev/null; do
    rs_tries=$((rs_tries + 1))
    [ "$rs_tries" -lt 100 ] || exit 75
    rs_owned=$(ls lock 2>/dev/null | head -n 1)
    case "$rs_owned" in
      pending.*|claimed.*)
        if [ -z "$(rs_start_of "\${rs_owned##*.}")" ]; then
          mv "lock/$rs_owned" lock/broken 2>/dev/null && rm -rf lock
        fi ;;
      *) [ "$rs_tries" -lt 20 ] || rm -rf lock ;;
    esac
    sleep 0.1
  done
  : > "lock/pending.$$"
}
rs_unlock() { rm -rf lock; }
`;

/**
 * Arguments: digest, run id, release as JSON, the release's folder, and how long the service's log was
 * before this start. The record is written before the service's first line.
 */
const STARTER = `
rs_launcher=$1; rs_digest=$2; rs_run=$3; rs_release=$4; rs_work=$5; rs_log=$6; shift 6
mv "lock/pending.$rs_launcher" "lock/claimed.$$" || exit 1
rs_now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
umask 077
printf '{"pid":"%s","processStart":"%s","startedAt":"%s","logFrom":"%s","schema":${SCHEMA},"release":%s}\\n' \\
  "$$" "$(rs_start_of $$)" "$rs_now" "$rs_log" "$rs_release" > current.part || exit 1
printf '%s %s %s ${SCHEMA}\\n' "$rs_now" "$rs_digest" "$rs_run" >> starts || exit 1
mv current.part current.json || exit 1
rm -rf lock
cd "$rs_work" || exit 1
exec "$@"
`;

/** Exit codes of the scripts, read by the runtime. */
export const EXIT = { conflict: 73, busy: 75, missing: 66, failed: 70, newer: 78 } as const;

/** First line: running or stopped. Then the record, `--`, the releases, newest first, `--`, the starts. */
export function inspectScript(folder: string): string {
  return `${PROCESS}
cd ${folder} 2>/dev/null || exit ${EXIT.missing}
if rs_running; then echo running; else echo stopped; fi
[ ! -f current.json ] || cat current.json
echo --
ls -t releases 2>/dev/null
echo --
[ ! -f starts ] || cat starts
exit 0
`;
}

export interface StartWords {
  readonly folder: string;
  readonly hex: string;
  readonly digest: string;
  readonly runId: string;
  readonly release: string;
  /** `export NAME='value'` lines. */
  readonly exports: string;
  readonly command: string;
}

/**
 * All words are quoted by the caller. The text goes over standard input: values show in no process list.
 * Where a file has a form that is not ours, it prints both and starts nothing.
 */
export function startScript(words: StartWords): string {
  return `${PROCESS}${LOCK}${FORMS}${LOG}
cd ${words.folder} 2>/dev/null || exit ${EXIT.missing}
rs_work=$PWD/releases/${words.hex}
[ -d "$rs_work" ] || exit ${EXIT.missing}
rs_newer=$(rs_forms | grep -v ' ${SCHEMA}$' | head -n 1)
if [ -n "$rs_newer" ]; then echo "$rs_newer"; exit ${EXIT.newer}; fi
rs_lock
if rs_running; then
  rs_code=${EXIT.conflict}
  [ "$(rs_field digest)" != ${words.digest} ] || rs_code=0
  rs_unlock
  exit $rs_code
fi
rs_starter=$(cat <<'RUNSHEET_STARTER'
${PROCESS}${STARTER}
RUNSHEET_STARTER
)
rs_log=$(rs_bytes)
set -- "$$" ${words.digest} ${words.runId} ${words.release} "$rs_work" "$rs_log" ${words.command}
(
${words.exports}
if command -v setsid >/dev/null 2>&1; then
  exec setsid sh -c "$rs_starter" runsheet "$@" </dev/null >>service.log 2>&1
fi
exec perl -e 'use POSIX; POSIX::setsid(); exec @ARGV' sh -c "$rs_starter" runsheet "$@" </dev/null >>service.log 2>&1
) &
rs_child=$!
rs_waits=0
while [ -e lock ]; do
  rs_waits=$((rs_waits + 1))
  [ "$rs_waits" -lt 200 ] || exit ${EXIT.busy}
  [ -n "$(rs_start_of "$rs_child")" ] || break
  sleep 0.05
done
[ "$(rs_pid)" = "$rs_child" ] && exit 0
rs_unlock
rs_log_since "$rs_log" | tail -c 2000 >&2
exit ${EXIT.failed}
`;
}

export interface StopWords {
  readonly folder: string;
  readonly signal: string;
  readonly graceTenths: number;
  /** A run whose release goes on; quoted like the others, '' quoted for none. */
  readonly spares: string;
}

/** Prints `stopped` or `forced`. The leader's group is ended whole. */
export function stopScript({ folder, signal, graceTenths, spares }: StopWords): string {
  return `${PROCESS}${LOCK}
cd ${folder} 2>/dev/null || { echo stopped; exit 0; }
rs_lock
rs_forced=stopped
rs_p=$(rs_pid)
rs_spares=${spares}
if rs_running && { [ -z "$rs_spares" ] || [ "$(rs_field runId)" != "$rs_spares" ]; }; then
  kill -s ${signal} -- "-$rs_p" 2>/dev/null
  rs_waits=0
  while rs_running; do
    if [ "$rs_waits" -ge ${graceTenths} ]; then rs_forced=forced; break; fi
    rs_waits=$((rs_waits + 1))
    sleep 0.1
  done
  # What the leader left behind ends too; its group cannot be anyone else's while a member lives.
  kill -s KILL -- "-$rs_p" 2>/dev/null
  rs_waits=0
  while rs_running; do
    rs_waits=$((rs_waits + 1))
    [ "$rs_waits" -lt 50 ] || { rs_unlock; exit ${EXIT.failed}; }
    sleep 0.1
  done
fi
rs_unlock
echo "$rs_forced"
`;
}

/** Removes the service's folder, and the one above it where no other service is left. */
export function forgetScript(folder: string, runId: string): string {
  return `${PROCESS}${LOCK}
cd ${folder} 2>/dev/null || exit 0
rs_lock
if rs_running || { [ -f starts ] && cut -d ' ' -f 3 starts | grep -vxF -e ${runId} >/dev/null; }; then
  rs_unlock
  exit 0
fi
cd / && rm -rf -- ${folder} || exit ${EXIT.failed}
rmdir "$(dirname ${folder})" 2>/dev/null
exit 0
`;
}

/** Bytes of a service's output that are shown at most. */
const TAIL_BYTES = 4_000;

/** What the service printed since its last start. */
export function tailScript(folder: string, lines: number): string {
  return `${PROCESS}${LOG}
cd ${folder} 2>/dev/null || exit 0
rs_log_since "$(rs_field logFrom)" | tail -c ${TAIL_BYTES} | tail -n ${lines}
`;
}

/**
 * Unpacks beside and renames; a release that is there stays as it is, and what a former unpacking left
 * goes that died in the middle. Its folder has the time of the fetch.
 */
export function unpackScript(folder: string, hex: string, archive: string): string {
  return `
cd ${folder} || exit ${EXIT.missing}
for rs_left in incoming/${hex}.*; do
  [ ! -d "$rs_left" ] || kill -0 "\${rs_left##*.}" 2>/dev/null || rm -rf -- "$rs_left"
done
if [ ! -d releases/${hex} ]; then
  rs_beside=incoming/${hex}.$$
  mkdir -p releases "$rs_beside" || exit ${EXIT.failed}
  tar -xzof ${archive} -C "$rs_beside" || { rm -rf "$rs_beside"; exit ${EXIT.failed}; }
  mv "$rs_beside" releases/${hex} || exit ${EXIT.failed}
  rm -rf "releases/${hex}/${hex}.$$"
  touch releases/${hex}
fi
rm -f ${archive}
`;
}
