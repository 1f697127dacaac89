# `make demo` and `make test` do everything on a fresh machine with Python 3.11, git and make.
SHELL := /bin/bash
RUN := .venv/bin/
FRONT := $(shell find frontend package.json package-lock.json -type f 2>/dev/null)
PO := $(shell find src -name '*.po' 2>/dev/null)

.PHONY: setup demo demo-build test fast check browser bench docs i18n
setup: .venv/ready .venv/warm src/anlan/core/static/dist/ready src/anlan/locale/ready

demo: setup
	$(RUN)anlan demo

demo-build: setup
	$(RUN)anlan demo --no-serve

test: setup
	bin/system-packages
	bin/test

fast: setup # of one stage: make fast stage=prevention
	$(RUN)pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not slow and not browser" $(if $(stage),tests/$(stage))

browser: setup
	bin/system-packages chromium driver fonts
	$(RUN)pytest -q -m browser tests/browser

check: setup
	bin/check

bench: setup
	$(RUN)uv sync --frozen --group bench
	for script in benchmarks/*.py; do echo "== $$script"; $(RUN)python $$script || exit 1; done

docs: setup
	bin/docs

i18n: setup
	$(RUN)python bin/i18n update && $(RUN)python bin/i18n compile

.venv/ready: pyproject.toml uv.lock
	bin/setup
	touch $@

.venv/warm: .venv/ready $(shell find src/anlan/analysis -name '_*.py' 2>/dev/null)
	$(RUN)python -m anlan.analysis.warm
	touch $@

src/anlan/core/static/dist/ready: .venv/ready $(FRONT)
	PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --no-audit --no-fund --loglevel=error && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent build
	touch $@

src/anlan/locale/ready: .venv/ready $(PO)
	$(RUN)python bin/i18n compile
	touch $@
