"""Chapters of the built book as executed notebooks that read well where no kernel runs.

Numbers, figures and sources that the text names stand in it as words, figures as pictures.
"""

import json
import re
from pathlib import Path

import jupytext
import nbformat
from jupyter_cache import get_cache
from nbformat.v4 import new_output

from iran_russia import freshness, lab
from iran_russia.datasets import DataError
from iran_russia.exhibits import MIME

CACHE = freshness.ROOT / "_build" / ".jupyter_cache"
"""Where MyST-NB keeps what the chapters gave when they last ran."""

_ROLE = re.compile(r"\{(glue:text|numref|cite|event)\}`([^`]+)`")
# Names of sections, and the place of the list of pages.
_PLACE = re.compile(r"^(?:\([\w-]+\)=|```\{pages\}\n```)\n?", re.MULTILINE)
# A link without words takes the title of its page.
_UNNAMED = re.compile(r"\[\]\([\w./]*?(\w+)\.md")
_AWAY = re.compile(r'\s(?:href="(?:site|exhibit):[^"]*"(?: download)?|data-live="[^"]*")')


def write(page: str, folder: Path) -> Path:
    """Write a chapter as it last ran; return the file.

    Args:
        page: its path without ending.
        folder: where the file goes, under the name of the chapter.

    Raises:
        DataError: the chapter has not run, or its text names what it does not give.
    """
    run = freshness.read_run(page, freshness.ROOT / freshness.RUNS)
    cache = get_cache(CACHE)
    kept = [r for r in cache.list_cache_records() if run and r.hashkey == run.cache_key]
    if run is None or not kept:
        raise DataError(f"{page} has not run; build the book first, with `make book`")
    notebook = jupytext.read(freshness.ROOT / f"{page}.md")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    figures = [f["name"] for cell in code if (f := cell.metadata.get("mystnb", {}).get("figure"))]
    ran = cache.get_cache_bundle(kept[0].pk).nb.cells
    for cell, done in zip(code, ran, strict=True):
        named = cell.metadata.get("mystnb", {}).get("figure", {})
        number = figures.index(named["name"]) + 1 if named else 0
        cell.execution_count = done.execution_count
        cell.outputs = [
            shown
            for output in done.outputs
            for shown in _shown(output, f"Fig. {number}", named.get("caption"))
        ]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = in_words(cell.source, page, run.facts, figures)
    file = folder / f"{Path(page).name}.ipynb"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)
    return file


def in_words(text: str, page: str, facts: dict[str, str], figures: list[str]) -> str:
    """Put words in the place of names; lead links to where this notebook finds their pages."""

    def words(role: re.Match) -> str:
        kind, name = role[1], role[2]
        try:
            if kind == "glue:text":
                return facts[name]
            if kind == "cite":
                return f"[{', '.join(lab.cited()[key.strip()] for key in name.split(','))}]"
            if kind == "numref":
                own = name in figures
                return f"Fig. {figures.index(name) + 1}" if own else lab.figures()[name]
        except KeyError as error:
            raise DataError(f"{page}.md: the text names {error}, which nothing gives") from None
        return name.partition(" <")[0]

    text = _ROLE.sub(words, _PLACE.sub("", text))
    text = _UNNAMED.sub(lambda link: f"[{lab.titles()[link[1]]}{link[0][1:]}", text)
    text = re.sub(r"\]\((?:\.\./)?book/", "](../../book/", text)
    return re.sub(r"\]\((?:notebooks/)?(\w+)\.md", r"](\1.ipynb", text)


def _shown(output: nbformat.NotebookNode, number: str, caption: str | None) -> list:
    """Return what of an output is seen: an exhibit as a picture with its words, or as HTML."""
    if "scrapbook" in output.get("metadata", {}):
        return []  # a fact, which stands in the text
    if MIME not in output.get("data", {}):
        return [output]
    exhibit = output["data"][MIME]
    exhibit = json.loads(exhibit) if isinstance(exhibit, str) else exhibit
    if "png" not in exhibit["files"]:
        return [new_output("display_data", {"text/html": _AWAY.sub("", exhibit["html"])})]
    picture = {
        "image/png": exhibit["files"]["png"]["base64"],
        "text/plain": output["data"]["text/plain"],
    }
    title = exhibit["title"] or caption
    below = f"**{number} {title}**\n\n{output['data']['text/markdown']}"
    return [
        new_output("display_data", picture),
        new_output("display_data", {"text/markdown": below}),
    ]
