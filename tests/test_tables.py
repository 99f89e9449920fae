"""Tables fit their page, sort by what they say and print whole; nothing is lost by folding."""

import re

import pandas as pd
import pytest
from conftest import ROOT
from playwright.sync_api import expect
from test_book import PAGES

from iran_russia import tables

LAPTOP = {"width": 1366, "height": 768}
LONG = "a sentence that says what was seen and by whom, and when it was"

# Every register with all its rows, whatever is folded open.
UNFOLD = """async () => {
    document.querySelectorAll("details").forEach((folded) => { folded.open = true; });
    const registers = [...document.querySelectorAll("table.ir-register")];
    for (const table of registers) {
        table.scrollIntoView();
        while (!table.closest(".dt-container")) await new Promise((later) => setTimeout(later, 20));
        new DataTable.Api(table).page.len(-1).draw();
    }
    document.querySelectorAll("details").forEach((folded) => { folded.open = true; });
}"""
# Columns that end beyond the box in which their table scrolls, or beyond the page.
OFF_SCREEN = """() => [...document.querySelectorAll("main table")].flatMap((table) => {
    if (!table.checkVisibility()) return [];
    const scrolls = (box) => ["auto", "scroll", "hidden"].includes(getComputedStyle(box).overflowX);
    let box = table.parentElement;
    while (box.tagName !== "MAIN" && !scrolls(box)) box = box.parentElement;
    const left = box.getBoundingClientRect().left + box.clientLeft;
    const edge = Math.min(innerWidth, left + box.clientWidth);
    return [...(table.tHead ?? table).rows[0].cells]
        .filter((head) => head.getBoundingClientRect().right > edge + 1)
        .map((head) => `${table.caption?.textContent.slice(0, 60)}: ${head.textContent.trim()}`);
})"""
# Registers whose columns of quantities, sorted by their heading, are out of order.
UNSORTED = """() => [...document.querySelectorAll("table.ir-register")].flatMap((table) => {
    const register = new DataTable.Api(table);
    register.page.len(-1);
    return register.columns().indexes().toArray().filter((nth) => {
        const cells = () => register.column(nth, { order: "applied" }).nodes().toArray();
        if (!cells().some((cell) => cell.matches(".ir-number, [data-order]"))) return false;
        register.order([nth, "desc"]).draw();
        const shown = cells().map((cell) => cell.dataset.order ?? cell.firstChild?.textContent)
            .filter((text) => text).map((text) => Number(text.replace(/,/g, "")));
        return !shown.length || shown.some((value, at) => !(value <= (shown[at - 1] ?? Infinity)));
    }).map((nth) => `${table.caption.textContent}: ${register.column(nth).header().textContent}`);
})"""
REGISTERED = {
    f"{page}.html"
    for page in (
        *("index", "notebooks/arms", "notebooks/corridor", "notebooks/drones", "notebooks/energy"),
        *("notebooks/money", "notebooks/trade"),
    )
}


@pytest.mark.parametrize("page", PAGES)
def test_no_column_is_off_the_screen_of_a_laptop_and_numbers_sort_as_numbers(reader, page):
    opened = reader(page, viewport=LAPTOP)
    opened.evaluate(UNFOLD)
    assert opened.evaluate(OFF_SCREEN) == []
    if page in REGISTERED:  # words around them too
        assert opened.locator("table.ir-register :is(.ir-number, [data-order])").count()
        assert opened.evaluate(UNSORTED) == []
    opened = reader(page, viewport=LAPTOP, java_script_enabled=False)
    # Scripts of the page do not run; those of the test do.
    opened.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert opened.evaluate(OFF_SCREEN) == []


def test_the_pages_whose_registers_must_sort_are_pages():
    assert set(PAGES) >= REGISTERED


def test_a_column_off_the_screen_is_found(reader):
    opened = reader("notebooks/trade.html", viewport=LAPTOP)
    opened.evaluate("document.querySelector('main table th:last-child').style.minWidth = '2000px'")
    opened.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert opened.evaluate(OFF_SCREEN)


def _read(html: str) -> tuple[list[str], list[list[str]], str]:
    heads = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", html)
    cells = [
        re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>.*</tr>", html)[1:]
    ]
    same = re.search(r'<p class="ir-same">(.*?)</p>', html)
    return heads, cells, same[1] if same else ""


WIDE = pd.DataFrame(
    {
        "on": ["2020-01-02", "2021-03-04"],
        "event_id": ["E-1", "E-2"],
        "title": [LONG, f"{LONG}, too"],
        "note": [f"{LONG} again", ""],
        "tonnes": [1_788_402.0, 0.00005],
        "summary": [LONG * 2, LONG * 3],
        "confidence": ["high", "high"],
    }
)


def test_a_table_that_fits_is_left_as_it_is():
    heads, cells, same = _read(
        tables.rows(WIDE[["on", "title", "confidence", "tonnes"]], caption="x")
    )
    assert heads == ["on", "title", "tonnes", "confidence"]  # the number comes third at the latest
    assert cells[0] == ["2020-01-02", LONG, "1,788,402", "high"] and same == ""


def test_what_does_not_fit_is_folded_under_its_row_and_nothing_is_lost():
    heads, cells, same = _read(tables.rows(WIDE.assign(further=[LONG, ""]), caption="x"))
    assert heads == ["on", "title", "tonnes", "note"]
    first, second = (" ".join(row) for row in cells)
    for text in ("E-1", f"{LONG} again", LONG * 2, "2020-01-02", "1,788,402"):
        assert text in first
    assert "<b>further:</b>" in first
    assert "<b>further:</b>" not in second  # an empty cell says nothing
    assert same == "<b>In every row:</b> confidence high"


def test_what_all_rows_have_is_said_once_where_it_does_not_fit():
    frame = WIDE.assign(**{f"text_{n}": f"{LONG} {n}" for n in range(4)})
    _, cells, same = _read(tables.rows(frame, caption="x"))
    said = [n for n in range(4) if f"text {n} {LONG} {n}" in same]
    assert said and not any(f"{LONG} {n}" in cell for row in cells for cell in row for n in said)


def test_columns_named_first_are_folded_last():
    frame = WIDE.assign(**{f"text_{n}": [f"{LONG} {n}", "b"] for n in range(4)})
    assert "text 3" in _read(tables.rows(frame, caption="x", first={"text_3"}))[0]
    assert "text 3" not in _read(tables.rows(frame, caption="x"))[0]


def test_codes_are_written_as_words_but_not_the_keys_of_rows():
    frame = pd.DataFrame(
        {
            "reporter_iso3": ["IRN", "SUN", "COW"],
            "participants": ["IRN;RUS", "CHN", ""],
            "basis": ["as_reported", "customs_tariff_lines", "a_b said"],
            "source_id": ["cow_trade_v4", "irica_gomrok", "a_b"],
        }
    )
    heads, cells, _ = _read(tables.rows(frame, caption="x"))
    assert heads == ["reporter", "participants", "basis", "source id"]
    assert cells == [
        ["Iran", "Iran; Russia", "as reported", "cow_trade_v4"],
        ["USSR", "China", "customs tariff lines", "irica_gomrok"],
        ["COW", "", "a_b said", "a_b"],
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (123456789012345, "123,456,789,012,345"),
        (18e9, "18,000,000,000"),
        (0.00005, "0.00005"),
        (-0.1 - 0.2, "-0.3"),
        (2001, "2001"),
        (12345.678, "12,345.678"),
        (1e6 / 3, "333,333.3333"),
    ],
)
def test_a_number_is_written_without_an_exponent(value, written):
    _, cells, _ = _read(tables.rows(pd.DataFrame({"value": [value]}), caption="x"))
    assert cells == [[written]]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1,700 drones", "1700"),
        ("about 5 billion USD", "5"),
        ("up to 30", "30"),
        ("25–30 %", "25"),
        ("−0.5", "-0.5"),
        ("$4.80 bn", "4.80"),
        ("S-300", None),
        ("22 June 1804", None),
        ("to 6 Oct 2022", None),
        ("2022-10-06", None),
    ],
)
def test_quantities_with_words_carry_their_number(text, order):
    html = tables.rows(pd.DataFrame({"said": [text]}), caption="x", css="ir-table ir-register")
    assert re.findall(r'data-order="([^"]*)"', html) == ([] if order is None else [order])
    assert "data-order" not in tables.rows(pd.DataFrame({"said": [text]}), caption="x")


def _menu(box, kind: str):
    return box.locator(".ir-filters label").filter(has_text=f"{kind}: ").locator("select")


def test_a_register_that_was_touched_prints_whole_and_comes_back(reader):
    opened = reader("notebooks/claims.html", viewport=LAPTOP)
    whole = opened.locator("table.ir-register tbody tr").count()
    opened.locator("table.ir-register").scroll_into_view_if_needed()
    box = opened.locator(".dt-container")
    box.wait_for()
    _menu(box, "Verdict").select_option("contradicted")
    box.get_by_role("searchbox").fill("Russia")
    box.locator("th").first.click()
    shown = opened.locator("table.ir-register tbody tr").all_inner_texts()
    assert 0 < len(shown) <= 10 < whole
    opened.evaluate("""window.addEventListener("beforeprint", () => {
        window.printed = document.querySelectorAll("table.ir-register tbody tr").length;
    })""")
    opened.pdf()
    assert opened.evaluate("window.printed") == whole
    assert opened.locator("table.ir-register tbody tr").all_inner_texts() == shown
    expect(box.get_by_role("searchbox")).to_have_value("Russia")


@pytest.mark.parametrize("kind", ["Verdict", "Basis", "Theme", "Seed"])
def test_the_ledger_can_be_cut_to_one_kind(reader, kind):
    opened = reader("notebooks/claims.html", viewport=LAPTOP)
    parts = opened.locator(f"table.ir-register [data-choice={kind.lower()}]")
    every = parts.all_text_contents()
    opened.locator("table.ir-register").scroll_into_view_if_needed()
    box = opened.locator(".dt-container")
    box.wait_for()
    for chosen in sorted(set(every)):
        _menu(box, kind).select_option(chosen)
        assert set(parts.all_text_contents()) == {chosen}
        expect(box.locator(".dt-info")).to_contain_text(f"of {every.count(chosen)} ")


def test_a_link_to_a_row_opens_what_is_folded_in_it(reader, book):
    page = (book / "notebooks/chronology.html").read_text(encoding="utf-8")
    row = re.findall(r'<tr id="(IRRU-[^"]+)">(?:(?!</tr>).)*ir-more', page)[-1]
    opened = reader("notebooks/chronology.html", viewport=LAPTOP)
    opened.goto(f"{opened.url}#{row}")
    expect(opened.locator(f"[id='{row}'] .ir-more p").first).to_be_visible()


def test_without_scripts_and_on_paper_what_is_folded_can_be_read(reader):
    opened = reader("notebooks/chronology.html", java_script_enabled=False)
    folded = opened.locator("table.ir-register .ir-more").first
    expect(folded.locator("p").first).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.locator("p").first).to_be_visible()
    opened.emulate_media(media="print")
    other = opened.locator("table.ir-register .ir-more").nth(1)
    assert other.locator("p").first.is_visible() and not other.locator("summary").is_visible()
    size = "e => parseFloat(getComputedStyle(e).fontSize) * 72 / 96"
    assert opened.locator("table.ir-register td").first.evaluate(size) >= 8


def test_on_a_phone_a_row_with_sentences_is_a_card_whose_cells_say_what_they_are(reader):
    opened = reader("notebooks/voting.html", viewport={"width": 390, "height": 800})
    table = opened.locator("table.ir-register.ir-cards").first
    table.scroll_into_view_if_needed()
    opened.locator(".dt-container").first.wait_for()
    box = "e => e.closest('.ir-scroll').scrollWidth - e.closest('.ir-scroll').clientWidth"
    assert table.evaluate(box) <= 0
    label = "e => getComputedStyle(e, '::before').content"
    assert table.locator("tbody td").first.evaluate(label) == '"date: "'
    expect(table.locator("thead th").first).to_be_visible()


def test_a_table_template_escapes_what_it_folds():
    frame = WIDE.assign(summary=f"<b>{LONG}", note=[f"<i>{LONG}", LONG])
    assert "<i>" not in tables.rows(frame, caption="x")
    assert "&lt;b&gt;" in tables.rows(frame, caption="x")


# Labels of cards before nothing of their own.
BARE = """() => [...document.querySelectorAll(".ir-cards td")].filter((cell) => {
    const own = [...cell.childNodes].filter((part) => part.nodeName !== "DETAILS");
    const text = own.map((part) => part.textContent).join("").trim();
    return !text && cell.checkVisibility() && getComputedStyle(cell, "::before").content !== "none";
}).length"""


def test_a_card_has_no_label_before_a_cell_that_only_folds_others(browser):
    frame = WIDE.assign(title=["", LONG])
    html = tables.rows(frame, caption="x", css="ir-register")
    assert re.search(r"<td[^>]*><details", html) and "ir-cards" in html
    style = (ROOT / "book" / "static" / "iran-russia.css").read_text(encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(f"<style>{style}</style>{html}")
    assert page.evaluate(BARE) == 0
    said = page.locator("td:has(.ir-more)").evaluate_all(
        "cells => cells.map((cell) => getComputedStyle(cell, '::before').content)"
    )
    assert said == ["none", '"title: "']
    page.close()
