#!/bin/sh
# A machine that is reached by SSH: the host key and whoever may log in stand in /keys. ROLE=balancer
# also runs HAProxy, ROLE=registry is a registry and nothing else.
set -eu
case ${ROLE:-server} in
  registry) exec docker-registry serve /keys/registry.yml ;;
  balancer) haproxy -W -D -f /keys/haproxy.cfg ;;
esac
install -m 600 /keys/host_key /etc/ssh/ssh_host_ed25519_key
install -d -m 700 /root/.ssh
install -m 600 /keys/id_ed25519.pub /root/.ssh/authorized_keys
exec /usr/sbin/sshd -D -e
