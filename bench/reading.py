"""Measure reading a chapter against the same chapter with stock Altair output, side by side.

Stock is the same chapter in a Jupyter Book without the extension ``iran_russia.build``, its charts
as Altair itself hands them to a page. Their libraries, which a reader gets from another host, are
served from the same local server as everything else. Chromium runs on a processor slowed down four
times. Only ratios are kept: seconds belong to one machine on one day.
"""

import functools
import http.server
import json
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bench import copy_book, record, run
from iran_russia import singles

CHAPTER, LOADS, SLOWDOWN = "notebooks/arms", 5, 4

STOCK_FIGURE = """

def figure(chart, **anatomy):
    return chart
"""

# Notes the frame after the first that shows a drawing of every chart.
WATCH = """
const look = () => {
    const drawn = document.querySelectorAll("%s").length;
    if (drawn < %d) requestAnimationFrame(look);
    else requestAnimationFrame(() => console.log("shown", performance.now()));
};
requestAnimationFrame(look);
"""
DRAWN = {"stock": ".vega-embed :is(canvas, svg).marks", "ours": ".ir-wide > svg"}


def build(folder: Path, stock: bool) -> Path:
    """Build the chapter alone; return the folder of its pages."""
    copy_book(folder, stock)
    (folder / "index.md").write_text("# Home\n")
    chapters = f"chapters:\n- file: {CHAPTER}\n"
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\n{chapters}")
    if stock:
        with (folder / "iran_russia" / "charts" / "__init__.py").open("a") as charts:
            charts.write(STOCK_FIGURE)
    run(folder)[0]
    return folder / "_build" / "html"


def serve_libraries(pages: Path) -> None:
    """Put the libraries that stock charts name into the folder of the pages; name them there."""
    page = pages / f"{CHAPTER}.html"
    html = page.read_text(encoding="utf-8")
    remote = re.compile(r"https://cdn\.jsdelivr\.net/npm/([\w-]+)@([\d.]+)\?noext")
    for name, edition in sorted(set(remote.findall(html))):
        command = ["npm", "pack", "--silent", f"{name}@{edition}"]
        packed = subprocess.run(command, cwd=pages, capture_output=True, text=True, check=True)
        shutil.unpack_archive(pages / packed.stdout.split()[-1], pages / name)
        package = pages / name / "package"
        main = json.loads((package / "package.json").read_text())["jsdelivr"]
        shutil.copyfile(package / main, pages / "_static" / f"{name}.js")
    page.write_text(remote.sub(r"../_static/\1.js", html), encoding="utf-8")


def serve(folder: Path) -> http.server.ThreadingHTTPServer:
    """Serve a folder from this machine, with neither compression nor delay."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def load(browser: Browser, address: str, drawn: str, charts: int) -> dict[str, float]:
    """Load the page once with an empty cache; return what it took."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    page = context.new_page()
    # Stock Jupyter Book names further hosts; what it would get from them is not counted.
    page.route(lambda url: not url.startswith("http://127.0.0.1"), lambda route: route.abort())
    cdp = context.new_cdp_session(page)
    received = []
    cdp.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    for command in ("Network.enable", "Performance.enable"):
        cdp.send(command)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.add_init_script(WATCH % (drawn, charts))
    # Told through the console: evaluating anything in the page would count as its script time.
    with page.expect_console_message(lambda m: m.text.startswith("shown "), timeout=60_000) as told:
        page.goto(address, wait_until="load")
    page.wait_for_timeout(2000)
    metrics = {m["name"]: m["value"] for m in cdp.send("Performance.getMetrics")["metrics"]}
    taken = {
        "bytes": sum(received),
        "requests": len(received),
        "all_charts_visible": float(told.value.text.split()[1]),
        "script_time": metrics["ScriptDuration"],
        "main_thread_time": metrics["TaskDuration"],
    }
    if "ir-" in drawn:
        page.locator(".ir-plot").first.hover()
        page.locator("[data-state=live]").first.wait_for()
    page.wait_for_timeout(200)
    taken["bytes_with_a_live_chart"] = sum(received)
    context.close()
    return taken


def measure() -> dict[str, float]:
    """Load both pages in turn and return the ratios of the medians, ours to stock."""
    loads = {"stock": [], "ours": []}
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        for name in loads:
            build(folder / name, stock=name == "stock").rename(folder / f"{name}-pages")
        serve_libraries(folder / "stock-pages")
        html = (folder / "ours-pages" / f"{CHAPTER}.html").read_text(encoding="utf-8")
        charts = html.count('class="ir-plot"')
        server = serve(folder)
        browser = playwright.chromium.launch(
            executable_path=singles.chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for _ in range(LOADS):
            for name, taken in loads.items():
                address = f"http://127.0.0.1:{server.server_port}/{name}-pages/{CHAPTER}.html"
                taken.append(load(browser, address, DRAWN[name], charts))
        browser.close()
        server.shutdown()
    medians = {
        name: {what: median(one[what] for one in taken) for what in taken[0]}
        for name, taken in loads.items()
    }
    print(json.dumps({"charts": charts, **medians}, indent=2))
    return {
        f"reading_{what}_ratio": round(medians["ours"][what] / medians["stock"][what], 2)
        for what in medians["ours"]
    }


if __name__ == "__main__":
    record(measure())
