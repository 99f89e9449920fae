"""Which chapters are out of date, and why.

A run of a chapter is recorded with fingerprints of all it depended on: its own code, the tables it
loaded and their descriptions, the modules of this package it imported, and the libraries that draw
its figures. The chapter is out of date as soon as one of them differs.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import yaml

from iran_russia import datasets

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parent
RUNS = Path("_build") / "runs"
"""Folder of the recorded runs, one JSON file a chapter, relative to the book."""

_LIBRARIES = ("altair", "pandas", "vl-convert-python")


@dataclass(frozen=True)
class Run:
    """What one run of a chapter depended on, as fingerprints, and what it gave."""

    code: str
    tables: dict[str, str]
    modules: dict[str, str]
    libraries: dict[str, str]
    outputs: str
    seconds: float


def fingerprint(*parts: str | bytes) -> str:
    """Return a SHA-256 digest of the parts in order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(str(len(data)).encode() + b":" + data)
    return digest.hexdigest()


def fingerprint_tables(names: list[str]) -> dict[str, str]:
    """Fingerprint tables with their descriptions; a table that is gone gets an empty text."""
    known = {r["name"]: r for r in datasets.package()["resources"]}
    prints = {}
    for name in names:
        if name == datasets.LISTING:
            prints[name] = fingerprint(*known)
            continue
        file = datasets.DESCRIPTOR.parent / known[name]["path"] if name in known else None
        exists = file is not None and file.exists()
        prints[name] = (
            fingerprint(json.dumps(known[name], sort_keys=True), file.read_bytes())
            if exists
            else ""
        )
    return prints


def fingerprint_modules(names: list[str]) -> dict[str, str]:
    """Fingerprint modules of this package; the HTML templates count as part of ``exhibits``."""
    prints = {}
    for name in names:
        stem = name.partition(".")[2] or "__init__"
        files = [PACKAGE / f"{stem}.py"]
        if stem == "exhibits":
            files += sorted((PACKAGE / "templates").iterdir())
        prints[name] = fingerprint(*(f.read_bytes() for f in files if f.exists()))
    return prints


def fingerprint_code(cells: list[str]) -> str:
    """Fingerprint the code cells of a chapter; prose does not count."""
    return fingerprint(*cells)


def libraries() -> dict[str, str]:
    """Return the versions of the libraries that draw the figures."""
    return {name: version(name) for name in _LIBRARIES}


def read_run(chapter: str, folder: Path) -> Run | None:
    """Read the recorded run of a chapter, or None where there is none that can be read."""
    try:
        return Run(**json.loads((folder / f"{chapter}.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def write_run(chapter: str, run: Run, folder: Path) -> None:
    """Record a run; the file is whole or not there, whenever the process ends."""
    file = folder / f"{chapter}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(asdict(run), indent=1), encoding="utf-8")
    os.replace(draft, file)


def forget_run(chapter: str, folder: Path) -> None:
    """Remove the recorded run of a chapter, so that it counts as never run."""
    (folder / f"{chapter}.json").unlink(missing_ok=True)


def out_of_date_because(cells: list[str], run: Run | None) -> str:
    """Say why a chapter must run again; an empty text when it need not.

    Args:
        cells: the sources of its code cells.
        run: its last recorded run.
    """
    if run is None:
        return "has not run yet"
    if fingerprint_code(cells) != run.code:
        return "its code changed"
    for table, now in fingerprint_tables(list(run.tables)).items():
        if now != run.tables[table]:
            what = "the list of tables" if table == datasets.LISTING else f"table {table}"
            return f"{what} changed" if now else f"{what} is gone"
    for module, now in fingerprint_modules(list(run.modules)).items():
        if now != run.modules[module]:
            return f"{module} changed"
    for library, now in libraries().items():
        if now != run.libraries.get(library):
            return f"{library} changed from {run.libraries.get(library)} to {now}"
    return ""


def chapters(root: Path = ROOT) -> list[str]:
    """List the pages of the book that have code, in the order of the table of contents."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    pages = [toc["root"]]
    pages += [c["file"] for part in toc.get("parts", []) for c in part["chapters"]]
    return [p for p in pages if "\nkernelspec:" in (root / f"{p}.md").read_text(encoding="utf-8")]


def status(root: Path = ROOT) -> dict[str, str]:
    """Say of every chapter why it is out of date; an empty text when it is not."""
    import jupytext  # only this command needs it

    states = {}
    for chapter in chapters(root):
        notebook = jupytext.read(root / f"{chapter}.md", fmt="md:myst")
        cells = [c.source for c in notebook.cells if c.cell_type == "code"]
        states[chapter] = out_of_date_because(cells, read_run(chapter, root / RUNS))
    return states
