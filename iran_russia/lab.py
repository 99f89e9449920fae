"""What JupyterLab needs to show a chapter as its page reads: the words behind names in the text.

``book/lab`` asks for them whenever a cell has run.
"""

import functools
import re

from IPython.display import JSON

from iran_russia import facts
from iran_russia.freshness import ROOT

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_FIGURE = re.compile(r"^  figure:\n    name: (\S+)$", re.MULTILINE)


def words() -> JSON:
    """Return, by name, the facts stated so far, sources as they are cited, and figures."""
    return JSON({"facts": facts.stated(), "cited": cited(), "figures": figures()})


@functools.cache
def cited() -> dict[str, str]:
    """Return the words that cite each source of the book: author and year."""
    from pybtex.database import parse_file

    entries = parse_file(str(ROOT / "book" / "references.bib")).entries
    return {
        key: f"{_authors(entry.persons['author'])}, {entry.fields.get('year', 'n.d.')}"
        for key, entry in entries.items()
    }


def _authors(persons: list) -> str:
    names = [
        " ".join(part.render_as("text") for part in p.rich_prelast_names + p.rich_last_names)
        for p in persons
    ]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


@functools.cache
def figures() -> dict[str, str]:
    """Return the words that name each figure from another chapter: number and chapter."""
    found = {}
    for page in sorted((ROOT / "notebooks").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        if title := _TITLE.search(text):
            for number, name in enumerate(_FIGURE.findall(text), start=1):
                found[name] = f"Fig. {number} of “{title[1]}”"
    return found
