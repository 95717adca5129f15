#!/bin/sh
# Options alone mean options of the server, as in the real image.
[ "${1#-}" = "$1" ] || set -- nats-server "$@"
exec "$@"
