# Each target sets up all that it needs, in $(VENV): nothing has to be installed first but Python 3.11 or later.
#   make thesis        the op-ed's thesis, from the shipped scenarios, into runs/thesis; the page to read is its report.html
#   make thesis-full   the same with more draws of the parameters and more worlds
#   make test          the tests
#   make check         formatting, lint, types, tests
#   make check-both    the tests on Python 3.11 and on 3.13
#   make soak          a sweep killed 50 times, each time resumed to the same digest; exact odds at a million worlds; the fused loop
#   make bench         the speed, against two baselines; rewrites docs/performance.md and the figures of docs/scale.md
#   make solvers       the game solvers' time beside Gambit's, which it installs; rewrites docs/solvers.md
#   make gambit        install Gambit (it may be built from source, some minutes) and compare the game solvers with it
#   make goldens       rewrite the golden transcripts
#   make docs          rewrite docs/model.md and docs/claims.md from the code
#   make constraints   resolve the pinned dependencies anew
#   make clean         remove what the above have made, except runs/
# Choose the interpreter with `make PYTHON=python3.12 ...`, pass arguments to pytest with PYTEST_ARGS='-k ladder'
# and to the benchmarks with BENCH_ARGS=--long.

VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
BENCH_ARGS ?=
VERSIONS := 3.11 3.13
comma := ,
PACKAGING := setup.cfg pyproject.toml constraints.txt

# A name on PATH is not enough: it may be a shim that points nowhere, or lack what a virtual environment needs.
first_python = $(shell for python in $(1); do \
	"$$python" -c 'import ensurepip, ssl, sys; sys.exit(not ($(2)))' 2>/dev/null && echo "$$python" && break; done)
python_at = $(call first_python,python$(1) "$$(pyenv root 2>/dev/null)"/versions/$(1).*/bin/python \
	"$$(uv python find --no-python-downloads $(1) 2>/dev/null)" python3,"%d.%d" % sys.version_info[:2] == "$(1)")
PYTHON ?= $(call first_python,python3.13 python3.12 python3.11 python3 python,sys.version_info >= (3, 11))

.DELETE_ON_ERROR:
.PHONY: thesis thesis-full test check check-both soak bench solvers gambit goldens docs constraints clean

thesis: $(VENV)/.installed
	$(BIN)/escalation thesis --out runs/thesis

thesis-full: $(VENV)/.installed
	$(BIN)/escalation thesis --full --out runs/thesis-full

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

check-both: $(VERSIONS:%=check-on-%)

check-on-%: has-%
	$(MAKE) VENV=.venv-$* PYTHON='$(call python_at,$*)' test

has-%:
	@test -n '$(call python_at,$*)' || { echo "make: no Python $* was found on this machine" >&2; exit 1; }

soak: $(VENV)/.installed-dev
	SOAK=1 $(BIN)/python -m pytest -o faulthandler_timeout=3600 tests/worlds/test_store.py tests/cli/test_interrupts.py \
		tests/analysis/test_exact.py tests/test_benchmarks.py \
		-k 'killed or million or compiled_gives or local_cluster' $(PYTEST_ARGS)

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks $(BENCH_ARGS) --write docs/performance.md --scale docs/scale.md

solvers: $(VENV)/.installed-gambit
	$(BIN)/python -m benchmarks.solvers --write docs/solvers.md

gambit: $(VENV)/.installed-gambit
	$(BIN)/python -m pytest tests/games/test_gambit.py $(PYTEST_ARGS)

goldens: $(VENV)/.installed-dev
	$(BIN)/python -m tests.goldens refresh

docs: $(VENV)/.installed
	$(BIN)/escalation odd --out docs/model.md
	$(BIN)/python -m escalation.history.claims > docs/claims.md.new
	mv docs/claims.md.new docs/claims.md

constraints: $(VENV)/.installed-dev
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-header --no-annotate --python-version 3.11 --all-extras \
		--output-file constraints.txt setup.cfg

clean:
	rm -rf .venv .venv-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n '$(PYTHON)' || { echo "make: no Python 3.11 or later was found; name one: make PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# uv where there is one or pip can fetch it, for it is several times faster; else, or if it fails, pip.
define install
	@echo "installing $(1) into $(VENV)"
	@if uv --version >/dev/null 2>&1; then uv=uv; \
	else uv=$(BIN)/uv; $(BIN)/python -m pip install --quiet --constraint constraints.txt uv 2>/dev/null || uv=false; fi; \
	$$uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --editable '$(1)' \
	|| $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '$(1)'
endef

$(VENV)/.installed: $(PACKAGING) | $(BIN)/python
	$(call install,.)
	@touch $@

$(VENV)/.installed-dev: $(PACKAGING) | $(BIN)/python
	$(call install,.[dev])
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-gambit: $(PACKAGING) | $(VENV)/.installed-dev
	$(call install,.[dev$(comma)gambit])
	@touch $@
