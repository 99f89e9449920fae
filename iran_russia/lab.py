"""What JupyterLab needs to show a chapter as its page reads: the words behind names in the text.

``book/lab`` asks for them whenever a cell has run.
"""

import functools
import re
from pathlib import Path

from IPython.display import JSON

from iran_russia import facts
from iran_russia.freshness import ROOT, pages

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_FIGURE = re.compile(r"^  figure:\n    name: (\S+)$", re.MULTILINE)


def words() -> JSON:
    """Return, by name, the facts stated so far, sources as they are cited, figures and pages.

    Beside them stand the sentences that the data do not bear out, for headings among them.
    """
    return JSON(
        {
            "facts": facts.stated(),
            "turned": facts.turned(),
            "mark": facts.TURNED,
            "cited": cited(),
            "figures": figures(),
            "titles": titles(),
        }
    )


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
def titles() -> dict[str, str]:
    """Return the title of every page of the book by the name of its file."""
    texts = {page: (ROOT / f"{page}.md").read_text(encoding="utf-8") for page in pages()}
    return {Path(page).name: _TITLE.findall(text)[0] for page, text in texts.items()}


@functools.cache
def figures() -> dict[str, str]:
    """Return the words that name each figure from another chapter: number and chapter."""
    return {
        name: f"Fig. {number} of “{titles()[Path(page).name]}”"
        for page in pages()
        for number, name in enumerate(
            _FIGURE.findall((ROOT / f"{page}.md").read_text(encoding="utf-8")), start=1
        )
    }
