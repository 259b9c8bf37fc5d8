/**
 * What is run on the machine that nginx runs on, by `sh -c`. Arguments are words of their own, never
 * part of a script. Each script ends with one of the exit codes below, or 0.
 */

export const EXIT = {
  noFile: 66,
  tooLarge: 67,
  denied: 77,
  changedMeanwhile: 68,
  testFailed: 69,
  notTold: 70,
  notReloaded: 71,
  noMaster: 72,
  locked: 75,
  missingProgram: 76,
} as const;

/** Of a file with one project's upstreams; its content travels as one argument. */
const MOST_BYTES = 64 * 1024;
export const LOCK_SECONDS = 60;
export const RELOAD_SECONDS = 30;

/** `rs_master` is nginx's master process, '' where it does not run. Children are listed by the kernel. */
const COMMON = `set -u
rs_file=$(readlink -f -- "$1") || rs_file=$1
rs_folder=\${rs_file%/*}
rs_beside=$rs_folder/.\${rs_file##*/}
rs_master=
if [ -r "$2" ]; then read -r rs_master <"$2" || :; fi
case $rs_master in *[!0-9]* | '') rs_master= ;; esac
title() { tr '\\0' ' ' 2>/dev/null <"/proc/$1/cmdline"; }
if [ -n "$rs_master" ]; then
  case $(title "$rs_master") in 'nginx: master process'*) ;; *) rs_master= ;; esac
fi
children() {
  echo $(cat "/proc/$rs_master/task/$rs_master/children" 2>/dev/null || ps -o pid= --ppid "$rs_master")
}
sum() { sha256sum <"$1" | cut -c1-64; }
`;

/** Of awk, in one process for all: `title` and `stat` of the process `pid`. */
const PROCESS = `
function first(file, line) { line = ""; getline line <file; close(file); return line }
function title(pid) { return first("/proc/" pid "/cmdline") }
function ticks(pid, line, field) {
  line = first("/proc/" pid "/stat"); sub(/^.*[)] /, "", line); split(line, field, " "); return field[20]
}
function user(pid, line, id, file, field) {
  file = "/proc/" pid "/status"
  while ((getline line <file) > 0) if (line ~ /^Uid:/) { split(line, field); id = field[3] }
  close(file); return id
}`;

/** Prints each process of `pids`, then the connections that the workers' user has to each address given. */
const PROCESSES = `${PROCESS}
function connections(file, line, field) {
  while ((getline line <file) > 0) {
    read++
    split(line, field)
    if ((field[4] == "01" || field[4] == "02") && field[8] == owner && (field[3] in count)) count[field[3]]++
  }
  close(file)
}
BEGIN {
  for (i = 1; i < ARGC; i++) count[ARGV[i]] = 0
  some = split(pids, pid, " ")
  for (i = 1; i <= some; i++) {
    name = title(pid[i])
    print "process", pid[i], ticks(pid[i]), name
    if (name ~ /^nginx: worker process/) { owner = user(pid[i]); any = pid[i] }
  }
  if (any == "") exit
  connections("/proc/" any "/net/tcp"); connections("/proc/" any "/net/tcp6")
  if (owner != "" && read > 0) for (each in count) print "to", each, count[each]
}`;

/** Prints those of `pids` that are workers which take requests. */
const WORKING = `${PROCESS}
BEGIN {
  some = split(pids, pid, " ")
  for (i = 1; i <= some; i++) {
    name = title(pid[i])
    if (name ~ /^nginx: worker process/ && name !~ /is shutting down/) print pid[i]
  }
}`;

/** Arguments: file, pid file, then addresses as the kernel writes them. See parseLook. */
export const LOOK = `${COMMON}shift 2
rs_processes='${PROCESSES}'
[ -e "$rs_file" ] || exit ${EXIT.noFile}
[ -r "$rs_file" ] || exit ${EXIT.denied}
[ "$(wc -c <"$rs_file")" -le ${MOST_BYTES} ] || exit ${EXIT.tooLarge}
if [ -r "$rs_beside.loaded" ]; then echo "loaded $(cat "$rs_beside.loaded")"; fi
rs_changed=$(stat -c %.9Z -- "$rs_file" 2>/dev/null) || rs_changed=$(stat -c %Z -- "$rs_file")
echo "changed $rs_changed"
rs_content=$(base64 <"$rs_file" | tr -d '\\n')
rs_now=$(date +%s.%N); read -r rs_uptime rs_idle </proc/uptime
echo "now $rs_now"; echo "uptime $rs_uptime"; echo "ticks $(getconf CLK_TCK 2>/dev/null || echo 100)"
if [ -n "$rs_master" ]; then
  awk -v pids="$(children)" "$rs_processes" "$@"
  echo "master $rs_master"
fi
echo "content $rs_content"`;

/** What an attempt to change would find in its way, and the lock. @param own arguments before nginx's command */
const prepare = (own: number): string => `${COMMON}shift ${own}
for rs_program in flock sha256sum base64; do
  command -v "$rs_program" >/dev/null 2>&1 || { echo "$rs_program" >&2; exit ${EXIT.missingProgram}; }
done
[ -e "$rs_file" ] || exit ${EXIT.noFile}
[ -r "$rs_file" ] || exit ${EXIT.denied}
[ -w "$rs_folder" ] || { echo "$rs_folder" >&2; exit ${EXIT.denied}; }
[ -n "$rs_master" ] || exit ${EXIT.noMaster}
rs_lock=$rs_folder/.runsheet.lock
if [ -e "$rs_lock" ] && [ ! -w "$rs_lock" ]; then echo "$rs_lock" >&2; exit ${EXIT.denied}; fi
exec 9>>"$rs_lock"
flock -w ${LOCK_SECONDS} 9 || exit ${EXIT.locked}
`;

/** Changes nothing but its lock file. */
export const CHECK = `${prepare(2)}rs_said=$("$@" -t -q 2>&1 9>&-) || { printf '%s\\n' "$rs_said" >&2; exit ${EXIT.testFailed}; }`;

/**
 * Arguments: file, pid file, SHA-256 that the file must have, new content in Base64, whether nginx has
 * loaded the file as it is (yes, no), then nginx's command. The new content takes the file's place, is
 * tested, and gives it back where nginx refuses it or cannot be told; then the reload is watched: new
 * workers have come, and all former ones are told to end.
 */
export const CHANGE = `rs_expected=$3 rs_new=$4 rs_known=$5
${prepare(5)}[ "$(sum "$rs_file")" = "$rs_expected" ] || exit ${EXIT.changedMeanwhile}
working() { awk -v pids="$(children)" '${WORKING}'; }
note() { printf '%s\\n' "$1" >"$rs_beside.loaded.new" && mv -f -- "$rs_beside.loaded.new" "$rs_beside.loaded"; }
give_back() { mv -f -- "$rs_beside.old" "$rs_file"; }
[ "$rs_known" = yes ] && note "$rs_expected"
cp -p -- "$rs_file" "$rs_beside.old" && cp -p -- "$rs_file" "$rs_beside.new" &&
  printf %s "$rs_new" | base64 -d >"$rs_beside.new" || exit ${EXIT.denied}
trap 'give_back; exit 143' HUP INT TERM
mv -f -- "$rs_beside.new" "$rs_file"
if ! rs_said=$("$@" -t -q 2>&1 9>&-); then
  give_back
  printf '%s\\n' "$rs_said" >&2
  exit ${EXIT.testFailed}
fi
rs_before=" $(working | tr '\\n' ' ')"
if ! rs_said=$("$@" -s reload 2>&1 9>&-); then
  give_back
  printf '%s\\n' "$rs_said" >&2
  exit ${EXIT.notTold}
fi
trap - HUP INT TERM
rm -f -- "$rs_beside.old"
rs_limit=$(($(date +%s) + ${RELOAD_SECONDS}))
while :; do
  rs_fresh= rs_former=
  for rs_pid in $(working); do
    case $rs_before in *" $rs_pid "*) rs_former=1 ;; *) rs_fresh=1 ;; esac
  done
  [ -n "$rs_fresh" ] && [ -z "$rs_former" ] && break
  [ "$(date +%s)" -lt "$rs_limit" ] || exit ${EXIT.notReloaded}
  sleep 0.03
done
note "$(sum "$rs_file")"`;
