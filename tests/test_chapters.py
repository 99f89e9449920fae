"""Every chapter runs alone: from a fresh kernel, in its notebook form, without a warning."""

import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from conftest import ROOT
from jupyter_cache import get_cache

from iran_russia import freshness, notebooks

BIN = Path(sys.executable).parent


def _warnings(notebook: nbformat.NotebookNode) -> list[str]:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [output["text"] for output in outputs if output.get("name") == "stderr"]


@pytest.mark.parametrize("page", freshness.chapters())
def test_a_chapter_that_the_build_ran_gave_no_warning(page, book):
    run, cache = freshness.read_run(page, ROOT / freshness.RUNS), get_cache(notebooks.CACHE)
    (kept,) = (one for one in cache.list_cache_records() if one.hashkey == run.cache_key)
    assert _warnings(cache.get_cache_bundle(kept.pk).nb) == []


# What a build does for its chapters, it does for all alike: it hands readings of claims from one to
# another and numbers figures. The home page and the ledger work out all claims; of the others one
# has figures with two readings and one the most statistics.
@pytest.mark.parametrize("page", ["index", "claims", "trade", "voting"])
def test_a_chapter_runs_alone_without_a_warning(page, tmp_path):
    chapter = ROOT / f"{page}.md" if page == "index" else ROOT / "notebooks" / f"{page}.md"
    notebook = tmp_path / f"{page}.ipynb"
    nbformat.write(jupytext.read(chapter, fmt="md:myst"), notebook)
    command = [BIN / "jupyter", "execute", "--inplace", notebook]
    subprocess.run(command, check=True, capture_output=True)
    assert _warnings(nbformat.read(notebook, as_version=4)) == []


def test_a_warning_is_seen():
    told = nbformat.v4.new_output("stream", name="stderr", text="FutureWarning")
    cell = nbformat.v4.new_code_cell("1", outputs=[told])
    assert _warnings(nbformat.v4.new_notebook(cells=[cell])) == ["FutureWarning"]
