"""Measure the filter of a BACI-shaped year of ten million rows to the pair, in one run.

The importer against the same query written by hand in DuckDB and against pandas; each run is a
process of its own, medians of many rounds. pandas runs twice: with product codes as text, as the
other two have them, and as it reads them by itself, as numbers without their leading zeros, which
is three to four times as fast and no use. Ratios are added to the results of the build.
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

MAKE = """
copy (select 2022 as t, 4 + (r * 7919) % 890 as i, 4 + (r * 104729) % 887 as j,
    lpad(cast(10121 + r % 980000 as varchar), 6, '0') as k,
    round(random() * 1000, 3) as v, round(random() * 500, 3) as q
  from range({rows}) as numbers(r)) to '{file}' (header, delimiter ',')
"""
# Each prints the rows found, seconds without start and imports, and peak memory in megabytes.
RUNS = {
    "importer": """
from iran_russia.importers import engine, read
import ibis.backends.duckdb, pandas
start = time.perf_counter()
with engine.running("duckdb") as (started, folder):
    [batch] = read(Path(file), "baci", started, folder)
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
_FRAME = """
import resource, sys, time
from pathlib import Path
file = sys.argv[1]
{run}
seconds = time.perf_counter() - start
print(found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    """Run the four in turn, several times; print the ratios and write them down."""
    import duckdb

    seen = {name: [] for name in RUNS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "BACI_HS17_Y2022_V202401.csv"
        duckdb.sql(MAKE.format(rows=ROWS, file=file))
        for _ in range(ROUNDS):
            for name, run in RUNS.items():
                done = subprocess.run(
                    [sys.executable, "-W", "ignore", "-c", _FRAME.format(run=run), file],
                    capture_output=True,
                    text=True,
                    check=True,
                    cwd=ROOT,
                )
                seen[name].append([float(n) for n in done.stdout.split()[-3:]])
    assert len({found for runs in seen.values() for found, _, _ in runs}) == 1
    seconds = {name: median(s for _, s, _ in runs) for name, runs in seen.items()}
    memory = max(peak for _, _, peak in seen["importer"])
    assert memory < 1000, f"the importer took {memory:.0f} MB"
    results = json.loads(RESULTS.read_text()) | {
        "import_to_duckdb_by_hand_ratio": round(seconds["importer"] / seconds["duckdb"], 2),
        "pandas_to_import_ratio": round(seconds["pandas"] / seconds["importer"], 2),
        "pandas_codes_as_numbers_to_import_ratio": round(
            seconds["pandas_numbers"] / seconds["importer"], 2
        ),
        "import_peak_memory_to_one_gigabyte_ratio": round(memory / 1000, 2),
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
