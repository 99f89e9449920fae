# Every command prepares its own environment; a second run finds it ready.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HTML := _build/html
# Tells JupyterLab that a chapter (Markdown) opens as a notebook on a double click.
LABCONFIG := $(VENV)/etc/jupyter/labconfig/default_setting_overrides.json

.PHONY: book test lab serve bench pdf epub linkcheck clean

book: $(VENV)/ready
	$(BIN)/iran-russia validate
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo
	@echo "The book is built. Open $(CURDIR)/$(HTML)/index.html, or run: make serve"

# Where Java is, the importers are tested on Spark as well.
test: $(VENV)/ready $(if $(shell command -v java),$(VENV)/spark)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lab: $(VENV)/ready
	$(BIN)/jupytext-config --settings-file $(LABCONFIG) set-default-viewer markdown
	$(BIN)/jupyter lab --ServerApp.root_dir=. notebooks

serve: $(VENV)/ready
	@test -e $(HTML)/index.html || $(MAKE) book
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(HTML) 8000

bench: $(VENV)/ready
	$(BIN)/python bench/bench.py
	$(BIN)/python bench/reading.py
	$(BIN)/python bench/imports.py

# The book as one file, in _build and on its home page.
pdf epub: book
	$(BIN)/iran-russia $@

linkcheck: book
	$(BIN)/iran-russia linkcheck

clean:
	rm -rf _build $(VENV) *.egg-info .pytest_cache .ruff_cache

$(VENV)/ready: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11 to 3.13 is needed; run make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/spark: $(VENV)/ready requirements-spark.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-spark.txt
	touch $@
