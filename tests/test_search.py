"""The book's own search: everything in it is found, and the right page comes first."""

import csv
import re
from collections import Counter, defaultdict
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, unquote

import pytest
from conftest import ROOT
from playwright.sync_api import expect
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ExtensionError
from test_book import PAGES

from iran_russia.site import search

PAGE = """<article><section id="arms"><h1>Arms<a class="headerlink" href="#arms">#</a></h1>
<p>Who <em>arms</em> whom, in 2024?</p>
<details class="admonition hide above-input"><summary>Show code</summary><pre>x = 1</pre></details>
<figure id="fig-a"><div class="ir-wide"><svg><text>Kaza&amp;khstan</text><text>10</text></svg></div>
<div class="ir-narrow"><svg><text>Twice</text></svg></div><p>Unit</p></figure>
<section id="register"><h2>Register</h2><ul><li>one</li><li>two</li></ul>
<table><tr id="R1"><td>17</td><td></td><td><p>Pezeshkian</p>went<br>there</td></tr></table>
<dl><dt id="f">f(x)</dt><dd><p>Doubles.</p></dd></dl></section><p>After.</p></section></article>"""


def test_a_page_is_read_by_sections_with_cells_and_items_apart_and_without_code():
    arms, register = search.sections(PAGE)
    assert arms == (
        "arms",
        "Arms",
        [
            ("arms", "Who arms whom, in 2024?"),
            ("fig-a", "Kaza&khstan"),
            ("fig-a", "Unit"),
            ("arms", "After."),
        ],
    )
    assert register == (
        "register",
        "Register",
        [
            ("register", "one"),
            ("register", "two"),
            ("R1", "17 | Pezeshkian went there"),
            ("f", "f(x)"),
            ("f", "Doubles."),
        ],
    )


def test_a_page_that_changed_is_read_again_and_no_other(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(search, "sections", lambda html: asked.append(html) or [])
    for text in ("one", "one", "two"):
        (tmp_path / "a.html").write_text(text)
        (tmp_path / "b.html").write_text("b")
        search.write_index(tmp_path, ["a.html", "b.html"], tmp_path / "kept")
    assert asked == ["one", "b", "two"]


@pytest.mark.parametrize("text", ["- [a]", "- [a, 1404]", "- a: b", "one: [a, b]", "", "- [a"])
def test_a_list_of_spellings_that_is_none_is_refused_before_chapters_run(tmp_path, text):
    (tmp_path / "book").mkdir()
    (tmp_path / search.ALIASES).write_text(text)
    app = SimpleNamespace(confdir=tmp_path, builder=object.__new__(StandaloneHTMLBuilder))
    with pytest.raises(ExtensionError, match=r"aliases\.yml: .*expected"):
        search.replace_search(app)


def test_no_spelling_stands_in_two_groups():
    groups = search.aliases(search.ALIASES)
    spellings = [word.casefold() for group in groups for word in group]
    assert sorted(w for w in spellings if spellings.count(w) > 1) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_called_by_its_title_in_the_results(book, page):
    html = (book / page).read_text(encoding="utf-8")
    title = re.search(r"<h1>((?:(?!</h1>).)*?)<a class=\"headerlink", html, re.DOTALL)[1]
    plain = " ".join(unescape(re.sub("<[^>]+>", "", title)).split())
    assert search.sections(html)[0].heading == plain


def test_the_index_stays_small_and_the_same(book, tmp_path):
    (file,) = book.glob(search.INDEX)
    assert file.stat().st_size < 1.5e6
    pages = sorted(PAGES)
    for page in pages:
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_bytes((book / page).read_bytes())
    for _ in range(2):  # read, and then kept
        search.write_index(tmp_path, pages, tmp_path / "kept")
        assert (tmp_path / search.INDEX).read_bytes() == file.read_bytes()
        (tmp_path / search.INDEX).unlink()
    assert not (book / "searchindex.js").exists()


_UNREAD = re.compile(
    r"<(svg|pre|script|style|button|summary)\b.*?</\1>"
    r"|<details class=\"(?:[^\"]*\bhide\b|ir-(?:downloads|code|figure-cite)\").*?</details>"
    r"|<a class=\"(?:headerlink|ir-(?:downloads|link)\").*?</a>"
    r"|<p class=\"ir-whole-book.*?</p>",
    re.DOTALL,
)
_INLINE = r"</?(?:a|abbr|b|cite|code|em|i|kbd|q|small|span|strong|sub|sup)\b[^>]*>"


def _words(html: str) -> set[str]:
    """Words and numbers of the text of a page, read in another way than the search does."""
    article = re.search(r"<article\b.*</article>", html, re.DOTALL)[0]
    text = re.sub(r"<[^>]+>", " ", re.sub(_INLINE, "", _UNREAD.sub(" ", article)))
    return set(re.findall(r"[^\W_]+(?:[-.,’'][^\W_]+)*", unescape(text)))


FOUND = """async (words) => {
    const found = [];
    for (const word of words) {
        const { all, pages } = await bookSearch(word);
        found.push(all ? pages.map((page) => page.href) : []);
    }
    return found;
}"""


def test_every_word_and_number_is_found_on_the_pages_that_hold_it(reader, book):
    stands = defaultdict(set)
    for page in PAGES:
        for word in _words((book / page).read_text(encoding="utf-8")):
            stands[word].add(page)
    assert len(stands) > 10_000
    found = dict(zip(stands, reader("search.html").evaluate(FOUND, [*stands]), strict=True))
    assert [word for word, pages in found.items() if not pages] == []
    fewer = [word for word, pages in found.items() if stands[word] - {*pages}]
    assert len(fewer) <= 0.01 * len(stands), fewer[:50]


with (ROOT / "tests" / "queries.csv").open(encoding="utf-8") as _file:
    QUERIES = {row["query"]: row for row in csv.DictReader(_file)}
"""What readers look for, the page that answers it, and of which kind it is."""


def test_the_queries_are_of_every_kind():
    kinds = Counter(row["kind"] for row in QUERIES.values())
    assert sum(kinds.values()) == 60 and min(kinds.values()) >= 5 and len(kinds) == 7
    assert {"glance", "china", "treaty", "teach"} < {row["page"] for row in QUERIES.values()}
    assert {row["page"] for row in QUERIES.values()} <= {Path(page).stem for page in PAGES}


def test_the_right_page_comes_first(reader):
    firsts = reader("search.html").evaluate(FOUND, [*QUERIES])
    wrong = {
        query: found[:3]
        for (query, row), found in zip(QUERIES.items(), firsts, strict=True)
        if not found or Path(found[0]).stem != row["page"]
    }
    assert len(wrong) <= 6, wrong


# For each result that a query shows: where it leads, the sentence, and the words marked in it.
SHOWN = """() => [...document.querySelectorAll("#search-results li")].slice(0, 4).map((item) => ({
    to: item.querySelector("a").getAttribute("href"),
    said: item.querySelector("p")?.textContent ?? "",
    marked: [...item.querySelectorAll("mark")].map((mark) => mark.textContent),
}))"""
# What stands at anchors of a page, which need not be laid out for that; a term of a list of
# definitions stands for what it is.
HELD = """([html, anchors]) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    return anchors.map((anchor) => {
        const at = anchor ? page.getElementById(anchor) : page.querySelector("article");
        return at.textContent + (at.tagName === "DT" ? at.nextElementSibling.textContent : "");
    });
}"""


def _letters(text: str) -> str:
    """Words without what stands between them: cells, spaces, arrows."""
    return re.sub(r"[\W_]+", "", text)


def test_every_query_shows_the_sentence_and_leads_to_where_it_stands(reader, book):
    opened = reader("search.html")
    shown = {}
    for query in QUERIES:
        opened.goto(f"{(book / 'search.html').as_uri()}?q={quote(query)}")
        opened.locator("#search-results li").first.wait_for()
        shown[query] = opened.evaluate(SHOWN)
    places = defaultdict(list)
    for query, results in shown.items():
        # A row that is asked for by its id need not hold it.
        assert any(one["marked"] or one["to"].endswith(f"#{query}") for one in results), query
        for one in results:
            assert ".md" not in one["said"] and not re.search(r"\bdef |\bimport ", one["said"])
            page, _, anchor = one["to"].partition("#")
            places[page].append((query, unquote(anchor), one))
    blank = opened.context.new_page()  # without the policy of a page, which says what it refuses
    for page, results in places.items():
        html = (book / page).read_text(encoding="utf-8")
        for query, anchor, _ in results:
            # What stands above all sections is the beginning of its page.
            assert not anchor or f'id="{anchor}"' in html, (query, anchor)
        texts = blank.evaluate(HELD, [html, [anchor for _, anchor, _ in results]])
        for (query, anchor, one), held in zip(results, texts, strict=True):
            sentence = one["said"].strip("… ")
            assert all(mark in held for mark in one["marked"]), (query, anchor, one)
            parts = [_letters(part) for part in sentence.split(" | ")]
            assert all(part in _letters(held) for part in parts), (query, anchor, sentence)


@pytest.mark.parametrize(
    "spellings",
    [
        "Raisi; Raeesi; raisi; رئیسی; رئيسي; Раиси",
        "Bushehr; Busher; BUSHEHR; بوشهر; Бушер",
        "Türkiye; Turkiye; Turkey; Tu\u0308rkiye",
        "1,788,402; 1788402; 1\u202f788\u202f402; ۱۷۸۸۴۰۲",
        "S-300; S\u2011300; S–300; s300",
        "drone; UAV; پهپاد",
    ],
)
def test_other_spellings_find_the_same_pages(reader, spellings):
    pages = reader("search.html").evaluate(FOUND, spellings.split("; "))
    assert pages[0]
    assert all({*found} == {*pages[0]} for found in pages), pages


@pytest.mark.parametrize("query", ["Su-35", "2231", "Пезешкиан", "General Assembly"])
def test_results_show_the_sentence_and_open_at_its_place(reader, book, query):
    opened = reader(f"search.html?q={query}")
    first = opened.locator("#search-results li").first
    first.wait_for()
    assert opened.locator("#search-results li:has(mark)").count() >= 1
    said = opened.locator("#search-results").inner_text()
    assert ".md" not in said and "import " not in said and "def " not in said
    expect(opened.get_by_role("status")).to_contain_text(re.compile(r"\d+ sections? on \d+ page"))
    assert query in opened.title()
    for address in opened.locator("#search-results li > a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    ):
        page, _, anchor = address.partition("#")
        assert f'id="{anchor}"' in (book / page).read_text(encoding="utf-8")
    first.locator("a").click()
    opened.locator("article h1").wait_for()
    anchor = opened.evaluate("decodeURIComponent(location.hash.slice(1))")
    opened.locator(f"[id='{anchor}']").wait_for(state="attached")


def test_folded_results_open(reader):
    opened = reader("search.html?q=Iran")
    folded = opened.locator("#search-results details").first
    folded.locator("summary").click()
    expect(folded.locator("li").first).to_be_visible()


@pytest.mark.parametrize(
    ("query", "said"),
    [("zzyzx", "Nothing in the book holds “zzyzx”."), ("zzyzx Bushehr", "No section holds all")],
)
def test_a_query_without_answer_is_told_so(reader, query, said):
    expect(reader(f"search.html?q={query}").get_by_role("status")).to_contain_text(said)


@pytest.mark.parametrize("query", ["<img src=x onerror=alert(1)>", "...", "%", "(", "constructor"])
def test_odd_queries_do_no_harm(reader, query):
    opened = reader("search.html")
    opened.locator("main input[name=q]").fill(query)
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("status")).to_contain_text("“")
    assert opened.locator("#search-results img").count() == 0


def test_without_javascript_the_page_says_that_the_search_needs_it(reader):
    opened = reader("search.html", java_script_enabled=False)
    expect(opened.get_by_text("The search needs JavaScript.")).to_be_visible()
