"""What the README says a reader can do, and what can be done, are the same."""

import re
from statistics import median

import jupytext
import pytest
from conftest import ROOT
from jupyter_client.kernelspec import get_kernel_spec
from jupytext.config import load_jupytext_config

from iran_russia import freshness
from iran_russia.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()


@pytest.mark.parametrize("command", main.commands)
def test_every_command_is_documented(command):
    assert f"iran-russia {command}" in README


@pytest.mark.parametrize("target", [t for t in TARGETS if t != "clean"])
def test_every_make_target_is_documented(target):
    assert f"make {target}" in README


def test_every_make_target_named_in_the_documents_exists():
    texts = README + (ROOT / "CONTRIBUTING.md").read_text() + (ROOT / "book/about.md").read_text()
    assert set(re.findall(r"`make (\w+)`|^make (\w+)", texts, re.MULTILINE)) <= {
        pair for target in TARGETS for pair in ((target, ""), ("", target))
    }


def test_every_module_has_its_place_in_the_readme():
    for module in freshness.PACKAGE.glob("*.py"):
        if module.stem not in ("__init__", "cli"):
            assert f"{module.name}`" in README, module.name


def test_every_page_with_code_is_in_the_table_of_contents():
    written = {f"notebooks/{file.stem}" for file in (ROOT / "notebooks").glob("*.md")}
    assert written | {"index"} == set(freshness.chapters())


@pytest.mark.parametrize("page", freshness.chapters())
def test_a_chapter_that_is_saved_in_jupyterlab_unchanged_stays_as_it_is(page):
    file = ROOT / f"{page}.md"
    settings = load_jupytext_config(str(file))
    notebook = jupytext.read(str(file), config=settings)
    # JupyterLab names the kernel as it is installed.
    kernel = get_kernel_spec("python3")
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": kernel.display_name,
        "language": kernel.language,
    }
    # What front ends keep: values of the text, trust, folding, the version of Python.
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    for cell in notebook.cells:
        cell.metadata |= {"user_expressions": [{"expression": "n"}], "trusted": True}
        cell.metadata["jupyter"] = {"source_hidden": True}
    assert jupytext.writes(notebook, fmt="md:myst", config=settings) == file.read_text("utf-8")


def cells(page) -> list[int]:
    """Lines of each cell, which stand as ruff formats them (make lint)."""
    notebook = jupytext.read(ROOT / f"{page}.md")
    return [len(c.source.splitlines()) for c in notebook.cells if c.cell_type == "code"]


@pytest.mark.parametrize("page", freshness.chapters())
def test_no_cell_is_longer_than_a_screen_and_most_are_short(page):
    assert max(cells(page)) <= 25
    assert median(cells(page)) <= 8
