"""Chapters in JupyterLab, and as executed notebooks, read as the pages of the book do."""

import json
import re

import jupytext
import lab
import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient
from playwright.sync_api import expect

from iran_russia import freshness, notebooks
from iran_russia.datasets import DataError, load
from iran_russia.facts import TURNED


@pytest.fixture(scope="module")
def served():
    with lab.serve() as address:
        yield address


@pytest.fixture
def page(browser):
    page = lab.open_page(browser)
    yield page
    page.close()


# One with many figures, one with sources and figures of other chapters, one with links to events.
@pytest.mark.parametrize("chapter", ["energy", "military", "outlook"])
def test_a_chapter_that_is_run_in_jupyterlab_reads_as_its_page(chapter, served, page, book):
    before = (ROOT / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8")
    seen = lab.run(page, served, chapter)
    assert lab.faults(seen, chapter, before) == []
    assert seen["facts"] and seen["figures"]


def test_text_follows_a_choice_and_a_name_that_nothing_gives_is_marked(served, page):
    lab.open_chapter(page, served, "military")
    lab.run_all(page)
    before = page.evaluate(lab.SEEN)
    assert not before["missing"]
    lab.change(page, *lab.CHOICE)
    lab.change(
        page, "{glue:text}`military_answer`", "{glue:text}`military_answer` {glue:text}`gone`"
    )
    lab.run_all(page)
    after = page.evaluate(lab.SEEN)
    assert after["missing"] == ["no fact gone"]
    assert not after["errors"]
    assert [f for f in after["facts"] if f != "no fact gone"] != before["facts"]


def test_a_heading_that_a_choice_makes_false_is_marked_in_jupyterlab(served, page):
    lab.open_chapter(page, served, "china")
    lab.change(page, 'THIRD = "CHN"', 'THIRD = "IND"')
    lab.run_all(page)
    marked = page.locator(".jp-RenderedMarkdown h2:has(> .ir-turned)")
    false = f"{TURNED}China agrees with Iran more often than Russia does"
    expect(marked.filter(has_text=false)).to_be_visible(timeout=30_000)
    expect(marked.filter(has_text="Data used")).to_have_count(0)


def test_a_choice_that_no_table_knows_ends_in_one_sentence_in_jupyterlab(served, page):
    lab.open_chapter(page, served, "china")
    lab.change(page, 'THIRD = "CHN"', 'THIRD = "chn"')
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_timeout(2000)  # JupyterLab goes to the last cell, not at once
    error = page.locator(lab.FAILED)
    expect(error).to_be_in_viewport()
    assert error.all_text_contents() == ["THIRD: 'chn' cannot be chosen here; write 'CHN'."]


@pytest.mark.parametrize("page", freshness.chapters())
def test_an_executed_notebook_reads_as_its_page(page, book, tmp_path):
    written = nbformat.read(notebooks.write(page, tmp_path), as_version=4)
    nbformat.validate(written)
    text = "\n".join(c.source for c in written.cells if c.cell_type == "markdown")
    assert not re.search(r"\{[\w:]+\}`|^\([\w-]+\)=", text, re.MULTILINE)
    facts = freshness.read_run(page, ROOT / freshness.RUNS).facts
    named = re.findall(r"\{glue:text\}`(\w+)`", (ROOT / f"{page}.md").read_text(encoding="utf-8"))
    assert all(facts[name] in text for name in named)
    outputs = [o.get("data", {}) for c in written.cells for o in c.get("outputs", [])]
    pictures = sum("image/png" in data for data in outputs)
    told = [data["text/markdown"] for data in outputs if "text/markdown" in data]
    assert pictures == len(told) == (ROOT / f"{page}.md").read_text("utf-8").count("\n  figure:\n")
    for number, words in enumerate(told, start=1):
        assert re.match(rf"\*\*Fig\. {number} [^\n]+\*\*\n\n[^\n]+\n\nSource: \w", words)
    assert not any("scrapbook" in str(data) for data in outputs)


def read(file):
    """Return the texts of a notebook, and the words below its figures."""
    cells = nbformat.read(file, as_version=4).cells
    outputs = [o.get("data", {}) for cell in cells for o in cell.get("outputs", [])]
    below = [data["text/markdown"] for data in outputs if "text/markdown" in data]
    return [cell.source for cell in cells if cell.cell_type == "markdown"], below


def test_a_chapter_that_is_run_as_it_stands_reads_as_it_last_ran(book, tmp_path):
    built = notebooks.write("notebooks/treaty", tmp_path / "built")
    assert read(notebooks.run(ROOT / "notebooks" / "treaty.md", tmp_path)) == read(built)


def test_a_chapter_that_is_run_with_another_choice_marks_what_no_longer_holds(tmp_path):
    text = (ROOT / "notebooks" / "china.md").read_text(encoding="utf-8")
    chosen = tmp_path / "china.md"
    chosen.write_text(text.replace('THIRD = "CHN"', 'THIRD = "IND"'), encoding="utf-8")
    texts, below = read(notebooks.run(chosen, tmp_path))
    assert f"## {TURNED}China agrees with Iran more often than Russia does" in "\n".join(texts)
    assert re.match(r"\*\*Fig\. 4 India voted as Iran did more often", below[3])


def test_a_chapter_that_is_run_with_a_choice_that_no_table_knows_says_so(tmp_path):
    text = (ROOT / "notebooks" / "treaty.md").read_text(encoding="utf-8")
    chosen = tmp_path / "treaty.md"
    chosen.write_text(text.replace("Treaty (2025)", "Treaty (2020)"), encoding="utf-8")
    with pytest.raises(DataError, match=r"^treaty\.md: TREATY: 'Compr.* cannot be chosen here"):
        notebooks.run(chosen, tmp_path)


def test_a_chapter_that_has_not_run_is_named(tmp_path):
    with pytest.raises(DataError, match="notebooks/none has not run; build the book first"):
        notebooks.write("notebooks/none", tmp_path)


def test_a_name_that_nothing_gives_is_told():
    with pytest.raises(DataError, match=r"x\.md: the text names 'gone', which nothing gives"):
        notebooks.in_words("Of {glue:text}`gone` rows", "x", {}, [])


def answers(exercise: str) -> dict[str, str]:
    """Run an exercise as it stands; return what its answer states, which is all its text names."""
    notebook = jupytext.read(ROOT / "exercises" / f"{exercise}.md")
    told = "import json\nfrom iran_russia.facts import stated\nprint(json.dumps(stated()))"
    notebook.cells.append(nbformat.v4.new_code_cell(told))
    run = NotebookClient(notebook, extra_arguments=["--log-level=ERROR"]).execute()
    facts = json.loads(run.cells[-1].outputs[0].text)
    text = "\n".join(c.source for c in run.cells if c.cell_type == "markdown")
    assert set(re.findall(r"\{glue:text\}`(\w+)`", text)) == set(facts)
    return facts


def test_the_exercise_on_trade_finds_the_year_that_is_furthest_off():
    by_month = load("mirror_gap").query("direction == 'russia_to_iran'").set_index("year")
    russian = by_month["russian_value_usd"].astype(float) / by_month["russian_months"]
    iranian = by_month["iranian_value_usd"].astype(float) / by_month["iranian_months"]
    far = {y: max(r / i, i / r) for (y, r), i in zip(russian.items(), iranian, strict=True)}
    found = answers("trade")
    assert int(found["least_year"]) == max(far, key=far.get)


def test_the_exercise_on_arms_finds_the_largest_supplier_of_both_spans():
    to_iran = load("arms_tiv").query("recipient_iso3 == 'IRN'")
    names = load("countries").set_index("iso3")["name"]
    found = answers("arms")
    for span, first, last in (("before", 1982, 1991), ("after", 1992, 2001)):
        span_of = to_iran[to_iran["year"].between(first, last)]
        sums = span_of.groupby("supplier_iso3")["tiv_millions"]
        assert found[f"{span}_who"] == names[sums.sum().idxmax()]


def test_the_exercise_on_votes_finds_who_votes_most_alike():
    rolls = load("unga_rollcalls")
    whole = ~(rolls["amendment"].fillna(False) | rolls["paragraph"].fillna(False))
    once = ~rolls["possible_duplicate"].fillna(False)
    counted = rolls[whole & once & rolls["date"].dt.year.between(2015, 2024)]["rcid"]
    votes = load("unga_votes").query("vote != 'absent'")
    cast = votes[votes["rcid"].isin(counted)].pivot(index="rcid", columns="iso3", values="vote")
    alike = {}
    for member in ("CHN", "FRA", "GBR", "RUS", "USA"):
        both = cast[["IRN", member]].dropna()
        alike[member] = (both["IRN"] == both[member]).mean()
    found = answers("votes")
    best = max(alike, key=alike.get)
    assert found["first_who"] == load("countries").set_index("iso3")["name"][best]
    assert found["first_share"] == f"{100 * alike[best]:.1f} %"
