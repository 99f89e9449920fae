"""Chapters as executed notebooks that read well where no kernel runs.

Numbers, figures and sources that the text names stand in it as words, figures as pictures. A
chapter of the built book is written as it last ran; a file is run as it stands, with the choices
that a student has made in it.
"""

import base64
import html
import json
import re
from pathlib import Path

import jupytext
import nbformat
from jupyter_cache import get_cache
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_output

from iran_russia import engine, freshness, lab
from iran_russia.choices import ChoiceError
from iran_russia.datasets import DataError
from iran_russia.exhibits import LAB_MIME, MIME
from iran_russia.facts import TURNED

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
    figures = figures_of(notebook)
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
    return _written(notebook, folder / f"{Path(page).name}.ipynb")


def _written(notebook: nbformat.NotebookNode, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, file)
    return file


def figures_of(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the names of the figures of a notebook in their order."""
    named = (cell.metadata.get("mystnb", {}).get("figure") for cell in notebook.cells)
    return [figure["name"] for figure in named if figure]


# A last cell, taken out again, tells what the kernel has stated, and what does not hold.
_STATED = """
import json
from iran_russia import facts
print(json.dumps([facts.stated(), facts.turned()]))
"""


def execute(
    notebook: nbformat.NotebookNode, folder: Path, allow_errors: bool = False
) -> tuple[dict[str, str], list[str]]:
    """Run a notebook in a folder, as a student does; its cells get their outputs.

    Returns:
        The facts that it has stated, by name, and the sentences that the data do not bear out.
    """
    notebook.cells.append(new_code_cell(_STATED))
    NotebookClient(
        notebook,
        resources={"metadata": {"path": str(folder)}},
        allow_errors=allow_errors,
        # Kernels listen on this machine only; each would warn that it does so unencrypted.
        extra_arguments=["--log-level=ERROR"],
    ).execute()
    stated, turned = json.loads(notebook.cells.pop().outputs[-1].text)
    return stated, turned


def run(file: Path, folder: Path) -> Path:
    """Run a chapter as it stands and write it with its results; return the file.

    Args:
        file: the chapter, in Markdown.
        folder: where the notebook goes, under the name of the chapter.

    Raises:
        DataError: a cell fails, such as that of a choice which the tables do not know, or the text
            names what no cell gives.
    """
    notebook = jupytext.read(file)
    try:
        stated, turned = execute(notebook, file.parent)
    except CellExecutionError as error:
        # A choice that the tables do not know is told in a sentence of its own.
        kind = "" if error.ename == ChoiceError.__name__ else f"{error.ename}: "
        raise DataError(f"{file.name}: {kind}{error.evalue}") from None
    figures = figures_of(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = marked(in_words(cell.source, file.stem, stated, figures), turned)
            continue
        name = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        number = f"Fig. {figures.index(name) + 1}" if name else ""
        cell.outputs = [shown for output in cell.outputs for shown in _seen(output, number)]
    return _written(notebook, folder / f"{file.stem}.ipynb")


_HEADING = re.compile(r"^(#+ )(.+)$", re.MULTILINE)


def marked(text: str, turned: list[str]) -> str:
    """Mark the headings of a text that the data do not bear out."""
    return _HEADING.sub(lambda h: f"{h[1]}{TURNED * (h[2] in turned)}{h[2]}", text)


# Of a figure in JupyterLab, as the template lab.html has it.
_SVG = re.compile(r"<svg.*</svg>", re.DOTALL)
_TOLD = re.compile(r'class="ir-(title|unit|source)">(.*?)</(?:span|p)>', re.DOTALL)


def _seen(output: nbformat.NotebookNode, number: str) -> list:
    """Return what of an output of a student's kernel is seen, as :func:`_shown` of the book's."""
    data = output.get("data", {})
    if LAB_MIME not in data:
        if "text/html" in data:
            data["text/html"] = _AWAY.sub("", data["text/html"])
        return [output]
    drawn = "".join(_SVG.findall(data["text/html"]))
    png = base64.b64encode(engine.svg_to_png(drawn, scale=2)).decode()
    told = {part: html.unescape(words) for part, words in _TOLD.findall(data["text/html"])}
    below = f"**{number} {told['title']}**\n\n{told['unit']}\n\n{told['source']}"
    return [
        new_output("display_data", {"image/png": png, "text/plain": data["text/plain"]}),
        new_output("display_data", {"text/markdown": below}),
    ]


def in_words(text: str, page: str, facts: dict[str, str], figures: list[str]) -> str:
    """Put words in the place of names; lead links to where this notebook finds their pages."""

    def words(role: re.Match) -> str:
        kind, name = role[1], role[2]
        try:
            if kind == "glue:text":
                return facts[name]
            if kind == "cite":
                cited = sorted(lab.cited()[key.strip()] for key in name.split(","))
                return f"[{', '.join(cited)}]"
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
