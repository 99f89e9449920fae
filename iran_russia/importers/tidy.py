"""The book's own tables: a CSV file with exactly the columns of one of them."""

import csv

import ibis
import pandas as pd

from iran_russia import constraints, datasets, values
from iran_russia.importers import reading
from iran_russia.importers.reading import Download, Layout, Opened, Refused

KIND = "tidy"
TITLE = "a CSV file with the columns of one of the book's tables"
COLUMNS: dict[str, str] = {}
BY_HAND = True


def table_of(file: Opened) -> str | None:
    """Return the table whose columns the file has, in any order."""
    header = next(csv.reader(file.head[:1]), [])
    for resource in datasets.package()["resources"]:
        fields = [f["name"] for f in resource["schema"]["fields"]]
        if len(header) == len(fields) and {h.strip() for h in header} == set(fields):
            return resource["name"]
    return None


def recognise(file: Opened) -> Layout | None:
    """The header is that of a table."""
    if file.kind != "text" or not table_of(file):
        return None
    layout = file.find(next(csv.reader(file.head[:1])), ",")
    if layout:
        layout.raw = True
    return layout


def columns(file: Download) -> dict[str, str]:
    """All are read as text; the schema of the table decides what may stand in them."""
    return dict.fromkeys(file.layout.names, "text")


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """The rows as they are."""
    table = table_of(file)
    assert table is not None  # By it the file was recognised.
    return {table: t.select(*file.layout.names, "_key")}


def tidy(table: str, frame: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Write values as tables hold them, and say so.

    Raises:
        Refused: a cell does not fit its column; also where its row would not be taken.
    """
    schema = datasets.describe(table)["schema"]
    for field in schema["fields"]:
        column = field["name"]
        meant = constraints.meant(frame[column].tolist(), field)
        if meant:
            file.said.append(values.told(column, frame[column], meant))
            frame = frame.assign(**{column: frame[column].map(lambda c, m=meant: m.get(c, c))})
    faults = constraints.of_cells({c: frame[c].tolist() for c in frame}, schema)
    if faults:
        keys = frame["_key"].tolist()
        lines = reading.locate(file, file.layout.names, {keys[fault.row] for fault in faults})
        told = [(lines.get(keys[f.row], 0), f.column, f.found, f.expected) for f in faults]
        raise Refused(reading.describe(file, *fault) for fault in sorted(told))
    return frame


def source(file: Download) -> dict[str, str]:
    """Rows of the book's own tables name their sources themselves."""
    return {}
