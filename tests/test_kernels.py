"""Kernels forked from a process that has imported the libraries are as good as cold ones."""

import json
import os
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


def test_no_kernel_outlives_the_nursery():
    nursery = kernels.Nursery()
    pid = nursery.fork(["ipykernel_launcher"], str(Path.cwd()), dict(os.environ))
    time.sleep(3)  # until it watches over its parent
    assert pid and nursery.status(pid) is None
    nursery._process.kill()
    nursery.close()
    for _ in range(100):
        time.sleep(0.1)
        try:
            running = Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
        except FileNotFoundError:
            running = False
        if not running:
            return
    pytest.fail("the kernel still runs")
