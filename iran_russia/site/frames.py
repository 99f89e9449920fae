"""Frames figures and text: captions that follow the data, code below its figure, numbers by
chapter, limits folded to their first sentence.
"""

import re
from typing import cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

from iran_russia.site.state import shown_by

_CODE = "<!-- code -->"
"""Where an exhibit takes in the code that leads to it."""


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


class Frames(SphinxTransform):
    """Captions figures with their title; moves folded code below the figure or table it leads to.

    Code that no exhibit follows stays where it is.
    """

    default_priority = 700  # before Sphinx notes the captions of figures, at 850

    def apply(self, **_: object) -> None:
        """Change the page that was just read."""
        for figure in self.document.findall(nodes.figure):
            _caption(figure, self.env.docname)
        leading: list[nodes.Node] = []
        emptied: list[nodes.container] = []
        for cell in filter(_folds_its_code, list(self.document.findall(nodes.container))):
            leading.append(cell[0])
            emptied.append(cell)
            exhibits = [r for r in cell.findall(nodes.raw) if _CODE in r.astext()]
            if exhibits:
                _take_in(exhibits[0], leading)
                for done in emptied:
                    done["classes"].remove("tag_hide-input")
                    del done["hide_mode"]
                    if not done.children:
                        done.parent.remove(done)
                leading, emptied = [], []


def _folds_its_code(node: nodes.container) -> bool:
    return node.get("nb_element") == "cell_code" and node.get("hide_mode") == "input"


def _caption(figure: nodes.figure, page: str) -> None:
    """Give a figure the title that its chart was drawn with."""
    title = next((raw["title"] for raw in figure.findall(nodes.raw) if raw.get("title")), None)
    captioned = any(isinstance(part, nodes.caption) for part in figure)
    name = ", ".join(figure["names"])
    if title and captioned:
        raise ExtensionError(f"{page}: {name} has a caption in its cell and a title=; keep title=")
    if not title and not captioned:
        raise ExtensionError(f"{page}: {name} has no caption; pass title= to figure()")
    if title:
        figure += nodes.caption("", "", nodes.Text(title))


def _take_in(exhibit: nodes.raw, code: list[nodes.Node]) -> None:
    """Put code in its place inside the HTML of an exhibit."""
    before, after = exhibit.astext().split(_CODE)
    for cell_input in code:
        cell_input.parent.remove(cell_input)
    folded = _raw('<details class="ir-code"><summary>Code</summary>')
    exhibit.replace_self([_raw(before), folded, *code, _raw("</details>"), _raw(after)])


def count_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Number the figures of the page that was just read from 1, each kind by itself.

    So a new figure renumbers none of another chapter.
    """
    env, standard = app.env, cast(StandardDomain, app.env.get_domain("std"))
    numbers: dict[str, dict[str, tuple[int, ...]]] = {}
    for node in doctree.findall(nodes.Element):
        kind = standard.get_enumerable_node_type(node)
        if kind and kind != "section" and node["ids"] and standard.get_numfig_title(node):
            named = numbers.setdefault(kind, {})
            named[node["ids"][0]] = (len(named) + 1,)
    shown_by(env).numbers[env.docname] = numbers


def without_numbers(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Keep Sphinx from numbering figures through the book: it would go through every page again."""
    env.config.numfig = False
    return []


def number_by_chapter(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Hand Sphinx the numbers of all figures; where any moved, every page may refer to them."""
    env.config.numfig = True
    shown = shown_by(env)
    shown.numbers = {page: shown.numbers[page] for page in sorted(env.all_docs)}
    moved = any(shown.numbers.get(page) != old for page, old in shown.numbered.items())
    shown.numbered, env.toc_fignumbers = dict(shown.numbers), dict(shown.numbers)
    return list(shown.numbers) if moved else []


def name_chapters(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Say of a figure of another chapter in which one it stands."""
    links = list(doctree.findall(addnodes.number_reference))
    places = [link.get("refuri", "").partition("#")[0] for link in links]
    if not any(places):
        return
    to, titles = app.builder.get_relative_uri, app.env.titles
    named = {to(page, other): title.astext() for other, title in titles.items()}
    for link, place in zip(links, places, strict=True):
        if place:
            link += nodes.Text(f" of “{named[place]}”")


def fold_limits(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Fold what follows the first sentence of a paragraph that begins with **Limits.**"""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        parts = [p for p in paragraph if not isinstance(p, nodes.Text) or p.astext()]
        begins = parts[0] if parts else None
        if not isinstance(begins, nodes.strong) or begins.astext() != "Limits.":
            continue
        first, rest = _after_first_sentence(parts[1:])
        if not rest:
            continue
        paragraph.replace_self(
            [
                nodes.paragraph("", "", begins, *first),
                _raw('<details class="ir-limits"><summary>More limits</summary>'),
                nodes.paragraph("", "", *rest),
                _raw("</details>"),
            ]
        )


_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|$)")


def _after_first_sentence(
    inline: list[nodes.Node],
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Part the contents of a paragraph where its first sentence ends."""
    for place, node in enumerate(inline):
        found = _SENTENCE_ENDS.search(node.astext()) if isinstance(node, nodes.Text) else None
        if found:
            text, follows = node.astext(), inline[place + 1 :]
            rest = [nodes.Text(text[found.end() :]), *follows] if text[found.end() :] else follows
            return [*inline[:place], nodes.Text(text[: found.start()])], rest
    return inline, []
