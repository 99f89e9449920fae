"""Every chapter runs alone: from a fresh kernel, in its notebook form, without a warning."""

import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from conftest import CHAPTERS, ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize("chapter", [ROOT / "index.md", *CHAPTERS], ids=lambda p: p.stem)
def test_a_chapter_runs_alone_without_a_warning(chapter, tmp_path):
    notebook = tmp_path / f"{chapter.stem}.ipynb"
    nbformat.write(jupytext.read(chapter, fmt="md:myst"), notebook)
    command = [BIN / "jupyter", "execute", "--inplace", notebook]
    subprocess.run(command, check=True, capture_output=True)
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output["text"]
