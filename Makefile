# Evenhand. Two commands matter: `make demo` shows it, `make test` proves it.
# Both work from a bare checkout and keep everything they make in .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell bin/find-python)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A lock names every package by hash, so nothing is left to resolve; a module is compiled when it is used.
INSTALL := $(PIP) install --no-deps --no-compile
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes \
	--no-emit-index-url --no-header --python-version 3.11 --universal --no-annotate --upgrade

.PHONY: help setup setup-dev demo serve test check bench bench-ledger bench-media bench-rules bench-text bench-video fuzz lock screenshots clean

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' \
		| expand -t 22

setup: $(VENV)/.installed ## Make .venv and install Evenhand into it; nothing happens when it is current

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Evenhand needs Python 3.11 or newer, and none was found." \
		"Install one, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual" \
		"environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.pip: requirements/pip.lock | $(VENV)/bin/python
	@$(INSTALL) --require-hashes -r requirements/pip.lock
	@touch $@

$(VENV)/.locked: requirements/run.lock $(VENV)/.pip
	@echo "Installing what it runs on (requirements/run.lock, by hash)"
	@$(INSTALL) --require-hashes -r requirements/run.lock
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.locked
	@$(INSTALL) --no-build-isolation -e .
	@touch $@

setup-dev: $(VENV)/.dev ## The same, with what the tests and checks need

$(VENV)/.dev: requirements/dev.lock $(VENV)/.installed
	@echo "Installing what the tests need (requirements/dev.lock, by hash)"
	@$(INSTALL) --require-hashes -r requirements/dev.lock
	@touch $@

demo: setup ## Play a day of a small community through all nine rooms, then serve it
	@$(BIN)/evenhand demo

serve: setup ## Serve the console, the portal and the API, with a worker inside
	@$(BIN)/evenhand serve

test: setup-dev ## Run everything, on SQLite and on PostgreSQL, and in a browser when there is one
	@$(BIN)/python bin/prove.py everything

check: setup-dev ## The fast inner loop, under a minute: format, lint, types, contracts, unit tests but the slow
	@$(BIN)/python bin/prove.py quick

bench: setup-dev ## Measure how fast items pass and how long a reviewer waits
	@$(BIN)/python bin/bench.py

bench-ledger: setup-dev ## Measure a log of a million lines, and a small year reported (FULL=--full: all of it)
	@$(BIN)/python bin/bench_ledger.py
	@$(BIN)/python -m bin.bench_report $(FULL)

bench-media: setup-dev ## Measure pictures, bytes to verdict, against the field's own tools
	@$(BIN)/python -m bin.bench_media

bench-rules: setup-dev ## Measure rules beside a loop by hand and CEL, over history and to the log
	@$(BIN)/python -m bin.bench_rules

bench-text: setup-dev ## Measure comparing texts with listed texts and phrases, and naive ways of it
	@$(BIN)/python bin/bench_text.py

bench-video: setup-dev ## Measure looking at films against decoding alone and the plain way
	@$(BIN)/python bin/bench_video.py

fuzz: setup-dev ## Look for a history that breaks a promise, and for a file that breaks a decoder
	@$(BIN)/pytest tests/property -n 2 --dist loadfile --hypothesis-profile fuzz --timeout 3600
	@$(BIN)/python -m bin.fuzz_decoders

lock: setup-dev ## Resolve the dependencies anew into requirements/*.lock
	@echo pip | $(COMPILE) - -o requirements/pip.lock
	@$(COMPILE) pyproject.toml --extra postgres --group build -o requirements/run.lock
	@$(COMPILE) pyproject.toml --all-extras --group dev -o requirements/dev.lock

screenshots: setup-dev ## Take the pictures in docs/images anew (needs Chromium)
	@EVENHAND_TAKE_SCREENSHOTS=1 $(BIN)/pytest tests/browser -n0 -k screenshot

clean: ## Remove what was made: environment, caches, the demo's data
	@rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache dist \
		plaza-data evenhand-demo
	@find src tests lint bin -name __pycache__ -type d -prune -exec rm -rf {} +
