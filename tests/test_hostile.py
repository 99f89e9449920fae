"""A data package full of attacks: whatever stands in a table is shown as text and never runs."""

import json
import shutil

import pandas as pd
import pytest
from conftest import BUILD, ROOT, run

from iran_russia import exhibits

ATTACKS = [
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 2'>",
    '"><svg onload="window.ran = 3"><a href="https://attack.invalid/a">',
    "javascript:window.ran=4",
    "{{ 7 * 7 }} {% raw %} ${window.ran=5} $(touch ran)",
    "</script></style></svg></textarea><iframe src=https://attack.invalid/b></iframe>",
    "\u202egnp.exe\u202c <link rel=stylesheet href=https://attack.invalid/c.css>",
    '=HYPERLINK("https://attack.invalid/d","here")',
    "[here](javascript:window.ran=6) ![](https://attack.invalid/e.png) `{eval-rst}`",
    "&lt;script&gt;window.ran = 7&lt;/script&gt;",
]
# A home page, charts with tooltips, registers, the catalogue.
CHAPTERS = ["catalogue", "chronology", "nuclear", "arms"]


def _free_texts(resource: dict) -> list[str]:
    """Fields of a table that may hold any text: no key, no list of values, no pattern."""
    schema = resource["schema"]
    as_list = lambda names: [names] if isinstance(names, str) else names  # noqa: E731
    keys = {*as_list(schema.get("primaryKey", []))}
    for key in schema.get("foreignKeys", []):
        keys |= {*as_list(key["fields"])}
    return [
        field["name"]
        for field in schema["fields"]
        if field["type"] == "string"
        and field["name"] not in keys
        and not {"enum", "pattern"} & {*field.get("constraints", {})}
        and not field["name"].endswith("_id")
        and field["name"] != "designation"
    ]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Build a copy of four chapters whose tables are filled with attacks."""
    copy = tmp_path_factory.mktemp("hostile") / "book"
    left = shutil.ignore_patterns("_build", ".*", "tests", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, copy, ignore=left)
    (copy / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n"
        + "".join(f"- file: notebooks/{name}\n" for name in CHAPTERS)
    )
    (copy / "index.md").write_text("# Four chapters\n\nWithout code of their own.\n")
    descriptor = copy / "data" / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        file = copy / "data" / resource["path"]
        frame = pd.read_csv(file, dtype="str", keep_default_na=False)
        for column in _free_texts(resource):
            said = frame[column] != ""
            attacks = [ATTACKS[i % len(ATTACKS)] for i in range(len(frame))]
            frame.loc[said, column] = pd.Series(attacks, index=frame.index)[said]
        frame.to_csv(file, index=False, lineterminator="\n")
        for text in ("title", "description", "terms"):
            resource[text] += " " + " ".join(ATTACKS)
    descriptor.write_text(json.dumps(package), encoding="utf-8")
    run(copy, *(part for part in BUILD if part != "-W"))
    assert not list(copy.rglob("ran")), "a command in a table was run"
    return copy / "_build" / "html"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_of_a_hostile_table_runs_or_is_requested(hostile, browser, chapter):
    # Without the security policy, so that escaping alone has to hold.
    context = browser.new_context(bypass_csp=True, offline=True)
    page, asked, faults = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto((hostile / "notebooks" / f"{chapter}.html").as_uri())
    for plot in page.locator(".ir-plot").all():
        plot.hover()
        plot.locator("xpath=ancestor::*[@data-state='live']").wait_for()
    for table in page.locator("table.ir-register").all():
        table.scroll_into_view_if_needed()
        table.locator("xpath=ancestor::*[contains(@class, 'dt-container')]").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert not faults
    site = hostile.as_uri()
    assert not [url for url in asked if not url.startswith(site)]
    addresses = page.evaluate("""() => [...document.querySelectorAll("article [href]")].map(
        (link) => link.getAttribute("href"))""")
    assert not [a for a in addresses if a.startswith(("javascript:", "data:", "vbscript:"))]
    assert not [a for a in addresses if "attack.invalid" in a]
    assert page.locator("article :is(script, iframe, img[src=x], [onerror], [onload])").count() == 0
    context.close()


@pytest.mark.parametrize("chapter", ["catalogue", "chronology", "arms"])
def test_attacks_are_shown_as_they_are_written(hostile, browser, chapter):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((hostile / "notebooks" / f"{chapter}.html").as_uri())
    text = " ".join(page.locator("article").text_content().split())
    shown = [attack for attack in ATTACKS if " ".join(attack.split()) in text]
    assert len(shown) >= 8, set(ATTACKS) - set(shown)
    context.close()


def test_the_search_page_shows_an_attack_as_text(hostile, browser):
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto((hostile / "search.html").as_uri() + "?q=hyperlink+<img src=x onerror='ran=1'>")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.ran") is None
    assert page.locator("#search-results img").count() == 0
    context.close()


def test_no_download_of_an_exhibit_begins_a_cell_with_a_formula(hostile):
    downloads = list((hostile / "figures").glob("*.csv"))
    assert downloads
    formulas = 0
    for file in downloads:
        text = file.read_text(encoding="utf-8")
        formulas += text.count("'=HYPERLINK")
        frame = pd.read_csv(file, dtype="str", keep_default_na=False)
        for column in frame:
            numbers = pd.to_numeric(frame[column], errors="coerce").notna()
            assert not (frame[column].str.match(r"[=+\-@\t\r]") & ~numbers).any(), file.name
    assert formulas > 0


def test_a_download_keeps_numbers_and_marks_formulas(monkeypatch):
    monkeypatch.setenv(exhibits.BUILD, "yes")
    cells = 'text,number\n=1+1,-2.5\n+7 days,+3\n-,-\n@sum,1e-5\nplain,\n"a\n=b",0\n'
    bundle = exhibits.Exhibit(html="", name="t", files={"csv": cells})._repr_mimebundle_()
    (shown,) = (content["files"]["csv"]["text"] for content in bundle.values())
    assert shown == (
        "text,number\n'=1+1,-2.5\n'+7 days,+3\n'-,'-\n'@sum,1e-5\nplain,\n\"a\n=b\",0\n"
    )
