#!/bin/bash
# As the documentation of the image of that name has it: on an empty data folder a database cluster with
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB; meanwhile it listens on its socket alone.
set -euo pipefail
user=${POSTGRES_USER:-postgres}
[ "${1:-}" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  chmod 700 "$PGDATA" && chown -R postgres "$PGDATA"
  install -d -m 775 -o postgres -g postgres /var/run/postgresql
  exec setpriv --reuid postgres --regid postgres --init-groups -- "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "${POSTGRES_PASSWORD:-}" ] || { echo 'POSTGRES_PASSWORD must be set' >&2; exit 1; }
  initdb --username "$user" --pwfile <(echo "$POSTGRES_PASSWORD") --auth-local trust --auth-host scram-sha-256
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait start -o "-c listen_addresses=''"
  [ "${POSTGRES_DB:-$user}" = postgres ] || createdb --username "$user" --maintenance-db postgres "${POSTGRES_DB:-$user}"
  pg_ctl --wait --mode fast stop
fi
exec "$@" -c listen_addresses='*'
