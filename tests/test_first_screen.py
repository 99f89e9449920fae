"""Every chapter answers on its first screen, and its titles and headings say what is found."""

import ast
import re

import pandas as pd
import pytest
import yaml
from conftest import ROOT
from playwright.sync_api import expect

from iran_russia import exhibits, facts

# A chapter that was only begun has no findings yet.
THEMES = [
    chapter["file"]
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    if part["caption"] == "Themes"
    for chapter in part["chapters"]
    if "key_findings(" in (ROOT / f"{chapter['file']}.md").read_text(encoding="utf-8")
]
SCREENS = {"wide": (1366, 768), "phone": (390, 844)}
WORDS, NUMBERS, READING = 60, 8, 60

# What the ends of all chapters are called; they claim nothing.
ENDS = {"What the seed articles say", "Data used", "Extend this chapter"}
# Forms that are verbs and hardly ever nouns or adjectives; participles alone make no sentence.
# A form that a new title needs is added.
VERBS = """
agree agreed agrees am are be bear bears became become becomes been began begin begins bore bring
brings broke brought buy buys came can cannot carries come comes compete competes contradict
contradicts cooperate cooperates could covers decide decides depend depends did differ differed
differs disagree disagrees divides do does dominate dominates doubled drew drifted drive drives
drove earn earns ended enter entered enters exceed exceeds exist exists expand expands fail failed
fails falls fell fit fits follow followed follows gave get gets give gives go goes got grew grow
grows had happen happened happens has have held hold holds hung include includes is join joined
joins keep keeps kept knew know knows lacks lag lags leads leave leaves let lie lies lose loses made
make makes may meet meets met might miss misses moved moves must needs outgrew outnumber outnumbers
outweigh outweighs overtook owe owes pay pays prevail prevails produces ran reaches refuse refused
refuses relies rely remain remained remains rests returned returns rises rose sank say says see sees
sell sells send sends sent serve serves shifted should shows shrank shrink shrinks slipped slowed
speak speaks stand stands stay stayed stays stood stop stops surged take takes tell tells tend tends
told took trebled tripled turned turns understate understates varied varies vary voted was weigh
weighs went were widened will withdrew won worsened would
"""


def without_verb(texts: list[str]) -> list[str]:
    """Return the texts that hold none of the verbs."""
    verbs = set(VERBS.split())
    return [text for text in texts if not verbs & set(re.findall(r"[a-z]+", text.lower()))]


# What stands between the title of the page and its first figure, and where things are.
FIRST = """() => {
    const article = document.querySelector("article"), section = article.querySelector("section");
    const figure = article.querySelector("figure:has(.ir-plot)");
    const range = document.createRange();
    range.setStartAfter(article.querySelector("h1"));
    range.setEndBefore(figure);
    const [question, answer] = section.querySelectorAll(":scope > p");
    const plot = figure.querySelector(".ir-plot").getBoundingClientRect();
    const bottom = (node) => node.getBoundingClientRect().bottom;
    return {
        before: range.toString(),
        toggles: range.cloneContents().querySelectorAll("summary, pre, button").length,
        asks: question.textContent.trim().endsWith("?"),
        leads: section.contains(figure) && !range.cloneContents().querySelector("h2"),
        below: {answer: bottom(answer), title: bottom(figure.querySelector("figcaption")),
                "half of its plot": plot.top + plot.height / 2},
    };
}"""
TEXTS = """() => {
    const own = (node) => {
        const copy = node.cloneNode(true);
        copy.querySelectorAll(".headerlink, .caption-number").forEach((one) => one.remove());
        return copy.textContent.trim();
    };
    const all = (which) => [...document.querySelectorAll(which)];
    return {
        headings: all("article :is(h2, h3)").map(own),
        captions: all("article figcaption").map(own),
        readings: all("article p").map(own).filter((text) => text.startsWith("Reading.")),
        findings: all(".ir-findings a").map(
            (link) => [link.getAttribute("href").slice(1), link.getBoundingClientRect().height]),
        sections: all("article section, article section > span[id]").map((node) => node.id),
        asOf: all(".ir-as-of").length,
        cards: all(".ir-key-numbers li").map((card) => !!card.querySelector("a")),
    };
}"""


def _first_screen(opened, screen: str) -> list[str]:
    width, height = SCREENS[screen]
    opened.set_viewport_size({"width": width, "height": height})
    seen = opened.evaluate(FIRST)
    words, numbers = len(seen["before"].split()), len(re.findall(r"\d[\d.,]*", seen["before"]))
    faults = [
        f"{screen}: below the fold: {what}" for what, y in seen["below"].items() if y > height
    ]
    faults += [f"{words} words before the chart"] if words > WORDS else []
    faults += [f"{numbers} numbers before the chart"] if numbers > NUMBERS else []
    faults += ["code or a control before the chart"] if seen["toggles"] else []
    faults += [] if seen["asks"] else ["no question"]
    return faults + ([] if seen["leads"] else ["no chart before the first section"])


def _texts(opened, chapter: str) -> list[str]:
    opened.set_viewport_size({"width": 1366, "height": 768})
    seen = opened.evaluate(TEXTS)
    claiming = [heading for heading in seen["headings"] if heading not in ENDS]
    asserted = borne_out((ROOT / f"{chapter}.md").read_text(encoding="utf-8"))
    faults = [f"no verb: {text}" for text in without_verb([*claiming, *seen["captions"]])]
    faults += [
        f"not borne out by finding(): {heading}" for heading in claiming if heading not in asserted
    ]
    faults += [f"long: {text}" for text in seen["readings"] if len(text.split()) - 1 > READING]
    faults += [] if len(seen["findings"]) == 3 else ["not three findings"]
    for place, tall in seen["findings"]:
        faults += [] if place in seen["sections"] else [f"no section {place}"]
        faults += [] if tall < 40 else [f"more than one line: the finding of {place}"]
    faults += [] if seen["asOf"] == 1 else ["no day of the newest datum"]
    return faults + ([] if all(seen["cards"]) else ["a card without a link to its figure"])


def borne_out(markdown: str) -> set[str]:
    """Return the sentences that cells give to ``finding``, where they are typed whole."""
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    found = set()
    for cell in cells:
        code = re.sub(r"\A(?:---\n.*?^---\n|(?::[^\n]*\n)+)", "", cell, flags=re.M | re.S)
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "finding":
                said = node.args[0]
                found |= {said.value} if isinstance(said, ast.Constant) else set()
    return found


@pytest.mark.parametrize("chapter", THEMES)
def test_a_chapter_answers_on_its_first_screen_and_says_what_it_finds(reader, chapter):
    opened = reader(f"{chapter}.html")
    faults = [fault for screen in SCREENS for fault in _first_screen(opened, screen)]
    faults += _texts(opened, chapter)
    assert faults == []


@pytest.mark.parametrize("java_script", [True, False], ids=["script", "none"])
def test_the_home_page_answers_on_its_first_screen(reader, java_script):
    opened = reader("index.html", java_script_enabled=java_script)
    if java_script:  # else nothing can be asked of the page
        assert [fault for screen in SCREENS for fault in _first_screen(opened, screen)] == []
    cards = opened.locator(".ir-key-numbers li")
    assert cards.count() == cards.locator("a").count() == cards.locator(".ir-key-sure").count() > 0
    assert opened.locator("figure .ir-plot svg:visible").count() > 0


def test_the_chapters_of_the_edition_all_have_findings():
    assert len(THEMES) >= 15


def test_a_title_without_a_verb_is_found():
    assert without_verb(["Deals announced by year", "China comes often"]) == [
        "Deals announced by year"
    ]


def test_only_what_a_finding_asserts_counts_as_borne_out():
    cell = (
        '```{code-cell} ipython3\n:tags: [hide-input]\n\na = finding("It grows", holds=True)\n```\n'
    )
    assert borne_out(f'## It grows\n\n{cell}\n"It shrinks"') == {"It grows"}


def test_a_sentence_that_the_data_do_not_bear_out_is_marked_and_told(monkeypatch):
    monkeypatch.setattr(facts, "_turned", [])
    assert facts.finding("It grows", holds=True) == "It grows" and facts.turned() == []
    assert facts.finding("It grows", holds=False) == "Not with these data: It grows"
    assert facts.turned() == ["It grows"]
    facts.finding("It grows", holds=True)  # the cell runs again, with other choices
    assert facts.turned() == []


def test_a_change_whose_interval_holds_zero_is_not_borne_out(monkeypatch):
    monkeypatch.setattr(facts, "_turned", [])
    monkeypatch.setattr(facts, "_sure", [])
    above = facts.interval(0.01, 0.09, facts.percent, "titles drawn again")
    across = facts.interval(-0.01, 0.09, facts.percent, "titles drawn again")
    assert facts.finding("It grew", holds=True, sure=above) == "It grew"
    assert facts.finding("It fell", holds=True, sure=across).startswith("Not with these data")
    unknown = facts.interval(float("nan"), float("nan"), facts.percent, "titles drawn again")
    assert facts.finding("It grew fast", holds=True, sure=unknown).startswith("Not with these data")
    monkeypatch.setattr(facts, "_sure", facts._sure[:2])
    assert [said["sure"] for said in facts.how_sure()] == [
        "1 % to 9 % (titles drawn again)",
        "−1 % to 9 % (titles drawn again)",
    ]


@pytest.mark.parametrize("chapter", THEMES)
def test_the_data_of_the_edition_bear_out_what_its_pages_say(book, chapter):
    assert "Not with these data" not in (book / f"{chapter}.html").read_text(encoding="utf-8")


def test_findings_lead_to_their_sections_and_name_the_newest_datum(monkeypatch):
    monkeypatch.setattr(facts, "loaded", lambda: ["datapackage.json", "trade_imf_partners"])
    shown = facts.key_findings(("It grows & grows.", "trade-growth")).html
    assert '<a href="#trade-growth">It grows &amp; grows.</a>' in shown
    assert "As of 2024:" in shown


def test_a_card_leads_to_its_figure_and_draws_its_series():
    series = pd.Series([0, None, 5, 10])
    html = facts.key_numbers(facts.Card("Sum", "10", "now", "fig-sum", series, facts.COUNTED)).html
    assert '<a href="#fig-sum">Sum</a>' in html
    # From the bottom at 0 to the top at 10, with a gap.
    assert 'd="M0.0 23.0M66.7 12.0L100.0 1.0"' in html
    card = facts.Card("Sum", "10", "now", "trade#fig-trade-totals", sure="so")
    away = facts.key_numbers(card).html
    assert '<a href="site:notebooks/trade.html#fig-trade-totals">Sum</a>' in away
    plain = facts.key_numbers(facts.Card("Sum", "10", "now", sure="so")).html
    assert "<a" not in plain and "<svg" not in plain
    flat = facts.Card("Sum", "0", "", "", pd.Series([0, 0]), "so")
    assert "<svg" not in facts.key_numbers(flat).html


@pytest.mark.parametrize("how", ["script", "none", "print"])
def test_limits_are_folded_to_their_first_sentence_on_a_screen_with_scripts(reader, how):
    opened = reader("notebooks/military.html", java_script_enabled=how != "none")
    if how == "print":
        opened.emulate_media(media="print")
    limits = opened.locator(".ir-limits").first
    assert limits.locator("summary").is_visible() == (how == "script")
    first = limits.locator("xpath=preceding-sibling::p[1]").inner_text()
    assert re.fullmatch(r"Limits\. [^.]+\.", first)
    height = limits.locator("p").evaluate(
        "rest => rest.checkVisibility() && rest.getBoundingClientRect().height"
    )
    assert (height > 10) == (how != "script")
    if how == "script":
        limits.locator("summary").click()
        expect(limits.locator("p")).to_be_visible()


def test_the_bar_below_a_figure_works_without_javascript(reader):
    opened = reader("notebooks/military.html", java_script_enabled=False)
    figure = opened.locator("figure").first
    bar = figure.locator(".ir-bar")
    for name, shows in {"Table": "table", "Download": "a", "Code": "pre", "Cite": "pre"}.items():
        part = bar.locator("details").filter(has=opened.get_by_text(name, exact=True))
        expect(part.locator(shows).first).to_be_hidden()
        part.locator("summary").first.focus()
        opened.keyboard.press("Enter")
        expect(part.locator(shows).first).to_be_visible()
    name = figure.get_attribute("id")
    assert bar.locator(".ir-link").get_attribute("href") == f"#{name}"
    cited = bar.locator(".ir-figure-cite").inner_text()
    assert f"iranrussia:{name}" in cited and "figure 1 of “Military cooperation”" in cited
    assert figure.locator(".caption-text").inner_text() in cited


def test_a_citation_for_tex_keeps_its_signs():
    about = dict.fromkeys(("authors", "book", "version", "year", "day", "doi", "url", "part"), "")
    cited = exhibits.render("citation.html", **about, key="fig-a", title="80 % & more")
    assert "“80 % &amp; more”" in cited and r"{80 \% \&amp; more}" in cited


SMALL = """() => [...document.querySelectorAll(
    ".ir-bar > a, .ir-bar summary, .ir-limits > summary, .ir-findings a, .ir-key-label a")]
    .filter((node) => {
        const box = node.getBoundingClientRect();
        return node.checkVisibility() && (box.width < 24 || box.height < 24);
    }).map((node) => node.outerHTML)"""


def test_targets_are_large_enough_for_a_finger(reader):
    opened = reader("notebooks/military.html", viewport={"width": 390, "height": 844})
    assert opened.evaluate(SMALL) == []


@pytest.mark.parametrize("chapter", THEMES)
def test_figures_of_each_chapter_are_numbered_from_one(book, chapter):
    html = (book / f"{chapter}.html").read_text(encoding="utf-8")
    numbers = re.findall(r'caption-number">Fig\. (\d+) ', html)
    assert numbers and numbers == [str(place) for place in range(1, len(numbers) + 1)]


def test_a_figure_of_another_chapter_is_named_with_its_chapter(book):
    html = (book / "notebooks/outlook.html").read_text(encoding="utf-8")
    assert re.search(r'href="voting.html#fig-voting-rank">.*?Fig\. \d+.*? of “Voting', html)


def test_an_answer_leads_to_its_figure_and_its_sources_and_takes_in_its_code():
    shown = facts.answer(
        "Little.", "It fell.", figure="trade#fig-trade-totals", source=["cow_trade_v4"]
    ).html
    assert "<p>Little. It fell.</p>" in shown and "<!-- code -->" in shown
    assert 'href="site:notebooks/trade.html#fig-trade-totals"' in shown
    assert 'href="site:notebooks/catalogue.html#source-cow_trade_v4"' in shown
    with pytest.raises(exhibits.FigureError, match="no source"):
        facts.answer("Little.", figure="trade#fig-trade-totals", source=[])


def test_at_a_glance_gives_twenty_questions_an_answer_each(book):
    html = (book / "notebooks/glance.html").read_text(encoding="utf-8")
    sections = re.split(r"(?=<h3>)", html)[1:]
    assert len(sections) == 20 and "Twenty questions" in html
    for section in sections:
        assert re.match(r"<h3>[^<]+\?<", section)
        (way,) = re.findall(r'href="[./]*notebooks/(\w+\.html)#(fig-[\w-]+)"', section)
        assert f'id="{way[1]}"' in (book / "notebooks" / way[0]).read_text(encoding="utf-8")
        said = re.search(r'<div class="ir-exhibit">\s*<p>(.*?)</p>', section)[1]
        assert len(re.findall(r"[.] (?=[A-Z])|[.]$", said)) == 2
