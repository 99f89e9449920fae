"""Where a build keeps what it needs, and the addresses of pages that others link to."""

from pathlib import Path

from sphinx.application import Sphinx

FIGURES = "figures"
"""Folder of the built site with every exhibit's files, at stable addresses."""


CHRONOLOGY = "notebooks/chronology.html"
"""Page of the built site with a row for every event."""


CHANGES = "book/changes"
"""Page that lists what moved since the last edition."""


def build_folder(app: Sphinx) -> Path:
    """Return the folder that all builds of this book keep their state in."""
    return Path(app.outdir).parent


def exhibits_folder(app: Sphinx) -> Path:
    """Return the folder that keeps the files of figures until the end of the build."""
    return Path(app.doctreedir) / "exhibits"
