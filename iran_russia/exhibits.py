"""What a notebook cell shows in the book: a piece of HTML and the files that belong to it.

Figures and tables are both exhibits. A notebook front end shows the live or plain form; the book
takes the HTML, and :mod:`iran_russia.site` puts the files beside the page.
"""

from __future__ import annotations

import base64
import csv
import io
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from iran_russia.datasets import DataError, load, source_ids
from iran_russia.taken import taken

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/vnd.iran-russia.exhibit+json"
"""The mime type under which an exhibit travels from the kernel to the book."""

LAB_MIME = "application/vnd.iran-russia.figure+json"
"""The live chart that `book/lab` sets into the HTML of a figure in JupyterLab."""

BUILD = "IRAN_RUSSIA_BUILD"
"""Set, in the environment, for kernels that run a chapter for the book."""

NO_FIGURE = "no figure"
"""How a number that is missing is written."""

# Autoescape: whatever stands in a table is shown as text. The text of a new chapter is no HTML.
_templates = Environment(
    loader=PackageLoader("iran_russia"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _code(text: str) -> Markup:
    """Set names between backticks as code; everything else is escaped."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


_templates.filters["code"] = _code
_templates.filters["sentence"] = lambda text: text[:1].upper() + text[1:]


def _tex(text: str) -> str:
    """Write a text so that TeX shows it as it is."""
    return re.sub(r"([%&$#_])", r"\\\1", text)


_templates.filters["tex"] = _tex


class FigureError(ValueError):
    """A figure or table that lacks what a reader needs: alt text, source, rows."""


@dataclass
class Exhibit:
    """A figure or table, ready to be shown.

    ``html`` may link to ``exhibit:<extension>`` (one of its own ``files``), to ``exhibit:here``
    (its own place in the page) and to ``site:<path>`` (a page of the book); the build resolves
    them. ``title`` becomes the caption of a figure. ``other`` holds further mime types for
    notebook front ends.
    """

    html: str
    name: str | None = None
    title: str | None = None
    files: dict[str, str | bytes] = field(default_factory=dict)
    other: dict[str, object] = field(default_factory=dict)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        if not in_build():  # a front end would take the words before the picture
            return {mime: shown for mime, shown in self.other.items() if mime != "text/markdown"}
        files = {
            extension: {"base64": base64.b64encode(content).decode()}
            if isinstance(content, bytes)
            else {"text": _harmless(content) if extension == "csv" else content}
            for extension, content in self.files.items()
        }
        exhibit = {"name": self.name, "title": self.title, "html": self.html, "files": files}
        words = {m: t for m, t in self.other.items() if m in ("text/plain", "text/markdown")}
        return {MIME: exhibit, **words}


def in_build() -> bool:
    """Say whether this chapter runs for the book: there a figure without rows is an error.

    In a notebook a student tries other years and countries, and reads in its place that there is
    nothing.
    """
    return BUILD in os.environ


def refused(fault: str) -> Exhibit:
    """Say in the place of an exhibit why there is none.

    Raises:
        FigureError: this is a build.
    """
    if in_build():
        raise FigureError(fault)
    return Exhibit(html="", other={"text/html": render("refused.html", fault=fault)})


def _harmless(table: str) -> str:
    """Put an apostrophe before cells of a download that a spreadsheet would run as a formula.

    Numbers stay as they are. The tables in ``data/`` are never changed.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [f"'{cell}" if _formula(cell) else cell for cell in row]
        for row in csv.reader(io.StringIO(table, newline=""))
    )
    return out.getvalue()


def _formula(cell: str) -> bool:
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def render(template: str, **values: object) -> str:
    """Fill one of the package's templates; in HTML values are escaped."""
    return _templates.get_template(template).render(**values)


def credits(source: pd.DataFrame | list[str]) -> list[dict]:
    """Return publishers and vintages of the sources behind an exhibit, one row a publisher.

    Args:
        source: a frame with a ``source_id`` column, or a list of source ids.

    Raises:
        FigureError: no source is named, or something else than a frame or a list.
        DataError: a source id is not in the sources table.
    """
    if not isinstance(source, list) and not hasattr(source, "columns"):
        raise FigureError(
            f"found source={source!r}, expected a frame with a source_id column, or a list of "
            'source ids such as source=["sipri_atd"]'
        )
    ids = source if isinstance(source, list) else source_ids(source)
    if not ids:
        raise FigureError(
            "no source: pass source= a frame with a source_id column, or a list of source ids"
        )
    return _credited(list(ids))


@taken
def _credited(ids: list[str]) -> list[dict]:
    register = load("sources").set_index("source_id", drop=False)
    unknown = [s for s in ids if s not in register.index]
    if unknown:
        raise DataError(f"{unknown} not in the table 'sources'; add a row to data/sources.csv")
    used = register.loc[ids].fillna({"vintage": ""})
    return [
        {
            "publisher": publisher,
            "source_id": rows["source_id"].iloc[0],
            "vintage": "; ".join(v for v in rows["vintage"].unique() if v),
        }
        for publisher, rows in used.groupby("publisher", sort=False)
    ]
