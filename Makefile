# Everything that is done with this project; `make help` lists it.
PYTHON ?= python3
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help venv run stop status logs clean test lint bench soak

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

venv:
	@$(PYTHON) local/bootstrap.py

run: venv ## Start the whole stack on this machine and send the sample leads through it
	@$(PY) -m local.stack run

stop: venv ## Stop it; what was stored stays
	@$(PY) -m local.stack stop

status: venv ## Show what runs
	@$(PY) -m local.stack status

logs: venv ## Show the end of every log
	@$(PY) -m local.stack logs

clean: ## Stop it and remove all that it stored, and .venv
	@if [ -x $(PY) ]; then $(PY) -m local.stack clean; fi
	@rm -rf .venv

lint: venv ## Check style and types
	@.venv/bin/ruff check .
	@.venv/bin/mypy

test: lint ## Run all tests: unit, integration, n8n nodes, workflows
	@$(PY) -m local.node_tests
	@$(PY) -m pytest -rs

bench: venv ## Measure, each figure beside a peer in the same run
	@$(PY) -m tests.benchmarks

soak: venv ## Kill everything, again and again (KILL_SEEDS=5)
	@KILL_SEEDS=$${KILL_SEEDS:-5} $(PY) -m pytest -rs tests/workflows/test_kill.py

-include local/compose/compose.mk
