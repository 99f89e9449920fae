"""Scripts and styles that all pages share."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from iran_russia import colours, freshness
from iran_russia.site.cite import CITATION
from iran_russia.site.run import wanted
from iran_russia.site.state import build_of, shown_by


def without_thebe(app: Sphinx) -> None:
    """Disconnect sphinx-thebe, which Jupyter Book always loads: it names remote hosts."""
    for listeners in app.events.listeners.values():
        listeners[:] = [x for x in listeners if x.handler.__module__ != "sphinx_thebe"]
    styles = app.registry.css_files
    styles[:] = [style for style in styles if "thebe" not in style[0]]


def write_assets(app: Sphinx, config: Config) -> None:
    """Write the shared scripts and styles once into a static folder of the build."""
    folder = Path(app.doctreedir) / "static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "colours.css").write_text(colours.stylesheet())
    _bundle_vega(app)
    _write_datatables(folder)
    # MyST-NB writes its style at the very end, so that the first build finds no checksum for it
    # and differs from the next. Written here, it is there in time.
    style = (files("myst_nb.static") / "mystnb.css").read_bytes()
    (folder / f"mystnb.{hashlib.sha256(style).hexdigest()}.css").write_bytes(style)
    # Relative, so that the same book in another folder gives the same bytes.
    config.html_static_path.append(os.path.relpath(folder, app.confdir))


_EXPORTS = re.compile(r"export\s*\{[^}]*?([\w$]+) as default[^}]*\}")


def _write_datatables(folder: Path) -> None:
    """Write DataTables out of itables as a script that pages opened from a folder may load.

    Browsers refuse ES modules from file://, so the module's default export becomes a global.
    """
    # Found without importing it, which would import pandas too.
    place = find_spec("itables")
    library = Path(place.origin if place and place.origin else "").parent / "html"
    try:
        script = (library / "dt_bundle.js").read_text(encoding="utf-8")
        style = (library / "dt_bundle.css").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ExtensionError(f"itables brings no DataTables any more: {error}") from error
    classic, found = _EXPORTS.subn(r"window.DataTable=\1", script)
    if found != 1:
        raise ExtensionError(f"itables: found {found} default exports in {library}/dt_bundle.js")
    (folder / "datatables.js").write_text(f"(()=>{{{classic}\n}})();", encoding="utf-8")
    (folder / "datatables.css").write_text(style)


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
    """Start writing the script of live charts, once a version of vl-convert and environment.

    It takes seconds, so it goes on beside Sphinx; :func:`finish_bundle` waits for it.
    """
    name = f"vega-{version('vl-convert-python')}.js"
    build = build_of(app)
    build.vega = Path(sys.prefix, "share", "iran-russia", name)
    if not build.vega.exists():
        build.bundling = subprocess.Popen([sys.executable, "-c", _BUNDLE, build.vega])


def finish_bundle(app: Sphinx, *outdated: object) -> list[str]:
    """Wait for the script of live charts and put it among the static files."""
    build = build_of(app)
    if build.bundling and build.bundling.wait() != 0:
        raise ExtensionError("vl-convert could not write the script of live charts; see above")
    shutil.copyfile(build.vega, Path(app.doctreedir) / "static" / "vega.js")
    return []


def restyled(app: Sphinx, env: BuildEnvironment, *outdated: object) -> list[str]:
    """Name all pages when a script or style changed: each carries the checksums of all."""
    folders = [Path(app.confdir) / folder for folder in app.config.html_static_path]
    static = (f for folder in folders for f in sorted(folder.rglob("*")) if f.is_file())
    # Each page also carries what the citation file says.
    cited = (f for f in [Path(app.confdir) / CITATION] if f.exists())
    now = freshness.fingerprint(*(f.read_bytes() for f in (*static, *cited)))
    shown = shown_by(env)
    before, shown.static = shown.static, now
    if wanted(env) != env.found_docs:
        shown.static = before  # the pages left as they are carry the old checksums
    return [] if now == before else list(env.found_docs)
