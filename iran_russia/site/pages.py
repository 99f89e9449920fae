"""What the pages of the book hold beyond Markdown: figures, lists of pages, links to events."""

import base64
import posixpath
import re
from itertools import islice
from typing import Any, ClassVar

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from iran_russia.exhibits import MIME, render
from iran_russia.site.state import CHRONOLOGY, FIGURES, exhibits_folder, shown_by

_LINK = re.compile(r'(href|data-live)="(exhibit|site):([^"]+)"')


class ExhibitRenderer:
    """Draws :class:`iran_russia.exhibits.Exhibit` in the book (a MyST-NB mime renderer)."""

    mime_priority_overrides: ClassVar = [("*", MIME, 1)]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Return the exhibit's HTML and keep its files for the end of the build."""
        if data.mime_type != MIME or inline:
            return None
        exhibit, env = data.content, renderer.renderer.sphinx_env
        figure = renderer.renderer.get_cell_level_config(
            "render_figure_options", data.cell_metadata, line=data.line
        )
        name = exhibit["name"] or (figure or {}).get("name")
        if exhibit["files"] and not name:
            raise ValueError(
                f"{env.docname}, cell {data.cell_index}: a figure needs a name; "
                "add `mystnb: {figure: {name: fig-…}}` to the cell"
            )
        kept = exhibits_folder(env.app)
        kept.mkdir(parents=True, exist_ok=True)
        for extension, content in exhibit["files"].items():
            file = kept / f"{name}.{extension}"
            file.write_bytes(
                base64.b64decode(content["base64"])
                if "base64" in content
                else content["text"].encode()
            )
            env.metadata[env.docname].setdefault("exhibits", []).append(file.name)
        up = posixpath.relpath(".", posixpath.dirname(env.docname) or ".")
        resolved = _LINK.sub(
            lambda m: (
                f'{m[1]}="{up}/'
                + (f'{FIGURES}/{name}.{m[3]}"' if m[2] == "exhibit" else f'{m[3]}"')
            ),
            exhibit["html"].replace('"exhibit:here"', f'"#{name}"'),
        )
        return [nodes.raw("", resolved, format="html", title=exhibit["title"])]


class EventRole(ReferenceRole):
    """Links from prose to an event's row in the chronology: ``{event}`the visit <IRRU-…>` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; that the row exists is checked where all links are."""
        up = posixpath.relpath(".", posixpath.dirname(self.env.docname) or ".")
        address = f"{up}/{CHRONOLOGY}#{self.target}"
        return [nodes.reference(self.rawtext, self.title, refuri=address)], []


class PageList(nodes.General, nodes.Element):
    """Place of the list of all pages, filled in when all of them have been read."""


class PagesDirective(SphinxDirective):
    """Lists every page of the book, by parts, with the question that it answers."""

    def run(self) -> list[nodes.Node]:
        """Return the place of the list."""
        return [PageList()]


class ChangesDirective(SphinxDirective):
    """Lists the numbers and verdicts that moved since the last edition."""

    def run(self) -> list[nodes.Node]:
        """Return the list as a table."""
        html = render("changes.html", moved=shown_by(self.env).changes)
        return [nodes.raw("", html, format="html")]


class SureList(nodes.General, nodes.Element):
    """Place of what the chapters say and how sure it is, filled in when all titles are known."""


class SureDirective(SphinxDirective):
    """Lists the headline numbers and sentences of all chapters, with how sure each is."""

    def run(self) -> list[nodes.Node]:
        """Return the place of the list."""
        return [SureList()]


def list_sure(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Fill in how sure the chapters are of what they say where a page asks for it."""
    for place in list(doctree.findall(SureList)):
        chapters = [
            {
                "title": app.env.titles[chapter].astext(),
                "address": app.builder.get_relative_uri(page, chapter),
                "said": said,
            }
            for chapter, said in (shown_by(app.env).sure or {}).items()
        ]
        place.replace_self(nodes.raw("", render("sure.html", chapters=chapters), format="html"))


def list_pages(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Fill in the list of all pages where a page asks for it."""
    for place in list(doctree.findall(PageList)):
        place.replace_self(
            [
                node
                for part in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree)
                for node in _listed(app, page, part)
            ]
        )


def _listed(app: Sphinx, page: str, part: addnodes.toctree) -> list[nodes.Node]:
    """Return the heading of a part and the list of its pages."""
    entries = nodes.bullet_list()
    for _, target in part["entries"]:
        address = app.builder.get_relative_uri(page, target)
        title = app.env.titles[target].astext()
        question = re.split(r"(?<=[.?!]) (?=[A-Z])", app.env.metadata[target]["begins"])[0]
        link = nodes.reference("", title, refuri=address, internal=True)
        entry = nodes.paragraph("", "", link, nodes.Text(f": {question}"))
        entries += nodes.list_item("", entry)
    return [nodes.rubric("", part["caption"]), entries]


_PERCENT = re.compile(r"(?<=\d) %")


def keep_together(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Let no line end between a number and its per cent sign."""
    for text in list(doctree.findall(nodes.Text)):
        if _PERCENT.search(text) and not isinstance(text.parent, nodes.raw):
            text.parent.replace(text, nodes.Text(_PERCENT.sub("\u00a0%", text)))


def beginning(doctree: nodes.document) -> str:
    """Return the first paragraph of a page; after a question, also the one that answers it."""
    begin = list(islice(map(_plain, doctree.findall(nodes.paragraph)), 2))
    return " ".join(begin) if begin and begin[0].endswith("?") else "".join(begin[:1])


def _plain(paragraph: nodes.paragraph) -> str:
    texts = (t for t in paragraph.findall(nodes.Text) if not isinstance(t.parent, nodes.raw))
    return "".join(t.astext() for t in texts).replace("\n", " ")
