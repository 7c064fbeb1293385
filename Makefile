# `make run` and `make test` each set up .venv by themselves; ARGS reaches nn-tui, e.g. make run ARGS=xor-mlp
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-all check bench clean

run: .venv/run
	@$(BIN)/nn-tui $(ARGS)

test: check
	$(BIN)/pytest -n 2 --dist worksteal

test-all: check
	$(BIN)/pytest -n 2 --dist worksteal -m "slow or not slow"

check: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/test
	$(BIN)/python tests/benchmarks/engine.py
	$(BIN)/python tests/benchmarks/command.py
	$(BIN)/python tests/benchmarks/csv_table.py
	$(BIN)/python tests/benchmarks/idx.py
	$(BIN)/python -m tests.benchmarks.history
	$(BIN)/python -m tests.benchmarks.server
	$(BIN)/python -m tests.benchmarks.inside
	$(BIN)/python -m tests.benchmarks.editing
	$(BIN)/python -m tests.benchmarks.app

.venv/run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "nn-tui needs Python 3.11 or newer: make PYTHON=python3.11 run")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv (torch is large: a few minutes the first time) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[images]'
	@touch $@

.venv/test: .venv/run
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
