"""Every page can be read by everyone: axe-core, keyboard, headings, tables, zoom, colours.

axe-core checks WCAG 2.2 AA and good practice in the browser, on each page wide and narrow, light
and dark.
"""

from importlib.resources import files
from itertools import pairwise

import pytest
from playwright.sync_api import expect
from test_book import PAGES

EVERY = [*PAGES, "search.html", "search.html?q=S-400", "genindex.html", "py-modindex.html"]
WIDE, NARROW = {"width": 1300, "height": 900}, {"width": 390, "height": 800}

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the dark theme changes, which is a set of other colours and nothing that another rule reads.
COLOURS = ["color-contrast", "link-in-text-block"]

# Shows what is folded and hides what would only be found again: cells of a table in which all has
# the elements, attributes and looks, and links the places, of a cell above; words of code, marks
# and labels of a drawing that are and look like one before.
PREPARE = """() => {
    document.querySelectorAll("details").forEach((folded) => { folded.open = true; });
    document.getAnimations().forEach((unfolding) => unfolding.finish());
    const looked = new Map();  // a parent is looked at for each of its children
    const look = (node) => {
        if (looked.has(node)) return looked.get(node);
        const style = getComputedStyle(node);
        looked.set(node, [node.tagName, node.getAttributeNames(), node.getAttribute("class"),
            node.role, !node.textContent.trim(), style.color, style.backgroundColor,
            style.fontSize, style.fontWeight, style.opacity].join());
        return looked.get(node);
    };
    const place = (node, cell) => {
        const [at, from] = [node.getBoundingClientRect(), cell.getBoundingClientRect()];
        return [at.x - from.x, at.y - from.y, at.width, at.height, from.height].map(Math.round);
    };
    const looks = (cell) => [cell, ...cell.querySelectorAll("*")].map((node) => [cell.cellIndex,
        look(node), node.matches("a, button, input") && place(node, cell)].join());
    const rows = [], cells = [], nodes = [];  // looked at all first, for speed
    for (const table of document.querySelectorAll("tbody")) {
        const seen = new Set();
        for (const row of table.rows) {
            const repeated = [...row.cells].filter((cell) => {
                const of = looks(cell), known = of.every((one) => seen.has(one));
                of.forEach((one) => seen.add(one));
                return known;
            });
            if (repeated.length === row.cells.length) rows.push(row);
            else cells.push(...repeated);
        }
    }
    const thin = (parts) => {
        const seen = new Set();
        for (const node of parts.filter((one) => !one.children.length)) {
            const of = look(node.parentElement) + look(node);
            if (seen.has(of)) nodes.push(node);
            seen.add(of);
        }
    };
    thin([...document.querySelectorAll(":is(pre, .sig, code) span:not(a *)")]);
    document.querySelectorAll(".ir-plot svg").forEach(
        (drawing) => thin([...drawing.querySelectorAll("*")]));
    [...rows, ...nodes].forEach((node) => node.remove());
    cells.forEach((cell) => { cell.style.visibility = "hidden"; });
}"""
# Text that looks the same, and has around it what looks the same up to the whole page, has one
# contrast: one of each is marked, of thousands, and read by the rules of colours.
MARK = """() => {
    const known = new Map(), read = new Set();
    const walk = (node, around) => {
        node.removeAttribute("data-first");
        const style = getComputedStyle(node);
        if (style.display === "none") return;
        const look = [around, node.tagName, style.color, style.backgroundColor, style.opacity,
            style.backgroundImage, style.fontSize, style.fontWeight, style.visibility,
            style.textDecorationLine, style.borderBottom, style.textShadow].join();
        if (!known.has(look)) known.set(look, known.size);
        const says = node.matches("input, select, textarea")
            || [...node.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
        if (says && !read.has(look)) {
            read.add(look);
            node.setAttribute("data-first", "");
        }
        for (const part of node.children) walk(part, known.get(look));
    };
    walk(document.body, "");
    axe.configure({rules: [{id: "color-contrast", selector: "[data-first]"},
        {id: "link-in-text-block", selector: "[data-first] a[href], a[href][data-first]"}]});
}"""
VIOLATIONS = """(rules) => axe.run(
    {runOnly: rules, resultTypes: ["violations"], preload: false, elementRef: false}
).then((found) => found.violations.flatMap((rule) => rule.nodes.slice(0, 3).map(
    (node) => `${rule.id} (${rule.impact}): ${node.html.slice(0, 200)}: ${node.failureSummary}`
)))"""
# axe reads the colour of HTML, not what a drawing is filled with. Labels of charts are compared
# with the page and the marks drawn beneath their middle.
FAINT_LABELS = """() => {
    const parse = (colour) => [...colour.match(/[\\d.]+/g).map(Number), 1].slice(0, 4);
    const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const luminance = (colour) => [0.2126, 0.7152, 0.0722].reduce(
        (sum, weight, i) => sum + weight * linear(colour[i] / 255), 0);
    const over = (above, below) => [0, 1, 2].map(
        (i) => above[i] * above[3] + below[i] * (1 - above[3]));
    const paint = (node) => {
        const style = getComputedStyle(node);
        if (style.fill === "none") return [0, 0, 0, 0];
        const [r, g, b, a] = parse(style.fill);
        let opacity = a * style.fillOpacity;
        for (let at = node; at.ownerSVGElement; at = at.parentElement)
            opacity *= getComputedStyle(at).opacity;
        return [r, g, b, opacity];
    };
    const page = parse(getComputedStyle(document.body).backgroundColor);
    const faint = [];
    for (const drawing of document.querySelectorAll(".ir-plot svg")) {
        if (!drawing.checkVisibility()) continue;
        const shapes = [...drawing.querySelectorAll("path, rect, circle")].map(
            (shape) => [shape, shape.getBoundingClientRect()]);
        for (const label of drawing.querySelectorAll("text")) {
            const ink = paint(label), box = label.getBoundingClientRect();
            // Labels that would overlap are hidden.
            if (ink[3] < 0.05 || !label.textContent.trim()) continue;
            const middle = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
            let below = page;
            for (const [shape, around] of shapes) {
                if (middle.x < around.left || middle.x > around.right
                    || middle.y < around.top || middle.y > around.bottom) continue;
                const follows = label.compareDocumentPosition(shape) & 4;
                if (follows || !shape.isPointInFill(
                    middle.matrixTransform(shape.getScreenCTM().inverse()))) continue;
                below = over(paint(shape), below);
            }
            const pair = [luminance(over(ink, below)), luminance(below)];
            const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
            if (contrast < 4.5) faint.push(
                `${label.closest("figure").id}: ${label.textContent} ${contrast.toFixed(2)}`);
        }
    }
    return faint;
}"""


@pytest.fixture(scope="module")
def strict(browser, book):
    """Open pages with axe in them, in one tab without network or security policy."""
    context = browser.new_context(offline=True, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()

    def open_page(name: str, size: dict):
        page.set_viewport_size(size)
        file, _, query = name.partition("?")
        page.goto((book / file).as_uri() + (f"?{query}" if query else ""))
        if query:
            page.locator("#search-results li").first.wait_for()
        page.evaluate(AXE)
        return page

    yield open_page
    context.close()


def _switch(page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)


def _find(page) -> list[str]:
    """Return what is wrong with the page as it stands, in both themes."""
    found = []
    for theme in ("dark", "light"):
        _switch(page, theme)
        found += page.evaluate(FAINT_LABELS)
    page.evaluate(PREPARE)
    for theme, rules in (("light", STANDARDS), ("dark", COLOURS)):
        _switch(page, theme)
        page.evaluate(MARK)
        found += page.evaluate(VIOLATIONS, rules)
    return found


@pytest.mark.parametrize("page", EVERY)
def test_axe_finds_no_violation_on_a_page(strict, page):
    for size in (WIDE, NARROW):
        assert _find(strict(page, size)) == [], (page, size)


@pytest.mark.parametrize("page", ["arms", "arenas", "diplomacy", "history"])
def test_axe_finds_no_violation_where_charts_are_alive_and_registers_enhanced(strict, page):
    opened = strict(f"notebooks/{page}.html", WIDE)
    for register in opened.locator("table.ir-register").all():
        register.scroll_into_view_if_needed()
        register.locator("xpath=ancestor::*[contains(@class, 'dt-container')]").wait_for()
    for plot in opened.locator(".ir-plot").all():
        plot.focus()
        plot.locator("xpath=ancestor::*[@data-state='live']").wait_for(timeout=30_000)
    opened.keyboard.press("ArrowRight")
    assert _find(opened) == []


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("at.innerHTML = '<img src=\"data:,\">'", "image-alt (critical)"),
        ("at.style.color = '#999'", "color-contrast (serious)"),
        ("document.documentElement.lang = ''", "html-has-lang (serious)"),
        ("at.outerHTML = '<h5>5</h5>'", "heading-order (moderate)"),
    ],
)
def test_axe_finds_what_is_wrong(strict, wrong, rule):
    opened = strict("book/about.html", WIDE)
    opened.evaluate(f"() => {{ const at = document.querySelector('main p'); {wrong}; }}")
    assert any(rule in found for found in _find(opened))


def test_a_faint_label_of_a_chart_is_found(strict):
    opened = strict("notebooks/arenas.html", WIDE)
    opened.evaluate("document.querySelector('.ir-wide svg text').setAttribute('fill', '#999')")
    assert len(opened.evaluate(FAINT_LABELS)) == 1


@pytest.mark.parametrize("page", ["arms", "history"])
def test_a_chart_is_read_mark_by_mark_with_the_keyboard(reader, page):
    opened = reader(f"notebooks/{page}.html", viewport=WIDE)
    plot = opened.locator(".ir-plot").first
    plot.focus()
    plot.locator("xpath=ancestor::*[@data-state='live']").wait_for(timeout=30_000)
    tooltip = opened.get_by_role("status").and_(opened.locator(".vg-tooltip"))
    said = set()
    for _ in range(5):
        opened.keyboard.press("ArrowRight")
        expect(tooltip).to_be_visible()
        said.add(tooltip.inner_text())
    assert len(said) > 1
    opened.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()


def test_each_chart_is_one_stop_of_the_keyboard_before_its_data(reader):
    opened = reader("notebooks/arenas.html", viewport=WIDE)
    for plot in opened.locator(".ir-plot").all():
        plot.focus()
        assert plot.evaluate("at => at.ariaLabel.length > 40 && at.ariaDescription.length > 0")
        opened.keyboard.press("Tab")
        stops = []
        while not opened.evaluate("document.activeElement.matches('.ir-data > summary')"):
            stops.append(opened.evaluate("document.activeElement.closest('.ir-source')?.tagName"))
            opened.keyboard.press("Tab")
            assert len(stops) < 20
        assert set(stops) <= {"P", "DETAILS"}  # the links of the source line, or its folded rest
        opened.keyboard.press("Enter")
        figure = plot.locator("xpath=ancestor::*[contains(@class, 'ir-exhibit')]")
        expect(figure.get_by_role("table")).to_be_visible()


# What can be focused, one of each kind; those that look the same with the focus as without.
UNSEEN_FOCUS = """() => {
    const kinds = new Map(), stops = "a[href], button, input, select, summary, [tabindex='0']";
    for (const node of document.querySelectorAll(stops))
        if (node.checkVisibility()) kinds.set(node.tagName + node.className, node);
    const look = (node) => {
        const style = getComputedStyle(node);
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
        return [outlined && style.outlineColor, style.boxShadow].join();
    };
    return [...kinds.values()].filter((node) => {
        node.blur();
        const before = look(node);
        node.focus({ focusVisible: true });
        return document.activeElement === node && look(node) === before;
    }).map((node) => node.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("page", ["notebooks/arms.html", "notebooks/claims.html", "search.html"])
def test_the_focus_can_be_seen(reader, page):
    opened = reader(page, viewport=WIDE)
    assert opened.evaluate(UNSEEN_FOCUS) == []


# The theme repeats the title for print, unseen on the screen.
LEVELS = """() => [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")]
    .filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName[1]))"""
BARE_TABLES = """() => [...document.querySelectorAll("article table")].filter((table) =>
    !table.caption?.textContent.trim() || !table.querySelector("th[scope=col]")
).map((table) => table.outerHTML.slice(0, 120))"""
# Words or charts that reach out of the page or are cut off by what they stand in.
LOST = """() => [...document.querySelectorAll("main *:not(svg *)")].filter((node) => {
    const style = getComputedStyle(node);
    return node.checkVisibility() && node.clientWidth > 1  // else only for screen readers
        && ["hidden", "clip"].includes(style.overflowX) && node.scrollWidth > node.clientWidth + 1
        && node.tagName !== "svg";
}).map((node) => node.outerHTML.slice(0, 120))"""


# Rows laid out as cards that still reach out of their box.
OUTSIDE = """() => [...document.querySelectorAll(".ir-cards")]
    .filter((table) => table.scrollWidth > table.closest(".ir-scroll").clientWidth)
    .map((table) => table.caption.textContent)"""


@pytest.mark.parametrize("page", EVERY)
def test_a_page_has_language_headings_and_captions_and_fits_when_enlarged(reader, page):
    opened = reader(page, viewport=WIDE)
    assert opened.evaluate("document.documentElement.lang") == "en"
    levels = opened.evaluate(LEVELS)
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(low <= high + 1 for high, low in pairwise(levels))
    if page in PAGES:
        assert opened.evaluate(BARE_TABLES) == []
    for width in (650, 390, 320):  # 1300 px at a zoom of 200 %, a phone, 1280 px at 400 %
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate("document.documentElement.scrollWidth") <= width, width
        assert opened.evaluate(LOST) == [], width
        if width < 600:
            assert opened.evaluate(OUTSIDE) == [], width
