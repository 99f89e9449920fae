"""Runs the chapters that are out of date, one build of a folder at a time."""

import ast
import json
import os
import re
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import filelock
import nbformat
from click import unstyle
from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from iran_russia import changes, datasets, freshness
from iran_russia.exhibits import BUILD
from iran_russia.site import kernels
from iran_russia.site.pages import beginning
from iran_russia.site.state import CHANGES, SURE, build_folder, build_of, shown_by
from iran_russia.taken import Taken

_log = logging.getLogger(__name__)

_ZONE = "TZ"


def begin(app: Sphinx, config: Config) -> None:
    """Wait for any other build of this folder; distrust the pages of one that did not finish."""
    folder = build_folder(app)
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        _log.info("another build of this book is running; waiting for it to end")
        lock.acquire()
    build_of(app).lock = lock
    unfinished = folder / "unfinished"
    if unfinished.exists():
        _log.info("the last build did not finish; all pages are written again")
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)
    build_of(app).zone = os.environ.get(_ZONE)
    # Kernels inherit both. Vega reads days in the zone of the machine: everywhere the same.
    os.environ |= {BUILD: "yes", _ZONE: "UTC"}
    kernels.begin_if_saved(folder, Path(app.srcdir))


def end(app: Sphinx, error: Exception | None) -> None:
    """Let the next build of this folder begin; trust the pages of one that finished."""
    if error is None:
        (build_folder(app) / "unfinished").unlink(missing_ok=True)
    if running := build_of(app).running:
        running.close()
    kernels.close()
    os.environ.pop(BUILD, None)
    os.environ.pop(_ZONE, None)
    if zone := build_of(app).zone:
        os.environ[_ZONE] = zone
    if lock := build_of(app).lock:
        lock.release()


def wanted(env: BuildEnvironment) -> set[str]:
    """Return the pages that this build is to renew: all, unless it was asked for some.

    A book that was never built is built whole, since each page shows the titles of all. A new page
    takes the root page along, which holds the contents that it must stand in.
    """
    asked = set(os.environ.get(freshness.PAGES, "").split())
    if not asked or not env.all_docs:
        return set(env.found_docs)
    return asked | ({env.config.root_doc} if asked - set(env.all_docs) else set())


def read_wanted(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Leave the pages as they are that this build is not to renew.

    From here on pages are read and written: a build that ends before has changed none.
    """
    (build_folder(app) / "unfinished").touch()
    renewed = wanted(env)
    if renewed == env.found_docs:
        return
    pages[:] = [page for page in pages if page in renewed]
    vars(app.builder)["get_outdated_docs"] = lambda: sorted(renewed)


def run_out_of_date(
    app: Sphinx, env: BuildEnvironment, added: set[str], edited: set[str], removed: set[str]
) -> list[str]:
    """Run the chapters that are out of date; name the pages that must be read again."""
    datasets.package.cache_clear()
    runs = build_folder(app) / freshness.RUNS.name
    for page in removed:
        freshness.forget_run(page, runs)
        for old in (f"{page}.html", f"_sources/{page}.md"):
            (Path(app.outdir) / old).unlink(missing_ok=True)
    shown = shown_by(env)
    _log.info("")  # Sphinx has begun a line of its own
    now = freshness.inputs()
    readings = freshness.share_readings(build_folder(app), now)
    for outdated in set(readings.parent.glob("*")) - {readings}:
        shutil.rmtree(outdated)
    renewed = wanted(env)
    if freshness.PAGES in os.environ and not env.all_docs:
        _log.info("the book has not been built yet: all pages are built")
    texts = {c: Path(env.doc2path(c)).read_text(encoding="utf-8") for c in sorted(renewed)}
    known = {c: freshness.read_run(c, runs) for c in texts if "\nkernelspec:" in texts[c]}
    # Chapters of which a table or the code changed run while it is seen which values of others did.
    changed = {c: freshness.changed_because(texts[c], run, now) for c, run in known.items()}
    running = build_of(app).running = Running(env, now, runs)
    running.begin([_Waiting(c, texts[c], why, known[c]) for c, why in changed.items() if why])
    late = []
    for chapter, run in known.items():
        if not run or changed[chapter]:
            continue
        reason = freshness.moved_because(run, now)
        # A page that need not be read again needs no outputs, and most builds read few pages.
        read_again = chapter in added | edited or shown.outputs.get(chapter) != run.outputs
        if not reason and read_again and not _outputs_kept(env, chapter, texts[chapter], run):
            reason = "its outputs are gone"
        if reason:
            late.append(_Waiting(chapter, texts[chapter], reason, run))
            continue
        if (same := freshness.confirmed(run, now)) != run:
            freshness.write_run(chapter, same, runs)
        _log.info("%s: cached", chapter)
    running.begin(late)
    everything = renewed == env.found_docs <= added | edited
    if not everything:  # else each page waits for its own chapter only
        running.finish()
    shown.runs = _outputs(env, runs)
    if everything:
        return []
    stale = [c for c, outputs in shown.runs.items() if shown.outputs.get(c) != outputs]
    return stale if renewed != env.found_docs else stale + _take_stock(env, runs)


def read_in_turn(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Read first what waits for no chapter, and last what is known when all have run."""
    running = build_of(app).running
    turn = {chapter: place for place, chapter in enumerate(running.chapters if running else [], 1)}
    pages.sort(key=lambda page: (page == CHANGES, turn.get(page, 0)))


def wait(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Wait until the chapter of a page that is to be read has run."""
    running = build_of(app).running
    if not running or running.finished:
        return
    if page == CHANGES:
        settle(app, env)
    elif page in running.chapters:
        running.wait(page)
        if run := freshness.read_run(page, build_folder(app) / freshness.RUNS.name):
            shown_by(env).runs[page] = run.outputs


def settle(app: Sphinx, env: BuildEnvironment) -> None:
    """Wait until all chapters have run and note what they gave."""
    running = build_of(app).running
    if running and not running.finished:
        running.finish()
        runs = build_folder(app) / freshness.RUNS.name
        shown_by(env).runs = _outputs(env, runs)
        _take_stock(env, runs)


def _outputs(env: BuildEnvironment, runs: Path) -> dict[str, str]:
    """Return chapter → fingerprint of the outputs of its last run."""
    return {c: run.outputs for c in env.found_docs if (run := freshness.read_run(c, runs))}


def _take_stock(env: BuildEnvironment, runs: Path) -> list[str]:
    """Note what moved and how sure all is; return the pages that say so, where they do not yet."""
    shown = shown_by(env)
    moved, sure = changes.since(changes.EDITION, runs), _sure(env, runs)
    stale = {CHANGES: moved != shown.changes, SURE: sure != shown.sure}
    shown.changes, shown.sure = moved, sure
    return [page for page in env.found_docs if stale.get(page)]


def _sure(env: BuildEnvironment, runs: Path) -> dict[str, list[dict[str, str]]]:
    """Collect how sure each chapter is of what it says, in the order of the book."""
    recorded = ((c, freshness.read_run(c, runs)) for c in freshness.pages(Path(env.srcdir)))
    return {chapter: run.sure for chapter, run in recorded if run and run.sure}


@dataclass(frozen=True)
class _Waiting:
    """A chapter that is to run: its text, why, and its last run."""

    chapter: str
    text: str
    reason: str
    last: freshness.Run | None

    @property
    def burden(self) -> tuple[bool, float]:
        """Long ones sort last: those never run, by their text, after those whose time is known."""
        return self.last is None, self.last.seconds if self.last else len(self.text)


@dataclass(frozen=True)
class _Done:
    """A chapter that has run: with outputs, and what its kernel loaded, took, imported and said."""

    notebook: nbformat.NotebookNode
    tables: list[str]
    values: dict[str, Taken]
    modules: list[str]
    sure: list[dict[str, str]]
    seconds: float


class Running:
    """Runs chapters in parallel and keeps what each gave; fails at the end if any failed."""

    def __init__(self, env: BuildEnvironment, now: freshness.Inputs, runs: Path) -> None:
        """Run nothing yet.

        Args:
            env: of the build.
            now: fingerprints from before the first run; what changes while a chapter runs is not
                trusted.
            runs: the folder of recorded runs.
        """
        self._env, self._now, self._runs = env, now, runs
        self._opened = ExitStack()
        self._pool: ThreadPool | None = None
        self._done: SimpleQueue[tuple[_Waiting, _Done | Exception]] = SimpleQueue()
        self._failed: list[str] = []
        self._started = time.perf_counter()
        self.chapters: list[str] = []
        """All that ran or run, in the order in which they began."""
        self._kept: set[str] = set()
        self.finished = False
        """Whether all that ran was kept, or given up."""

    def begin(self, waiting: list[_Waiting]) -> None:
        """Begin to run chapters."""
        if waiting and not self._pool:
            self._opened.enter_context(kernels.warm())
            # One a core, and one more: one of them waits for its drawings. Its threads end with the
            # process: who interrupts a build does not wait for its chapters.
            self._pool = ThreadPool((os.cpu_count() or 1) + 1)
        # The longest first, so that no core waits for it at the end.
        for each in sorted(waiting, key=lambda w: w.burden, reverse=True):
            assert self._pool
            freshness.forget_run(each.chapter, self._runs)
            self.chapters.append(each.chapter)
            self._pool.apply_async(self._run, [each])

    def _run(self, waiting: _Waiting) -> None:
        try:
            self._done.put((waiting, _run(self._env, waiting.chapter, waiting.text)))
        except Exception as error:  # it is told where it is waited for
            self._done.put((waiting, error))

    def wait(self, chapter: str) -> None:
        """Wait until a chapter has run.

        Raises:
            ExtensionError: it failed; said when all others have run.
        """
        while chapter not in self._kept:
            self._keep(*self._done.get())
        if self._failed:
            self.finish()

    def finish(self) -> None:
        """Wait until all have run.

        Raises:
            ExtensionError: some failed; names each, the line and the reason.
        """
        while len(self._kept) < len(self.chapters):
            self._keep(*self._done.get())
        self.close()
        if not self.chapters:
            return
        # Here, while this process has waited for chapters; most builds run none.
        import joblib

        _log.info(
            "%d chapters run in %.1f s", len(self.chapters), time.perf_counter() - self._started
        )
        # Drawings that no chapter asks for any more would pile up.
        kept = build_folder(self._env.app) / "drawings"
        joblib.Memory(kept, verbose=0).reduce_size(bytes_limit="200M")
        if self._failed:
            raise ExtensionError("\n".join(self._failed))

    def close(self) -> None:
        """Give up what still runs."""
        self.finished = True
        if self._pool:
            self._pool.terminate()
        self._opened.close()

    def _keep(self, waiting: _Waiting, done: _Done | Exception) -> None:
        """Keep what a chapter gave; or note why it failed."""
        chapter, text, now = waiting.chapter, waiting.text, self._now
        self._kept.add(chapter)
        if isinstance(done, CellExecutionError | CellTimeoutError | DeadKernelError):
            self._failed.append(_failure(self._env, chapter, text, done))
            return
        if isinstance(done, Exception):
            raise done
        outputs = [c.outputs for c in done.notebook.cells if "outputs" in c]
        run = freshness.Run(
            code=freshness.fingerprint_code(text),
            tables={t: now.tables.get(t, "") for t in done.tables},
            taken={call: now.of(value) for call, value in done.values.items()},
            modules={m: now.modules[m] for m in done.modules},
            libraries=now.libraries,
            facts=_facts(done.notebook),
            sure=done.sure,
            outputs=freshness.fingerprint(json.dumps(outputs)),
            cache_key=_keep(self._env, chapter, done.notebook, done.seconds),
            seconds=round(done.seconds, 2),
        )
        freshness.write_run(chapter, run, self._runs)
        _log.info("%s: run in %.1f s, because %s", chapter, done.seconds, waiting.reason)


# Any, where MyST-NB is asked for what it has put into the environment of Sphinx.
def _notebook(env: Any, chapter: str, text: str) -> nbformat.NotebookNode:
    """Read a chapter as MyST-NB will."""
    path = env.doc2path(chapter)
    return create_nb_reader(path, env.myst_config, env.mystnb_config, text).read(text)


def _outputs_kept(env: BuildEnvironment, chapter: str, text: str, run: freshness.Run) -> bool:
    """See that MyST-NB will find the outputs of the last run of this chapter.

    jupyter-cache also looks at the options of cells, such as captions. They change no output, so
    outputs kept under other options are handed on.
    """
    cache, notebook = _cache(env), _notebook(env, chapter, text)
    try:
        cache.match_cache_notebook(notebook)
        return True
    except KeyError:
        kept = [r.pk for r in cache.list_cache_records() if r.hashkey == run.cache_key]
    if not kept:
        return False
    before = cache.get_cache_bundle(kept[0]).nb
    for old, new in zip(before.cells, (c for c in notebook.cells if "outputs" in c), strict=True):
        new.outputs, new.execution_count = old.outputs, old.execution_count
    _keep(env, chapter, notebook, run.seconds)
    return True


def _keep(env: BuildEnvironment, chapter: str, done: nbformat.NotebookNode, seconds: float) -> str:
    """Keep a run notebook where MyST-NB looks for it; return its key."""
    bundle = CacheBundleIn(done, env.doc2path(chapter), data={"execution_seconds": seconds})
    return _cache(env).cache_notebook_bundle(bundle, check_validity=False, overwrite=True).hashkey


def _cache(env: Any) -> JupyterCacheAbstract:
    return get_cache(env.mystnb_config.execution_cache_path)


# The last place of a traceback that is in the cell itself.
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")

_REPORT = """
import json, sys
from iran_russia import taken
modules = sorted(m for m in sys.modules if m.startswith("iran_russia"))
facts = sys.modules.get("iran_russia.facts")
told = [facts.turned(), facts.how_sure()] if facts else [[], []]
print(json.dumps([taken.loaded(), taken.record(), modules, *told]))
"""


def _run(env: Any, chapter: str, text: str) -> _Done:
    """Run one chapter in a fresh kernel."""
    done = _notebook(env, chapter, text)
    # A last cell, taken out again, reports what the kernel has loaded.
    done.cells.append(nbformat.v4.new_code_cell(_REPORT))
    result = single_nb_execution(
        done,
        cwd=str(Path(env.doc2path(chapter)).parent),
        timeout=env.mystnb_config.execution_timeout,
        allow_errors=False,
        # Kernels listen on this machine only; each would warn that it does so without encryption.
        extra_arguments=["--log-level=ERROR"],
        shutdown_kernel="immediate",  # all that it was to give has been given
    )
    if result.err:
        raise result.err
    tables, values, modules, turned, sure = json.loads(done.cells.pop().outputs[0].text)
    for told in turned:
        _log.info("%s: the data no longer bear out or give: %s", chapter, told)
    taken = {call: Taken(**value) for call, value in values.items()}
    return _Done(done, tables, taken, modules, sure, result.time)


def _facts(done: nbformat.NotebookNode) -> dict[str, str]:
    """Collect what a run chapter has glued for its prose, by name."""
    outputs = (o for cell in done.cells for o in cell.get("outputs", []))
    return {
        output["metadata"]["scrapbook"]["name"]: ast.literal_eval(text)
        for output in outputs
        for mime, text in output.get("data", {}).items()
        if "scrapbook" in output.get("metadata", {}) and mime.endswith("text/plain")
    }


def _failure(
    env: BuildEnvironment,
    chapter: str,
    text: str,
    error: CellExecutionError | CellTimeoutError | DeadKernelError,
) -> str:
    """Say in one line which chapter failed, on which line, and why."""
    name = env.doc2path(chapter, base=False)
    if isinstance(error, DeadKernelError):
        return f"{name}: the kernel died, perhaps for want of memory"
    sources = [c.source for c in _notebook(env, chapter, text).cells if c.cell_type == "code"]
    failing = next((place for place, source in enumerate(sources) if source in str(error)), 0)
    line = int((_LINE.findall(unstyle(str(error))) or ["1"])[-1])
    if name.endswith(".md"):
        place = f"{name}, line {text[: text.find(sources[failing])].count(chr(10)) + line}"
    else:
        place = f"{name}, code cell {failing + 1}, line {line}"
    if isinstance(error, CellTimeoutError):
        return f"{place}: took longer than execute.timeout in _config.yml"
    return f"{place}: {error.ename}: {error.evalue}"


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Note how the page that was just read begins, and which outputs it shows."""
    env = app.env
    env.metadata[env.docname]["begins"] = beginning(doctree)
    shown = shown_by(env)
    if outputs := shown.runs.get(env.docname):
        shown.outputs[env.docname] = outputs
