"""Forks kernels out of a process that has already imported what every chapter imports.

Run as a script by :mod:`iran_russia.site.kernels`, so that nothing of this package is imported
beforehand: a kernel reports which modules of the package its chapter made it import.

One JSON object a line. Asked on the standard input: ``{"argv", "cwd", "env"}`` of a kernel.
Answered on the standard output: ``{"pid"}`` for each, in order, and ``{"pid", "status"}`` when one
ends, with a status as ``subprocess`` has it. The argument, if there is one, is the descriptor of a
socket at which other processes may ask in the same way; their kernels end when they hang up.
"""

import atexit
import builtins
import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import NoReturn

# What every chapter imports, by way of the package, and what every kernel does.
LIBRARIES = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "altair",
    "jinja2",
    "joblib",
    "myst_nb.core.render",
    "pandas",
    "pyarrow",
)

# What half of the chapters import where they count on it; the first kernels do not wait for it.
MEANWHILE = (
    "scipy.stats",
    "statsmodels.duration.survfunc",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.stats.proportion",
)


class Askers:
    """Those who may ask for kernels: each has a file to read and one to answer in."""

    def __init__(self, listener: socket.socket | None) -> None:
        """Begin with the parent, at the standard input and output."""
        self.listener = listener
        self.waiting = selectors.DefaultSelector()
        self.waiting.register(0, selectors.EVENT_READ)
        if listener:
            self.waiting.register(listener, selectors.EVENT_READ)
        self.answers = {0: 1}  # descriptor to read → the one to answer in
        self.asked = {0: b""}  # descriptor → the beginning of its next question
        self.owner: dict[int, int] = {}  # kernel → descriptor of who asked for it

    def admit(self) -> None:
        """Let one more process ask."""
        assert self.listener
        own = self.listener.accept()[0].detach()
        self.waiting.register(own, selectors.EVENT_READ)
        self.answers[own], self.asked[own] = own, b""

    def dismiss(self, own: int) -> None:
        """Let a process go that has hung up, and its kernels with it."""
        for pid in [pid for pid, who in self.owner.items() if who == own]:
            os.kill(pid, signal.SIGKILL)
            del self.owner[pid]
        self.waiting.unregister(own)
        del self.answers[own], self.asked[own]
        os.close(own)

    def answer(self, own: int, **what: int) -> None:
        """Write one answer."""
        with suppress(BrokenPipeError):  # it has hung up, which is read next
            os.write(self.answers[own], json.dumps(what).encode() + b"\n")

    def questions(self, own: int) -> list[bytes] | None:
        """Read what was asked; nothing where the asker has hung up."""
        try:
            more = os.read(own, 65536)
        except ConnectionResetError:  # it has hung up without hearing the last answer
            more = b""
        *lines, self.asked[own] = (self.asked[own] + more).split(b"\n")
        return lines if more else None

    def reap(self) -> None:
        """Tell of every kernel that has ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid in self.owner:
                code = os.waitstatus_to_exitcode(status)
                self.answer(self.owner.pop(pid), pid=pid, status=code)

    def close(self) -> None:
        """Leave the askers to the nursery: this process is a kernel."""
        self.waiting.close()
        for own in self.answers:
            if own:
                os.close(own)
        if self.listener:
            self.listener.close()


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
    time.tzset()
    # It ends when its parent does; ipykernel has read who that is when it was imported.
    sys.argv = [*argv, f"--IPKernelApp.parent_handle={parent}"]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
    # What is left is memory, which the system takes back at once; IPython would look through it.
    gc.freeze()
    atexit._run_exitfuncs()
    os._exit(0)


def fork(askers: Askers, own: int, question: bytes) -> None:
    """Fork the kernel that was asked for and answer with its number."""
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        askers.close()
        become_kernel(parent, **json.loads(question))
    askers.owner[pid] = own
    askers.answer(own, pid=pid)


def main(lent_at: str = "") -> None:
    """Import the libraries, then fork a kernel a request, until the parent asks no more."""
    listener = socket.socket(fileno=int(lent_at)) if lent_at else None
    # pandas asks when it is imported whether this is a kernel, and prints other tables if not.
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=True)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # the debugger, which nobody asks for, warns
    for library in LIBRARIES:
        import_module(library)
    del vars(builtins)["get_ipython"]
    gc.freeze()  # no kernel need look through what all share, nor copy it by looking
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    askers, later = Askers(listener), list(MEANWHILE)
    askers.waiting.register(woken, selectors.EVENT_READ)
    while True:
        ready = [key.fd for key, _ in askers.waiting.select(0 if later else None)]
        if later and not ready:
            import_module(later.pop(0))
            gc.freeze()
        for source in ready:
            if listener and source == listener.fileno():
                askers.admit()
            elif source == woken:
                os.read(woken, 4096)
                askers.reap()
            elif (questions := askers.questions(source)) is not None:
                for question in questions:
                    fork(askers, source, question)
            elif source:
                askers.dismiss(source)
            else:
                return


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # as kernels end
