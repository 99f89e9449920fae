"""Measure the build against stock Jupyter Book, and against an earlier commit of the book.

Stock is the same book without the extension ``iran_russia.build``, with Jupyter Book's own
execution cache. The script of live charts, bundled once a version of vl-convert and kept for all
books of a user, is there before. All are built in turn, several times; only ratios of medians are
kept: seconds belong to one machine on one day.

    .venv/bin/python bench/bench.py --before 7214115 --rounds 3

measures the commit as well, with its own package and data and the libraries of this environment.
An earlier book is smaller; so that ways of building can be compared too, each is measured by what
stock takes for the same book as well (``…_by_stock_ratio``). ``--starts`` measures only how long
chapters take to begin, which is to import what they import.
"""

import argparse
import ast
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import tomllib
from collections import defaultdict
from pathlib import Path
from statistics import median

import jupytext
import psutil

from iran_russia.site.nursery import LIBRARIES

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"
BIN = Path(sys.executable).parent
BUILD = [str(BIN / "jupyter-book"), "build", "."]
OURS = [str(BIN / "iran-russia"), "build"]
"""What ``make book`` runs once the tables hold; before, it ran Jupyter Book's own command."""
PAGE = "nuclear"
"""The chapter of which a cell is changed."""


def copy_book(folder: Path, stock: bool) -> Path:
    """Copy the book's tracked files; without the extension for the stock build."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in tracked:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return without_extension(folder) if stock else folder


def without_extension(folder: Path) -> Path:
    """Let stock Jupyter Book build a book."""
    config = folder / "_config.yml"
    text = config.read_text()
    assert ", iran_russia.build]" in text
    config.write_text(text.replace(", iran_russia.build]", "]"))
    return folder


def copy_commit(folder: Path, commit: str) -> Path:
    """Take out an earlier commit, with what its package announces to MyST-NB and Jupyter."""
    stored = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(stored.stdout)) as archive:
        archive.extractall(folder, filter="data")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    about = folder / f"iran_russia-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: iran-russia\nVersion: {project['version']}\n"
    )
    (about / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in points.items())
            for group, points in project.get("entry-points", {}).items()
        )
    )
    return folder


def run(folder: Path, command: list[str] = BUILD) -> tuple[float, float]:
    """Run a command in a book; return its seconds, and the peak memory of all its processes."""
    # The copy's own package and data, not those of this checkout.
    environment = os.environ | {"PYTHONPATH": str(folder)}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=told, stderr=told)
        peak, ended = [0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, ended))
        watcher.start()
        failed = process.wait()
        seconds = time.perf_counter() - started
        ended.set()
        watcher.join()
        told.seek(0)
        if failed:
            sys.exit(told.read()[-3000:])
    return seconds, peak[0]


def _watch(pid: int, peak: list[float], ended: threading.Event) -> None:
    """Keep the largest sum of memory, shared pages counted once, of a process and its children."""
    while not ended.wait(0.5):
        total = 0
        try:
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for process in family:
            try:
                total += process.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):  # ended meanwhile
                continue
        peak[0] = max(peak[0], total)


START = """
import sys, time
from importlib import import_module
for library in sys.argv[1:]:
    import_module(library)
started = time.perf_counter()
exec(sys.stdin.read())
print(time.perf_counter() - started)
"""


def start(folder: Path, imported: tuple[str, ...] = ()) -> float:
    """Return the seconds that the median chapter of a book takes to import what it imports.

    Args:
        folder: the book.
        imported: what its process has imported before, as a warm kernel has.
    """
    taken = []
    for chapter in sorted((folder / "notebooks").glob("*.md")):
        cells = [c.source for c in jupytext.read(chapter).cells if c.cell_type == "code"]
        asked = subprocess.run(
            [sys.executable, "-c", START, *imported],
            input="\n".join(map(_imports, cells)),
            cwd=chapter.parent,
            env=os.environ | {"PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        taken.append(float(asked.stdout))
    return median(taken)


def _imports(code: str) -> str:
    """Return what a cell imports; one with a magic of IPython imports nothing."""
    try:
        statements = ast.parse(code).body
    except SyntaxError:
        return ""
    asked = [s for s in statements if isinstance(s, ast.Import | ast.ImportFrom)]
    return "\n".join(map(ast.unparse, asked))


def starts(books: dict[str, Path], rounds: int) -> dict[str, float]:
    """Compare how chapters begin, in new kernels and in warm ones, with those before."""
    taken = defaultdict(list)
    for _ in range(rounds):
        for kind, imported in (("cold", ()), ("warm", LIBRARIES)):
            for name in ("ours", "before"):
                taken[name, kind].append(start(books[name], imported))
    for (name, kind), each in taken.items():
        print(f"{name}, {kind} kernel: {median(each):.2f} s to begin", file=sys.stderr)
    return {
        f"{kind}_start_to_before_ratio": round(
            median(taken["ours", kind]) / median(taken["before", kind]), 2
        )
        for kind in ("cold", "warm")
    }


def change_one_row(folder: Path) -> None:
    """Raise the delivered value of the first deal in the arms register by one million TIV."""
    table = folder / "data" / "arms_transfers.csv"
    head, first, *rest = table.read_text(encoding="utf-8").splitlines()
    column = head.split(",").index("tiv_delivered_millions")
    cells = first.split(",")
    cells[column] = str(float(cells[column]) + 1)
    table.write_text("\n".join([head, ",".join(cells), *rest]) + "\n", encoding="utf-8")


def add_one_event(folder: Path) -> None:
    """Add a copy of the last event under a key of its own."""
    table = folder / "data" / "events.csv"
    text = table.read_text(encoding="utf-8")
    last = text.rstrip("\n").rsplit("\n", 1)[1]
    year = last.split("-")[1]
    taken = text.count(f"IRRU-{year}-")
    _, _, rest = last.partition(",")
    table.write_text(f"{text.rstrip()}\nIRRU-{year}-{900 + taken % 99},{rest}\n", encoding="utf-8")


def change_one_cell(folder: Path) -> None:
    """Add a line to the first cell of code of a chapter."""
    chapter = folder / "notebooks" / f"{PAGE}.md"
    text = chapter.read_text(encoding="utf-8")
    mark = "\nimport pandas as pd\n"
    assert mark in text
    line = f"\nTIME = {time.time()}\n"
    chapter.write_text(text.replace(mark, mark + line, 1), encoding="utf-8")


def watched(folder: Path) -> float:
    """Return the seconds from saving a changed cell to the renewed page while a book is watched."""
    command = [str(BIN / "iran-russia"), "watch", PAGE, "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout
        told = iter(process.stdout)
        next(line for line in told if line.startswith(b"Open "))
        time.sleep(2)  # until it looks at the files
        started = time.perf_counter()
        change_one_cell(folder)
        next(line for line in told if line.startswith(b"Renewed"))
        seconds = time.perf_counter() - started
        process.terminate()
    return seconds


def record(results: dict) -> None:
    """Print results and put them beside those of the other measurements."""
    print(json.dumps(results, indent=2))
    kept = json.loads(RESULTS.read_text()) | results
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n")


STEPS = {
    "cold": lambda folder: shutil.rmtree(folder / "_build", ignore_errors=True),
    "noop": lambda folder: None,
    "row": change_one_row,
    "event": add_one_event,
    "cell": change_one_cell,
}


def main(before: str, rounds: int, only_starts: bool) -> None:
    """Build all several times in turn, take medians, print the ratios and write them down."""
    times, peaks = defaultdict(list), defaultdict(list)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        books = {name: copy_book(place / name, name == "stock") for name in ("stock", "ours")}
        if before:
            books["before"] = copy_commit(place / "before", before)
            earlier = without_extension(copy_commit(place / "before_stock", before))
            begun = starts(books, rounds)
        if only_starts:
            record(begun)
            return
        for _ in range(rounds):
            for step, prepare in STEPS.items():
                for name, folder in books.items():
                    prepare(folder)
                    seconds, peak = run(folder, OURS if name == "ours" else BUILD)
                    times[name, step].append(seconds)
                    peaks[name, step].append(peak)
                    print(f"{name} {step}: {seconds:.1f} s, {peak / 1e6:.0f} MB", file=sys.stderr)
            if before:
                STEPS["cold"](earlier)
                times["before_stock", "cold"].append(run(earlier)[0])
            change_one_cell(books["ours"])
            times["ours", "page"].append(run(books["ours"], [*OURS, PAGE])[0])
            times["ours", "watched"].append(watched(books["ours"]))
    medians = {key: median(each) for key, each in times.items()}

    def against(step: str, peer: str, own: str = "") -> float:
        return round(medians["ours", own or step] / medians[peer, step], 2)

    results = {
        "cores": os.cpu_count(),
        "cold_build_ratio": against("cold", "stock"),
        "noop_build_ratio": against("noop", "stock"),
        "one_row_changed_to_cold_ratio": round(medians["ours", "row"] / medians["ours", "cold"], 2),
        "one_row_changed_to_stock_cold_ratio": round(
            medians["ours", "row"] / medians["stock", "cold"], 2
        ),
        "one_page_after_a_changed_cell_to_stock_ratio": against("cell", "stock", "page"),
        "one_watched_page_to_stock_ratio": against("cell", "stock", "watched"),
    }
    if before:
        results |= begun
        results |= {f"{step}_to_before_ratio": against(step, "before") for step in STEPS}
        for step in ("page", "watched"):
            results[f"{step}_to_before_ratio"] = against("cell", "before", step)
        grown = medians["stock", "cold"] / medians["before_stock", "cold"]
        results["book_grown_by_stock_ratio"] = round(grown, 2)
        results |= {
            f"{step}_to_before_by_stock_ratio": round(results[f"{step}_to_before_ratio"] / grown, 2)
            for step in ("cold", "row", "event", "cell", "page", "watched")
        }
        results["peak_memory_to_before_ratio"] = round(
            median(peaks["ours", "cold"]) / median(peaks["before", "cold"]), 2
        )
    record(results)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--before", default="", help="an earlier commit to measure as well")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--starts", action="store_true", help="only how chapters begin")
    given = asked.parse_args()
    if given.starts and not given.before:
        asked.error("--starts compares with a commit; name it with --before")
    main(given.before, given.rounds, given.starts)
