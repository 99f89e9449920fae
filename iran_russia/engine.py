"""The drawing engine: vl-convert, with its own fonts before those of the machine.

Starting it takes half a second, and its first drawings are slow. A build therefore lends one to all
its chapters, which leave their drawings to it; a chapter to which none is lent draws by itself.

vl-convert 1.9 carries Liberation Sans. Where the machine has it too, it takes the machine's, and
opens that file again for every letter that it measures or paints. With its own fonts first, a
drawing takes half the time and is the same on every machine; the machine's stay for letters that
its own lack.
"""

import functools
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

MADE_BY = Path(__file__).read_bytes() + version("vl-convert-python").encode()
"""What a drawing depends on of this engine."""

LENT = "IRAN_RUSSIA_ENGINE"
"""Names, in the environment, the socket of an engine that is lent."""

# An engine answers only those that would draw as it does: code changes while a book is watched, and
# Vega reads days in the zone of its process.
_KEY = hashlib.sha256(MADE_BY + "".join(time.tzname).encode()).digest()
_NO_FONTS = Path(__file__).with_name("fonts.conf")
# Where fonts lie on Linux; elsewhere vl-convert asks the system for them, and not this file.
_OF_THE_MACHINE = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


def vegalite_to_vega(spec: dict) -> dict:
    """Compile a chart specification to Vega."""
    return _draw("vegalite_to_vega", spec)


def vega_to_svg(vega: dict) -> str:
    """Draw a compiled chart as SVG."""
    return _draw("vega_to_svg", vega)


def vega_to_scenegraph(vega: dict) -> dict:
    """Return the marks of a compiled chart, with their places and looks."""
    return _draw("vega_to_scenegraph", vega)


def svg_to_png(svg: str, scale: float = 1) -> bytes:
    """Paint a drawing as PNG, so many pixels for each of its own."""
    return _draw("svg_to_png", svg, scale)


def _draw(form: str, *given: Any) -> Any:
    """Draw with the engine that is lent, else with one of this process.

    Raises:
        ValueError: vl-convert cannot draw it.
    """
    if line := _line():
        with suppress(EOFError, OSError):  # it has ended meanwhile
            done, drawn = line.ask(form, given)
            if not done:
                raise ValueError(drawn)
            return drawn
        _line.cache_clear()
        os.environ.pop(LENT, None)
    return getattr(_own(), form)(*given)


class _Line:
    """The line to an engine that is lent; one question at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._asking = connection, threading.Lock()

    def ask(self, form: str, given: tuple) -> tuple[bool, Any]:
        with self._asking:
            self._connection.send((form, given))
            return self._connection.recv()


@functools.cache
def _line() -> _Line | None:
    """Return the line to the engine that is lent, if there is one that draws as this one does."""
    with suppress(AuthenticationError, EOFError, OSError):
        if lent := os.environ.get(LENT):
            return _Line(Client(lent, authkey=_KEY))
    return None


@functools.cache
def _own() -> Any:
    """Return vl-convert, with its own fonts first."""
    import vl_convert

    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_NO_FONTS)
    try:  # it lists the fonts when it first draws
        vl_convert.svg_to_png('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before
    for folder in map(Path, map(os.path.expanduser, _OF_THE_MACHINE)):
        if folder.is_dir():
            vl_convert.register_font_directory(str(folder))
    return vl_convert


@contextmanager
def lent() -> Iterator[None]:
    """Lend one engine to all who draw meanwhile and inherit the environment, unless one is lent."""
    if LENT in os.environ or not hasattr(socket, "AF_UNIX"):
        yield
        return
    address = str(Path(tempfile.mkdtemp(), "engine"))
    # It ends when its standard input does, however the build ends. Whoever interrupts a build at
    # the terminal does not mean the engine. -P: this folder must not be on its path.
    with subprocess.Popen(
        [sys.executable, "-P", __file__, address],
        stdin=subprocess.PIPE,
        env=os.environ | {"TZ": "UTC"},  # as builds have it
        start_new_session=True,
    ):
        os.environ[LENT] = address
        try:
            yield
        finally:
            os.environ.pop(LENT, None)


def _serve(address: str, form: Callable[[str], Any]) -> None:
    """Draw for all who ask at a socket, until the standard input ends."""
    with Listener(address, authkey=_KEY) as listener:
        threading.Thread(target=_admit, args=(listener, form), daemon=True).start()
        sys.stdin.read()


def _admit(listener: Listener, form: Callable[[str], Any]) -> None:
    while True:
        # One that draws in another way, or has hung up, is left to itself.
        with suppress(AuthenticationError, EOFError, ConnectionError):
            threading.Thread(target=_answer, args=(listener.accept(), form), daemon=True).start()


def _answer(line: Connection, form: Callable[[str], Any]) -> None:
    with line, suppress(EOFError, ConnectionError):  # it hangs up
        while True:
            name, given = line.recv()
            try:
                answer = True, form(name)(*given)
            except ValueError as error:
                answer = False, str(error)
            line.send(answer)


if __name__ == "__main__":
    _serve(sys.argv[1], functools.partial(getattr, _own()))
    Path(sys.argv[1]).parent.rmdir()
    os._exit(0)  # its threads draw on for nobody
