"""Kernels forked from a process that has imported the libraries are as good as cold ones."""

import json
import os
import socket
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_cache.executors.utils import single_nb_execution
from nbclient.exceptions import DeadKernelError

from iran_russia.site import kernels

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing can be forked here")

TOLD = """
import json, os, sys
import pandas as pd
print(json.dumps({
    "pid": os.getpid(), "folder": os.getcwd(), "name": __name__, "path": sys.path,
    "ours": sorted(m for m in sys.modules if m.startswith("iran_russia")),
    "columns": pd.get_option("display.max_columns"), "set": os.environ.get("IN_THE_TEST"),
}))
"""


def notebook(*cells: str):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )


def run(folder, *cells: str):
    done = single_nb_execution(notebook(*cells), cwd=str(folder), timeout=60, allow_errors=False)
    if done.err:
        raise done.err
    return done.nb.cells


def told(folder) -> dict:
    return json.loads(run(folder, TOLD)[0].outputs[0].text)


def test_a_forked_kernel_sees_what_a_cold_one_sees(tmp_path, monkeypatch):
    monkeypatch.setenv("IN_THE_TEST", "yes")
    cold = told(tmp_path)
    with kernels.warm():
        first, second = told(tmp_path), told(tmp_path)
    for forked in (first, second):
        same = cold.keys() - {"pid"}
        assert {k: forked[k] for k in same} == {k: cold[k] for k in same}
    assert cold["ours"] == []
    assert len({cold["pid"], first["pid"], second["pid"]}) == 3


def test_kernels_share_nothing(tmp_path):
    with kernels.warm():
        run(tmp_path, "import pandas as pd; pd.extra = 1; pd.set_option('display.max_rows', 3)")
        cell = run(
            tmp_path, "import pandas as pd\nhasattr(pd, 'extra'), pd.options.display.max_rows"
        )
    assert cell[0].outputs[0].data["text/plain"] == "(False, 60)"


def test_a_forked_kernel_that_dies_is_told(tmp_path):
    with kernels.warm(), pytest.raises(DeadKernelError):
        run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")


def test_kernels_start_cold_where_the_nursery_died(tmp_path):
    with kernels.warm():
        assert kernels._nursery
        kernels._nursery._process.kill()
        kernels._nursery._process.wait()
        assert told(tmp_path)["name"] == "__main__"


def ended(pid: int) -> bool:
    """Wait up to ten seconds for the end of a process."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


def test_no_kernel_outlives_the_nursery():
    nursery = kernels.Nursery()
    pid = nursery.fork(["ipykernel_launcher"], str(Path.cwd()), dict(os.environ))
    time.sleep(3)  # until it watches over its parent
    assert pid and nursery.status(pid) is None
    nursery._process.kill()
    nursery.close()
    assert ended(pid)


def test_builds_take_their_kernels_from_the_nursery_that_is_lent(tmp_path, monkeypatch):
    tell_zone = "import os, time; print(os.getppid(), time.tzname[0])"
    monkeypatch.setenv("TZ", "Asia/Tehran")
    told = []
    with kernels.lending():
        monkeypatch.setenv("TZ", "UTC")  # as a build sets it
        for _ in range(2):
            with kernels.warm():
                told.append(run(tmp_path, tell_zone)[0].outputs[0].text)
    assert told[0] == told[1], "one nursery, whose kernels are in the zone of the build"
    assert told[0].endswith(" UTC\n")
    assert kernels.LENT not in os.environ


def test_kernels_end_when_a_build_hangs_up(tmp_path):
    with kernels.lending():
        nursery = kernels.Nursery(lent=os.environ[kernels.LENT])
        pid = nursery.fork(["ipykernel_launcher"], str(tmp_path), dict(os.environ))
        assert pid and nursery.status(pid) is None
        nursery.close()
        assert ended(pid)
        with kernels.warm():
            assert run(tmp_path, "1 + 1")[0].outputs[0].data["text/plain"] == "2"


def test_a_build_that_dies_before_it_hears_an_answer_takes_no_other_along(tmp_path):
    question = {"argv": ["ipykernel_launcher"], "cwd": str(tmp_path), "env": dict(os.environ)}
    with kernels.lending():
        with socket.socket(socket.AF_UNIX) as dying:
            dying.connect(os.environ[kernels.LENT])
            dying.sendall(json.dumps(question).encode() + b"\n")
            dying.recv(1, socket.MSG_PEEK)  # it stands there, and is never read
        nursery = kernels.Nursery(lent=os.environ[kernels.LENT])
        pid = nursery.fork(**question)
        nursery.close()
        assert pid and ended(pid)


def test_a_build_starts_a_nursery_of_its_own_where_the_lent_one_is_gone(tmp_path, monkeypatch):
    monkeypatch.setenv(kernels.LENT, str(tmp_path / "gone"))
    with kernels.warm():
        assert run(tmp_path, "1 + 1")[0].outputs[0].data["text/plain"] == "2"
