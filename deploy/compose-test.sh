#!/usr/bin/env bash
# Both organisations in containers, from nothing: starts them, files a complaint, restarts, takes all away.
# With an engine that runs here, on that and on the images it has or can pull; else on stand-ins.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! docker compose version >/dev/null 2>&1 || ! docker info >/dev/null 2>&1; then
  kept=${ACCORD_STANDINS:-/var/tmp/accord-standins}
  # an engine that somebody else started goes on when we are done
  DOCKER_HOST=unix://$kept/docker.sock docker info >/dev/null 2>&1 ||
    trap 'deploy/standins/standins.sh stop' EXIT
  deploy/standins/standins.sh
  . "$kept/env"
fi
# by name: `make test` does not find it; a start of all containers takes minutes where much else runs
.venv/bin/pytest -v --durations=0 --timeout=900 tests/compose/story.py
