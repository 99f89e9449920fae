"""Give a folder of real official files to the importers and see that each does what it should.

    .venv/bin/python bench/official_files.py FOLDER

Works on copies of ``data/``; the folder and the book stay as they are. The first table has a line a
file: what the importer made of it, dry and real, and whether that is what is expected. The second
imports every file again, in other forms, and looks whether any table changes. Ends with 1 when a
line is not as it should be.
"""

import contextlib
import csv
import gzip
import hashlib
import json
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from iran_russia import datasets, importers
from iran_russia.datasets import DataError

ROOT = Path(__file__).parent.parent

REFUSED = "refused"
NOTHING = r"(refused|(\w+ \+0 ~0 [^;]*(; )?)+$)"
"""Refused, or read without adding or revising a row."""
HELD = r"trade_goods \+0 ~0 =[1-9]\d* <0 !0"
"""Read, and all lines stand in the book as they are."""

EXPECTED = {
    "irica/exports_1371.xls": HELD,
    "irica/exports_1373.xls": HELD,
    "irica/exports_1384.xls": HELD,
    "irica/imports_1373.xls": r"trade_goods \+0 ~0 =394 <0 !0",
    "irica/imports_1380.xls": HELD,
    "irica/exports_1402.xlsx": r"trade_goods \+0 ~0 =763 <0 !0",
    "irica/exports_1394_by_country.xls": rf"{REFUSED}|trade_partners",
    "irica/exports_1394_50_countries.xls": rf"{REFUSED}|trade_partners",
    "irica/imports_1394_50_countries.xls": rf"{REFUSED}|trade_partners",
    "irica/exports_1394_vehicles_by_month.xls": REFUSED,
    # 320 deals are read; an older edition changes nothing.
    "sipri/register_2024_10_13.csv": r"arms_transfers \+0 ~0 =\d+ <\d+ !0$",
    "sipri/register_2025_03_no_preamble.csv": NOTHING,
    "sipri/register_older_words_range.csv": rf"{REFUSED}.*(range|years)",
    "sipri/register_2026_07_14_china.csv": NOTHING,
    "sipri/deliveries_2025_02_17_ukraine.csv": NOTHING,
    "sipri/tiv_2026_07_14_one_supplier.csv": REFUSED,
    "sipri/tiv_world_by_recipient.csv": r"arms_tiv_official \+0 ~0 =407 <0 !0",
    "sipri/tiv_old_layout.csv": NOTHING,
    "comtrade/TradeData.csv": rf"{REFUSED}.*found no row for the book",
    "comtrade/legacy_2017.csv": r"trade_partners \+[1-9]",
    "worldbank/API_SP.POP.TOTL_DS2_en_csv_v2_887275.csv": (
        r"country_capabilities \+0 ~0 =1 <59 !0"
    ),
    "energy_institute/bp-stats-review-2021-consolidated-dataset-panel-format.csv": (
        r"energy_country_year \+0 ~0 =574 <168 !0"
    ),
    "attacks/2024_11_17.csv": r"shahed_launches \+0 ~0 =473 <0 !0",
    "attacks/2025_05_12.csv": r"shahed_launches \+0 ~0 =\d+ <0 !0",
    "attacks/2026_04_19.csv": r"shahed_launches \+0 ~0 =1002 <0 !0",
    "icews/events.2018.sample.tab": r"icews_events \+4 ~0 =0 <0 !0",
    "gdelt/20180326044500.export.CSV": rf"{REFUSED}.*1 of the 96 quarter-hour files",
}
"""What should become of each file: ``table +added ~revised =identical <older !conflicting``."""


NEVER = {"comtrade/legacy_2017.csv": ("trade_partners", "weight_kg", "0")}
"""A table, a column and what no row of the file may hold there: 0 kg of goods worth billions."""


@contextlib.contextmanager
def copied_tables():
    """Let imports go to a copy of the tables; give its folder."""
    kept = datasets.DESCRIPTOR
    with tempfile.TemporaryDirectory() as folder:
        data = shutil.copytree(ROOT / "data", Path(folder) / "data")
        datasets.DESCRIPTOR = data / "datapackage.json"
        datasets.package.cache_clear()
        try:
            yield data
        finally:
            datasets.DESCRIPTOR = kept
            datasets.package.cache_clear()


def state(data: Path) -> dict[str, str]:
    """Return a digest of every file of a copy."""
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(data.iterdir())}


def outcome(files: list[Path], *, dry_run: bool) -> str:
    """Import files; say in one line what became of them."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        try:
            importers.run(files, None, True, dry_run, "duckdb", lambda line: None, report)
        except DataError as error:
            return f"{REFUSED}: {str(error).splitlines()[0]}"
        told = json.loads(report.read_text(encoding="utf-8"))
    return "; ".join(
        f"{t['table']} +{t['added']} ~{t['revised']} ={t['identical']} <{t['older']} "
        f"!{t['conflicting']}"
        for t in told["tables"]
    )


def tried(file: Path, name: str) -> tuple[str, str, bool]:
    """Import a file as a dry run and in earnest.

    Returns:
        What became of it, the tables that changed, and whether both are as expected.
    """
    with copied_tables() as data:
        before = state(data)
        dry = outcome([file], dry_run=True)
        untouched = state(data) == before
        real = outcome([file], dry_run=False)
        after = state(data)
        changed = sorted(n for n in after if after[n] != before.get(n))
        held = NEVER.get(name)
        bad = held and _new_cells(data, *held[:2]).count(held[2])
    right = bool(re.search(EXPECTED[name], real)) if name in EXPECTED else False
    if real.startswith(REFUSED):
        right = right and not changed
    if not untouched or dry != real:
        return f"dry run: {dry} | real: {real}", " ".join(changed), False
    if bad:
        return f"{real}; {bad} cells of {held[1]} are {held[2]}", " ".join(changed), False
    return real, " ".join(changed), right


def _new_cells(data: Path, table: str, column: str) -> list[str]:
    """Return the cells of a column in rows that the book does not have."""

    def lines(folder: Path) -> list[dict]:
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    held = {tuple(row.values()) for row in lines(ROOT / "data")}
    return [row[column] for row in lines(data) if tuple(row.values()) not in held]


def forms(file: Path, folder: Path) -> dict[str, list[Path]]:
    """Write a file in other forms."""
    packed = folder / f"{file.name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, file.name)
    zipped = folder / f"{file.name}.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    return {"again": [file], "zip": [packed], "gzip": [zipped], "file and zip": [file, packed]}


def again(file: Path) -> list[tuple[str, str, bool]]:
    """Import a file, then the same in other forms; say of each whether any table changed."""
    lines = []
    with copied_tables() as data, tempfile.TemporaryDirectory() as folder:
        if outcome([file], dry_run=False).startswith(REFUSED):
            return []
        for form, files in forms(file, Path(folder)).items():
            before = state(data)
            told = outcome(files, dry_run=False)
            lines.append((form, told, state(data) == before))
    return lines


def main(folder: Path) -> int:
    """Print both tables; return how many lines are not as they should be."""
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.name != "README.md")
    wrong = 0
    print("| file | what became of it | tables changed | |\n|---|---|---|---|")
    for file in files:
        name = str(file.relative_to(folder))
        told, changed, right = tried(file, name)
        verdict = "ok" if right else "NOT ok" if name in EXPECTED else "nothing expected"
        wrong += verdict == "NOT ok"
        print(f"| {name} | {told[:160]} | {changed} | {verdict} |", flush=True)
    for name in sorted(EXPECTED.keys() - {str(f.relative_to(folder)) for f in files}):
        print(f"| {name} | is not in the folder | | |")
    count = 0
    print("\n| file | again as | what became of it | no table changed |\n|---|---|---|---|")
    for file in files:
        for form, told, same in again(file):
            count += 1
            wrong += not same
            name = file.relative_to(folder)
            print(f"| {name} | {form} | {told[:120]} | {'ok' if same else 'NOT ok'} |", flush=True)
    print(f"\n{count} imports again; {wrong} lines are not as they should be.")
    return wrong


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("name the folder that holds the official files")
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
