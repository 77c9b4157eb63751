# Thin targets; everything runs in .venv, which `make setup` builds with pinned versions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test test-all lint types docs mutants bench clean

setup: $(VENV)/.complete

$(VENV)/.complete: pyproject.toml requirements/dev.lock
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'harmony-core needs Python 3.11 or newer')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint requirements/dev.lock --editable . --group dev
	touch $@

demo: setup
	$(BIN)/python examples/demo.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

test: lint types docs
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --cov --cov-report=term:skip-covered

test-all: lint types docs
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "slow or not slow"

mutants: setup
	$(BIN)/python tests/mutants.py

bench: setup
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) build dist site
