"""Pages of the book built alone, and again whenever a file of the book is saved.

Servers that reload pages, such as livereload, put a script into the page itself, which the content
policy of the book refuses. Here the page loads it from the server, as it does the book's own.
"""

import functools
import http.server
import json
import multiprocessing
import os
import re
import sys
import tempfile
import threading
import traceback
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path

import click
import watchfiles

from iran_russia import freshness

WATCHED = ("index.md", "_config.yml", "_toc.yml", "notebooks", "data", "book", "iran_russia")
"""Files and folders of the book, from its root, that a page may depend on."""

_SCRIPT = """const told = document.createElement("pre");
told.setAttribute("role", "alert");
told.style.cssText = "position:sticky;top:0;z-index:2000;padding:1em;white-space:pre-wrap;" +
  "background:#fdd;color:#900";
new EventSource("/watch-events").onmessage = (event) => {
  const error = JSON.parse(event.data);
  if (!error) return location.reload();
  told.textContent = error;
  document.body.prepend(told);
};
"""


_BUILD = ["build", str(freshness.ROOT), "-W", "-n", "--keep-going"]

# What a build imports before it looks at the book. Of the book nothing is imported beforehand: its
# own code may be what was saved.
_LIBRARIES = [
    "jupyter_book.cli.main",
    "jupyter_book.sphinx",
    "joblib",
    "myst_nb.sphinx_ext",
    "sphinx.builders.html",
    "sphinx_book_theme",
    "sphinx_design",
    "sphinx_external_toc",
    "sphinxcontrib.bibtex",
]


def build(pages: list[str]) -> str:
    """Build only these pages, or where none is named all, in this process.

    Returns:
        Why the build failed, in short; empty where it did not.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        sys.stderr.flush()
        terminal = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            failed = _jupyter_book(pages)
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
        said.seek(0)
        return _in_short(said.read()) if failed else ""


def _warm_build(pages: list[str]) -> str:
    """Build as :func:`build` does, in a process that has imported the libraries already."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return _of_a_process(multiprocessing.get_context(), pages)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LIBRARIES)
    return _of_a_process(context, pages)


def _of_a_process(context: BaseContext, pages: list[str]) -> str:
    """Build in a new process: the code of the book may be what was saved."""
    told, tell = context.Pipe(duplex=False)
    process = context.Process(target=_tell_of_build, args=(tell, dict(os.environ), pages))  # type: ignore[attr-defined]
    process.start()
    tell.close()
    try:
        return told.recv()
    except EOFError:
        return f"the build ended with {process.exitcode}"
    finally:
        process.join()


def _tell_of_build(tell: Connection, environment: dict[str, str], pages: list[str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    tell.send(build(pages))


def _jupyter_book(pages: list[str]) -> bool:
    """Run Jupyter Book as at the terminal; return whether it failed."""
    from jupyter_book.cli.main import main

    if pages:
        os.environ[freshness.PAGES] = " ".join(pages)
    sys.argv = ["jupyter-book", *_BUILD]
    try:
        main()
    except SystemExit as ended:
        return ended.code not in (None, 0)
    except Exception:
        traceback.print_exc()
        return True
    return False


def _in_short(said: str) -> str:
    """Leave what a reader can mend: the error of the book, else the warnings that became one."""
    own = re.search(r"^sphinx\.errors\.\w+: (.*?)(?:\n\n|\Z)", said, re.MULTILINE | re.DOTALL)
    told = own[1] if own else said.partition("Traceback (most recent call last)")[0]
    return click.unstyle(told).strip() or said


class _News:
    """What the last build came to; who waits is told when it changes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._number, self._error = 0, ""

    def tell(self, error: str) -> None:
        with self._changed:
            self._number, self._error = self._number + 1, error
            self._changed.notify_all()

    def after(self, number: int) -> tuple[int, str]:
        """Wait for what comes after the message of a number."""
        with self._changed:
            self._changed.wait_for(lambda: self._number > number)
            return self._number, self._error

    @property
    def number(self) -> int:
        return self._number


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the built book, each page with the script that reloads it."""

    def __init__(self, *args: object, news: _News, **more: object) -> None:
        self._news = news
        super().__init__(*args, **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if self.path == "/watch-events":
            self._events()
        elif self.path == "/watch.js":
            self._send(_SCRIPT.encode(), "text/javascript")
        elif file.suffix == ".html" and file.is_file():
            script = b'<script src="/watch.js"></script></body>'
            self._send(file.read_bytes().replace(b"</body>", script), "text/html; charset=utf-8")
        else:
            super().do_GET()

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        number = self._news.number
        try:
            while True:
                number, error = self._news.after(number)
                self.wfile.write(f"data: {json.dumps(error)}\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass  # the page was left

    def log_message(self, *_: object) -> None:
        """Stay silent: the terminal is for the build."""


def watch(pages: list[str], port: int) -> None:
    """Build pages, serve the book and build them again whenever a file of the book is saved.

    Runs until it is interrupted.
    """
    news = _News()
    if error := _warm_build(pages):
        click.echo(error, err=True)
    handler = functools.partial(_Pages, news=news, directory=freshness.ROOT / "_build" / "html")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    click.echo(f"Open http://127.0.0.1:{server.server_port}/{pages[0]}.html; Ctrl+C ends.")
    named = {*WATCHED, *(f"{page}.md" for page in pages)}
    watched = [file for name in named if (file := freshness.ROOT / name).exists()]
    for _ in watchfiles.watch(*watched, raise_interrupt=False):
        error = _warm_build(pages)
        click.echo(error or "Renewed.", err=bool(error))
        news.tell(error)
    server.shutdown()
