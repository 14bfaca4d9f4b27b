# Two commands matter: `make practice` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := bash
export PIP_DISABLE_PIP_VERSION_CHECK := 1
.DEFAULT_GOAL := help

.PHONY: help
help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed (PYTHON=... names another).") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

.PHONY: install
install: $(VENV)/.installed  ## make .venv and install the program into it

.PHONY: practice
practice: $(VENV)/.installed  ## install, build the index, practise (no key, no network)
	@$(BIN)/coach practice

.PHONY: test
test: $(VENV)/.installed-dev  ## everything that CI runs: lint, types, floors, tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>&1 | tail -n 8; exit $${PIPESTATUS[0]}
	@$(BIN)/deptry coach
	@$(BIN)/pytest -n 2

.PHONY: format
format: $(VENV)/.installed-dev  ## let ruff format and mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.venv-ray/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-ray
	.venv-ray/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[ray]' pytest
	@touch $@

.PHONY: test-ray
test-ray: .venv-ray/.installed  ## coach grade on a real Ray cluster of two nodes (a venv of its own, 1.5 GB)
	@.venv-ray/bin/python -m pytest -c tests_ray/pytest.ini tests_ray

.PHONY: test-faults
test-faults: $(VENV)/.installed-dev  ## kill the program fifty times in each of nine scenes; nothing may be lost
	@$(BIN)/python -m tests.faults.killer 50

.PHONY: test-fuzz
test-fuzz: $(VENV)/.installed-dev  ## every parser with thousands of new harmed inputs (FUZZ_EXAMPLES=2000)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-2000} $(BIN)/pytest -o faulthandler_timeout=0 tests/fuzz

.PHONY: bench-batch
bench-batch: $(VENV)/.installed  ## measure coach grade against a loopback server and a bare loop
	@$(BIN)/python -m bench.batch

.PHONY: bench-practice
bench-practice: $(VENV)/.installed  ## measure what a person waits for
	@$(BIN)/python -m bench.practice

.PHONY: model
model: $(VENV)/.installed  ## fit the local grader anew from eval/gold
	@$(BIN)/python -m bench.local_model

.PHONY: model-check
model-check: $(VENV)/.installed  ## check that a new fit gives the model that ships
	@$(BIN)/python -m bench.local_model --check

.PHONY: bench-history
bench-history: $(VENV)/.installed  ## measure history and progress with 10,000 graded answers
	@$(BIN)/python -m bench.history

.PHONY: bench-plan
bench-plan: $(VENV)/.installed  ## measure the plan and coach alone
	@$(BIN)/python -m bench.plan

.PHONY: bench-startup
bench-startup: $(VENV)/.installed-dev  ## measure how soon commands answer
	@$(BIN)/python -m bench.startup

.PHONY: ablations
ablations: $(VENV)/.installed  ## measure what each part of the local grader adds
	@$(BIN)/python -m bench.ablations

.PHONY: readme
readme: $(VENV)/.installed  ## write the accepted figures into README.md
	@$(BIN)/python -m bench.readme

.PHONY: docs
docs: $(VENV)/.installed-dev  ## write docs/ anew from the program
	@$(BIN)/python -m docs.generate
