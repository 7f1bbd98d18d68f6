# Two commands on a fresh machine: `make demo` and `make test`.
# Prerequisites on Debian 12: apt-get install make git python3-venv nodejs npm

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check audit bench bench-contacts docs lock fix clean

PYTHON ?= python3
BIN := .venv/bin
SERVE ?= 1
# The demo's synthetic city: tiny (2,000 people), small (20,000), city (1.85 million) or none
SIZE ?= small
# Pytest's workers and further arguments: make test WORKERS=0 ARGS="tests/unit -k rings"
WORKERS ?= 2
ARGS ?=

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: ## environment, pinned dependencies, web assets
	@$(PYTHON) tools/setup.py

demo: setup ## load the outbreaks and a synthetic city, serve the board (SERVE=0, SIZE=city)
	@$(BIN)/lastcase demo --size $(SIZE) $(if $(filter 0,$(SERVE)),--no-serve)

test: ## set up what the tests need and run them all
	@$(PYTHON) tools/setup.py --tests
	@$(BIN)/pytest -n $(WORKERS) $(ARGS)

check: setup ## lint, types, contracts, generated documents current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(if $(wildcard tools/docs.py),$(BIN)/python tools/docs.py --check)

audit: setup ## look up known weaknesses of the pinned packages
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.lock
	npm audit --omit=dev

bench: setup ## measure the headlines and print them with the machine
	@set -e; for file in $$(grep -l __main__ benchmarks/*.py); do echo "== $$file"; $(BIN)/python "$$file"; done

bench-contacts: setup ## contact search over 156 million visits, beside its peers (can be resumed)
	$(BIN)/python benchmarks/contact_search.py $(ARGS)

docs: setup ## write the generated reference anew
	$(BIN)/python tools/docs.py

lock: setup ## pin the dependencies anew (UPGRADE=1 takes newer versions)
	@$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)

fix: setup ## let ruff mend and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what set-up made (the state under ./var stays)
	rm -rf .venv node_modules src/lastcase/web/static/build .mypy_cache .ruff_cache .pytest_cache .hypothesis
