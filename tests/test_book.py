"""The built book, read in a browser with the network cut."""

import re
from functools import cache
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml
from conftest import CHAPTERS, ROOT
from playwright.sync_api import expect

from iran_russia import datasets, freshness
from iran_russia.site.polish import lighten


def _source(page: str) -> str:
    return (ROOT / page).with_suffix(".md").read_text(encoding="utf-8")


WRITTEN = [ROOT / "index.md", *CHAPTERS, *sorted((ROOT / "book").glob("*.md"))]
PAGES = [str(file.relative_to(ROOT).with_suffix(".html")) for file in WRITTEN]
# A page without code may show how a figure is written.
CHARTED = [p for p in PAGES if "\nkernelspec:" in _source(p) and "name: fig-" in _source(p)]


@cache
def _links(file: Path) -> "_Links":
    return _Links(file)


class _Links(HTMLParser):
    def __init__(self, file: Path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors.add(attrs.get("id"))
        self.links += [attrs[a] for a in ("href", "xlink:href", "src", "data-live") if attrs.get(a)]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_anchor_of_a_page_resolves(book, page):
    for link in _links(book / page).links:
        target, anchor = urldefrag(link)
        if urlsplit(target).scheme or target.startswith("#"):
            continue
        file = (book / page).parent / unquote(target.split("?")[0]) if target else book / page
        assert file.exists(), f"{page} links to {link}"
        if anchor and file.suffix == ".html":
            assert anchor in _links(file).anchors, f"{page} links to {link}"


@pytest.mark.parametrize("page", PAGES)
def test_no_missing_value_is_shown_as_a_word(book, page):
    article = re.search(r"<article.*</article>", (book / page).read_text("utf-8"), re.DOTALL)[0]
    text = re.sub(r"<(pre|script)\b.*?</\1>", "", article, flags=re.DOTALL)
    assert re.findall(r">[^<]*\b(?:nan|NaN|NaT)\b[^<]*<|&lt;NA&gt;", text) == []


def _in_text(page: Path) -> set[str]:
    """Pages that the text of a page links to, without what stands around it."""
    article = re.search(r"<article.*</article>", page.read_text(), re.DOTALL)[0]
    return {urldefrag(link).url for link in re.findall(r'<a [^>]*href="([^"]+)"', article)}


def test_the_text_of_the_home_page_leads_to_every_page(book):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    pages = {f"{c['file']}.html" for part in toc["parts"] for c in part["chapters"]}
    assert pages - _in_text(book / "index.html") == set()


def test_every_source_is_two_clicks_from_the_home_page(book):
    reached = set()
    for page in _in_text(book / "index.html") & set(PAGES):
        reached.update(_links(book / page).links)
    addresses = datasets.load("sources")["url"].dropna()
    assert len(addresses) and set(addresses) - reached == set()


def test_no_page_names_a_script_style_or_picture_of_another_host(book):
    for page in book.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|iframe|link)[^>]*(?:src|href)=\"(https?:[^\"]+)", page.read_text()
        )
        assert not loaded, f"{page.name}: {loaded}"


@pytest.mark.parametrize("page", [*PAGES, "search.html", "genindex.html"])
def test_a_page_forbids_every_other_origin_and_foreign_code(browser, book, page):
    context = browser.new_context(offline=True)
    opened = context.new_page()
    refused = []
    opened.on("console", lambda m: m.type == "error" and refused.append(m.text))
    opened.goto((book / page).as_uri())
    assert not refused
    opened.evaluate("""() => {
        const added = document.createElement("div");
        added.innerHTML = "<img src=x onerror='window.ran = 1'><img src='https://example.org/x.png'>";
        document.body.append(added);
        const script = document.createElement("script");
        script.textContent = "window.ran = 2";
        document.body.append(script);
    }""")
    opened.wait_for_timeout(200)
    assert opened.evaluate("window.ran") is None
    assert sum("Content Security Policy" in text for text in refused) >= 3
    context.close()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_few_scripts_and_waits_for_none(book, page):
    html = (book / page).read_text()
    tags = re.findall(r'<script ([^>]*)\bsrc="([^"?]+)', html)
    assert all("defer" in attributes for attributes, _ in tags)
    assert sum(((book / page).parent / file).stat().st_size for _, file in tags) < 60_000
    idle = "fontawesome|bootstrap|copybutton|searchtools|searchindex|language_data|sphinx_highlight"
    assert not re.search(rf'(?:src|href)="[^"]*(?:{idle})\.js', html)
    assert ("copybutton.css" in html) == ('class="highlight"' in html)


def test_a_page_that_is_only_read_asks_for_no_font_and_no_further_script(browser, book):
    context = browser.new_context(offline=True)
    opened = context.new_page()
    asked = []
    opened.on("request", lambda r: asked.append((r.resource_type, r.url.partition("?")[0])))
    opened.goto((book / "notebooks/arms.html").as_uri(), wait_until="networkidle")
    assert not [url for kind, url in asked if kind == "font"]
    named = {unquote(link.split("?")[0]) for link in _links(book / "notebooks/arms.html").links}
    scripts = {url for kind, url in asked if kind == "script"}
    assert scripts and {Path(url).name for url in scripts} <= {Path(link).name for link in named}
    context.close()


def test_the_theme_switch_the_menu_and_back_to_top_answer(reader):
    opened = reader("notebooks/arms.html", viewport={"width": 900, "height": 600})
    switch = opened.locator(".theme-switch-button")
    seen = set()
    for _ in range(3):
        switch.click()
        seen.add(opened.evaluate("document.documentElement.dataset.mode"))
        icon = switch.locator(".theme-switch:visible")
        assert icon.evaluate("i => getComputedStyle(i, '::before').maskImage").startswith("url(")
    assert seen == {"auto", "light", "dark"}
    opened.get_by_label("Download this page").click()
    expect(opened.locator(".dropdown-menu.show")).to_be_visible()
    opened.mouse.move(600, 400)
    for distance in (3000, -500, -500):
        opened.mouse.wheel(0, distance)
        opened.wait_for_timeout(200)
    expect(opened.locator("#pst-back-to-top")).to_be_visible()


def test_the_first_click_opens_the_menu_though_its_script_comes_later(reader):
    opened = reader("notebooks/arms.html", viewport={"width": 1300, "height": 600})
    assert opened.evaluate("window.bootstrap") is None
    opened.evaluate("document.querySelector('[data-bs-toggle=dropdown]').click()")
    expect(opened.locator(".dropdown-menu.show")).to_be_visible()


def test_the_book_works_below_any_path_of_a_server(browser, book):
    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *request):
            super().__init__(*request, directory=book.parent)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        page = browser.new_page(viewport={"width": 1300, "height": 600})
        answers = []
        page.on("response", lambda r: answers.append((r.status, r.url)))
        page.goto(f"{host}/html/notebooks/arms.html")
        page.locator(".ir-plot").first.hover()
        page.locator("[data-state=live]").first.wait_for()
        page.goto(f"{host}/html/search.html?q=Bushehr")
        page.locator("#search-results li a").first.click()
        page.locator("article h1").wait_for()
        page.close()
        server.shutdown()
    assert len(answers) > 20
    wrong = [a for a in answers if a[0] >= 400 or not a[1].startswith(f"{host}/html/")]
    assert not wrong


def test_code_is_offered_to_be_copied_once_the_reader_moves(reader):
    opened = reader("notebooks/arms.html", viewport={"width": 1300, "height": 600})
    assert opened.locator("button.copybtn").count() == 0
    opened.mouse.move(300, 300)
    opened.get_by_role("button", name="Code", exact=True).click()
    expect(opened.locator("button.copybtn").first).to_be_attached()


def test_one_switch_shows_the_code_of_all_pages(reader):
    opened = reader("notebooks/arms.html")
    code, switch = opened.locator(".ir-code pre"), opened.locator(".ir-code-switch")
    expect(code.first).to_be_hidden()
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(code.first).to_be_visible()
    opened.goto(opened.url.replace("arms", "trade"))
    expect(opened.locator(".ir-code pre").first).to_be_visible()
    opened.locator(".ir-code-switch").click()
    expect(opened.locator(".ir-code pre").first).to_be_hidden()


def test_without_javascript_code_can_be_unfolded(reader):
    opened = reader("notebooks/arms.html", java_script_enabled=False)
    opened.locator(".ir-code > summary").first.click()
    expect(opened.locator(".ir-code pre").first).to_be_visible()


def test_a_reader_finds_a_word_from_any_page(reader):
    opened = reader("notebooks/arms.html", viewport={"width": 1300, "height": 600})
    opened.keyboard.press("Control+k")
    opened.keyboard.type("Bushehr")
    opened.keyboard.press("Enter")
    opened.locator("#search-results li").first.wait_for()


# Width, height and number of marks of charts.
DRAWN = """charts => charts.map((chart) => {
    const { width, height } = chart.getBoundingClientRect();
    return [width, height, chart.querySelectorAll("path, circle, text").length];
})"""


@pytest.mark.parametrize("page", CHARTED)
def test_every_chart_is_visible_without_javascript(reader, page):
    opened = reader(page, java_script_enabled=False)
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme)
        charts = opened.locator(".ir-wide:visible svg").evaluate_all(DRAWN)
        assert charts, scheme
        for width, height, marks in charts:
            assert width > 300 and height > 60 and marks > 5, scheme


LABELS = """[...document.querySelectorAll(".ir-plot .ir-wide")].map(
    (plot) => [...plot.querySelectorAll("text")].map((label) => label.textContent))"""


# Lines of tooltips that no reader should see: names of columns, null, true, long decimals.
RAW = """[...document.querySelectorAll("svg.marks *")].flatMap(({ __data__: item }) =>
    typeof item?.tooltip === "object" ? Object.entries(item.tooltip ?? {}) : []
).map(([name, said]) => `${name}: ${said}`)
.filter((line) => /^[^:]*_|: (null|true|false|NaN)$|: -?[1-9][\\d,]*\\.\\d{6}/.test(line))"""


@pytest.mark.parametrize("page", CHARTED)
def test_every_chart_comes_alive_in_its_size_on_hover_or_by_keyboard(reader, page):
    opened = reader(page)
    first, *rest = opened.locator(".ir-plot:visible").all()
    still, size = opened.evaluate(LABELS), first.bounding_box()
    first.hover()
    opened.locator("[data-state=live]").first.wait_for()
    assert abs(first.bounding_box()["height"] - size["height"]) < 4
    for plot in rest:
        plot.focus()
    charts = opened.locator("[data-live]:visible").count()
    expect(opened.locator("[data-state=live]")).to_have_count(charts, timeout=30_000)
    assert opened.locator("[data-state=live] .ir-wide svg.marks").count() >= 1
    for before, after in zip(still, opened.evaluate(LABELS), strict=True):
        # Labels that overlap may be left out where letters are wider.
        assert len(set(before) & set(after)) >= 0.8 * len(set(before)), (before, after)
    assert opened.evaluate(RAW) == []


@pytest.mark.parametrize("page", [p for p in CHARTED if "reading=" in _source(p)])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_reader_turns_a_figure_to_its_other_reading_and_paper_shows_both(reader, page, scripts):
    opened = reader(page, java_script_enabled=scripts)
    for figure in opened.locator("figure:has(.ir-choice)").all():
        first, other = figure.locator(".ir-reading").all()
        choice = figure.get_by_role("radio")
        expect(choice.first).to_be_checked()
        expect(first).to_be_visible()
        expect(other).to_be_hidden()
        choice.last.check()
        expect(first).to_be_hidden()
        expect(other).to_be_visible()
    opened.emulate_media(media="print")
    readings = opened.locator(".ir-reading")
    assert readings.count() == opened.locator(".ir-reading:visible").count() > 0
    expect(opened.locator(".ir-choice:visible")).to_have_count(0)


def test_a_page_has_one_search_box_in_view(reader):
    opened = reader("notebooks/trade.html", viewport={"width": 1300, "height": 900})
    assert opened.locator(".search-button__button:visible").count() == 1


def test_the_search_page_finds_a_word_of_a_chronology_offline(reader):
    opened = reader("search.html?q=Bushehr")
    opened.locator("#search-results li").first.wait_for()
    assert "chronology" in opened.locator("#search-results").inner_html()


def test_a_register_can_be_searched_and_sorted(reader):
    opened = reader("notebooks/diplomacy.html")
    table = opened.locator("table.ir-register").first
    everything = table.locator("tbody tr").count()
    table.scroll_into_view_if_needed()
    box = opened.locator(".dt-search input").first
    box.wait_for()
    box.fill("Rouhani")
    rows = table.locator("tbody tr")
    assert 0 < rows.count() < everything
    assert all("Rouhani" in text for text in rows.all_inner_texts())


def test_the_site_carries_the_data_package(book):
    for file in (ROOT / "data").iterdir():
        assert (book / "data" / file.name).read_bytes() == file.read_bytes()


def test_every_table_is_read_by_a_chapter(book):
    listing = {"index", "notebooks/catalogue"}  # they read every table, to list it
    runs = [
        freshness.read_run(chapter, ROOT / freshness.RUNS)
        for chapter in freshness.chapters()
        if chapter not in listing
    ]
    # A table that is ready for an import but has no rows yet says nothing to draw.
    filled = {table for table in datasets.names() if len(datasets.load(table))}
    assert filled - set().union(*(run.behind for run in runs)) == set()


def test_names_in_code_lose_their_marks_and_words_of_the_page_keep_theirs():
    name, sign = '<span class="n">x</span>', '<span class="o">=</span>'
    text = '<span class="s2">"a</span><span class="s2">b</span><span class="s2">"</span>'
    number = '<span class="mi">1</span>'
    assert lighten(f"<body><p>{name}</p><pre>{name}{sign}{text}{number}</pre>") == (
        f'<body><p>{name}</p><pre>x=<span class="s2">"ab"</span>{number}</pre>'
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_its_theme_before_its_scripts(reader, scheme):
    opened = reader("index.html", color_scheme=scheme)
    opened.route("**/scripts/*", lambda r: r.fulfill(content_type="text/javascript", body=""))
    opened.add_init_script("localStorage.clear()")
    opened.reload()
    assert opened.evaluate("document.documentElement.dataset.theme") == scheme


def test_no_page_weighs_more_than_a_phone_can_carry(book):
    for page in PAGES:
        assert (book / page).stat().st_size < 1.5e6, page


def test_every_figure_has_number_caption_alt_text_source_and_downloads(book):
    figures = 0
    for page in CHARTED:
        html = (book / page).read_text()
        for figure in re.findall(r"<figure.*?</figure>", html, flags=re.DOTALL):
            figures += 1
            assert "caption-number" in figure and 'class="ir-source"' in figure
            bar = re.findall(r"<summary>(\w+)</summary>|>(Link)</a>", figure)
            parts = [a or b for a, b in bar if a != "more"]  # in the rows of the table
            assert parts == ["Table", "Download", "Code", "Link", "Cite"]
            alt = re.search(r'role="img" tabindex="0" aria-label="([^"]+)"', figure)[1]
            assert len(alt) > 40
            name = re.search(r'data-live="(?:\.\./|\./)*figures/([^"]+)\.js"', figure)[1]
            # Its address holds as long as its name.
            assert f'<figure class="align-default" id="{name}">' in figure
            assert f'headerlink" href="#{name}"' in figure
            for extension in ("csv", "svg", "png", "js"):
                assert (book / "figures" / f"{name}.{extension}").stat().st_size > 0
    assert figures == sum(
        f.read_text().count("\n    name: fig-") for f in [ROOT / "index.md", *CHAPTERS]
    )
