#!/bin/bash
# The part of the real image's first start that docker-compose.yml relies on, for the user postgres:
# a cluster in PGDATA whose superuser has the password of POSTGRES_PASSWORD_FILE and signs in with it.
set -euo pipefail
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -s "${POSTGRES_PASSWORD_FILE:-}" ] || { echo 'POSTGRES_PASSWORD_FILE names no password' >&2; exit 1; }
  mkdir -p "$PGDATA" && chmod 0700 "$PGDATA"
  initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi
exec "$@"
