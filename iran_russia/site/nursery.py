"""Forks kernels out of a process that has already imported what every chapter imports.

Run as a script by :mod:`iran_russia.site.kernels`, so that nothing of this package is imported
beforehand: a kernel reports which modules of the package its chapter made it import.

One JSON object a line. Asked on the standard input: ``{"argv", "cwd", "env"}`` of a kernel.
Answered on the standard output: ``{"pid"}`` for each, in order, and ``{"pid", "status"}`` when one
ends, with a status as ``subprocess`` has it.
"""

import atexit
import builtins
import gc
import json
import os
import selectors
import signal
import sys
from importlib import import_module
from types import SimpleNamespace
from typing import NoReturn

# What every chapter imports, by way of the package, and what every kernel does.
LIBRARIES = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "altair",
    "jinja2",
    "joblib",
    "myst_nb.core.render",
    "pandas",
    "pyarrow",
    "vl_convert",
)


def answer(**what: int) -> None:
    """Write one answer."""
    os.write(1, json.dumps(what).encode() + b"\n")


def reap() -> None:
    """Tell of every kernel that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        answer(pid=pid, status=os.waitstatus_to_exitcode(status))


def become_kernel(parent: int, argv: list[str], cwd: str, env: dict[str, str]) -> NoReturn:
    """Be an IPython kernel, as ``python -m ipykernel_launcher`` is, until it is shut down."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number in (0, 1):  # the pipes are the nursery's
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    # It ends when its parent does; ipykernel has read who that is when it was imported.
    sys.argv = [*argv, f"--IPKernelApp.parent_handle={parent}"]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
    # What is left is the memory of the libraries, which the system takes back at once.
    atexit._run_exitfuncs()
    os._exit(0)


def main() -> None:
    """Import the libraries, then fork a kernel a request, until nobody asks any more."""
    # pandas asks when it is imported whether this is a kernel, and prints other tables if not.
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=True)
    for library in LIBRARIES:
        import_module(library)
    del vars(builtins)["get_ipython"]
    gc.freeze()  # no kernel need look through what all share, nor copy it by looking
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = selectors.DefaultSelector()
    waiting.register(0, selectors.EVENT_READ)
    waiting.register(woken, selectors.EVENT_READ)
    asked = b""
    while True:
        ready = {key.fd for key, _ in waiting.select()}
        if woken in ready:
            os.read(woken, 4096)
            reap()
        if 0 not in ready:
            continue
        more = os.read(0, 65536)
        if not more:
            return
        asked += more
        while b"\n" in asked:
            line, _, asked = asked.partition(b"\n")
            parent = os.getpid()
            pid = os.fork()
            if not pid:
                become_kernel(parent, **json.loads(line))
            answer(pid=pid)


if __name__ == "__main__":
    main()
    os._exit(0)  # as kernels end
