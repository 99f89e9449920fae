"""No figure in the text is typed: quantities come from the tables."""

import ast
import re

import pytest
from conftest import CHAPTERS, ROOT

PAGES = [ROOT / "index.md", *CHAPTERS, *sorted((ROOT / "book").glob("*.md"))]

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
# What may be typed: dates, years, designations, and numbers that are names.
_ALLOWED = re.compile(
    rf"\b\d{{1,2}}(?:[–-]\d{{1,2}})? (?:{_MONTH})\b"  # 12 March, 15–16 September
    r"|\b(?:1[5-9]|20)\d\d(?:s|[–-](?:\d{4}|\d\d))?\b"  # 1992, 1990s, 2020–24
    r"|\b1[34]\d\d(?:[–-](?:\d{4}|\d\d))?\b"  # Iranian years
    r"|\b[A-Za-z]+[-–]?\d+\w*(?:[-–]\d+)*\b"  # S-300, Su-35S, HS6, A/RES
    r"|\b(?:HS|resolutions?|chapters?|article|Article|section|VHS) \d+(?: and \d+)?\b"
    r"|\b(?:ISO|CC BY|Vega-Lite|Frictionless|WCAG) [\d.–-]+\b"
    r"|\b\d+-(?:digit|day|year)s?\b"  # 6-digit codes, 12-day war
    r"|\bMIT\b"
)
_COUNTED = re.compile(
    r"\d|\b(?:two|three)[- ](?:thirds|quarters|fifths)|\b(?:a|one) (?:third|quarter|fifth|tenth)\b"
    r"|\b(?:half of|twice|threefold|tenfold|doubled|tripled|quadrupled|halved)\b"
)


def typed_figures(text: str) -> list[str]:
    """Return the stretches of prose around typed quantities."""
    bare = _ALLOWED.sub(" ", text)
    return [bare[max(0, m.start() - 30) : m.end() + 30] for m in _COUNTED.finditer(bare)]


def _prose(markdown: str) -> str:
    """Leave of a page what a reader reads as text."""
    markdown = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    markdown = re.sub(r"^(`{3,})(.*?)^\1\s*$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    markdown = re.sub(r"\{[\w:]+\}`[^`]*`|`[^`]*`", " ", markdown)
    markdown = re.sub(r"\]\([^)]*\)|<[^>]+>|https?://\S+", " ", markdown)
    return re.sub(r"^\s*\d+\. ", " ", markdown, flags=re.MULTILINE)


def _captions(markdown: str) -> str:
    return "\n".join(re.findall(r"^\s+caption: (.*)$", markdown, flags=re.MULTILINE))


def _sentences(markdown: str) -> list[str]:
    """Texts in code that a reader sees: string literals of more than three words, but queries."""
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    found = []
    for cell in cells:
        code = re.sub(r"\A(?:---\n.*?^---\n|(?::[^\n]*\n)+)", "", cell, flags=re.M | re.S)
        nodes = [*ast.walk(ast.parse(code))]
        calls = [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
        unseen = {id(arg) for call in calls if call.func.attr == "query" for arg in call.args}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [node.value] if id(node) not in unseen else []
    return [text for text in found if len(text.split()) > 3]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_no_quantity_is_typed_into_the_text(page):
    markdown = page.read_text(encoding="utf-8")
    for text in [_prose(markdown), _captions(markdown), *_sentences(markdown)]:
        assert not typed_figures(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_one_thing_has_one_spelling(page):
    markdown = page.read_text(encoding="utf-8")
    for text in [_prose(markdown), _captions(markdown), *_sentences(markdown)]:
        assert not re.findall(r"\bTurkey\b|\bpercent\b", text)


@pytest.mark.parametrize(
    "text",
    [
        "about 80 % of exports",
        "$4.8 billion",
        "two thirds of imports",
        "trade doubled in 2022",
        "6,600 drones",
        "a rise of 12.5 per cent",
        "ranked 23rd",
    ],
)
def test_typed_quantities_are_found(text):
    assert typed_figures(text)


@pytest.mark.parametrize(
    "text",
    [
        "on 12 March 2001",
        "in 2020–24 and the 1990s",
        "the S-300 and the Su-35S",
        "resolution 2231",
        "HS 1001 in the Iranian year 1402",
        "the MiG-29",
    ],
)
def test_dates_and_names_may_be_typed(text):
    assert not typed_figures(text)


GROWING = ["diplomacy", "drones", "energy", "history", "nuclear", "outlook"]


@pytest.mark.parametrize("name", GROWING)
def test_a_text_alternative_with_a_number_from_the_data_types_no_month(name):
    # The number would move with a newer row, and the month beside it would stay.
    page = (ROOT / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
    alternatives = re.findall(r"\balt=(.*?)\)\n```", page, flags=re.DOTALL)
    assert alternatives
    typed = [re.findall(rf"(?:{_MONTH}) 20\d\d", text) for text in alternatives if "{" in text]
    assert not any(typed)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_no_axis_ends_at_a_typed_date_of_these_years(page):
    # Rows of the coming years would be drawn beyond it, but where the axis follows the data.
    typed = r"domain=\[[^\]]*(?:\b20[2-9]\d(?:\.\d+)?|\"20[2-9]\d-\d\d-\d\d\")\]"
    by_call = r"domain=(?!axis_at_least)\w+\([^)\n]*\"20\d\d-\d\d"
    assert not re.findall(f"{typed}|{by_call}", page.read_text(encoding="utf-8"))
