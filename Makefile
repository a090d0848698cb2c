# Everything the project does, one target each. `make help` lists them.
# Needs GNU make and Python 3.11 or newer; `make pdf` needs TeX as well (`make system`).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --require-hashes
# One cache of read pages serves every builder. A build that warned must warn
# again, so a failed build takes the cache with it.
SPHINX := $(BIN)/sphinx-build -c . -W --keep-going -d build/doctrees
LOCALE := ext/sphinx_thread_cards/locale
DOMAIN := sphinx_thread_cards
FAILED = { rm -rf build/doctrees; exit 1; }

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help html live pdf epub threads test check messages system lock clean tex

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

html: $(VENV)/.project ## build the site into build/html
	$(SPHINX) -b html docs build/html || $(FAILED)
	@echo "Open $(CURDIR)/build/html/index.html"

live: $(VENV)/.live $(VENV)/.project ## serve the site and rebuild it on every save
	$(BIN)/sphinx-autobuild -c . --watch ext --watch conf.py docs build/live

pdf: tex $(VENV)/.project ## print the site into build/pdf (needs TeX)
	$(SPHINX) -q -b latex docs build/latex || $(FAILED)
	@echo "Running latexmk; its output goes to build/latex/latexmk.out"
	@$(MAKE) -C build/latex all-pdf LATEXMKOPTS="-interaction=nonstopmode -halt-on-error" \
		> build/latex/latexmk.out 2>&1 < /dev/null \
		|| { tail -n 40 build/latex/latexmk.out; exit 1; }
	@rm -rf build/pdf && mkdir -p build/pdf
	@for tex in build/latex/*.tex; do cp "$${tex%.tex}.pdf" build/pdf; done
	@ls build/pdf/*.pdf | sed 's|^|Open $(CURDIR)/|'

epub: $(VENV)/.project ## make the e-book in build/epub
	$(SPHINX) -q -b epub docs build/epub || $(FAILED)
	@ls build/epub/*.epub | sed 's|^|Open $(CURDIR)/|'

threads: $(VENV)/.fetch $(VENV)/.project ## keep the threads that the site cites (ARGS="--refresh" fetches all again)
	$(BIN)/thread-cards fetch -c . -d build/doctrees docs $(ARGS)

test: $(VENV)/.test $(VENV)/.project ## run the whole test suite (ARGS="-k wheel" runs a part)
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: $(VENV)/.test $(VENV)/.project ## check style and types
	$(BIN)/ruff check
	$(BIN)/mypy

# The catalogues hold no line numbers and no dates of their making, which would change with everything.
messages: $(VENV)/.project ## update the message catalogues
	$(BIN)/pybabel -q extract --omit-header --no-location --width=100 -k _noop -k _ngettext:1,2 \
		-o $(LOCALE)/$(DOMAIN).pot ext/sphinx_thread_cards/*.py
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete --width=100 \
		-D $(DOMAIN) -i $(LOCALE)/$(DOMAIN).pot -d $(LOCALE)
	$(BIN)/pybabel compile --statistics -D $(DOMAIN) -d $(LOCALE)

system: ## install TeX, fonts, browser and validators (Debian, Ubuntu)
	@requirements/install-system

lock: ## pin requirements/*.in again (UPGRADE=1 takes newer versions)
	@PYTHON=$(PYTHON) requirements/lock $(if $(UPGRADE),--upgrade)

clean: ## remove what was built and the environment
	rm -rf build dist $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

tex:
	@command -v latexmk >/dev/null && command -v lualatex >/dev/null \
		|| { echo "make pdf needs latexmk and LuaLaTeX: run 'make system' (Debian, Ubuntu) or install TeX Live." >&2; exit 1; }

# The environment. Each stamp is newer than what it was made from, so a second
# run installs nothing, and a changed requirements file installs again.

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed: install it, or name one with 'make PYTHON=python3.12 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) lacks its venv module: on Debian and Ubuntu, 'sudo apt-get install python3-venv'." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.docs $(VENV)/.live $(VENV)/.fetch: $(VENV)/.%: requirements/%.txt $(VENV)/.python
	$(INSTALL) --only-binary :all: -r $<
	@touch $@

# The validator comes as source alone; it is built with the pinned setuptools.
$(VENV)/.test: requirements/test.txt requirements/validator.txt $(VENV)/.python
	$(INSTALL) --only-binary :all: -r requirements/test.txt
	$(INSTALL) --no-deps --no-build-isolation -r requirements/validator.txt
	@touch $@

# hatchling is among the pins, so this asks no package index.
$(VENV)/.project: pyproject.toml $(VENV)/.docs
	$(PIP) install --no-index --no-deps --no-build-isolation -e .
	@touch $@
