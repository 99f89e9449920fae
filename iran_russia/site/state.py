"""Where a build keeps what it needs, and the addresses of pages that others link to."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from filelock import BaseFileLock
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

if TYPE_CHECKING:
    from iran_russia.site.run import Running

FIGURES = "figures"
"""Folder of the built site with every exhibit's files, at stable addresses."""

CHRONOLOGY = "notebooks/chronology.html"
"""Page of the built site with a row for every event."""

CHANGES = "book/changes"
"""Page that lists what moved since the last edition."""

SURE = "book/sure"
"""Page that lists how sure the chapters are of what they say."""


def build_folder(app: Sphinx) -> Path:
    """Return the folder that all builds of this book keep their state in."""
    return Path(app.outdir).parent


def exhibits_folder(app: Sphinx) -> Path:
    """Return the folder that keeps the files of figures until the end of the build."""
    return Path(app.doctreedir) / "exhibits"


@dataclass
class Build:
    """What one build knows of itself while it goes on."""

    lock: BaseFileLock | None = None
    zone: str | None = None
    """The time zone of whoever builds, where one is set."""
    vega: Path = Path()
    """The script of live charts, once it is bundled."""
    bundling: subprocess.Popen | None = None
    running: "Running | None" = None
    """The chapters that run, once it is known which."""
    wrote: bool = False
    """Whether any page was written; a build without changes writes none."""


_builds: WeakKeyDictionary[Sphinx, Build] = WeakKeyDictionary()


def build_of(app: Sphinx) -> Build:
    """Return what this build knows of itself."""
    return _builds.setdefault(app, Build())


@dataclass
class Shown:
    """What the pages show, kept from one build to the next with Sphinx's environment."""

    runs: dict[str, str] = field(default_factory=dict)
    """Chapter → fingerprint of the outputs of its last run."""
    outputs: dict[str, str] = field(default_factory=dict)
    """Chapter → fingerprint of the outputs that its page shows."""
    numbers: dict[str, dict[str, dict[str, tuple[int, ...]]]] = field(default_factory=dict)
    """Page → kind → name → number of a figure in its page, as last read."""
    numbered: dict[str, dict[str, dict[str, tuple[int, ...]]]] = field(default_factory=dict)
    """The same as the pages were last written with."""
    changes: list[dict] | None = None
    """What moved since the last edition; None before the first build."""
    sure: dict[str, list[dict[str, str]]] | None = None
    """Chapter → what it says and how sure that is; None before the first build."""
    static: str = ""
    """Fingerprint of all scripts and styles."""


def shown_by(env: BuildEnvironment) -> Shown:
    """Return what the pages of this book show."""
    return env.__dict__.setdefault("iran_russia", Shown())
