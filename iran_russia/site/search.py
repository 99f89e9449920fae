"""Writes what the book's own search reads: the text of every section of the built pages.

Sphinx's search was replaced, because it stems pages in Python and queries in JavaScript by rules
that differ, drops numbers, glues the cells of tables together and shows no place within a page.
Three libraries were looked at. Pagefind loads ES modules and WebAssembly, which browsers refuse
from ``file://`` (its issues 202 and 241), and the book's content policy allows no WebAssembly.
MiniSearch comes from npm only, which the book does without. Lunr has an index builder in Python,
but stems in both languages again and its JavaScript comes from npm too. None splits designations
(S-400) or gives back the sentence; what is left of such a library is a map from words to places.

The index holds text only. It is a classic script, so that it loads from ``file://``, packed,
so that all rows of all tables fit. The browser takes it apart into words (``search.js``) with the
function that takes queries apart: no word can be cut in two ways.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterable
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import yaml
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError

from iran_russia import freshness

INDEX, SPELLINGS = "search-index.js", "search-aliases.js"
"""Names of what the search page loads from beside it."""

ALIASES = Path("book/aliases.yml")
"""Other spellings of names, from the book's folder: a list of lists."""

# Pages that name everything once more: they come after the chapter that says it.
_LISTS = {
    *("notebooks/catalogue.html", "notebooks/claims.html", "book/changes.html"),
    *("book/methods.html", "book/extend.html"),
}
_VOID = {"br", "img", "hr", "input", "wbr", "col", "meta", "link", "source"}
_INLINE = {
    *("a", "abbr", "b", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span"),
    *("strong", "sub", "sup", "time", "u", "var", "wbr", "del", "ins", "samp"),
}
# Code, buttons, what opens something, and what only repeats other text.
_UNREAD = {"summary", "button", "nav", "select", "noscript", "template"}
_UNREAD_CLASSES = {
    *("headerlink", "cell_input", "above-input", "ir-narrow", "ir-whole-book"),
    *("ir-downloads", "ir-code", "ir-link", "ir-figure-cite"),
}
_DARK = re.compile(r"<(pre|script|style)\b.*?</\1>", re.DOTALL)
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_LABEL = re.compile(r"<text\b[^>]*>([^<]*[^\W\d_]{3}[^<]*)<")


class Block(NamedTuple):
    """A paragraph, an item of a list, a caption or a row of a table, its cells apart by " | "."""

    anchor: str
    """The id that leads to it, or that of its section."""

    text: str


class Section(NamedTuple):
    """A section without its subsections."""

    anchor: str
    heading: str
    blocks: list[Block]


class _Open(NamedTuple):
    """An element that is not closed yet."""

    tag: str
    unread: bool
    section: int
    anchor: str


class _Reader(HTMLParser):
    """Collects the sections of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[Section] = []
        self._path: list[_Open] = []
        self._said: list[str] = []
        self._heading = ""  # the tag of the heading that is being read
        self._term = ""  # the id of the last term of a list of definitions
        self._in_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag, begins=True)
        if tag in _VOID:
            return
        has = dict(attrs)
        classes = set((has.get("class") or "").split())
        last = self._path[-1] if self._path else _Open("", False, -1, "")
        section, anchor = last.section, last.anchor
        own = has.get("id") or ""
        if tag == "section" or not self.sections:
            section, anchor = len(self.sections), own
            self.sections.append(Section(own, "", []))
        elif tag == "dd" and self._term:
            anchor = self._term
        elif own and tag not in _INLINE:
            anchor = own
        if tag == "dt":
            self._term = own
        unread = last.unread or tag in _UNREAD or bool(classes & _UNREAD_CLASSES)
        self._path.append(_Open(tag, unread, section, anchor))
        if re.fullmatch("h[1-6]", tag):
            self._heading = tag
        self._in_row = self._in_row or tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or tag not in {open_.tag for open_ in self._path}:
            return
        self._part(tag, begins=False)
        if tag == self._heading:
            self._heading = ""
        while self._path.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._path and not self._path[-1].unread:
            self._said.append(data)

    def _part(self, tag: str, *, begins: bool) -> None:
        """Part what was said before from what follows, where a tag does so."""
        if tag in _INLINE:
            return
        if self._in_row and not (tag == "tr" and not begins):
            self._said.append(" | " if tag in ("td", "th", "p") and begins else " ")
            return
        self._in_row = False
        text = re.sub(r"(?:\s*\|\s*)+$|^(?:\s*\|\s*)+", "", " ".join("".join(self._said).split()))
        text = re.sub(r"\|(?: \|)+", "|", text)
        self._said.clear()
        if not text or not self._path:
            return
        at = self._path[-1]
        section = self.sections[at.section]
        if self._heading and not section.heading:
            self.sections[at.section] = section._replace(heading=text)
        else:
            section.blocks.append(Block(at.anchor, text))


def _labels(drawing: re.Match) -> str:
    """Put the words of a drawing in its place."""
    words = dict.fromkeys(unescape(label).strip() for label in _LABEL.findall(drawing[0]))
    return f"<p>{escape(' | '.join(words))}</p>"


def sections(html: str) -> list[Section]:
    """Read the sections of a built page; the first has the title of the page as its heading."""
    article = re.search(r"<article\b.*</article>", html, re.DOTALL)
    if not article:
        return []
    reader = _Reader()
    reader.feed(_DRAWING.sub(_labels, _DARK.sub(" ", article[0])))
    reader.close()
    whole, *parts = reader.sections
    if parts:
        # What stands outside all sections is of the page, whose own section is the first.
        parts[0].blocks.extend(whole.blocks)
        whole.blocks.clear()
    return [
        # A section without a heading is called by how it begins.
        found if found.heading else found._replace(heading=found.blocks[0].text)
        for found in reader.sections
        if found.heading or found.blocks
    ]


def aliases(file: Path) -> list[list[str]]:
    """Read groups of spellings that mean the same.

    Raises:
        ExtensionError: names the group that is none.
    """
    try:
        groups = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ExtensionError(f"{file}: a list of lists of spellings is expected: {error}") from None
    for number, group in enumerate(groups if isinstance(groups, list) else [groups], start=1):
        if not isinstance(group, list) or len(group) < 2 or {type(word) for word in group} != {str}:
            raise ExtensionError(
                f"{file}: group {number} is {group!r}; expected are two or more spellings in "
                "square brackets, each a text (put numbers, yes and no between quotation marks)"
            )
    return groups


def replace_search(app: Sphinx) -> None:
    """Let Sphinx make no index; its search page is a template of the book."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False
        aliases(Path(app.confdir) / ALIASES)  # what is wrong there is told before chapters run


def write_aliases(app: Sphinx) -> None:
    """Write the other spellings beside the search page."""
    groups = aliases(Path(app.confdir) / ALIASES)
    code = f"window.BOOK_ALIASES = {json.dumps(groups, ensure_ascii=False)};\n"
    (Path(app.outdir) / SPELLINGS).write_text(code, encoding="utf-8")


def write_index(out: Path, pages: Iterable[str], kept: Path) -> None:
    """Write the index of built pages, named from the folder of all pages, into that folder.

    Args:
        out: the folder of all pages.
        pages: the pages.
        kept: folder in which what was read of a page is kept, until its text changes.
    """
    read = [
        [page, 0.4 if page in _LISTS else 1, parts]
        for page in pages
        if (parts := parts_of(out, page, kept))
    ]
    plain = json.dumps(read, ensure_ascii=False, separators=(",", ":"))
    # No time in it: the same pages give the same bytes.
    packed = base64.b64encode(gzip.compress(plain.encode(), mtime=0)).decode()
    (out / INDEX).write_text(f'window.BOOK_INDEX = "{packed}";\n', encoding="utf-8")


_CODE = Path(__file__).read_bytes()


def parts_of(out: Path, page: str, kept: Path) -> list[list]:
    """Return the sections of a built page as they stand in the index, read or as they were kept."""
    html = (out / page).read_text(encoding="utf-8")
    file, of = kept / f"{page}.json", freshness.fingerprint(_CODE, html)
    known = freshness.read(file)
    if not known or known["of"] != of:
        known = {"of": of, "parts": _parts(html)}
        freshness.write(known, file)
    return known["parts"]


def _parts(html: str) -> list[list]:
    """Write the sections of a page as short as they stand in the index."""
    return [
        # A block that has no anchor of its own is only its text.
        [s.anchor, s.heading, [b.text if b.anchor == s.anchor else [*b] for b in s.blocks]]
        for s in sections(html)
    ]
