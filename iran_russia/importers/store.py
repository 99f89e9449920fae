"""The tables as files: read as text, written all or none, by one process at a time."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from pathlib import Path

import filelock
import pandas as pd

from iran_russia import datasets, journal
from iran_russia.datasets import recover
from iran_russia.importers.reading import Refused


def folder() -> Path:
    """Return the folder of the data package."""
    return datasets.DESCRIPTOR.parent


def path_of(table: str) -> Path:
    """Return the file of a table; where it is a link, the file behind it."""
    return (folder() / datasets.describe(table)["path"]).resolve()


def text_of(table: str) -> pd.DataFrame:
    """Read a table as it stands in its file: text, an empty cell for a missing value."""
    datasets.load(table)  # refuses a table that is broken already
    return pd.read_csv(path_of(table), dtype="str", keep_default_na=False, na_filter=False)


def lock() -> filelock.FileLock:
    """Return the lock that keeps two imports into one data package apart."""
    name = hashlib.sha256(str(folder().resolve()).encode()).hexdigest()[:16]
    return filelock.FileLock(Path(tempfile.gettempdir()) / f"iran-russia-{name}.lock", timeout=0)


def as_csv(frame: pd.DataFrame) -> bytes:
    """Write a table as its file has it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.to_numpy().tolist())
    return text.getvalue().encode()


def write(files: dict[Path, bytes]) -> None:
    """Write all files or none, whenever the process ends; see :mod:`iran_russia.journal`.

    Raises:
        Refused: there is no space or no permission; nothing has changed.
    """
    recover()
    try:
        journal.decide(files, folder())
    except OSError as error:
        raise Refused(
            [f"{folder()}: cannot be written ({error.strerror}); nothing was changed"]
        ) from None
    recover()
