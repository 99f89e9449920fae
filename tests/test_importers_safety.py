"""Imports cannot spoil a table: killed at any moment, damaged at random, run on two engines."""

import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import warnings

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_importers import (
    BACI,
    BANK,
    SAMPLE_SETS,
    SAMPLES,
    hashes,
    refused,
    rows,
    run,
)

from iran_russia import datasets
from iran_russia.importers import store

# A process that reads two files and then, whenever it is told to, forks one that writes and takes
# back their rows until it is killed: 200 of them start in no time.
_WRITERS = """
import os
import sys
from pathlib import Path
from iran_russia import datasets
datasets.DESCRIPTOR = Path(sys.argv[1])
from iran_russia.importers import engine, read_file, store, update
with engine.running("duckdb") as (started, folder):
    batches = []
    for file in sys.argv[2:]:
        batches += read_file(Path(file), None, started, folder)
    new = update.plan(batches).files
old = {path: path.read_bytes() for path in new}
assert len(new) == 3
print("ready", flush=True)
for order in sys.stdin:
    if order == "go\\n":
        child = os.fork()
        if not child:
            while True:
                store.write(new)
                store.write(old)
        print(child, flush=True)
    else:
        print(-os.waitpid(child, 0)[1], flush=True)
"""


def test_a_process_killed_at_any_moment_leaves_the_old_or_the_new_tables(copy):
    names = ["sources.csv", "trade_hs6.csv", "world_trade.csv"]
    old = [(copy / n).read_bytes() for n in names]
    kept = shutil.copytree(copy, copy.parent / "kept")
    run(BACI, BANK)
    new = [(copy / n).read_bytes() for n in names]
    untouched = {k: v for k, v in hashes(copy).items() if k not in names}
    shutil.rmtree(copy)
    shutil.copytree(kept, copy)
    chance, seen, left = random.Random(1), set(), 0
    command = [sys.executable, "-c", _WRITERS, str(copy / "datapackage.json"), str(BACI), str(BANK)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout.readline() == "ready\n"
        for _ in range(200):
            server.stdin.write("go\n")
            server.stdin.flush()
            writer = int(server.stdout.readline())
            time.sleep(chance.uniform(0, 0.03))
            os.kill(writer, signal.SIGKILL)
            server.stdin.write("wait\n")
            server.stdin.flush()
            assert server.stdout.readline() == "-9\n"
            left += any(copy.glob(".import*"))
            datasets.recover()
            state = [(copy / n).read_bytes() for n in names]
            assert state in (old, new)
            seen.add(state == new)
        assert seen == {True, False}
        assert left  # some were killed in the middle of it
    finally:
        server.kill()
        server.wait()
        server.stdin.close()
        server.stdout.close()
    store.write({copy / n: c for n, c in zip(names, old, strict=True)})
    assert {k: v for k, v in hashes(copy).items() if k not in names} == untouched


def test_an_import_that_was_interrupted_is_finished_before_a_table_is_read(copy, monkeypatch):
    monkeypatch.setattr(store, "recover", lambda: None)
    run(BACI)
    assert (copy / ".import").is_dir() and not len(
        (copy / "trade_hs6.csv").read_text().splitlines()
    ) > 1
    assert len(datasets.load("trade_hs6")) == 3
    assert not list(copy.glob(".import*"))


# Random damage


@pytest.fixture
def quick(copy):
    """The copy with digests of all files, for tests that run many imports."""
    return copy, hashes(copy)


DAMAGED = [
    BACI,
    BANK,
    SAMPLES / "TradeData.csv",
    SAMPLES / "trade-register.csv",
    SAMPLES / "export 1410.xlsx",
    SAMPLES / "COMTRADE-FINAL-CA364201901H5.gz",
    SAMPLES / "20240301001500.export.CSV",
    SAMPLES / "events.2016.20180710092545.tab",
]


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    file=st.sampled_from(DAMAGED),
    edits=st.lists(
        st.tuples(
            st.floats(0, 1),
            st.sampled_from(["cut", "drop", "put", "flip"]),
            st.binary(min_size=1, max_size=4),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_random_damage_never_ends_in_a_traceback_or_a_broken_table(quick, file, edits):
    folder, before = quick
    content = file.read_bytes()
    for place, what, extra in edits:
        at = int(place * len(content))
        if what == "cut":
            content = content[:at]
        elif what == "drop":
            content = content[:at] + content[at + 7 :]
        elif what == "put":
            content = content[:at] + extra + content[at:]
        elif at < len(content):
            content = content[:at] + bytes([content[at] ^ extra[0]]) + content[at + 1 :]
    target = folder.parent / file.name
    target.write_bytes(content)
    from click.testing import CliRunner

    from iran_russia.cli import main

    done = CliRunner().invoke(main, ["import", "--dry-run", str(target)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    if done.exit_code:
        assert done.output.startswith("Error: ")
    assert {n: hashes_of(folder / n) for n in ("sources.csv", "trade_hs6.csv")} == {
        n: before[n] for n in ("sources.csv", "trade_hs6.csv")
    }


def hashes_of(file):
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=20,
)


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(notes=st.lists(CELLS, min_size=1, max_size=4), turn=st.booleans())
def test_a_table_of_any_text_comes_back_as_it_was_written_in_any_order(copy, notes, turn):
    table = rows("arms_transfers").head(len(notes)).assign(comment=notes)
    table["transfer_id"] = [f"AT{9000 + n}" for n in range(len(notes))]
    target = copy.parent / "deals.csv"
    shutil.copy(ROOT / "data" / "arms_transfers.csv", copy)
    target.write_bytes(store.as_csv(table.iloc[::-1] if turn else table))
    run("tidy", target)
    back = rows("arms_transfers").set_index("transfer_id").loc[table["transfer_id"]]
    assert list(back["comment"]) == notes
    after = hashes(copy)["arms_transfers.csv"]
    assert "Nothing to write." in run("tidy", target)
    assert hashes(copy)["arms_transfers.csv"] == after


# Two engines


@pytest.fixture(scope="module")
def spark():
    """A session that compiles as little as it can, which pays for large files only.

    `make test` installs Spark where Java is; then continuous integration must not skip it.
    """
    if not shutil.which("java"):
        pytest.skip("no Java; install Java 17")
    if not importlib.util.find_spec("pyspark"):
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("no Spark; pip install -r requirements-spark.txt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )
    yield session
    session.stop()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_gives_the_same_rows_as_duckdb_for_every_format(copy, spark):
    files = [file for files in SAMPLE_SETS for file in files]
    with_duckdb = run(*files, "--dry-run")
    assert " added, " in with_duckdb
    assert run(*files, "--dry-run", "--engine", "spark") == with_duckdb


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("old", "new"),
    [("17.25,   3.4", "17,25,   3.4"), ("45123.456", "many"), ("24700.1,   NA", "24700.1")],
)
def test_spark_refuses_what_duckdb_refuses(copy, spark, tmp_path, old, new):
    target = tmp_path / BACI.name
    target.write_text(BACI.read_text().replace(old, new))
    assert refused(copy, target, "--engine", "spark") == refused(copy, target)
