"""How a page and each of its figures are cited, with the edition and day of CITATION.cff."""

from datetime import date
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx

from iran_russia.exhibits import render

CITATION = "CITATION.cff"

_PLACE = "<!-- cite -->"
"""Where a figure says how to cite it."""


def cite(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Say below a page how to cite it; a DOI is named as soon as the citation file has one."""
    if doctree is not None and (book := _edition(app)):
        title = nodes.Text(app.env.titles[page].astext())
        key = page.rpartition("/")[2]
        context["body"] += render(
            "cite.html", **book, title=title, key=key, part="", url=_address(app, page)
        )


def cite_figures(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Say below each figure of a page how to cite it, by its title, number and chapter."""
    if doctree is None:
        return
    book, chapter = _edition(app), app.env.titles[page].astext()
    numbers = app.env.toc_fignumbers.get(page, {}).get("figure", {})
    before, *after = context["body"].split(_PLACE)
    figures = [figure for figure in doctree.findall(nodes.figure) if _has_place(figure)]
    for figure, text in zip(figures, after, strict=True):
        name = figure["ids"][0]
        if book:
            before += render(
                "cite_figure.html",
                **book,
                title=next(part for part in figure if isinstance(part, nodes.caption)).astext(),
                part=f"figure {numbers[name][0]} of “{chapter}”",
                key=name,
                url=_address(app, page, name),
            )
        before += text
    context["body"] = before


def _has_place(figure: nodes.figure) -> bool:
    return any(_PLACE in raw.astext() for raw in figure.findall(nodes.raw))


def _edition(app: Sphinx) -> dict | None:
    """Return what the citation file says of the book; None where there is none."""
    file = Path(app.confdir) / CITATION
    if not file.exists():
        return None
    book = yaml.safe_load(file.read_text(encoding="utf-8"))
    released = date.fromisoformat(book["date-released"])
    return {
        "authors": "; ".join(author["name"] for author in book["authors"]),
        "book": book["title"],
        "version": book["version"],
        "year": released.year,
        "day": f"{released.day} {released:%B %Y}",
        "doi": book.get("doi"),
    }


def _address(app: Sphinx, page: str, name: str = "") -> str:
    """Return the address of a page or of a place in it; none where the book has no address."""
    base = app.config.html_baseurl.rstrip("/")
    return f"{base}/{page}.html{'#' + name if name else ''}" if base else ""
