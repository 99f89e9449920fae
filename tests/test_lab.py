"""Chapters in JupyterLab, and as executed notebooks, read as the pages of the book do."""

import re

import lab
import nbformat
import pytest
from conftest import ROOT

from iran_russia import freshness, notebooks
from iran_russia.datasets import DataError


@pytest.fixture(scope="module")
def served():
    with lab.serve() as address:
        yield address


@pytest.fixture
def page(browser):
    page = lab.open_page(browser)
    yield page
    page.close()


# One with many figures, one with sources and figures of other chapters, one with links to events.
@pytest.mark.parametrize("chapter", ["energy", "military", "outlook"])
def test_a_chapter_that_is_run_in_jupyterlab_reads_as_its_page(chapter, served, page, book):
    before = (ROOT / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8")
    seen = lab.run(page, served, chapter)
    assert lab.faults(seen, chapter, before) == []
    assert seen["facts"] and seen["figures"]


@pytest.mark.parametrize("page", freshness.chapters())
def test_an_executed_notebook_reads_as_its_page(page, book, tmp_path):
    written = nbformat.read(notebooks.write(page, tmp_path), as_version=4)
    nbformat.validate(written)
    text = "\n".join(c.source for c in written.cells if c.cell_type == "markdown")
    assert not re.search(r"\{[\w:]+\}`|^\([\w-]+\)=", text, re.MULTILINE)
    facts = freshness.read_run(page, ROOT / freshness.RUNS).facts
    named = re.findall(r"\{glue:text\}`(\w+)`", (ROOT / f"{page}.md").read_text(encoding="utf-8"))
    assert all(facts[name] in text for name in named)
    outputs = [o.get("data", {}) for c in written.cells for o in c.get("outputs", [])]
    pictures = sum("image/png" in data for data in outputs)
    told = [data["text/markdown"] for data in outputs if "text/markdown" in data]
    assert pictures == len(told) == (ROOT / f"{page}.md").read_text("utf-8").count("\n  figure:\n")
    for number, words in enumerate(told, start=1):
        assert re.match(rf"\*\*Fig\. {number} [^\n]+\*\*\n\n[^\n]+\n\nSource: \w", words)
    assert not any("scrapbook" in str(data) for data in outputs)


def test_a_chapter_that_has_not_run_is_named(tmp_path):
    with pytest.raises(DataError, match="notebooks/none has not run; build the book first"):
        notebooks.write("notebooks/none", tmp_path)


def test_a_name_that_nothing_gives_is_told():
    with pytest.raises(DataError, match=r"x\.md: the text names 'gone', which nothing gives"):
        notebooks._in_words("Of {glue:text}`gone` rows", "x", {}, [])
