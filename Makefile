# Every command prepares its own environment; a second run finds it ready.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HTML := _build/html
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: book watch format lint check test lab notebooks serve bench pdf epub picture linkcheck lock clean

book: $(VENV)/ready
	$(BIN)/iran-russia validate
	$(BIN)/iran-russia build
	@echo
	@echo "The book is built. Open $(CURDIR)/$(HTML)/index.html, or run: make serve"

# make watch PAGE=trade: the page is renewed and reloads whenever a file of the book is saved.
PAGE ?= index
watch: $(VENV)/ready
	$(BIN)/iran-russia watch $(PAGE)

# The code of the package and of the chapters.
format: $(VENV)/ready
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format --quiet
	$(BIN)/python tools/cells.py

lint: $(VENV)/ready
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/python tools/cells.py --check
	$(BIN)/mypy --no-error-summary

# In a minute: the style and types of the code, and the tests that neither build nor browse.
check: lint
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile

# Where Java is, the importers are tested on Spark as well.
test: lint $(if $(shell command -v java),$(VENV)/spark)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# With the settings and the extension of the book: a chapter opens as a notebook, and reads as a page.
lab: $(VENV)/ready
	JUPYTER_CONFIG_PATH=book/lab $(BIN)/jupyter lab --ServerApp.root_dir=. \
		--ServerApp.preferred_dir=notebooks --LabApp.extra_labextensions_path=book/lab/extensions

# The chapters as notebooks with their results, for a code host or a colleague.
notebooks: book
	$(BIN)/iran-russia $@

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

# The picture at the top of the README, from the home page.
picture: book
	$(BIN)/python tools/picture.py

linkcheck: book
	$(BIN)/iran-russia linkcheck

# Renews the versions that the environment is made of; the ranges they may move in stand in
# pyproject.toml and requirements*.txt. They hold for every Python and system of the ranges.
lock: $(VENV)/ready
	for list in requirements requirements-spark; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-annotate --no-header --no-emit-package iran-russia $$list.txt -o $$list.lock; done

clean:
	rm -rf _build $(VENV) *.egg-info .pytest_cache .ruff_cache

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11 to 3.13 is needed; run make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --no-deps --require-hashes -r requirements.lock
	$(INSTALL) --no-deps -e .
	touch $@

$(VENV)/spark: $(VENV)/ready requirements-spark.lock
	$(INSTALL) --no-deps --require-hashes -r requirements-spark.lock
	touch $@
