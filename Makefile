# mailgate: `make demo` shows a help desk at work, `make test` proves it.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ARGS   ?=
# Three workers more than there are cores: a test that waits, as half of their time goes, leaves its core to another.
JOBS   ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 3)))
PLAY   := 'pytest>=9.0,<9.2' 'pytest-xdist>=3.8' 'pytest-timeout>=2.4' 'hypothesis>=6.150' 'trustme>=1.2.1' 'httpx2>=2.16'
# For the axe.min.js in it alone (axe-core 4.12.1): the playwright it asks for would bring a browser's worth of files.
AXE    := axe-playwright-python==0.1.8
QUICK  := tests/core tests/wire tests/scenarios/test_first_mail.py --ignore tests/wire/test_corpus.py

# Hundreds of Pythons begin here and read the same modules: each would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick compat lint run bench bench-large bench-window noise corpus letters pages fuzz mutants crash install upgrade clean

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[web,connect]'
	@touch $@

$(VENV)/.tested: $(VENV)/.installed pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check $(PLAY) \
	  'ruff>=0.17' 'mypy>=2.4' 'build>=1.2' 'hatchling>=1.25' 'selenium>=4.40'
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps $(AXE)
	@touch $@

$(VENV)/.quick: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check $(PLAY)
	@touch $@

demo: $(VENV)/.installed
	@$(BIN)/mailgate demo $(ARGS)

test: $(VENV)/.tested
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

quick: JOBS = $(shell getconf _NPROCESSORS_ONLN) # nothing here waits
quick: $(VENV)/.quick
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(QUICK) $(ARGS)

compat:
	.ci/compat

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

run: $(VENV)/.installed
	$(BIN)/mailgate run $(ARGS)

bench: $(VENV)/.tested
	$(BIN)/python bench/run.py $(ARGS)

bench-large: $(VENV)/.tested
	$(BIN)/python bench/run.py --large $(ARGS)

bench-window: $(VENV)/.tested
	$(BIN)/python bench/window.py $(ARGS)

noise: $(VENV)/.tested
	$(BIN)/python bench/noise.py $(ARGS)

corpus: $(VENV)/.tested
	$(BIN)/python bench/corpus.py $(ARGS)

letters: $(VENV)/.tested
	$(BIN)/python bench/letters.py $(ARGS)

pages: $(VENV)/.tested
	$(BIN)/python bench/pages.py $(ARGS)

fuzz: $(VENV)/.tested
	$(BIN)/python bench/fuzz.py $(ARGS)

mutants: $(VENV)/.tested
	$(BIN)/python bench/mutants.py $(ARGS)

crash: $(VENV)/.tested
	MAILGATE_CRASH_ROUNDS=500 MAILGATE_TEST_FRESH=1 $(BIN)/python -m pytest tests/scenarios/test_crash.py -k rounds --timeout 7200 $(ARGS)

install:
	sh systemd/install.sh install

upgrade:
	sh systemd/install.sh upgrade

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
