"""Measure the build against stock Jupyter Book on the same chapters, side by side in one run.

Stock is the same book without the extension ``iran_russia.build``, with Jupyter Book's own
execution cache. The script of live charts, bundled once a version of vl-convert and kept for all
books of a user, is there before. Only ratios are kept: seconds belong to one machine on one day.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"
BUILD = [str(Path(sys.executable).with_name("jupyter-book")), "build", "."]


def copy_book(folder: Path, stock: bool) -> Path:
    """Copy the book's tracked files; without the extension for the stock build."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in tracked:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    if stock:
        config = folder / "_config.yml"
        text = config.read_text()
        assert ", iran_russia.build]" in text
        config.write_text(text.replace(", iran_russia.build]", "]"))
    return folder


def seconds(folder: Path) -> float:
    """Build and return how long it took."""
    started = time.perf_counter()
    # The copy's own package and data, not those of this checkout.
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(BUILD, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return time.perf_counter() - started


def change_one_row(folder: Path) -> None:
    """Raise the delivered value of the first deal in the arms register by one million TIV."""
    table = folder / "data" / "arms_transfers.csv"
    head, first, *rest = table.read_text(encoding="utf-8").splitlines()
    column = head.split(",").index("tiv_delivered_millions")
    cells = first.split(",")
    cells[column] = str(float(cells[column]) + 1)
    table.write_text("\n".join([head, ",".join(cells), *rest]) + "\n", encoding="utf-8")


def record(results: dict) -> None:
    """Print results and put them beside those of the other measurements."""
    print(json.dumps(results, indent=2))
    kept = json.loads(RESULTS.read_text()) | results
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n")


def main(rounds: int = 3) -> None:
    """Run both several times in turn, take medians, print the ratios and write them down."""
    cold, noop, changed = {"stock": [], "ours": []}, {"stock": [], "ours": []}, []
    with tempfile.TemporaryDirectory() as temporary:
        books = {
            name: copy_book(Path(temporary) / name, stock=name == "stock")
            for name in ("stock", "ours")
        }
        for _ in range(rounds):
            for name, folder in books.items():
                shutil.rmtree(folder / "_build", ignore_errors=True)
                cold[name].append(seconds(folder))
            for name, folder in books.items():
                noop[name].append(seconds(folder))
            change_one_row(books["ours"])
            changed.append(seconds(books["ours"]))
    cold = {name: median(times) for name, times in cold.items()}
    noop = {name: median(times) for name, times in noop.items()}
    changed = median(changed)
    results = {
        "cores": os.cpu_count(),
        "cold_build_ratio": round(cold["ours"] / cold["stock"], 2),
        "noop_build_ratio": round(noop["ours"] / noop["stock"], 2),
        "one_row_changed_to_cold_ratio": round(changed / cold["ours"], 2),
        "one_row_changed_to_stock_cold_ratio": round(changed / cold["stock"], 2),
    }
    record(results)


if __name__ == "__main__":
    main()
