"""Every headline number and every sentence that claims a change says how sure it is."""

import ast
import re

import jupytext
import pytest
from conftest import ROOT

from iran_russia import facts, freshness

CHAPTERS = freshness.chapters()

# Words that claim a change, a difference in time, a rank or a correlation.
CLAIMS = re.compile(
    r"""\b(
    rose|rises?|risen|fell|falls?|fallen|gr[eo]w\w*|declin\w+|doubl\w+|outgrew|surged|shrank|
    more\ often|than\ before|used\ to|slipped|drifted|turned|went|closer|rank\w*|faster|
    go(?:es)?\ with|go\ together|correlat\w+|c[ao]me\ back|gave\ way|now|changed|than\ ever|
    loosely|moved|widened|worsened
    )\b""",
    re.VERBOSE,
)


def unsure(code: str) -> list[str]:
    """Return the sentences given to ``finding`` that claim a change and not how sure it is."""
    return [
        said
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "finding"
        and CLAIMS.search(said := ast.unparse(node.args[0]))
        and not any(given.arg == "sure" for given in node.keywords)
    ]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_sentence_that_claims_a_change_says_how_sure_it_is(chapter):
    cells = jupytext.read(ROOT / f"{chapter}.md").cells
    assert [said for c in cells if c.cell_type == "code" for said in unsure(c.source)] == []


def test_a_sentence_without_it_is_found():
    assert unsure('finding("It grew", holds=True)') == ["'It grew'"]
    assert unsure('finding("It grew", holds=True, sure=COUNTED)') == []
    assert unsure('finding("It is large", holds=True)') == []


def test_a_headline_number_says_how_sure_it_is():
    with pytest.raises(facts.FigureError, match="'Sum' does not say how sure it is"):
        facts.key_numbers(facts.Card("Sum", "10", "now"))


def test_the_page_gathers_what_all_chapters_say(book):
    page = (book / "book/sure.html").read_text(encoding="utf-8")
    for chapter in CHAPTERS:
        cards = (book / f"{chapter}.html").read_text(encoding="utf-8").count("ir-key-value")
        if cards:
            [table] = re.findall(rf'<a href="[./]*{chapter}\.html">.*?</table>', page, re.DOTALL)
            assert table.count("ir-key-note") >= cards


def _reasons() -> dict[tuple[str, str], str]:
    """Return the code of how sure each key number is, by its chapter and the figure it leads to."""
    found = {}
    for chapter in CHAPTERS:
        for cell in jupytext.read(ROOT / f"{chapter}.md").cells:
            nodes = ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ()
            for node in nodes:
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Card":
                    of = [part.value for part in node.args if isinstance(part, ast.Constant)]
                    figure = next((w for w in of if "fig-" in str(w)), "")
                    found[chapter, f"{of[0] if of else ''} {figure}"] = next(
                        (ast.unparse(g.value) for g in node.keywords if g.arg == "sure"), ""
                    )
    return found


def test_the_reason_for_no_interval_is_that_of_the_number():
    """What SIPRI values is an estimate, and what this book works out is published by nobody."""
    reasons = _reasons()
    arms = {
        sure for (_, card), sure in reasons.items() if re.search(r"fig-arms-(tiv|mutual)", card)
    }
    assert arms == {"ESTIMATED"}
    worked_out = [sure for (_, card), sure in reasons.items() if "orrelation" in card]
    assert worked_out and all(sure.startswith("interval(") for sure in worked_out)
    dated = [sure for (_, card), sure in reasons.items() if "fig-nuclear-slippage" in card]
    assert set(dated) == {"DATED"}
    said = [sure for (chapter, card), sure in reasons.items() if "fig-money-shares" in card]
    assert set(said) == {"CLAIMED"}
