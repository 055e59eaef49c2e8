# make run   — everything from nothing to the chat        make test  — install what tests need, run them all
# make check — format, lint, types                        make lock  — write the lock files anew
# make test-long — the tests that take minutes            make screenshots — the pictures of the guides
# make sbom  — a bill of materials, CycloneDX
# make fuzz — damaged documents and requests, MINUTES=2
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --no-annotate --no-header --no-emit-options \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

PLAIN_TORCH := import pathlib, sys; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text().replace("+cpu\n", "\n"))

.PHONY: run install test test-long check screenshots sbom fuzz lock clean

run: $(VENV)/.run-installed
	@echo "— Index"
	@$(BIN)/assistant index sync
	@echo "— Chat"
	@$(BIN)/assistant serve

install: $(VENV)/.run-installed

test: $(VENV)/.test-installed
	@for name in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit; done; \
		$(BIN)/playwright install chromium
	$(BIN)/python -m pytest $(ARGS)

test-long: $(VENV)/.test-installed
	$(BIN)/python -m pytest -m long $(ARGS)

fuzz: $(VENV)/.test-installed
	$(BIN)/python -m benchmarks.fuzz --minutes $(or $(MINUTES),2) $(ARGS)

check: $(VENV)/.test-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make run PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "— Environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "— Installation (about 1 GB the first time)"
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.test-installed: requirements-dev.lock $(VENV)/.run-installed
	@echo "— Installation of what tests need"
	@$(PIP) -r requirements-dev.lock
	@touch $@

screenshots: $(VENV)/.test-installed
	$(BIN)/python docs/screenshots.py

sbom: $(VENV)/.test-installed
	$(BIN)/python -m deploy.sbom sbom.cdx.json

# A CPU build calls itself 2.13.0+cpu, which other machines cannot find: the plain version is locked.
lock: $(VENV)/.test-installed
	$(COMPILE) --upgrade --output-file requirements.lock pyproject.toml
	$(BIN)/python -c '$(PLAIN_TORCH)' requirements.lock
	$(COMPILE) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(BIN)/python -c '$(PLAIN_TORCH)' requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
