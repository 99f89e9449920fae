"""What several tests share: the built book and a browser to read it with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import filelock
import jupytext
import pandas as pd
import pytest
from playwright.sync_api import Browser, sync_playwright

from iran_russia import charts, datasets, freshness, singles, taken

ROOT = Path(__file__).parent.parent
BUILD = [
    str(Path(sys.executable).with_name("jupyter-book")),
    "build",
    ".",
    "-W",
    "-n",
    "--keep-going",
]
# What `make check` leaves to `make test`: builds, browsers, and imports by the hundred.
_SLOW_FIXTURES = {"book", "browser", "reader"}
_SLOW = {
    "test_chapters",
    "test_extend",
    "test_freshness",
    "test_hostile",
    "test_import_report",
    "test_importers",
    "test_importers_formats",
    "test_importers_irica",
    "test_importers_irica_broken",
    "test_importers_releases",
    "test_importers_safety",
    "test_importers_sipri",
    "test_kernels",
    "test_lab",
    "test_sabotage",
    "test_begin",
    "test_singles",
    "test_values",
}
_COLLECTED = {"deals": ("deal_id", "D078"), "military_exercises": ("exercise_id", "AE020")}


def collected(table: str) -> pd.DataFrame:
    """Load a table; of a list compiled by hand the rows of which counts were checked.

    A row that is added later is right as well and leaves those counts alone.
    """
    frame = datasets.load(table)
    key, last = _COLLECTED.get(table, (None, None))
    return frame if key is None else frame[frame[key] <= last]


CHAPTERS = sorted((ROOT / "notebooks").glob("*.md"))


# The longest modules go first, so that no process works on one alone at the end.
_FIRST = (
    "test_freshness",
    "test_accessible",
    "test_sabotage",
    "test_importers",
    "test_lab",
    "test_extend",
    "test_search",
    "test_book",
    "test_importers_irica",
    "test_importers_safety",
    "test_singles",
    "test_drawn",
    "test_chapters",
    "test_importers_formats",
    "test_tables",
    "test_claims",
)


def pytest_collection_modifyitems(items) -> None:
    """Mark what builds, browses or imports as slow; put the longest modules first."""
    rank = {module: place for place, module in enumerate(_FIRST)}
    items.sort(key=lambda item: rank.get(item.module.__name__, len(rank)))
    for item in items:
        if item.module.__name__ in _SLOW or _SLOW_FIXTURES & set(item.fixturenames):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def book(tmp_path_factory, testrun_uid) -> Path:
    """Build the whole book with warnings as errors; return the folder of its pages.

    Tests run in several processes: the first one builds, the others wait for it.
    """
    built = tmp_path_factory.getbasetemp().parent / f"book-{testrun_uid}"
    with filelock.FileLock(f"{built}.lock"):
        if not built.exists():
            done = subprocess.run(BUILD, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
            built.touch()
    return ROOT / "_build" / "html"


def run(folder: Path, *command: str) -> str:
    """Run a command in a copy of the book, with the package of the copy; return what it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def change_cells(data: Path, table: str, where: str, columns: str, value) -> int:
    """Change cells of a table in a copy of the data package; return how many rows that were.

    Args:
        data: the folder of the copy.
        table: its name.
        where: which rows, as for ``DataFrame.eval``; every cell is text.
        columns: which columns, apart by spaces.
        value: a text, or a function that gives texts for the whole table.
    """
    file = data / f"{table}.csv"
    frame = pd.read_csv(file, dtype="str", keep_default_na=False)
    hit = frame.eval(where)
    assert hit.any(), "the change would change nothing"
    for column in columns.split():
        frame.loc[hit, column] = value(frame) if callable(value) else value
    frame.to_csv(file, index=False)
    return int(hit.sum())


def _chromium() -> str | None:
    found = singles.chromium()
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
        found = shutil.which("chromium")
    if not found:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return found


@pytest.fixture(scope="session")
def browser():
    """Start the system's Chromium or Chrome; install one where that is possible."""
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(
                executable_path=_chromium(),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
        except Exception as error:
            message = f"no Chromium or Chrome; install one (Debian: apt install chromium): {error}"
            # Continuous integration must not pass by skipping.
            (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
        yield started
        started.close()


@pytest.fixture
def reader(browser: Browser, book: Path):
    """Open pages of the built book from file:// with the network cut; record what goes wrong.

    ``reader(page, **context options)`` returns the page. After the test, any request to another
    host, failed request or error in the console fails it.
    """
    contexts, faults = [], []

    def open_page(name: str, **options):
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
        page.on("pageerror", lambda e: faults.append(str(e)))
        if options.get("java_script_enabled", True):  # else scripts fail because they may not run
            # A page left while a script still loads aborts it; that is the browser's way to leave.
            page.on(
                "requestfailed",
                lambda r: (
                    r.failure != "net::ERR_ABORTED"
                    and faults.append(f"failed: {r.url} ({r.failure})")
                ),
            )
        page.on(
            "request",
            lambda r: r.url.split(":")[0] in ("http", "https") and faults.append(f"asked: {r.url}"),
        )
        file, _, query = name.partition("?")
        page.goto((book / file).as_uri() + (f"?{query}" if query else ""))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults


# Modules that decide the same claims from the same tables again and again.
_DECIDING = {
    "test_claims",
    "test_claims_economy",
    "test_claims_politics",
    "test_claims_regions",
    "test_claims_security",
    "test_published_outlook",
}


@pytest.fixture(scope="module", autouse=True)
def _shared_readings(request, tmp_path_factory):
    """Work each number behind a claim out once a run and state of its tables, as a build does.

    Whoever starts the tests may name another folder in the environment, or none.
    """
    if request.module.__name__ not in _DECIDING or freshness.READINGS in os.environ:
        yield
        return
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of the run, which its processes share
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(freshness.READINGS, str(folder / "readings"))
        yield


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the data package that a test may break."""
    folder = shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.setattr(datasets, "DESCRIPTOR", folder / "datapackage.json")
    datasets.package.cache_clear()
    yield folder
    datasets.package.cache_clear()


@pytest.fixture
def drawn(monkeypatch):
    """Run the cells of a chapter on the tables as they are; return what each figure is given.

    Nothing is drawn: the chart and the words, by the name of the figure.
    """
    cell, given = {}, {}

    def figure(chart, **words):
        name = cell["now"].metadata["mystnb"]["figure"]["name"]
        given[name] = words | {"chart": chart}

    def run_cells(page: str) -> dict[str, dict]:
        names: dict = {}
        for one in jupytext.read(ROOT / f"{page}.md").cells:
            if one.cell_type == "code":
                cell["now"] = one
                exec(one.source, names)
        return given

    own: dict[str, str] = {}  # what a kernel of its own would have loaded and taken
    monkeypatch.setattr(taken, "_process", own)
    monkeypatch.setattr(taken, "_loaded", own)
    monkeypatch.setattr(taken, "_record", {})
    monkeypatch.setattr(datasets, "_parts", {})
    monkeypatch.setattr(datasets, "_by_columns", set())
    monkeypatch.setattr(charts, "figure", figure)
    return run_cells
