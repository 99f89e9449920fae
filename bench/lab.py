"""Read chapters in JupyterLab as a student does, and hold them against the pages of the book.

``make lab``, a double click, *Run all*, save. Every paragraph of the notebook must stand in the
built page word for word, every figure must say what it shows, and the saved file must be the one
that was opened.

Usage: ``lab.py [CHAPTER …]`` after ``make book``; all chapters without an argument.
``lab.py --pictures`` takes the pictures of *Rerun and teach* anew.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from iran_russia import singles

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "_build" / "html"
# Roles of the text that a reader must not see.
RAW = re.compile(r"\{(?:glue|eval|numref|cite|event)\b|^\([\w-]+\)=", re.MULTILINE)

# JupyterLab shows errors as it shows warnings, by this type.
FAILED = "[data-mime-type='application/vnd.jupyter.stderr']"
RAN = f"""() => window.jupyterapp.shell.currentWidget.node.querySelector("{FAILED}")
    || window.jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === "code" && cell.model.sharedModel.source.trim())
    .every((cell) => cell.model.executionCount !== null)"""
# A busy browser draws what is out of sight only when a reader comes to it.
READ = """async () => {
    const pane = window.jupyterapp.shell.currentWidget.content.outerNode;
    for (let y = 0; y < pane.scrollHeight; y += pane.clientHeight) {
        pane.scrollTop = y;
        await new Promise((done) => setTimeout(done, 50));
    }
}"""
WRITTEN = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    const drawn = (cell, where) => cell.node.querySelector(where)?.childNodes.length;
    return panel.content.widgets.every((cell) =>
        cell.model.type === "markdown" ? drawn(cell, ".jp-RenderedMarkdown")
        : !cell.model.getMetadata("mystnb")?.figure || drawn(cell, ".jp-OutputArea-output"))
        && !panel.node.querySelector(".ir-waits, .ir-figure .ir-numbered:empty");
}"""
SEEN = """() => {
    const panel = window.jupyterapp.shell.currentWidget.node;
    const texts = (where) => [...panel.querySelectorAll(where)].map((node) => node.textContent);
    const part = (figure, name) => figure.querySelector(name)?.textContent.trim() ?? "";
    return {
        text: texts(".jp-RenderedMarkdown").join("\\n"),
        paragraphs: texts(".jp-RenderedMarkdown :is(p, li)"),
        facts: texts("[data-ir-role='glue:text']"),
        missing: texts(".ir-missing"),
        marked: texts(".jp-RenderedMarkdown :has(> .ir-turned)"),
        errors: texts("[data-mime-type='application/vnd.jupyter.stderr']"),
        cells: panel.querySelectorAll(".jp-CodeCell").length,
        open: [...panel.querySelectorAll(".jp-CodeCell .jp-InputArea-editor")].length,
        figures: [...panel.querySelectorAll(".ir-figure")].map((figure) => ({
            title: part(figure, "figcaption"),
            unit: part(figure, ".ir-unit"),
            source: part(figure, ".ir-source"),
            drawn: Boolean(figure.querySelector(".ir-plot :is(svg, canvas)")),
        })),
    };
}"""


@contextmanager
def serve() -> Iterator[str]:
    """Run ``make lab`` with settings of its own; give its address."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as own:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        settings = {
            "ServerApp": {"port": port, "open_browser": False, "allow_root": True},
            "IdentityProvider": {"token": ""},
            "LabApp": {"expose_app_in_browser": True},
        }
        (Path(own) / "jupyter_server_config.json").write_text(json.dumps(settings))
        # What is tried in a chapter must not come into its file after two minutes.
        manager = Path(own) / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
        manager.parent.mkdir(parents=True)
        manager.write_text(json.dumps({"autosave": False}))
        places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR", "LAB_WORKSPACES_DIR", "LAB_SETTINGS_DIR")
        env = {f"JUPYTER{'' if p.startswith('LAB') else '_'}{p}": own for p in places}
        log = Path(own) / "log"
        with log.open("w") as told:
            lab = subprocess.Popen(
                ["make", "lab"],
                cwd=ROOT,
                env=os.environ | env,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        try:
            address = f"http://127.0.0.1:{port}/lab"
            for _ in range(120):
                try:
                    urlopen(address).close()
                    break
                except OSError:
                    if lab.poll() is not None:
                        raise RuntimeError(log.read_text()) from None
                    time.sleep(0.5)
            yield address
        finally:
            os.killpg(lab.pid, signal.SIGTERM)
            lab.wait()


def open_chapter(page: Page, address: str, chapter: str) -> None:
    """Open a chapter by double click."""
    page.goto(f"{address}?reset")
    page.locator(f".jp-DirListing-item[title*='{chapter}.md']").dblclick()
    page.locator(".jp-NotebookPanel .jp-MarkdownCell").first.wait_for()
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget.sessionContext?.isReady")


def run_all(page: Page) -> None:
    """Run all cells of the open chapter once, and wait until its text is written or one fails."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(RAN)
    page.evaluate(READ)
    if not page.locator(FAILED).count():
        page.wait_for_function(WRITTEN)


def change(page: Page, now: str, other: str) -> None:
    """Put another text in the place of one that stands in a cell of the open chapter."""
    page.evaluate(
        """([now, other]) => {
            const { widgets } = window.jupyterapp.shell.currentWidget.content;
            const cell = widgets.find(({ model }) => model.sharedModel.source.includes(now));
            if (!cell) throw new Error(`no cell has ${now}`);
            cell.model.sharedModel.setSource(cell.model.sharedModel.source.replace(now, other));
        }""",
        [now, other],
    )


def run(page: Page, address: str, chapter: str) -> dict:
    """Open a chapter, run it, save it, and return what is seen of it."""
    open_chapter(page, address, chapter)
    run_all(page)
    seen = page.evaluate(SEEN)
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.evaluate("""async () => {
        await window.jupyterapp.shell.currentWidget.sessionContext.shutdown();
        await window.jupyterapp.commands.execute('application:close-all');
    }""")
    return seen


def _bare(text: str) -> str:
    """Leave out blanks, which pages set and fold in other places, and marks of headings."""
    return re.sub(r"[\s¶]+", "", text)


def faults(seen: dict, chapter: str, before: str) -> list[str]:
    """List what of a chapter in JupyterLab is not as the page of the book has it.

    Args:
        seen: as :func:`run` gives it.
        chapter: its name.
        before: the text of its file before it was opened.
    """
    built = BeautifulSoup((PAGES / "notebooks" / f"{chapter}.html").read_bytes(), "html.parser")
    for summary in built.select(".ir-limits > summary"):
        summary.decompose()  # the words that unfold a paragraph
    article = _bare(built.select_one("article").get_text())
    found = [f"the text has {raw}" for raw in RAW.findall(seen["text"])]
    found += [f"the page has no {p!r}" for p in seen["paragraphs"] if _bare(p) not in article]
    found += [f"marked: {mark}" for mark in seen["missing"] + seen["marked"]]
    found += [f"error: {error[:300]}" for error in seen["errors"]]
    for number, figure in enumerate(seen["figures"], start=1):
        found += [f"figure {number} has no {part}" for part, text in figure.items() if not text]
        if not re.match(rf"Fig\. {number} \S", figure["title"]):
            found.append(f"figure {number} is headed {figure['title']!r}")
    named = len(re.findall(r"\{glue:text\}`\w+`", before))
    if len(seen["facts"]) != named:
        found.append(f"{len(seen['facts'])} of {named} numbers are there")
    drawn = before.count("\n  figure:\n")
    if len(seen["figures"]) != drawn:
        found.append(f"{len(seen['figures'])} of {drawn} figures are there")
    if (ROOT / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8") != before:
        found.append("the saved file is another")
    return found


def _chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(
        executable_path=singles.chromium(), args=["--no-sandbox", "--disable-gpu"]
    )


def open_page(browser: Browser) -> Page:
    """Open a window as large as that of a small laptop, patient with a busy machine."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(180_000)
    return page


CHOICE = ("FIRST = 2015", "FIRST = 2020")
"""What the second picture changes in the chapter on military cooperation."""


def take_pictures(page: Page, address: str) -> None:
    """Take the pictures of *Rerun and teach*: a chapter that has run, and one with another year."""
    folder = ROOT / "book" / "pictures"
    page.set_viewport_size({"width": 1200, "height": 900})
    open_chapter(page, address, "military")
    run_all(page)
    show = "(top) => window.jupyterapp.shell.currentWidget.content.outerNode.scrollTop = top"
    page.evaluate(show, 0)
    page.wait_for_timeout(1000)
    page.screenshot(path=folder / "lab-chapter.png")
    change(page, *CHOICE)
    run_all(page)
    page.evaluate(show, 0)
    page.wait_for_timeout(1000)
    page.screenshot(path=folder / "lab-changed.png")


def main() -> int:
    """Return the exit code."""
    if sys.argv[1:] == ["--pictures"]:
        with serve() as address, sync_playwright() as playwright:
            take_pictures(open_page(_chromium(playwright)), address)
        return 0
    chapters = sys.argv[1:] or sorted(f.stem for f in (ROOT / "notebooks").glob("*.md"))
    facts = figures = wrong = 0
    with serve() as address, sync_playwright() as playwright:
        browser = _chromium(playwright)
        for chapter in chapters:
            before = (ROOT / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8")
            page = open_page(browser)
            started = time.perf_counter()
            seen = run(page, address, chapter)
            took = time.perf_counter() - started
            page.close()
            found = faults(seen, chapter, before)
            facts, figures = facts + len(seen["facts"]), figures + len(seen["figures"])
            wrong += len(found)
            print(
                f"{chapter}: {len(seen['facts'])} numbers, {len(seen['figures'])} figures, "
                f"{len(found)} faults, {took:.0f} s",
                *found,
                sep="\n  ",
                flush=True,
            )
        browser.close()
    print(f"{facts} numbers and {figures} figures of {len(chapters)} chapters, {wrong} faults")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
