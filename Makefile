# Everything a person or a machine does here. Needs Python 3.11 to 3.13 and git; sets up the rest in .venv.

PY := .venv/bin/python
ARGS ?=

.PHONY: up test check bench fmt lock runtime dev

up: runtime            ## run everything: PostgreSQL, NATS, API, prober, relay, projector
	@exec $(PY) -m infra up $(ARGS)

test: dev              ## run the tests; ARGS="tests/ledger -n 0" narrows them
	@echo "==> Running the tests" >&2
	@$(PY) -m pytest $(ARGS)

check: dev             ## every static check
	@echo "==> ruff (lint)" >&2
	@$(PY) -m ruff check .
	@echo "==> ruff (format)" >&2
	@$(PY) -m ruff format --check .
	@echo "==> pyright (strict)" >&2
	@$(PY) -m pyright --pythonpath $(PY)
	@echo "==> import contracts" >&2
	@PYTHONPATH=. .venv/bin/lint-imports
	@echo "==> docker-compose.yml against the Compose schema" >&2
	@$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

bench: dev             ## the measurements of docs/performance.md, as JSON lines
	@$(PY) -m infra.bench $(ARGS)

fmt: dev               ## format, and fix what can be fixed
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock:                  ## choose versions anew (needs uv; names no registry host)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade -q -o requirements/runtime.txt
	uv pip compile pyproject.toml --group build --group dev --constraint requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade -q -o requirements/dev.txt

runtime dev:
	@sh infra/setup.sh $@
