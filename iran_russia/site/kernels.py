"""Kernels that need not import the libraries: each is forked from one process that has.

A kernel that starts cold spends most of a short chapter's time importing pandas and Altair. A
build starts one process, the nursery, which imports them once and forks a fresh kernel a chapter.
Where forking is not to be had, kernels start as Jupyter starts them.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from iran_russia import datasets, engine, freshness

NAME = "iran-russia-warm"
"""Name of the provisioner among the entry points of Jupyter."""

_DEFAULT = "JUPYTER_DEFAULT_PROVISIONER_NAME"


LENT = "IRAN_RUSSIA_NURSERY"
"""Names, in the environment, the socket of a nursery that serves one build after another."""


class Nursery:
    """The process that forks kernels: one of its own, or one that is lent."""

    def __init__(self, lend: socket.socket | None = None, lent: str = "") -> None:
        """Start it; it imports while the build goes on.

        Args:
            lend: a socket at which others may ask it too.
            lent: the place of such a socket of one that runs already, which is asked instead.

        Raises:
            OSError: none runs there.
        """
        self._lock = threading.Lock()
        self._born: SimpleQueue[int | None] = SimpleQueue()
        self._ended: dict[int, int] = {}
        self._process: subprocess.Popen | None = None
        if lent:
            self._line = socket.socket(socket.AF_UNIX)
            try:
                self._line.connect(lent)
            except OSError:
                self._line.close()
                raise
        else:
            self._line, other = socket.socketpair()
            # -P: the folder of the script must not be on the path of kernels.
            script = str(Path(__file__).with_name("nursery.py"))
            at = [lend.fileno()] if lend else []
            command = [sys.executable, "-P", script, *map(str, at)]
            # Whoever interrupts a build at the terminal does not mean the nursery, which ends with
            # the line to it.
            with other:
                self._process = subprocess.Popen(
                    command,
                    stdin=other.fileno(),
                    stdout=other.fileno(),
                    pass_fds=at,
                    start_new_session=True,
                )
        self._told = self._line.makefile()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        with suppress(ConnectionResetError):  # it died
            for line in self._told:
                told = json.loads(line)
                if "status" in told:
                    self._ended[told["pid"]] = told["status"]
                else:
                    self._born.put(told["pid"])
        self._born.put(None)

    def fork(self, argv: list[str], cwd: str, env: dict[str, str]) -> int | None:
        """Start a kernel; return its process id, or None where the nursery has died."""
        request = json.dumps({"argv": argv, "cwd": cwd, "env": env}) + "\n"
        with self._lock:
            try:
                self._line.sendall(request.encode())
            except OSError:
                return None
            return self._born.get()

    def status(self, pid: int) -> int | None:
        """Return how a kernel ended, None while it runs, -9 where the nursery died with it."""
        if not self._listener.is_alive():
            return self._ended.get(pid, -signal.SIGKILL)
        return self._ended.get(pid)

    def close(self) -> None:
        """Hang up, with which kernels end that still run; a nursery of its own ends."""
        with suppress(OSError):  # it may have died
            self._line.shutdown(socket.SHUT_WR)
        if self._process:
            self._process.wait()
        self._listener.join()
        self._told.close()
        self._line.close()


class _Forked:
    """A forked kernel, as much of ``subprocess.Popen`` as Jupyter asks for."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, nursery: Nursery) -> None:
        self.pid, self._nursery = pid, nursery

    def poll(self) -> int | None:
        return self._nursery.status(self.pid)

    def wait(self) -> int | None:
        return self.poll()  # Jupyter waits only for what has ended

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_nursery: Nursery | None = None
_engine = ExitStack()


def begin() -> None:
    """Start what kernels need ahead of time: the drawing engine, and the nursery.

    None is started where one is lent, and no nursery where kernels cannot be forked.
    """
    global _nursery
    _engine.enter_context(engine.lent())
    if _nursery or not hasattr(os, "fork"):
        return
    if lent := os.environ.get(LENT):
        with suppress(OSError):
            _nursery = Nursery(lent=lent)
            return
    _nursery = Nursery()


def begin_if_saved(build: Path = freshness.ROOT / "_build", book: Path = freshness.ROOT) -> None:
    """Start them if any chapter, table or module was saved since this was last asked.

    What was saved has most often made a chapter out of date.

    Args:
        build: the folder of all that builds make.
        book: the folder of the book.
    """
    mark = build / "begun"
    before = mark.stat().st_mtime if mark.exists() else 0
    build.mkdir(exist_ok=True)
    mark.touch()
    files = [*book.glob("*.md"), *book.glob("notebooks/*"), *freshness.PACKAGE.rglob("*.py")]
    files += datasets.DESCRIPTOR.parent.glob("*")
    if any(file.stat().st_mtime > before for file in files):
        begin()


@contextmanager
def lending() -> Iterator[None]:
    """Let all builds that begin meanwhile share one nursery and one drawing engine."""
    with engine.lent(), _lent_nursery():
        yield


@contextmanager
def _lent_nursery() -> Iterator[None]:
    if not hasattr(os, "fork"):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ[LENT] = str(Path(folder, "nursery"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.environ[LENT])
            listener.listen()
            nursery = Nursery(lend=listener)
        try:
            yield
        finally:
            del os.environ[LENT]
            nursery.close()


def close() -> None:
    """End what was started."""
    global _nursery
    if _nursery:
        _nursery.close()
    _nursery = None
    _engine.close()


@contextmanager
def warm() -> Iterator[None]:
    """Let kernels that start meanwhile be forked, where that can be done."""
    begin()
    if _nursery is None:
        yield
        return
    before = os.environ.get(_DEFAULT)
    os.environ[_DEFAULT] = NAME
    try:
        yield
    finally:
        if before is None:
            del os.environ[_DEFAULT]
        else:
            os.environ[_DEFAULT] = before
        close()


class WarmProvisioner(LocalProvisioner):
    """Takes kernels from the nursery; those that are no IPython kernels start as ever."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel and return how to connect to it."""
        if _nursery and "ipykernel_launcher" in cmd:
            argv = cmd[cmd.index("ipykernel_launcher") :]
            cwd, env = str(kwargs.get("cwd") or Path.cwd()), kwargs.get("env") or dict(os.environ)
            pid = await asyncio.to_thread(_nursery.fork, argv, cwd, env)
            if pid:
                self.process = cast(subprocess.Popen, _Forked(pid, _nursery))
                self.pid = self.pgid = pid  # it leads a session of its own
                self.cwd = cwd
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)
