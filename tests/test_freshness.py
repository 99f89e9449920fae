"""A build runs exactly what is out of date, and trusts nothing that was left half done.

A small book with its own copy of the package and of some tables is built once; every test starts
from that build.
"""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import filelock
import pytest
from conftest import BUILD, ROOT

HEAD = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""
ARMS = """# Arms

```{code-cell} ipython3
from iran_russia.claims import read
from iran_russia.measures.arms import tiv_between
from iran_russia.datasets import load
from iran_russia.facts import state, tiv

arms = load("arms_tiv")
ranks, _ = read("capabilities.arms_rank", '{"first": 1950, "last": 2100, "which": "best"}')
state(arms_all=tiv(arms["tiv_millions"].sum()), arms_rows=str(len(arms)), arms_ranks=ranks.detail)
```

All deliveries: {glue:text}`arms_all` in {glue:text}`arms_rows` rows; {glue:text}`arms_ranks`.
"""
STEPS = """# Membership

```{code-cell} ipython3
from iran_russia.datasets import load
from iran_russia.facts import state

steps = load("arms_embargo_periods")
state(steps_rows=str(len(steps)))
```

Periods: {glue:text}`steps_rows`.
"""
VERDICTS = """# Verdicts

```{code-cell} ipython3
from iran_russia import tables
from iran_russia.claims import ledger
from iran_russia.facts import state

shown = ledger("history").set_index("claim_id", drop=False)
(part,) = shown.loc["S2-12", "parts"]
state(verdicts_detail=part.reading.detail, verdicts_rows=str(len(shown.loc["S0-03", "evidence"])))
tables.claims(shown, name="verdicts-claims", caption="Claims, tested")
```

```{code-cell} ipython3
tables.data_used()
```

Found: {glue:text}`verdicts_detail`; {glue:text}`verdicts_rows` rows.
"""
TABLES = (
    "arms_tiv",
    "arms_control",
    "arms_embargo_periods",
    "claims",
    "claim_evidence",
    "claim_tests",
    "countries",
    "events",
    "sources",
)
CHAPTERS = {"arms": ARMS, "steps": STEPS, "verdicts": VERDICTS}
UP_TO_DATE = "".join(f"{name}: up to date\n" for name in CHAPTERS)


class SmallBook:
    """A book of three chapters in a folder of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONUNBUFFERED": "1"}

    def build(self, **environment: str) -> str:
        """Build; return what was printed. Raises when the build fails."""
        done = subprocess.run(
            BUILD,
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)
        if done.returncode:
            raise RuntimeError(said)
        return said

    def start(self, *command: str) -> subprocess.Popen:
        """Start a command, by default a build, and return at once."""
        return subprocess.Popen(
            command or BUILD,
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def status(self) -> str:
        return self.command("status")

    def command(self, *arguments: str) -> str:
        return self.python("from iran_russia.cli import main; main()", *arguments)

    def python(self, code: str, *arguments: str) -> str:
        """Run code with this book's copy of the package; return what it prints."""
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def fingerprints(self) -> str:
        """Return the fingerprints of the tables as they are now, as JSON."""
        code = "import json; from iran_russia.freshness import inputs; "
        return self.python(code + "print(json.dumps(inputs().tables))")

    def page(self, chapter: str) -> str:
        html = (self.folder / "_build" / "html" / f"{chapter}.html").read_text(encoding="utf-8")
        return re.sub(r"<[^>]+>", "", html[html.index("<article") : html.index("</article")])

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def rows(self, table: str, change) -> None:
        """Change the rows of a table, a list of dictionaries, with a function of them."""
        path = self.folder / "data" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        columns = list(rows[0])
        rows = change(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def describe(self, change) -> None:
        """Change the data package descriptor with a function of its resources by name."""
        path = self.folder / "data" / "datapackage.json"
        package = json.loads(path.read_text())
        change({r["name"]: r for r in package["resources"]})
        path.write_text(json.dumps(package))


def ran(said: str) -> set[str]:
    return set(re.findall(r"(\w+): run in", said))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    base = tmp_path_factory.mktemp("small")
    folder = base / "book"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "iran_russia", folder / "iran_russia", ignore=ignore)
    for part in ("static", "templates"):
        shutil.copytree(ROOT / "book" / part, folder / "book" / part)
    shutil.copy(ROOT / "book" / "aliases.yml", folder / "book")
    shutil.copy(ROOT / "book" / "references.bib", folder / "book" / "references.bib")
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "data").mkdir()
    package = json.loads((ROOT / "data" / "datapackage.json").read_text())
    package["resources"] = [r for r in package["resources"] if r["name"] in TABLES]
    (folder / "data" / "datapackage.json").write_text(json.dumps(package))
    for table in TABLES:
        shutil.copy(ROOT / "data" / f"{table}.csv", folder / "data")
    (folder / "index.md").write_text("# Home\n\nA page without code.\n")
    for name, text in CHAPTERS.items():
        (folder / f"{name}.md").write_text(HEAD + text)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: Themes\n  chapters:\n"
        + "".join(f"  - file: {name}\n" for name in CHAPTERS)
    )
    book = SmallBook(folder)
    # One claim computed from events, and one that dated events decide.
    kept = ("S2-12", "S0-03")
    book.rows(
        "claims",
        lambda rows: [
            row
            | {
                "chapter": "history",
                "untested": "",
                "parts_to_support": row["parts_to_support"] and "1",
            }
            for row in rows
            if row["claim_id"] in kept
        ],
    )
    book.rows(
        "claim_tests",
        lambda rows: [r for r in rows if (r["claim_id"], r["part"]) == ("S2-12", "a")],
    )
    book.rows(
        "claim_evidence",
        lambda rows: [r for r in rows if r["claim_id"] == "S0-03" and r["table"] == "events"],
    )
    assert ran(book.build()) == set(CHAPTERS)
    shutil.copytree(folder, base / "snapshot")
    return base


@pytest.fixture
def book(built):
    # The same folder every time: Sphinx remembers absolute paths.
    shutil.rmtree(built / "book")
    shutil.copytree(built / "snapshot", built / "book")
    return SmallBook(built / "book")


def test_nothing_runs_when_nothing_changed(book):
    before = book.page("arms")
    stale = book.folder / "_build" / "html" / "data" / "gone.csv"
    stale.write_text("")
    (stale.parent / "arms_tiv.csv").write_text("damaged")
    assert ran(book.build()) == set()
    assert book.page("arms") == before
    assert not stale.exists()
    offered, own = stale.parent / "arms_tiv.csv", book.folder / "data" / "arms_tiv.csv"
    assert offered.read_bytes() == own.read_bytes()
    assert book.status() == UP_TO_DATE


def test_a_changed_value_runs_the_chapters_that_read_it_and_reaches_the_page(book):
    assert "2,003" not in book.page("arms")
    file = book.folder / "data" / "arms_tiv.csv"
    lines = file.read_text().splitlines()
    total = sum(float(line.split(",")[3]) for line in lines[1:])
    cells = lines[1].split(",")
    cells[3] = str(float(cells[3]) + 1_000_000)
    file.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    assert book.status().startswith("arms: out of date, table arms_tiv changed\n")
    assert ran(book.build()) == {"arms"}
    assert f"{total + 1_000_000:,.0f} million TIV" in book.page("arms")


def test_what_moved_is_told_with_the_table_behind_it_on_the_console_and_on_a_page(book):
    book.edit("_toc.yml", "  - file: steps\n", "  - file: steps\n  - file: book/changes\n")
    (book.folder / "book" / "changes.md").write_text("# What changed\n\n```{changes}\n```\n")
    book.build()
    assert book.command("changes") == "Nothing has moved since the last edition.\n"
    assert book.command("changes", "--save").startswith("6 facts saved")
    before = re.search(r"([\d,]+) million TIV in (\d+) rows", book.page("arms"))
    file = book.folder / "data" / "arms_tiv.csv"
    with file.open("a") as table:
        table.write("2025,RUS,XKX,1000000,sipri_atd_2026_bilateral\n")
    book.build()
    told = book.command("changes")
    total = int(before[1].replace(",", "")) + 1_000_000
    assert f"arms: arms_all: {before[1]} million TIV -> {total:,} million TIV" in told
    assert f"arms: arms_rows: {before[2]} -> {int(before[2]) + 1} (because of arms_tiv)" in told
    page = book.page("book/changes")
    assert f"{total:,} million TIV" in page and "arms_tiv" in page and "steps" not in page


def test_an_added_row_runs_the_chapter(book):
    file = book.folder / "data" / "arms_tiv.csv"
    rows = len(file.read_text().splitlines()) - 1
    with file.open("a") as table:
        table.write("2025,RUS,XKX,1,sipri_atd_2026_bilateral\n")
    assert ran(book.build()) == {"arms"}
    assert f"in {rows + 1} rows" in book.page("arms")


def test_a_removed_table_fails_with_its_name_and_keeps_the_other_chapter(book):
    (book.folder / "data" / "arms_tiv.csv").unlink()
    assert "arms: out of date, table arms_tiv is gone" in book.status()
    with pytest.raises(
        RuntimeError, match=r"arms\.md, line \d+: DataError: .*arms_tiv.csv is miss"
    ):
        book.build()
    assert "steps: up to date" in book.status()


def test_a_page_taken_out_of_the_book_leaves_the_site(book):
    page = book.folder / "_build" / "html" / "steps.html"
    assert page.exists()
    book.edit("_toc.yml", "  - file: steps\n", "")
    assert ran(book.build()) == set()
    assert not page.exists()


def test_a_renamed_column_fails_with_file_and_column(book):
    book.edit("data/arms_tiv.csv", "tiv_millions", "tiv")
    with pytest.raises(RuntimeError, match=r"arms_tiv\.csv: columns differ .*'tiv_millions'"):
        book.build()


def test_a_changed_description_runs_the_chapter(book):
    book.describe(lambda tables: tables["arms_tiv"].update(title="Another title"))
    assert "arms: out of date, table arms_tiv changed" in book.status()
    assert ran(book.build()) == {"arms"}


def test_changed_package_code_runs_the_chapters_that_import_it(book):
    book.edit("iran_russia/measures/arms.py", '"""Volumes of', '"""Amounts of')
    assert "arms: out of date, iran_russia.measures.arms changed" in book.status()
    assert "arms" in ran(book.build())


def test_a_number_that_decides_a_claim_is_worked_out_anew_when_its_code_changes(book):
    assert "ranks: Russia among" in book.page("arms")
    book.edit(
        "iran_russia/indicators/capabilities.py", "ranks: Russia among", "places: Russia among"
    )
    assert ran(book.build()) == {"arms"}
    assert "places: Russia among" in book.page("arms")


def _events(book, change) -> str:
    """Change events and say why the chapter that shows verdicts is out of date."""
    book.rows("events", change)
    (told,) = re.findall(r"verdicts: (.*)", book.status())
    return told


def _added(**cells):
    def change(rows):
        new = (
            rows[-1]
            | {"event_id": "IRRU-2026-998", "lists": "chronology", "status": "reported"}
            | cells
        )
        return [*rows, new]

    return change


def _evidence(rows, **cells):
    return [r | cells if r["event_id"] == "IRRU-2025-002" else r for r in rows]


def test_a_new_row_that_no_claim_rests_on_runs_no_chapter_and_is_looked_up_once(book):
    before = book.page("verdicts")
    assert _events(book, _added(title="Made up")) == "up to date"
    assert ran(book.build()) == set()
    assert book.page("verdicts") == before
    run = json.loads((book.folder / "_build" / "runs" / "verdicts.json").read_text())
    now = json.loads(book.fingerprints())
    behind = [value["tables"] for call, value in run["taken"].items() if "ledger" in call]
    assert [t["events"] for t in behind] == [now["events"]]
    assert "events" not in run["tables"]


def test_a_new_row_behind_a_number_runs_the_chapter_that_shows_it(book):
    told = _events(book, _added(lists="history", date="1960-01-01", valence="frictional"))
    assert told == "out of date, claims.ledger moved: S2-12, as events changed"
    shown = re.search(r"Found: (\d+) of (\d+) events", book.page("verdicts"))
    assert ran(book.build()) == {"verdicts"}
    assert f"Found: {int(shown[1]) + 1} of {int(shown[2]) + 1} events" in book.page("verdicts")
    assert book.status() == UP_TO_DATE


def test_a_word_of_the_evidence_runs_the_chapter_that_shows_it(book):
    told = _events(book, lambda rows: _evidence(rows, title="Another title"))
    assert told == "out of date, claims.ledger moved: S0-03, as events changed"
    assert ran(book.build()) == {"verdicts"}
    assert "Another title" in book.page("verdicts")


def test_evidence_that_is_gone_fails_by_the_name_of_its_chapter(book):
    told = _events(book, lambda rows: [r for r in rows if r["event_id"] != "IRRU-2025-002"])
    assert told == "out of date, claims.ledger cannot be worked out, as events changed"
    with pytest.raises(
        RuntimeError, match=r"verdicts\.md, line \d+: DataError: claim_evidence: eve"
    ):
        book.build()


def _read_too(book, function: str, call: str) -> None:
    """Let the chapter that shows verdicts read a table itself."""
    book.edit("verdicts.md", "shown = ledger", f"{call}\nshown = ledger")
    book.edit(
        "verdicts.md",
        "from iran_russia.facts",
        f"from iran_russia.datasets import {function}\nfrom iran_russia.facts",
    )


def test_a_table_that_a_chapter_also_loads_itself_counts_whole(book):
    _read_too(book, "load", 'load("events")')
    assert ran(book.build()) == {"verdicts"}
    assert _events(book, _added(title="Made up")) == "out of date, table events changed"


def test_rows_that_a_chapter_takes_count_and_the_rest_of_the_table_does_not(book):
    _read_too(book, "rows", 'rows("events", "lists", ["finance"])')
    assert ran(book.build()) == {"verdicts"}
    assert _events(book, _added(title="Made up")) == "up to date"
    told = _events(book, _added(event_id="IRRU-2026-999", lists="finance"))
    assert told == "out of date, datasets.rows moved: IRRU-2026-999, as events changed"


def test_columns_that_a_chapter_takes_count_and_the_others_do_not(book):
    book.edit("steps.md", "import load\n", "import columns\n")
    book.edit(
        "steps.md", "facts import state\n", "facts import state\nfrom iran_russia import tables\n"
    )
    book.edit(
        "steps.md", 'load("arms_embargo_periods")', 'columns("arms_embargo_periods", ["strength"])'
    )
    book.edit(
        "steps.md",
        "state(steps_rows=str(len(steps)))",
        "state(steps_rows=str(len(steps)))\ntables.data_used()",
    )
    book.build()
    (rows,) = re.findall(r"Periods: (\d+)", book.page("steps"))
    assert re.search(rf"arms_embargo_periods.csv{rows}\d{{4}}-", book.page("steps"))
    book.rows("arms_embargo_periods", lambda rows: [r | {"note": "another word"} for r in rows])
    assert ran(book.build()) == set()
    book.rows("arms_embargo_periods", lambda rows: [r | {"strength": "another word"} for r in rows])
    assert "steps: out of date, datasets.columns moved" in book.status()


def test_of_the_sources_only_those_that_a_chapter_credits_run_it(book):
    def change(rows, source, **cells):
        return [r | cells if r["source_id"] == source else r for r in rows]

    book.rows("sources", lambda rows: [*rows, rows[-1] | {"source_id": "made_up"}])
    book.rows("sources", lambda rows: change(rows, "seed_s1", publisher="Somebody else"))
    assert book.status() == UP_TO_DATE
    assert ran(book.build()) == set()
    book.rows("sources", lambda rows: change(rows, "seed_s2", publisher="Somebody else"))
    assert "verdicts: out of date, exhibits._credited moved" in book.status()
    assert ran(book.build()) == {"verdicts"}
    assert "Somebody else" in book.page("verdicts")


def test_tests_of_claims_that_held_are_checked_again_when_a_row_of_theirs_changes(book):
    for _ in range(2):
        assert "all hold" in book.command("validate")
    book.rows("claim_tests", lambda rows: [row | {"indicator": "events.none"} for row in rows])
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError) as refused:
            book.command("validate")
        assert "S2-12 a" in refused.value.stderr


def test_code_that_no_chapter_imports_runs_none(book):
    book.edit("iran_russia/cli.py", '"""Look after', '"""Take care of')
    assert ran(book.build()) == set()


def test_a_change_to_prose_runs_no_chapter_and_reaches_the_page(book):
    book.edit("arms.md", "All deliveries:", "Everything  delivered:")
    book.edit("index.md", "A page without code.", "A page   without code.\n")
    assert ran(book.build()) == set()
    assert "Everything" in book.page("arms") and "million TIV" in book.page("arms")


NUMBERED = """
```{{list-table}} {0} periods
:name: {0}-periods
* - one
```
"""


def test_a_new_table_moves_the_numbers_after_it_wherever_they_are_named(book):
    steps = "Periods: {glue:text}`steps_rows`."
    book.edit("steps.md", steps, steps + NUMBERED.format("long"))
    book.edit("arms.md", "All deliveries:", "See {numref}`long-periods`. All deliveries:")
    book.build()
    assert "See Table 1 of “Membership”" in book.page("arms")
    book.edit("steps.md", steps, steps + NUMBERED.format("short"))
    assert ran(book.build()) == set()
    assert "See Table 2 of “Membership”" in book.page("arms")
    number = re.compile(r"Table (\d) \s*(\w+) periods")
    assert number.findall(book.page("steps")) == [("1", "short"), ("2", "long")]


def test_a_change_to_a_cells_options_runs_no_chapter(book):
    book.edit(
        "arms.md", "```{code-cell} ipython3\n", "```{code-cell} ipython3\n:tags: [hide-input]\n\n"
    )
    assert ran(book.build()) == set()
    assert "Show code" in book.page("arms") and "million TIV" in book.page("arms")


def test_a_failing_chapter_fails_the_build_by_name_and_the_other_keeps_its_result(book):
    book.edit("arms.md", 'load("arms_tiv")', 'load("arms_tivv")')
    book.edit("steps.md", "steps_rows=str(len(steps))", "steps_rows=str(len(steps) + 1)")
    with pytest.raises(RuntimeError, match=r"arms\.md, line \d+: DataError: no table 'arms_tivv'"):
        book.build()
    assert book.status() == UP_TO_DATE.replace(
        "arms: up to date", "arms: out of date, has not run yet"
    )
    book.edit("arms.md", 'load("arms_tivv")', 'load("arms_tiv")')
    assert ran(book.build()) == {"arms"}


def test_a_first_build_names_every_failing_chapter_and_keeps_what_ran(book):
    shutil.rmtree(book.folder / "_build")
    book.edit("arms.md", 'load("arms_tiv")', 'load("arms_tivv")')
    book.edit("verdicts.md", 'loc["S2-12"', 'loc["S2-99"')
    with pytest.raises(RuntimeError) as failure:
        book.build()
    said = str(failure.value)
    assert re.search(r"arms\.md, line \d+: DataError: no table 'arms_tivv'", said)
    assert re.search(r"verdicts\.md, line \d+: KeyError: 'S2-99'", said)
    book.edit("arms.md", 'load("arms_tivv")', 'load("arms_tiv")')
    book.edit("verdicts.md", 'loc["S2-99"', 'loc["S2-12"')
    assert ran(book.build()) == {"arms", "verdicts"}
    assert "million TIV" in book.page("arms") and book.status() == UP_TO_DATE


def test_pages_are_read_while_chapters_run_and_note_what_they_show(book):
    shutil.rmtree(book.folder / "_build")
    said = book.build()
    assert ran(said) == set(CHAPTERS)
    # All is read anew for a new setting, from outputs that are kept; and then nothing.
    book.edit("_config.yml", "add_module_names: false", "add_module_names: true")
    said = book.build()
    assert ran(said) == set() and "reading sources... [100%]" in said
    assert "reading sources... [" not in book.build()


def test_an_interrupted_build_ends_at_once_and_nothing_of_it_is_trusted(book):
    shutil.rmtree(book.folder / "_build")
    begun = "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(600)\n"
    book.edit("arms.md", 'arms = load("arms_tiv")', f'{begun}arms = load("arms_tiv")')
    with book.start() as build:
        while not (book.folder / "begun").exists():
            assert build.poll() is None
            time.sleep(0.05)
        os.killpg(build.pid, signal.SIGINT)
        build.communicate(timeout=30)
    assert build.returncode
    book.edit("arms.md", begun, "")
    assert "arms" in ran(book.build())
    assert "million TIV" in book.page("arms") and book.status() == UP_TO_DATE


@pytest.mark.parametrize("seconds", [2.0, 4.0, 6.0])
def test_a_killed_build_leaves_nothing_that_the_next_one_trusts(book, seconds):
    book.edit("data/arms_tiv.csv", "tiv_millions", "tiv_millions")
    lines = (book.folder / "data" / "arms_tiv.csv").read_text().splitlines()
    (book.folder / "data" / "arms_tiv.csv").write_text("\n".join(lines[:-1]) + "\n")
    with book.start() as build:
        time.sleep(seconds)
        os.killpg(build.pid, signal.SIGKILL)
    book.build()
    assert f"in {len(lines) - 2} rows" in book.page("arms")
    assert book.status() == UP_TO_DATE


def _held(lock: filelock.FileLock) -> bool:
    try:
        with lock.acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True


def test_of_two_builds_at_once_the_second_waits(book):
    # The chapter of the first build ends when the second build is seen to wait.
    wait = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.05)\n"
    book.edit("arms.md", 'arms = load("arms_tiv")', f'{wait}arms = load("arms_tiv")')
    first = book.start()
    lock = filelock.FileLock(book.folder / "_build" / "lock")
    while not _held(lock):
        assert first.poll() is None
        time.sleep(0.02)
    second = ""
    with book.start() as other:
        for line in other.stdout:
            second += line
            if "another build of this book is running" in line:
                (book.folder / "go").touch()
    said = re.sub(r"\x1b\[[\d;]*m", "", first.communicate(timeout=120)[0])
    assert first.returncode == other.returncode == 0
    assert (book.folder / "go").exists()
    assert ran(said) | ran(second) == {"arms"}
    assert len([*re.finditer("arms: run in", said + second)]) == 1


def test_clean_and_repeated_builds_in_any_folder_give_the_same_bytes(book, built):
    def pages(folder: Path) -> dict[str, bytes]:
        html = folder / "_build" / "html"
        return {str(f.relative_to(html)): f.read_bytes() for f in html.rglob("*") if f.is_file()}

    book.edit("arms.md", "All deliveries:", "Everything delivered:")
    book.edit("book/static/iran-russia.css", "/* Figures", "/* All figures")
    book.build()
    repeated = pages(book.folder)
    shutil.rmtree(built / "other", ignore_errors=True)
    other = shutil.copytree(book.folder, built / "other", ignore=shutil.ignore_patterns("_build"))
    SmallBook(other).build(TZ="Asia/Tehran")  # days are the same everywhere
    clean = pages(other)
    assert repeated.keys() == clean.keys()
    assert [name for name in clean if clean[name] != repeated[name]] == []


def read(address: str) -> str:
    with urlopen(address) as answer:
        return answer.read().decode()


def told(events) -> str:
    """What the page is told next: why the build failed, or nothing."""
    return json.loads(next(line for line in events if line.strip()).removeprefix(b"data: "))


def test_a_page_that_is_watched_is_renewed_on_saving_and_tells_what_fails(book):
    book.build()
    code = "from iran_russia.cli import main; main()"
    watching = book.start(sys.executable, "-c", code, "watch", "arms", "--port", "0")
    try:
        said = iter(watching.stdout)
        page = next(m[0] for line in said if (m := re.search(r"http://\S+arms\.html", line)))
        address = page.removesuffix("/arms.html")
        # What it says must go somewhere, or it would wait.
        reading = threading.Thread(target=lambda: [*said], daemon=True)
        reading.start()
        assert '<script src="/watch.js"></script></body>' in read(page)
        assert "EventSource" in read(f"{address}/watch.js")
        with urlopen(f"{address}/watch-events", timeout=120) as events:
            book.edit("arms.md", "All deliveries:", "Everything delivered:")
            assert told(events) == "" and "Everything delivered:" in read(page)
            book.edit("arms.md", 'load("arms_tiv")', 'load("arms_tivv")')
            above, _, _ = (book.folder / "arms.md").read_text().partition('load("arms_tivv")')
            place = f"arms.md, line {above.count(chr(10)) + 1}"
            assert re.fullmatch(f"{place}: DataError: no table 'arms_tivv'.*", told(events))
            book.edit("arms.md", 'load("arms_tivv")', 'load("arms_tiv")')
            assert told(events) == ""
    finally:
        os.killpg(watching.pid, signal.SIGKILL)
        watching.wait()
        reading.join()
        watching.stdout.close()
    assert book.status() == UP_TO_DATE
