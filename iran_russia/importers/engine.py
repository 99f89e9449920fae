"""Where the expressions of the importers run: DuckDB on this machine, or Apache Spark."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from iran_russia.datasets import DataError
from iran_russia.importers.reading import Download

if TYPE_CHECKING:
    import ibis
    import pandas as pd

NAMES = ("duckdb", "spark")


class DuckDB:
    """Embedded; streams files that are larger than memory."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        import ibis

        self.connection = ibis.duckdb.connect(temp_directory=str(folder), memory_limit="700MB")
        # Into a file DuckDB would write every step of the bar.
        self.connection.raw_sql(f"SET enable_progress_bar = {sys.stdout.isatty()}")
        self.kept = 0

    def table(self, file: Download) -> ibis.Table:
        """Return the file as a table of text."""
        return self.connection.read_csv(
            str(file.ready),
            header=file.layout.header is not None,
            delim=file.layout.delimiter,
            quote='"' if file.layout.quoted else "",
            escape='"' if file.layout.quoted else "",
            auto_detect=False,
            strict_mode=True,
            columns=dict.fromkeys(file.layout.names, "VARCHAR"),
        )

    def keep(self, expression: ibis.Table) -> ibis.Table:
        """Run an expression once and return its rows as a table."""
        self.kept += 1
        return self.connection.create_table(f"kept_{self.kept}", expression, temp=True)

    def close(self) -> None:
        """Leave nothing behind."""
        self.connection.disconnect()


class Spark:
    """Apache Spark, in local mode unless SPARK_MASTER names a cluster; needs Java 17."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise DataError(
                "the engine 'spark' is not installed; run "
                ".venv/bin/pip install -r requirements-spark.txt (and install Java 17)"
            ) from None
        import ibis

        self.session = (
            SparkSession.builder.master(os.environ.get("SPARK_MASTER", "local[2]"))
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.log.level", "ERROR")
            .config("spark.sql.ansi.enabled", "false")
            # With them Spark parses only the columns and lines it needs, and does not see that
            # others are too short or too long.
            .config("spark.sql.csv.parser.columnPruning.enabled", "false")
            .config("spark.sql.csv.filterPushdown.enabled", "false")
            .getOrCreate()
        )
        self.connection = ibis.pyspark.connect(self.session)

    def table(self, file: Download) -> ibis.Table:
        """Return the file as a table of text."""
        from pyspark.sql.types import StringType, StructField, StructType

        return self.connection.read_csv(
            str(file.ready),
            schema=StructType([StructField(name, StringType()) for name in file.layout.names]),
            header=file.layout.header is not None,
            sep=file.layout.delimiter,
            # Without quotes: a character that stands in no text.
            quote='"' if file.layout.quoted else "\x00",
            escape='"' if file.layout.quoted else "\x00",
            multiLine=file.layout.quoted,
            mode="FAILFAST",
            maxCharsPerColumn=-1,
        )

    def keep(self, expression: ibis.Table) -> ibis.Table:
        """Run an expression once and return its rows as a table."""
        return expression.cache()

    def close(self) -> None:
        """Keep the session: it is slow to start and ends with the process."""


Engine = DuckDB | Spark


@contextlib.contextmanager
def running(name: str) -> Iterator[tuple[Engine, Path]]:
    """Start an engine with a scratch folder; both are gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="iran-russia-") as folder,
        warnings.catch_warnings(),
    ):
        # PySpark 4 warns of every pandas 3 and, like Ibis, uses what pandas and DuckDB call by
        # another name now.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        warnings.filterwarnings("ignore", "fetch_arrow_table")
        warnings.filterwarnings("ignore", "The 'future.infer_string' option is deprecated")
        warnings.filterwarnings("ignore", "The copy keyword is deprecated")
        engine: Engine = DuckDB(Path(folder)) if name == "duckdb" else Spark(Path(folder))
        try:
            yield engine, Path(folder)
        finally:
            engine.close()


def collect(expression: ibis.Table) -> pd.DataFrame:
    """Run an expression and return its rows."""
    return expression.to_pandas()
