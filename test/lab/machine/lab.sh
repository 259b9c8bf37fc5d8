#!/usr/bin/env bash
# The lab's machine side: servers that are containers of this machine, each with its own address, host
# key, OpenSSH server and Docker Engine, and a registry. See ../README.md; test/lab/support calls it.
#
#   lab.sh prepare  makes the servers' Debian and keeps it in the cache: most of a first bring-up, ahead
#   lab.sh up N     brings up h1..hN and the registry; writes servers.json, known_hosts, ssh_config
#   lab.sh down     ends and removes everything but the cache
#   lab.sh clean    removes the cache as well
#
# LAB_RUN is the folder of what runs now, LAB_CACHE the one that survives.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
RUN=${LAB_RUN:?} CACHE=${LAB_CACHE:?}
PREFIX=rslab NETWORK=rslab BRIDGE=br-rslab NET=10.78.0
PULL=$NET.1:5010 PUSH=127.0.0.1:5011
INCLUDE=openssh-server,docker.io,iptables,iproute2,ca-certificates,procps,sudo,socat,python3
SUITE=bookworm

fail() { echo "lab: $*" >&2; exit 1; }
waiting() { # limit in tenths of a second, command
  local limit=$1 i; shift
  for ((i = 0; i < limit; i++)); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  return 1
}
spawn() { # name, command...: in a session of its own, its pid and log named after it
  local name=$1; shift
  setsid "$@" >>"$RUN/logs/$name.log" 2>&1 </dev/null & echo $! >"$RUN/$name.pid"
}
stop() { # name
  local pid; pid=$(cat "$RUN/$1.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null && waiting 150 gone "$pid" || kill -9 "$pid" 2>/dev/null || :
  rm -f "$RUN/$1.pid"
}
gone() { ! kill -0 "$1" 2>/dev/null; }

# The engine that answers here, else one of the lab's own, whose images stay in the cache.
engine() {
  if [ -f "$RUN/engine.pid" ]; then export DOCKER_HOST=unix://$RUN/engine.sock
  elif docker info >/dev/null 2>&1; then return
  else export DOCKER_HOST=unix://$RUN/engine.sock; fi
  docker info >/dev/null 2>&1 && return
  command -v dockerd >/dev/null || fail "no Docker Engine answers and dockerd is not installed: apt-get install $(tr '\n' ' ' <"$HERE/packages.txt")"
  # Without rules and bridge of its own: it runs beside whatever else is on this machine.
  spawn engine dockerd --data-root "$CACHE/engine" --exec-root "$RUN/engine" --pidfile "$RUN/engine.dockerd.pid" \
    -H "unix://$RUN/engine.sock" --bridge none --iptables=false --ip6tables=false --ip-masq=false --log-level warn
  waiting 300 docker info || { tail -5 "$RUN/logs/engine.log" >&2; fail 'its Docker Engine did not start'; }
}

# Debian from debootstrap, imported once: nothing is pulled from anywhere.
root_tar() {
  ROOT_IMAGE=$PREFIX-root:$(echo "$SUITE $INCLUDE $(sed -n '/^install_root/,/^}/p' "$0")" | sha256sum | cut -c1-12)
  ROOT_TAR=$CACHE/${ROOT_IMAGE//:/-}.tar
}
root_image() {
  root_tar
  docker image inspect "$ROOT_IMAGE" >/dev/null 2>&1 && return
  have_root
  docker import - "$ROOT_IMAGE" <"$ROOT_TAR" >/dev/null
}
have_root() { # one is kept, those of other versions of this script go
  [ -f "$ROOT_TAR" ] || install_root "$ROOT_TAR"
  find "$CACHE" -maxdepth 1 -name "$PREFIX-root-*.tar" ! -path "$ROOT_TAR" -delete
}
install_root() { # tar
  local root=$RUN/root mirror
  mirror=${LAB_MIRROR:-$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' | awk -v s=$SUITE '$2 == s {print $1; exit}')}
  [ -n "$mirror" ] || fail "apt knows no mirror of $SUITE: set LAB_MIRROR to one"
  mkdir -p "$root"; mount -t tmpfs -o size=2g tmpfs "$root"
  debootstrap --variant=minbase --include=$INCLUDE $SUITE "$root" "$mirror" >"$RUN/logs/debootstrap.log" 2>&1 ||
    { tail -5 "$RUN/logs/debootstrap.log" >&2; umount "$root"; fail "debootstrap from $mirror failed"; }
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* "$root"/etc/ssh/ssh_host_*
  # deploy may use sudo and the engine; asker's sudo wants a password.
  chroot "$root" useradd -m -s /bin/bash -p '*' -G docker deploy
  chroot "$root" useradd -m -s /bin/bash -p '*' asker
  printf 'deploy ALL=(ALL) NOPASSWD: ALL\nasker ALL=(ALL) ALL\n' >"$root/etc/sudoers.d/lab"; chmod 440 "$root/etc/sudoers.d/lab"
  tar -C "$root" -cf "$1.new" .; umount "$root"; mv "$1.new" "$1"
}

server_image() {
  SERVER_IMAGE=$PREFIX-server:$(cat "$HERE/server-init" "$HERE/sshd_config" <(echo "$ROOT_IMAGE") | sha256sum | cut -c1-12)
  docker image inspect "$SERVER_IMAGE" >/dev/null 2>&1 && return
  local context=$RUN/context; rm -rf "$context"; mkdir -p "$context"
  install -m 755 "$HERE/server-init" "$context/"; install -m 644 "$HERE/sshd_config" "$context/"
  printf 'FROM %s\nCOPY server-init /usr/local/sbin/server-init\nCOPY sshd_config /etc/ssh/sshd_config\nCMD ["/usr/local/sbin/server-init"]\n' \
    "$ROOT_IMAGE" >"$context/Dockerfile"
  DOCKER_BUILDKIT=0 docker build -q -t "$SERVER_IMAGE" "$context" >/dev/null 2>"$RUN/logs/build.log" || { cat "$RUN/logs/build.log" >&2; exit 1; }
}

# What the test service is built on: perl and the libraries it loads, out of the root image.
base_image() {
  BASE_IMAGE=$PREFIX-perl:${ROOT_IMAGE##*:}
  docker image inspect "$BASE_IMAGE" >/dev/null 2>&1 && return
  docker run --rm --network none "$ROOT_IMAGE" sh -c 'tar -chf - /usr/bin/perl /usr/lib/*/perl-base $(ldd /usr/bin/perl /usr/lib/*/perl-base/auto/*/*.so | grep -o "/[^ ]*\.so[^ ]*" | grep -v perl-base | sort -u) 2>/dev/null' |
    docker import - "$BASE_IMAGE" >/dev/null
}

# One store, two listeners: servers pull from $PULL, pushes go to loopback, which an engine allows over HTTP.
registry() {
  local address
  for address in $PULL $PUSH; do
    curl -fs "http://$address/v2/" >/dev/null 2>&1 && fail "another program answers on $address"
    printf 'version: 0.1\nlog: {level: warn, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}\nhttp: {addr: "%s"}\n' \
      "$RUN/registry" "$address" >"$RUN/registry-${address##*:}.yml"
    spawn "registry-${address##*:}" docker-registry serve "$RUN/registry-${address##*:}.yml"
  done
  for address in $PULL $PUSH; do waiting 100 curl -fs "http://$address/v2/" || fail "the registry does not answer on $address"; done
}

# --privileged fails where the outer bounding set lacks a capability, so every one that is there is named.
capabilities() {
  local have=$((16#$(awk '/CapBnd/{print $2}' /proc/self/status))) bit=0 name
  for name in chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin \
    net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time \
    sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read; do
    ((have >> bit & 1)) && printf -- '--cap-add %s ' "$name"; bit=$((bit + 1))
  done
}

# Its disk is memory of a bounded size: quick, can be filled, and nothing of it stays.
server() { # number
  local name=$PREFIX-h$1 disk=$RUN/disks/h$1
  mkdir -p "$disk"; mount -t tmpfs -o size=1500m,mode=711 tmpfs "$disk"
  docker run -d --name "$name" --hostname "h$1" --net $NETWORK --ip "$NET.$((10 + $1))" --init \
    --cap-drop ALL $CAPABILITIES --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
    --cgroupns private --device-cgroup-rule 'a *:* rwm' -e AUTHORIZED_KEY="$(cat "$RUN/id_ed25519.pub")" -e INSECURE_REGISTRIES=$NET.0/24 \
    -v "$disk:/var/lib/docker" "$SERVER_IMAGE" >/dev/null
  local pid; pid=$(docker inspect -f '{{.State.Pid}}' "$name")
  waiting 600 curl -fs --unix-socket "/proc/$pid/root/run/docker.sock" http://engine/_ping || fail "h$1: its engine did not start"
}

# Host keys are read past the network, never trusted from it.
access_files() { # how many
  local i ip key separator=''
  : >"$RUN/known_hosts"; : >"$RUN/servers.json"
  printf 'Host %s.* h*\n  User root\n  IdentityFile %s\n  IdentitiesOnly yes\n  UserKnownHostsFile %s\n  StrictHostKeyChecking yes\n  BatchMode yes\n' \
    $NET "$RUN/id_ed25519" "$RUN/known_hosts" >"$RUN/ssh_config"
  for ((i = 1; i <= $1; i++)); do
    ip=$NET.$((10 + i)) key=$(cut -d' ' -f1,2 <"/proc/$(docker inspect -f '{{.State.Pid}}' "$PREFIX-h$i")/root/etc/ssh/ssh_host_ed25519_key.pub")
    echo "$ip $key" >>"$RUN/known_hosts"
    printf 'Host h%s\n  HostName %s\n' "$i" "$ip" >>"$RUN/ssh_config"
    printf '%s{"name":"h%s","address":"%s","hostKey":"%s"}' "$separator" "$i" "$ip" "$key" >>"$RUN/servers.json"; separator=$',\n'
  done
  printf '{"dockerHost":"%s","rootImage":"%s","baseImage":"%s","pullRegistry":"%s","pushRegistry":"%s","gateway":"%s",\n"servers":[%s]}\n' \
    "${DOCKER_HOST:-unix:///var/run/docker.sock}" "$ROOT_IMAGE" "$BASE_IMAGE" "$PULL" "$PUSH" "$NET.1" "$(cat "$RUN/servers.json")" >"$RUN/machine.json"
}

# Needs debootstrap alone, and a LAB_RUN of its own where a lab may run beside it.
prepare() {
  [ "$(id -u)" = 0 ] || fail 'debootstrap needs root'
  trap 'umount -l "$RUN/root" 2>/dev/null || :; rm -rf "$RUN"' EXIT
  mkdir -p "$RUN/logs" "$CACHE"
  root_tar
  have_root
}

up() { # how many
  [ "$(id -u)" = 0 ] || fail 'servers are containers with engines of their own: root is needed'
  mkdir -p "$RUN/logs" "$CACHE"; chmod 711 "$RUN"
  local tool; for tool in docker docker-registry haproxy ssh-keygen debootstrap ip iptables curl; do
    command -v $tool >/dev/null || fail "$tool is not installed: apt-get install $(tr '\n' ' ' <"$HERE/packages.txt")"
  done
  engine; remove_servers; root_image; server_image; base_image
  docker network create --subnet $NET.0/24 --gateway $NET.1 -o com.docker.network.bridge.name=$BRIDGE $NETWORK >/dev/null
  iptables -I FORWARD -i $BRIDGE -o $BRIDGE -j ACCEPT
  ssh-keygen -q -t ed25519 -N '' -C lab -f "$RUN/id_ed25519"
  registry
  local pids=() i; CAPABILITIES=$(capabilities)
  for ((i = 1; i <= $1; i++)); do server "$i" & pids+=($!); done
  for i in "${pids[@]}"; do wait "$i"; done
  access_files "$1"
}

# Also before a lab comes up: the engine remembers the servers and the network of one that was killed.
remove_servers() {
  local ids; ids=$(docker ps -aq --filter "name=^$PREFIX-")
  [ -z "$ids" ] || docker rm -fv $ids >/dev/null
  ids=$(docker network ls -q --filter "name=^$NETWORK\$")
  [ -z "$ids" ] || docker network rm $ids >/dev/null
  remove_bridge
}
remove_bridge() {
  iptables -D FORWARD -i $BRIDGE -o $BRIDGE -j ACCEPT 2>/dev/null || :
  ip link delete $BRIDGE 2>/dev/null || :
}

down() {
  [ -d "$RUN" ] || return 0
  if [ -f "$RUN/engine.pid" ]; then export DOCKER_HOST=unix://$RUN/engine.sock; fi
  local name
  for name in "$RUN"/*.pid; do case $name in */engine.pid | */engine.dockerd.pid | *'*.pid') ;; *) stop "$(basename "$name" .pid)" ;; esac; done
  if docker info >/dev/null 2>&1; then
    remove_servers
    # What a former version of the lab or of a test service left in the cache.
    docker image prune -f >/dev/null 2>&1 || :
  fi
  stop engine
  remove_bridge
  unmount_all
  rm -rf "$RUN"
}
# The disks, and the network namespaces that an engine leaves behind that was killed.
unmount_all() {
  local mounted
  awk -v below="$RUN/" 'index($5, below) == 1 {print $5}' /proc/self/mountinfo | tac |
    while read -r mounted; do umount -l "$mounted"; done
}

case "${1:-}" in
  prepare) prepare ;;
  up) up "${2:?how many servers}" ;;
  down) down ;;
  clean) down; rm -rf "$CACHE" ;;
  *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac
