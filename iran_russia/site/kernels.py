"""Kernels that need not import the libraries: each is forked from one process that has.

A kernel that starts cold spends most of a short chapter's time importing pandas and Altair. A
build starts one process, the nursery, which imports them once and forks a fresh kernel a chapter.
Where forking is not to be had, kernels start as Jupyter starts them.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

NAME = "iran-russia-warm"
"""Name of the provisioner among the entry points of Jupyter."""

_DEFAULT = "JUPYTER_DEFAULT_PROVISIONER_NAME"


class Nursery:
    """The process that forks kernels."""

    def __init__(self) -> None:
        """Start it; it imports while the build goes on."""
        self._lock = threading.Lock()
        self._born: SimpleQueue[int | None] = SimpleQueue()
        self._ended: dict[int, int] = {}
        # -P: the folder of the script must not be on the path of kernels.
        command = [sys.executable, "-P", str(Path(__file__).with_name("nursery.py"))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
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
                assert self._process.stdin
                self._process.stdin.write(request)
                self._process.stdin.flush()
            except OSError:
                return None
            return self._born.get()

    def status(self, pid: int) -> int | None:
        """Return how a kernel ended, None while it runs, -9 where the nursery died with it."""
        if self._process.poll() is not None:
            return self._ended.get(pid, -signal.SIGKILL)
        return self._ended.get(pid)

    def close(self) -> None:
        """End it: it has no more to fork."""
        assert self._process.stdin and self._process.stdout
        with suppress(OSError):  # it may have died
            self._process.stdin.close()
        self._process.wait()
        self._listener.join()
        self._process.stdout.close()


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


def begin() -> None:
    """Start the nursery ahead of time, where kernels can be forked."""
    global _nursery
    if _nursery is None and hasattr(os, "fork"):
        _nursery = Nursery()


def close() -> None:
    """End the nursery, if there is one."""
    global _nursery
    if _nursery:
        _nursery.close()
    _nursery = None


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
