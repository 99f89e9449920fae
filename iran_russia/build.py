"""The Sphinx extension: connects what runs, writes and polishes the book to its events."""

import gc
import hashlib
from pathlib import Path

from sphinx.application import Sphinx

from iran_russia import site
from iran_russia.site.assets import finish_bundle, restyled, without_thebe, write_assets
from iran_russia.site.cite import cite, cite_figures
from iran_russia.site.frames import (
    Frames,
    count_figures,
    fold_limits,
    name_chapters,
    number_by_chapter,
    without_numbers,
)
from iran_russia.site.pages import (
    ChangesDirective,
    EventRole,
    PagesDirective,
    SureDirective,
    keep_together,
    list_pages,
    list_sure,
)
from iran_russia.site.polish import introduce, mend_html
from iran_russia.site.publish import note_writing, publish, write_in_parallel
from iran_russia.site.run import (
    begin,
    end,
    read_in_turn,
    read_wanted,
    remember,
    run_out_of_date,
    settle,
    wait,
)
from iran_russia.site.search import replace_search


def setup(app: Sphinx) -> dict:
    """Connect the extension."""
    # Trees of pages are large and live long: looking through them again and again for garbage takes
    # a quarter of a build that runs no chapter.
    gc.set_threshold(10_000)
    without_thebe(app)
    app.connect("config-inited", begin)
    app.connect("config-inited", write_assets)
    app.connect("builder-inited", replace_search)
    app.connect("env-get-outdated", run_out_of_date)
    app.connect("env-get-outdated", finish_bundle)
    app.connect("env-get-outdated", restyled)
    app.connect("env-before-read-docs", read_wanted)
    app.connect("env-before-read-docs", read_in_turn)
    app.connect("env-purge-doc", wait)
    app.connect("env-updated", settle)
    app.connect("doctree-read", remember)
    app.connect("doctree-read", count_figures)
    app.connect("env-get-updated", without_numbers, priority=100)  # Sphinx numbers at 500
    app.connect("env-get-updated", number_by_chapter, priority=900)
    app.connect("env-check-consistency", write_in_parallel)
    app.connect("doctree-resolved", name_chapters)
    app.connect("doctree-resolved", fold_limits)
    app.connect("doctree-resolved", list_pages)
    app.connect("doctree-resolved", list_sure)
    app.connect("doctree-resolved", keep_together)
    app.connect("html-page-context", mend_html)
    app.connect("html-page-context", introduce)
    app.connect("html-page-context", cite)
    app.connect("html-page-context", cite_figures)
    app.connect("write-started", note_writing)
    app.connect("build-finished", publish)
    app.connect("build-finished", end)
    app.add_transform(Frames)
    app.add_role("event", EventRole())
    app.add_directive("changes", ChangesDirective)
    app.add_directive("pages", PagesDirective)
    app.add_directive("sure", SureDirective)
    for style in ("colours.css", "iran-russia.css"):
        app.add_css_file(style)
    app.add_js_file("iran-russia.js", loading_method="defer")
    # A change to the code that makes pages reads every page again.
    code = b"".join(f.read_bytes() for f in sorted(Path(site.__file__).parent.glob("*.py")))
    edition = int(hashlib.sha256(code).hexdigest()[:8], 16)
    return {
        "version": "1",
        "env_version": edition,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
