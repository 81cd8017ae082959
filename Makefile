# Everything that is done with this project; `make help` lists it.
PYTHON ?= python3
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help venv run stop status logs clean test lint bench soak openapi schema catalogue refresh-lists \
	pictures up down logs-up test-compose

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
	@.venv/bin/shellcheck n8n/*.sh sql/server/*.sh .ci/run

test: lint ## Run all tests: unit, integration, n8n nodes, workflows
	@$(PY) -m local.node_tests
	@$(PY) -m pytest -rs

bench: venv ## Measure, each figure beside a peer in the same run
	@$(PY) -m tests.benchmarks

soak: venv ## Kill everything again and again (KILL_SEEDS=5), a large file (CSV_ROWS=100000), a million leads
	@KILL_SEEDS=$${KILL_SEEDS:-5} $(PY) -m pytest -rs tests/soak tests/workflows/test_kill.py
	@SOAK=1 $(PY) -m tests.benchmarks.api
	@$(PY) -m tests.benchmarks.matching.bench_matching --million

openapi: venv ## Write docs/openapi.json anew
	@.venv/bin/sidecar openapi > docs/openapi.json

schema: venv ## Write sql/schema.sql anew from the migrations
	@$(PY) -m tests.schema

catalogue: venv ## Write anew what n8n and .env.example say of the providers
	@$(PY) -m deploy.catalogue

refresh-lists: venv ## Bring mail domains, suffixes, phone metadata and country names up to date
	@$(PY) -m sidecar.refresh_lists

pictures: venv ## Take the pictures of docs/images/ from the running stack
	@$(PY) -m local.pictures

up: ## Deploy with Docker Compose (SCALE="--scale sidecar=3 --scale n8n-worker=4")
	@SCALE="$(SCALE)" $(PYTHON) -m deploy.compose up

down: ## Stop the deployment; what was stored stays
	@$(PYTHON) -m deploy.compose down

logs-up: ## Follow the logs of the deployment
	@$(PYTHON) -m deploy.compose logs

test-compose: venv ## Smoke test of the deployment, in a project of its own (needs Docker)
	@$(PY) -m pytest -rs tests/compose
