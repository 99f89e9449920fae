"""Measure two imports, each against another way in the same run.

A workbook of the Iranian customs with 60,001 lines, against the importer of the commit before a
Rust reader came, in a worktree of git: it read with openpyxl, which the tests still need. Both are
run on a workbook of one line too: most of the peak of memory is libraries and the engine, which
take the same with one line, so that the increment says what the lines take.

The filter of a BACI-shaped year of ten million rows to the pair: the importer against the same
query written by hand in DuckDB and against pandas; each run is a process of its own, medians of
many rounds. pandas runs twice: with product codes as text, as the other two have them, and as it
reads them by itself, as numbers without their leading zeros, which is three to
four times as fast and no use.

Ratios are added to the results of the build; ``python -c "import imports; imports.workbook()"`` in
this folder measures the workbook alone.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"
ROWS, ROUNDS = 10_000_000, 15
LINES, BEFORE, WORKBOOK_ROUNDS = 60_001, "78a711d", 3

MAKE = """
copy (select 2022 as t, 4 + (r * 7919) % 890 as i, 4 + (r * 104729) % 887 as j,
    lpad(cast(10121 + r % 980000 as varchar), 6, '0') as k,
    round(random() * 1000, 3) as v, round(random() * 500, 3) as q
  from range({rows}) as numbers(r)) to '{file}' (header, delimiter ',')
"""
# Each prints the rows found, seconds without start and imports, and peak memory in megabytes.
RUNS = {
    "importer": """
from iran_russia.importers import engine, read_file
import ibis.backends.duckdb, pandas
start = time.perf_counter()
with engine.running("duckdb") as (started, folder):
    [batch] = read_file(Path(file), "baci", started, folder)
    found = len(batch.rows)
""",
    "duckdb": """
import duckdb, pandas
start = time.perf_counter()
found = len(duckdb.sql(f'''select t, i, j, k, v * 1000 as value_usd, q * 1000 as weight_kg
    from read_csv('{file}', types={{'k': 'VARCHAR'}})
    where (i = 364 and j = 643) or (i = 643 and j = 364)''').df())
""",
    "pandas": """
import pandas
start = time.perf_counter()
frame = pandas.read_csv(file, dtype={"k": "str"})
found = len(frame.query("(i == 364 and j == 643) or (i == 643 and j == 364)"))
""",
    "pandas_numbers": """
import pandas
start = time.perf_counter()
frame = pandas.read_csv(file)
found = len(frame.query("(i == 364 and j == 643) or (i == 643 and j == 364)"))
""",
}
_WORKBOOK = """
from iran_russia.importers import engine, read_file
import ibis.backends.duckdb, pandas
start = time.process_time()
with engine.running("duckdb") as (started, folder):
    batches = read_file(Path(file), "irica", started, folder)
    [found] = {len(b.rows) for b in batches}
# Processor time, where the frame counts time that passes.
start += time.perf_counter() - time.process_time()
"""
_FRAME = """
import resource, sys, time
from pathlib import Path
file = sys.argv[1]
{run}
seconds = time.perf_counter() - start
print(found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _run(run: str, file: Path, root: Path = ROOT) -> list[float]:
    """Run a text in a process of its own; return rows, seconds and megabytes at most."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FRAME.format(run=run), file],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
    )
    return [float(n) for n in done.stdout.split()[-3:]]


def workbook() -> dict[str, float]:
    """Return the ratios of processor time and memory to those of the importer before."""
    import openpyxl

    countries = ["فدراسیون روسيه", "روسيه سفيد", *(f"کشور {n}" for n in range(48))]
    seen: dict[str, list] = {"before": [], "now": [], "before_one": [], "now_one": []}
    with tempfile.TemporaryDirectory() as folder:
        file, old = Path(folder) / "export 1404.xlsx", Path(folder) / "before"
        one = Path(folder) / "export 1404 one.xlsx"
        for path, lines in ((file, LINES), (one, 1)):
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("Sheet 1")
            sheet.append(["year", "gomrok", "country", "code", "name", "weight", "rial", "dollar"])
            for n in range(lines):
                code = f"{1012100 + (n * 7919) % 97000000:08d}"
                row = [1404, f"گمرک {n % 90}", countries[n % 50], code, f"کالای {n % 5000}"]
                sheet.append([*row, n % 100_000 + 1.5, n * 1_000_003 + 7, n * 1.25])
            book.save(path)
        subprocess.run(
            ["git", "worktree", "add", "--detach", old, BEFORE],
            check=True, capture_output=True, cwd=ROOT,
        )  # fmt: skip
        try:
            for _ in range(WORKBOOK_ROUNDS):
                seen["now"].append(_run(_WORKBOOK, file))
                seen["before"].append(_run(_WORKBOOK, file, old))
                seen["now_one"].append(_run(_WORKBOOK, one))
                seen["before_one"].append(_run(_WORKBOOK, one, old))
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", old], check=True, cwd=ROOT)
    assert len({found for name in ("before", "now") for found, _, _ in seen[name]}) == 1
    seconds = {name: median(s for _, s, _ in runs) for name, runs in seen.items()}
    memory = {name: median(m for _, _, m in runs) for name, runs in seen.items()}
    # What the lines take over what libraries and a workbook of one line take.
    lines = {name: memory[name] - memory[f"{name}_one"] for name in ("before", "now")}
    print(f"workbook: seconds {seconds}, megabytes {memory}")
    return {
        "workbook_before_to_import_ratio": round(seconds["before"] / seconds["now"], 2),
        "workbook_memory_to_before_ratio": round(memory["now"] / memory["before"], 2),
        "workbook_memory_of_lines_to_before_ratio": round(lines["now"] / lines["before"], 2),
    }


def baci() -> dict[str, float]:
    """Run the four in turn, several times; return their ratios."""
    import duckdb

    seen = {name: [] for name in RUNS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "BACI_HS17_Y2022_V202401.csv"
        duckdb.sql(MAKE.format(rows=ROWS, file=file))
        for _ in range(ROUNDS):
            for name, run in RUNS.items():
                seen[name].append(_run(run, file))
    assert len({found for runs in seen.values() for found, _, _ in runs}) == 1
    seconds = {name: median(s for _, s, _ in runs) for name, runs in seen.items()}
    memory = max(peak for _, _, peak in seen["importer"])
    assert memory < 1000, f"the importer took {memory:.0f} MB"
    return {
        "import_to_duckdb_by_hand_ratio": round(seconds["importer"] / seconds["duckdb"], 2),
        "pandas_to_import_ratio": round(seconds["pandas"] / seconds["importer"], 2),
        "pandas_codes_as_numbers_to_import_ratio": round(
            seconds["pandas_numbers"] / seconds["importer"], 2
        ),
        "import_peak_memory_to_one_gigabyte_ratio": round(memory / 1000, 2),
    }


def main() -> None:
    """Measure both; print the ratios and write them down."""
    results = json.loads(RESULTS.read_text()) | workbook() | baci()
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
