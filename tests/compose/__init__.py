"""The deployment as anyone starts it, in containers: `make compose-test`."""
