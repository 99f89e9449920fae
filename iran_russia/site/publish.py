"""Puts figures, data, sitemap and search index beside the pages when a build ends."""

import filecmp
import os
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import ParallelTasks, SerialTasks, make_chunks, parallel_available

from iran_russia import datasets, singles
from iran_russia.site import search
from iran_russia.site.polish import POLICY, lighten, secure
from iran_russia.site.state import FIGURES, build_folder, build_of, exhibits_folder


def write_in_parallel(app: Sphinx, env: BuildEnvironment) -> None:
    """Let Sphinx write the pages in several processes, one of which prepares them.

    It may not read them so: an extension that Jupyter Book loads does not say that it could.
    """
    app.parallel = (os.cpu_count() or 1) + 1


def note_writing(app: Sphinx, builder: Builder) -> None:
    """Note that pages are written: only then must what stands beside them be renewed."""
    build_of(app).wrote = True


def publish(app: Sphinx, error: Exception | None) -> None:
    """Copy the exhibits that pages still show, and the data package, beside the pages."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    data = datasets.DESCRIPTOR.parent
    _renew(out / "data", {str(f.relative_to(data)): f for f in data.rglob("*") if f.is_file()})
    singles.offer(out)
    search.write_aliases(app)
    if not build_of(app).wrote:
        return
    shown = sorted({f for meta in app.env.metadata.values() for f in meta.get("exhibits", [])})
    _renew(out / FIGURES, {file: exhibits_folder(app) / file for file in shown})
    write_sitemap(app)
    # Of the pages as they are read, whichever build wrote them.
    pages = sorted(f"{page}.html" for page in app.env.found_docs)
    read = build_folder(app) / "searched"
    written = [
        str(page.relative_to(out))
        for page in out.rglob("*.html")
        # Those of _static are parts of the theme; what has a policy stands from an earlier build.
        if "_static" not in page.parts and not POLICY.search(page.read_text(encoding="utf-8"))
    ]

    def finish(some: list[str]) -> None:
        for page in some:
            html = (out / page).read_text(encoding="utf-8")
            (out / page).write_text(secure(lighten(html)), encoding="utf-8")
            if page in pages:
                search.parts_of(out, page, read)

    several = parallel_available and len(written) > 1
    tasks = ParallelTasks(app.parallel) if several else SerialTasks()
    for some in make_chunks(written, app.parallel):
        tasks.add_task(finish, some)
    tasks.join()
    search.write_index(out, pages, read)
    (out / "searchindex.js").unlink(missing_ok=True)  # Sphinx's own, of builds before


def _renew(folder: Path, files: dict[str, Path]) -> None:
    """Let a folder hold copies of these files and no others; those that are the same stay."""
    for old in [*folder.rglob("*")]:
        if old.is_file() and str(old.relative_to(folder)) not in files:
            old.unlink()
    for name, file in files.items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not (copy.exists() and filecmp.cmp(file, copy)):
            shutil.copy2(file, copy)  # with its time, by which it is known to be the same


def write_sitemap(app: Sphinx) -> None:
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
