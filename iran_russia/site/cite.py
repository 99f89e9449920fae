"""How a page is cited: as CITATION.cff names the book, its edition and its day."""

from datetime import date
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx

from iran_russia.exhibits import render

CITATION = "CITATION.cff"


def cite(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Say below a page how to cite it; a DOI is named as soon as the citation file has one."""
    file = Path(app.confdir) / CITATION
    if doctree is None or not file.exists():
        return
    book = yaml.safe_load(file.read_text(encoding="utf-8"))
    released = date.fromisoformat(book["date-released"])
    base = app.config.html_baseurl.rstrip("/")
    context["body"] += render(
        "cite.html",
        authors="; ".join(author["name"] for author in book["authors"]),
        book=book["title"],
        title=nodes.Text(app.env.titles[page].astext()),
        version=book["version"],
        year=released.year,
        day=f"{released.day} {released:%B %Y}",
        key=page.rpartition("/")[2],
        doi=book.get("doi"),
        url=f"{base}/{page}.html" if base else "",
    )
