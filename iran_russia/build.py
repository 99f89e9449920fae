"""The Sphinx extension: runs what is out of date; adds figures, scripts and data to the book."""

import ast
import base64
import hashlib
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from html import escape, unescape
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import ClassVar

import filelock
import nbformat
import platformdirs
from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from iran_russia import changes, colours, datasets, freshness, singles
from iran_russia.exhibits import LAB_MIME, MIME, render

FIGURES = "figures"
"""Folder of the built site with every exhibit's files, at stable addresses."""

CHRONOLOGY = "notebooks/chronology.html"
"""Page of the built site with a row for every event."""

_log = logging.getLogger(__name__)

_LINK = re.compile(r'(href|data-live)="(exhibit|site):([^"]+)"')


class ExhibitRenderer:
    """Draws :class:`iran_russia.exhibits.Exhibit` in the book (a MyST-NB mime renderer)."""

    mime_priority_overrides: ClassVar = [("*", MIME, 1)]

    @staticmethod
    def handle_mime(renderer, data, inline) -> list[nodes.Element] | None:
        """Return the exhibit's HTML and keep its files for the end of the build."""
        if data.mime_type == LAB_MIME:
            return []  # the live chart of notebook front ends; the book has its own
        if data.mime_type != MIME or inline:
            return None
        exhibit, env = data.content, renderer.renderer.sphinx_env
        figure = renderer.renderer.get_cell_level_config(
            "render_figure_options", data.cell_metadata, line=data.line
        )
        name = exhibit["name"] or (figure or {}).get("name")
        if exhibit["files"] and not name:
            raise ValueError(
                f"{env.docname}, cell {data.cell_index}: a figure needs a name and a caption; "
                "add `mystnb: {figure: {name: fig-…, caption: …}}` to the cell"
            )
        kept = _kept(env.app)
        kept.mkdir(parents=True, exist_ok=True)
        for extension, content in exhibit["files"].items():
            file = kept / f"{name}.{extension}"
            file.write_bytes(
                base64.b64decode(content["base64"])
                if "base64" in content
                else content["text"].encode()
            )
            env.metadata[env.docname].setdefault("exhibits", []).append(file.name)
        up = posixpath.relpath(".", posixpath.dirname(env.docname) or ".")
        resolved = _LINK.sub(
            lambda m: (
                f'{m[1]}="{up}/'
                + (f'{FIGURES}/{name}.{m[3]}"' if m[2] == "exhibit" else f'{m[3]}"')
            ),
            exhibit["html"],
        )
        return [nodes.raw("", resolved, format="html")]


CHANGES = "book/changes"
"""Page that lists what moved since the last edition."""


class EventRole(ReferenceRole):
    """Links from prose to an event's row in the chronology: ``{event}`the visit <IRRU-…>` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; that the row exists is checked where all links are."""
        up = posixpath.relpath(".", posixpath.dirname(self.env.docname) or ".")
        address = f"{up}/{CHRONOLOGY}#{self.target}"
        return [nodes.reference(self.rawtext, self.title, refuri=address)], []


class PageList(nodes.General, nodes.Element):
    """Place of the list of all pages, filled in when all of them have been read."""


class PagesDirective(SphinxDirective):
    """Lists every page of the book, by parts, with the question that it answers."""

    def run(self) -> list[nodes.Node]:
        """Return the place of the list."""
        return [PageList()]


def _list_pages(app: Sphinx, doctree: nodes.document, page: str) -> None:
    for place in list(doctree.findall(PageList)):
        place.replace_self(
            [
                node
                for part in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree)
                for node in _listed(app, page, part)
            ]
        )


def _listed(app: Sphinx, page: str, part: addnodes.toctree) -> list[nodes.Node]:
    """Return the heading of a part and the list of its pages."""
    entries = nodes.bullet_list()
    for _, target in part["entries"]:
        address = app.builder.get_relative_uri(page, target)
        title = app.env.titles[target].astext()
        question = re.split(r"(?<=[.?!]) (?=[A-Z])", app.env.metadata[target]["begins"])[0]
        link = nodes.reference("", title, refuri=address, internal=True)
        entry = nodes.paragraph("", "", link, nodes.Text(f": {question}"))
        entries += nodes.list_item("", entry)
    return [nodes.rubric("", part["caption"]), entries]


_PERCENT = re.compile(r"(?<=\d) %")


def _keep_together(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Let no line end between a number and its per cent sign."""
    for text in list(doctree.findall(nodes.Text)):
        if _PERCENT.search(text) and not isinstance(text.parent, nodes.raw):
            text.parent.replace(text, nodes.Text(_PERCENT.sub("\u00a0%", text)))


def _beginning(doctree: nodes.document) -> str:
    """Return the first paragraph of a page; after a question, also the one that answers it."""
    begin = list(islice(map(_plain, doctree.findall(nodes.paragraph)), 2))
    return " ".join(begin) if begin and begin[0].endswith("?") else "".join(begin[:1])


def _plain(paragraph: nodes.paragraph) -> str:
    texts = (t for t in paragraph.findall(nodes.Text) if not isinstance(t.parent, nodes.raw))
    return "".join(t.astext() for t in texts).replace("\n", " ")


class ChangesDirective(SphinxDirective):
    """Lists the numbers and verdicts that moved since the last edition."""

    def run(self) -> list[nodes.Node]:
        """Return the list as a table."""
        html = render("changes.html", moved=self.env.iran_russia_changes)
        return [nodes.raw("", html, format="html")]


def _kept(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "exhibits"


def _assets(app: Sphinx, config) -> None:
    """Write the shared scripts and styles once into a static folder of the build."""
    folder = Path(app.doctreedir) / "static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "colours.css").write_text(colours.stylesheet())
    _bundle_vega(app)
    # Found without importing it, which would import pandas too.
    library = Path(find_spec("itables").origin).parent / "html"
    script = (library / "dt_bundle.js").read_text(encoding="utf-8")
    # Browsers refuse ES modules from file://, so the module's default export becomes a global.
    exported = re.search(r"export\s*\{([^}]*)\}", script)
    default = re.search(r"([\w$]+) as default", exported[1])[1]
    classic = script.replace(exported[0], f"window.DataTable={default}")
    (folder / "datatables.js").write_text(f"(()=>{{{classic}\n}})();", encoding="utf-8")
    (folder / "datatables.css").write_text((library / "dt_bundle.css").read_text(encoding="utf-8"))
    # MyST-NB writes its style at the very end, so that the first build finds no checksum for it
    # and differs from the next. Written here, it is there in time.
    style = (files("myst_nb.static") / "mystnb.css").read_bytes()
    (folder / f"mystnb.{hashlib.sha256(style).hexdigest()}.css").write_bytes(style)
    # Relative, so that the same book in another folder gives the same bytes.
    config.html_static_path.append(os.path.relpath(folder, app.confdir))


# Running chapters


def _begin(app: Sphinx, config) -> None:
    """Wait for any other build of this folder; distrust the pages of one that did not finish."""
    folder = _folder(app)
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        _log.info("another build of this book is running; waiting for it to end")
        lock.acquire()
    app.iran_russia_lock = lock
    unfinished = folder / "unfinished"
    if unfinished.exists():
        _log.info("the last build did not finish; all pages are written again")
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)
    unfinished.touch()


def _end(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        (_folder(app) / "unfinished").unlink(missing_ok=True)
    app.iran_russia_lock.release()


def _folder(app: Sphinx) -> Path:
    return Path(app.outdir).parent


def _run_out_of_date(app: Sphinx, env, added, changed, removed) -> list[str]:
    """Run the chapters that are out of date; name the pages that must be read again."""
    datasets.package.cache_clear()
    runs = _folder(app) / freshness.RUNS.name
    for page in removed:
        freshness.forget_run(page, runs)
        for old in (f"{page}.html", f"_sources/{page}.md"):
            (Path(app.outdir) / old).unlink(missing_ok=True)
    built = env.__dict__.setdefault("iran_russia_built", {})
    _log.info("")  # Sphinx has begun a line of its own
    waiting, now = [], freshness.inputs()
    for chapter in sorted(env.found_docs):
        text = Path(env.doc2path(chapter)).read_text(encoding="utf-8")
        if "\nkernelspec:" not in text:
            continue
        run = freshness.read_run(chapter, runs)
        reason = freshness.out_of_date_because(text, run, now)
        # A page that need not be read again needs no outputs, and most builds read few pages.
        read_again = chapter in added | changed or not run or built.get(chapter) != run.outputs
        if not reason and read_again and not _outputs_kept(env, chapter, text, run):
            reason = "its outputs are gone"
        if reason:
            freshness.forget_run(chapter, runs)
            waiting.append(_Waiting(chapter, text, reason, run.seconds if run else None))
        else:
            _log.info("%s: cached", chapter)
    if waiting:
        _run_all(env, waiting, now, runs)
    env.iran_russia_runs = {
        c: run.outputs for c in env.found_docs if (run := freshness.read_run(c, runs))
    }
    stale = [c for c, outputs in env.iran_russia_runs.items() if built.get(c) != outputs]
    moved = changes.since(changes.EDITION, runs)
    if moved != env.__dict__.get("iran_russia_changes"):
        env.iran_russia_changes = moved
        stale += [page for page in env.found_docs if page == CHANGES]
    return stale


@dataclass(frozen=True)
class _Waiting:
    """A chapter that is to run: its text, why, and how many seconds the last run took."""

    chapter: str
    text: str
    reason: str
    seconds: float | None

    @property
    def burden(self) -> tuple[bool, float]:
        """Long ones sort last: those never run, by their text, after those whose time is known."""
        return self.seconds is None, self.seconds or len(self.text)


def _run_all(env, waiting: list[_Waiting], now: freshness.Inputs, runs: Path) -> None:
    """Run chapters in parallel and keep what each gave; fail at the end if any failed.

    Args:
        waiting: the chapters.
        now: fingerprints from before the first run; what changes while a chapter runs is not
            trusted.
        runs: the folder of recorded runs.
    """
    failed = []
    started = time.perf_counter()
    _share_readings(_folder(env.app) / "readings", now)
    # One more than cores: a kernel that starts or stops mostly waits.
    with ThreadPoolExecutor(max_workers=os.cpu_count() + 1) as pool:
        # The longest first, so that no core waits for it at the end.
        order = sorted(waiting, key=lambda w: w.burden, reverse=True)
        jobs = {pool.submit(_run, env, w.chapter, w.text): w for w in order}
        for job in as_completed(jobs):
            chapter, text, reason = jobs[job].chapter, jobs[job].text, jobs[job].reason
            try:
                done, used_tables, used_modules, seconds = job.result()
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                failed.append(_failure(chapter, _notebook(env, chapter, text), error))
                continue
            outputs = [c.outputs for c in done.cells if "outputs" in c]
            run = freshness.Run(
                code=freshness.fingerprint_code(text),
                tables={t: now.tables.get(t, "") for t in used_tables},
                modules={m: now.modules[m] for m in used_modules},
                libraries=now.libraries,
                facts=_facts(done),
                outputs=freshness.fingerprint(json.dumps(outputs)),
                cache_key=_keep(env, chapter, done, seconds),
                seconds=round(seconds, 2),
            )
            freshness.write_run(chapter, run, runs)
            _log.info("%s: run in %.1f s, because %s", chapter, seconds, reason)
    _log.info("%d chapters run in %.1f s", len(waiting), time.perf_counter() - started)
    # Imported here, as most builds run nothing and joblib takes a tenth of such a build.
    import joblib

    # Drawings that no chapter asks for any more would pile up.
    joblib.Memory(_folder(env.app) / "drawings", verbose=0).reduce_size(bytes_limit="200M")
    if failed:
        raise ExtensionError("\n".join(failed))


def _share_readings(folder: Path, now: freshness.Inputs) -> None:
    """Let kernels share the numbers that decide claims, as long as the code stays as it is.

    They take the folder from the environment that they inherit; chapters run by hand have none.
    """
    description = datasets.DESCRIPTOR.read_bytes()
    code = json.dumps([now.modules, now.libraries], sort_keys=True)
    current = folder / freshness.fingerprint(code, description)
    for old in set(folder.glob("*")) - {current}:
        shutil.rmtree(old)
    os.environ[freshness.READINGS] = str(current)


def _notebook(env, chapter: str, text: str) -> nbformat.NotebookNode:
    """Read a chapter as MyST-NB will."""
    path = env.doc2path(chapter)
    return create_nb_reader(path, env.myst_config, env.mystnb_config, text).read(text)


def _outputs_kept(env, chapter: str, text: str, run: freshness.Run) -> bool:
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


def _keep(env, chapter: str, done: nbformat.NotebookNode, seconds: float) -> str:
    """Keep a run notebook where MyST-NB looks for it; return its key."""
    bundle = CacheBundleIn(done, env.doc2path(chapter), data={"execution_seconds": seconds})
    return _cache(env).cache_notebook_bundle(bundle, check_validity=False, overwrite=True).hashkey


def _cache(env):
    return get_cache(env.mystnb_config.execution_cache_path)


_REPORT = """
import json, sys
from iran_russia import datasets
modules = sorted(m for m in sys.modules if m.startswith("iran_russia"))
print(json.dumps([datasets.loaded(), modules]))
"""


def _run(env, chapter: str, text: str) -> tuple[nbformat.NotebookNode, list, list, float]:
    """Run one chapter in a fresh kernel.

    Returns:
        The notebook with outputs, the tables and the modules that its kernel loaded, the seconds.
    """
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
    )
    if result.err:
        raise result.err
    tables, modules = json.loads(done.cells.pop().outputs[0].text)
    return done, tables, modules, result.time


def _facts(done: nbformat.NotebookNode) -> dict[str, str]:
    """Collect what a run chapter has glued for its prose, by name."""
    outputs = (o for cell in done.cells for o in cell.get("outputs", []))
    return {
        output["metadata"]["scrapbook"]["name"]: ast.literal_eval(text)
        for output in outputs
        for mime, text in output.get("data", {}).items()
        if "scrapbook" in output.get("metadata", {}) and mime.endswith("text/plain")
    }


def _failure(chapter: str, notebook, error: Exception) -> str:
    """Say in one line which chapter failed, in which cell, and why."""
    if isinstance(error, DeadKernelError):
        return f"{chapter}: the kernel died, perhaps for want of memory"
    sources = [c.source for c in notebook.cells if c.cell_type == "code"]
    place = next((i for i, source in enumerate(sources, 1) if source in str(error)), "?")
    if isinstance(error, CellTimeoutError):
        return f"{chapter}, code cell {place}: took longer than execute.timeout in _config.yml"
    return f"{chapter}, code cell {place}: {error.ename}: {error.evalue}"


def _remember(app: Sphinx, doctree) -> None:
    """Note how the page that was just read begins, and which outputs it shows."""
    env = app.env
    env.metadata[env.docname]["begins"] = _beginning(doctree)
    if outputs := env.iran_russia_runs.get(env.docname):
        env.iran_russia_built[env.docname] = outputs


# The built site


_BUNDLE = """
import os, pathlib, sys, vl_convert
script = pathlib.Path(sys.argv[1])
script.parent.mkdir(parents=True, exist_ok=True)
draft = script.with_suffix(f".{os.getpid()}.draft")
bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
# An enclosing function keeps the bundle's names out of the page.
draft.write_text(f"(()=>{{{bundle}}})();", encoding="utf-8")
os.replace(draft, script)
"""


def _bundle_vega(app: Sphinx) -> None:
    """Start writing the script of live charts, once a version of vl-convert and user.

    It takes seconds, so it goes on beside Sphinx; :func:`_bundled` waits for it.
    """
    name = f"vega-{version('vl-convert-python')}.js"
    script = app.iran_russia_vega = platformdirs.user_cache_path("iran-russia") / name
    app.iran_russia_bundling = None
    if not script.exists():
        app.iran_russia_bundling = subprocess.Popen([sys.executable, "-c", _BUNDLE, script])


def _bundled(app: Sphinx, *outdated) -> list[str]:
    if app.iran_russia_bundling and app.iran_russia_bundling.wait() != 0:
        raise ExtensionError("vl-convert could not write the script of live charts; see above")
    shutil.copyfile(app.iran_russia_vega, Path(app.doctreedir) / "static" / "vega.js")
    return []


def _restyled(app: Sphinx, env, *outdated) -> list[str]:
    """Name all pages when a script or style changed: each carries the checksums of all."""
    folders = [Path(app.confdir) / folder for folder in app.config.html_static_path]
    static = (f for folder in folders for f in sorted(folder.rglob("*")) if f.is_file())
    now = freshness.fingerprint(*(f.read_bytes() for f in static))
    before = env.__dict__.get("iran_russia_static")
    env.iran_russia_static = now
    return [] if now == before else list(env.found_docs)


_SEARCH = 'id="search-results"'
_DROPDOWN = r'class="(?:[^"]* )?toggle[ "]|class="(?=[^"]*admonition)(?:[^"]* )?dropdown[ "]'
# What the theme and its extensions put into every page → what a page has that makes use of it.
# Left out are an icon script of 1.5 MB (iran-russia.css draws the icons), the index of the search,
# which belongs to the search page, and Bootstrap and the copy buttons of code, which iran-russia.js
# loads when they are called for.
_SERVES = {
    r"fontawesome\.js|bootstrap\.js|clipboard\.min\.js|copybutton\.js": None,
    r"\.pagename|\.search_as_you_type": None,  # for choosing a version and for instant search
    r"(?:searchtools|language_data|searchindex|sphinx_highlight)\.js": _SEARCH,
    r"doctools\.js": rf'{_SEARCH}|class="toggler"',
    r"copybutton\.css": 'class="highlight"',
    r"toggle(?:button|Hint|OpenOnPrint)": _DROPDOWN,
    r"design-tabs\.js|sphinx-design\.min\.css": 'class="(?:[^"]* )?sd-',
}
_LOAD = re.compile(r"\s*<(?:script\b[^>]*>[^<]*</script>|link\b[^>]*>)")


def _lighten(html: str) -> str:
    """Leave out scripts and styles that the page has no use for; let no script hold it up."""
    body = html.partition("<body")[2]
    idle = [load for load, use in _SERVES.items() if use is None or not re.search(use, body)]
    html = _LOAD.sub(lambda m: "" if re.search("|".join(idle), m[0]) else m[0], html)
    return re.sub(r"<script (?![^>]*\bdefer\b)(?=[^>]*\bsrc=)", "<script defer ", html)


_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HANDLER = re.compile(r'\son\w+="([^"]*)"')
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n')


def _secure(html: str) -> str:
    """Give a page its content security policy: nothing but the book's own files may load or run.

    Scripts that the theme writes into the page are allowed by their checksum.
    """
    inline = sorted({*_SCRIPT.findall(html), *map(unescape, _HANDLER.findall(html))})
    digests = (hashlib.sha256(code.encode()).digest() for code in inline)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src 'self' 'unsafe-hashes' {hashes}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    if "<head>\n" not in html:
        raise ExtensionError("a page has no <head> to put the security policy into")
    return html.replace("<head>\n", f"<head>\n{meta}", 1)


def _note_writing(app: Sphinx, builder) -> None:
    app.iran_russia_wrote = True


def _publish(app: Sphinx, error: Exception | None) -> None:
    """Copy the exhibits that pages still show, and the data package, beside the pages."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    shutil.rmtree(out / "data", ignore_errors=True)
    shutil.copytree(datasets.DESCRIPTOR.parent, out / "data")
    singles.offer(out)
    if not app.iran_russia_wrote:
        return
    shutil.rmtree(out / FIGURES, ignore_errors=True)
    (out / FIGURES).mkdir()
    shown = sorted({f for meta in app.env.metadata.values() for f in meta.get("exhibits", [])})
    for file in shown:
        shutil.copyfile(_kept(app) / file, out / FIGURES / file)
    _tidy_search_index(out / "searchindex.js")
    _sitemap(app)
    for page in out.rglob("*.html"):
        if "_static" not in page.parts:  # parts of the theme, not pages
            html = page.read_text(encoding="utf-8")
            if not _POLICY.search(html):  # else it stands from an earlier build
                page.write_text(_secure(_lighten(html)), encoding="utf-8")


def _tidy_search_index(file: Path) -> None:
    """Drop words that no page has any more; Sphinx leaves them behind in repeated builds."""
    head, _, rest = file.read_text(encoding="utf-8").partition("(")
    index = json.loads(rest.rstrip().removesuffix(";").removesuffix(")"))
    for words in ("terms", "titleterms", "alltitles", "indexentries"):
        index[words] = {word: pages for word, pages in index[words].items() if pages != []}
    file.write_text(f"{head}({json.dumps(index, sort_keys=True)})", encoding="utf-8")


def _mend_html(app: Sphinx, page, template, context: dict, doctree) -> None:
    """Give bibliography entries a role that ARIA still knows, and heads of columns a scope."""
    if "body" in context:
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = body.replace('<th class="head">', '<th class="head" scope="col">')


_DESCRIPTION = 300
"""Characters that a description of a page may have; search engines and previews cut longer ones."""


def _introduce(app: Sphinx, page, template, context: dict, doctree) -> None:
    """Describe a page to search engines and link previews: how it begins, its first figure."""
    if doctree is None:
        return
    about = {"og:title": context["title"], "og:type": "article"}
    if begin := textwrap.shorten(_beginning(doctree), _DESCRIPTION, placeholder=" …"):
        about["description"] = about["og:description"] = begin
    figures = app.env.metadata[page].get("exhibits", [])
    picture = next((file for file in figures if file.endswith(".png")), None)
    if picture:
        base = app.config.html_baseurl.rstrip("/") or posixpath.relpath(
            ".", posixpath.dirname(page) or "."
        )
        about["og:image"] = f"{base}/{FIGURES}/{picture}"
    context["metatags"] += "".join(
        f'<meta {"property" if ":" in name else "name"}="{name}" content="{escape(text)}" />\n'
        for name, text in about.items()
    )


def _sitemap(app: Sphinx) -> None:
    """List all pages for search engines, where the book has an address."""
    file = Path(app.outdir) / "sitemap.xml"
    file.unlink(missing_ok=True)
    if base := app.config.html_baseurl.rstrip("/"):
        pages = sorted(app.env.found_docs)
        places = (f"<url><loc>{base}/{page}.html</loc></url>\n" for page in pages)
        file.write_text(
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{''.join(places)}</urlset>\n",
            encoding="utf-8",
        )


def _without_thebe(app: Sphinx) -> None:
    """Disconnect sphinx-thebe, which Jupyter Book always loads: it names remote hosts."""
    for listeners in app.events.listeners.values():
        listeners[:] = [x for x in listeners if x.handler.__module__ != "sphinx_thebe"]
    styles = app.registry.css_files
    styles[:] = [style for style in styles if "thebe" not in style[0]]


def setup(app: Sphinx) -> dict:
    """Connect the extension."""
    _without_thebe(app)
    app.connect("config-inited", _begin)
    app.connect("config-inited", _assets)
    app.connect("env-get-outdated", _run_out_of_date)
    app.connect("env-get-outdated", _bundled)
    app.connect("env-get-outdated", _restyled)
    app.connect("doctree-read", _remember)
    app.connect("doctree-resolved", _list_pages)
    app.connect("doctree-resolved", _keep_together)
    app.connect("html-page-context", _mend_html)
    app.connect("html-page-context", _introduce)
    app.iran_russia_wrote = False  # a build without changes writes no page
    app.connect("write-started", _note_writing)
    app.connect("build-finished", _publish)
    app.connect("build-finished", _end)
    app.add_role("event", EventRole())
    app.add_directive("changes", ChangesDirective)
    app.add_directive("pages", PagesDirective)
    for style in ("colours.css", "iran-russia.css"):
        app.add_css_file(style)
    app.add_js_file("iran-russia.js", loading_method="defer")
    # A change to this file reads every page again.
    edition = int(hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8], 16)
    return {
        "version": "1",
        "env_version": edition,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
