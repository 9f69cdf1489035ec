# A fresh machine needs git, Python 3.10 or newer with pip and venv, and make:
#   make demo    set up .venv and check the example repository and its broken twin
#   make test    set up everything, then format, lint, types and all tests
# The stamps below keep a second call quick: pip runs again only when what it reads has changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BROKEN := build/digits-broken
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

PYTHON_TOO_OLD := repro-check needs Python 3.10 or newer: name one, as in make PYTHON=python3.12 demo

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint format hooks docs benchmark clean

help:
	@echo 'make demo       check the example repository and its broken twin'
	@echo 'make test       format, lint, types and all tests'
	@echo 'make lint       format, lint and types alone'
	@echo 'make format     put the code into shape'
	@echo 'make hooks      our own hooks on ourselves'
	@echo 'make docs       the documentation, into site/'
	@echo 'make benchmark  timings beside other tools'
	@echo 'make clean      remove all that these made, .venv included'

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "$(PYTHON_TOO_OLD)")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: $(VENV)/pyvenv.cfg pyproject.toml
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.developer: $(VENV)/.installed tests/requirements.txt tests/constraints.txt
	$(PIP_INSTALL) --editable '.[dev]' --requirement tests/requirements.txt --constraint tests/constraints.txt
	@touch $@

# in an environment of their own: what Poetry and PDM need clashes with what the tests need
$(VENV)/tools/.installed: $(VENV)/pyvenv.cfg tests/tools.txt
	$(PYTHON) -m venv $(VENV)/tools
	$(VENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/tools.txt
	@touch $@

$(VENV)/.docs: $(VENV)/.installed docs/requirements.txt
	$(PIP_INSTALL) --requirement docs/requirements.txt
	@touch $@

demo: $(VENV)/.installed
	@echo '== examples/digits: a small research repository with nothing to complain about'
	cd examples/digits && ../../$(BIN)/repro-check check
	@echo
	@echo '== $(BROKEN): its twin, made by examples/break_digits.py with a defect for each rule'
	@rm -rf $(BROKEN)
	$(BIN)/python examples/break_digits.py $(BROKEN)
	cd $(BROKEN) && { ../../$(BIN)/repro-check check; test $$? -eq 1; }
	@echo
	@echo 'Exit code 1 is what stops a commit; here it was expected, so all went well.'

test: lint $(VENV)/tools/.installed
	$(BIN)/python -m pytest

lint: $(VENV)/.developer
	$(BIN)/python -m ruff check .
	$(BIN)/python -m black --check --quiet . || $(BIN)/python -m black --diff --quiet --check .
	$(BIN)/python -m mypy

format: $(VENV)/.developer
	$(BIN)/python -m ruff check --fix-only .
	$(BIN)/python -m black --quiet .

hooks: $(VENV)/.developer
	$(BIN)/python -m pre_commit run --all-files --show-diff-on-failure
	$(BIN)/python -m pre_commit run --all-files --show-diff-on-failure --hook-stage pre-push

docs: $(VENV)/.docs
	$(BIN)/python -m mkdocs build --strict --quiet
	@echo 'Built site/index.html'

benchmark: $(VENV)/.developer
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) site build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests docs examples -name __pycache__ -type d -prune -exec rm -rf {} +
