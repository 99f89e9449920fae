"""Which chapters are out of date, and why.

A run of a chapter is recorded with fingerprints of all it depended on: its own code, the tables it
loaded and their descriptions, the values it took from other tables (see :mod:`iran_russia.taken`),
the modules of this package it imported, and the libraries that draw its figures. The chapter is out
of date as soon as one of them differs.
"""

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from iran_russia import datasets, taken
from iran_russia.datasets import DataError

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parent
RUNS = Path("_build") / "runs"
"""Folder of the recorded runs, one JSON file a chapter, relative to the book."""

READINGS = "IRAN_RUSSIA_READINGS"
"""Names, in the environment, the folder by which the kernels of a build share their readings."""

PAGES = "IRAN_RUSSIA_PAGES"
"""Names, in the environment, the only pages that a build is to renew, apart by blanks."""

# A code cell of MyST Markdown, and the options at its head (YAML block or :key: lines).
_CELL = re.compile(r"^(`{3,}|~{3,})\{code-cell\}[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[^\n]*\n)+)", re.MULTILINE | re.DOTALL)

_LIBRARIES = ("altair", "pandas", "vl-convert-python")


@dataclass(frozen=True)
class Run:
    """What one run of a chapter depended on, as fingerprints, and what it gave.

    ``taken`` holds, by call, the ``rows`` of :class:`iran_russia.taken.Taken` and the ``tables``
    behind them with their fingerprints, as they were when the value was last worked out.
    """

    code: str
    tables: dict[str, str]
    taken: dict[str, dict[str, dict[str, str]]]
    modules: dict[str, str]
    libraries: dict[str, str]
    facts: dict[str, str]
    sure: list[dict[str, str]]
    outputs: str
    cache_key: str
    seconds: float

    @property
    def behind(self) -> dict[str, str]:
        """All tables that the chapter rests on, with fingerprints: loaded, or behind a value."""
        found: dict[str, str] = {}
        for value in self.taken.values():
            found |= value["tables"]
        return found | self.tables


def fingerprint(*parts: str | bytes) -> str:
    """Return a SHA-256 digest of the parts in order."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(str(len(data)).encode() + b":" + data)
    return digest.hexdigest()


@dataclass(frozen=True)
class Inputs:
    """All that chapters can depend on beside their own code, as fingerprints of one moment.

    ``values`` keeps what was worked out again for one chapter, so that others find it.
    """

    tables: dict[str, str]
    modules: dict[str, str]
    libraries: dict[str, str]
    values: dict[str, taken.Taken | Exception] = field(default_factory=dict)

    def value(self, call: str) -> taken.Taken | Exception:
        """Work out again what a chapter has taken; an error where that fails."""
        if call not in self.values:
            try:
                self.values[call] = taken.again(call)
            except Exception as error:  # the chapter tells it when it runs
                self.values[call] = error
        return self.values[call]

    def of(self, value: taken.Taken) -> dict[str, dict[str, str]]:
        """Return a value as a run records it, with fingerprints of the tables behind it."""
        return {"rows": value.rows, "tables": {t: self.tables.get(t, "") for t in value.tables}}


def inputs() -> Inputs:
    """Fingerprint the tables, the package and the libraries as they are now."""
    return Inputs(fingerprint_tables(), fingerprint_modules(), libraries())


def fingerprint_tables() -> dict[str, str]:
    """Fingerprint every table that is there with its description, and the list of tables."""
    resources = datasets.package()["resources"]
    prints = {datasets.LISTING: fingerprint(*(r["name"] for r in resources))}
    for resource in resources:
        file = datasets.DESCRIPTOR.parent / resource["path"]
        if file.exists():
            description = json.dumps(resource, sort_keys=True)
            prints[resource["name"]] = fingerprint(description, file.read_bytes())
    return prints


def fingerprint_modules() -> dict[str, str]:
    """Fingerprint the modules of this package; HTML templates count as part of ``exhibits``."""
    prints = {}
    for file in PACKAGE.rglob("*.py"):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(p for p in parts if p != "__init__")
        templates = (PACKAGE / "templates").iterdir() if file.stem == "exhibits" else ()
        prints[name] = fingerprint(file.read_bytes(), *(t.read_bytes() for t in sorted(templates)))
    return prints


def fingerprint_code(chapter: str) -> str:
    """Fingerprint the code of a chapter's text; prose, tags and captions do not count."""
    return fingerprint(*(_OPTIONS.sub("", cell[2]).strip() for cell in _CELL.finditer(chapter)))


def libraries() -> dict[str, str]:
    """Return the versions of the libraries that draw the figures."""
    return {name: version(name) for name in _LIBRARIES}


def read_run(chapter: str, folder: Path) -> Run | None:
    """Read the recorded run of a chapter, or None where there is none that can be read."""
    try:
        return Run(**(read(folder / f"{chapter}.json") or {}))
    except TypeError:
        return None


def write_run(chapter: str, run: Run, folder: Path) -> None:
    """Record a run."""
    write(asdict(run), folder / f"{chapter}.json")


def read(file: Path) -> dict | None:
    """Read a JSON file that :func:`write` has written, or None where none can be read."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def write(content: dict, file: Path) -> None:
    """Write a JSON file; it is whole or not there, whenever the process ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
    os.replace(draft, file)


def forget_run(chapter: str, folder: Path) -> None:
    """Remove the recorded run of a chapter, so that it counts as never run."""
    (folder / f"{chapter}.json").unlink(missing_ok=True)


def out_of_date_because(chapter: str, run: Run | None, now: Inputs) -> str:
    """Say why a chapter must run again; an empty text when it need not.

    Args:
        chapter: its text.
        run: its last recorded run.
        now: what it could depend on, as it is now.
    """
    # Values last, as all that works them out again must be what it was.
    return changed_because(chapter, run, now) or (moved_because(run, now) if run else "")


def changed_because(chapter: str, run: Run | None, now: Inputs) -> str:
    """Say the same as far as it can be said without working out any value again."""
    if run is None:
        return "has not run yet"
    if fingerprint_code(chapter) != run.code:
        return "its code changed"
    for table, then in run.tables.items():
        if table not in now.tables:
            return f"table {table} is gone"
        if now.tables[table] != then:
            what = "the list of tables" if table == datasets.LISTING else f"table {table}"
            return f"{what} changed"
    for module, then in run.modules.items():
        if now.modules.get(module) != then:
            return f"{module} changed"
    for library, version_now in now.libraries.items():
        if version_now != run.libraries.get(library):
            return f"{library} changed from {run.libraries.get(library)} to {version_now}"
    return ""


def moved_because(run: Run, now: Inputs) -> str:
    """Say which value that a chapter took is no longer the same; an empty text if all are."""
    return next(filter(None, (_moved(c, kept, now) for c, kept in run.taken.items())), "")


def _moved(call: str, kept: dict[str, dict[str, str]], now: Inputs) -> str:
    """Say how a value differs from the one that a chapter took; an empty text if it does not."""
    changed = [t for t, then in kept["tables"].items() if now.tables.get(t) != then]
    gone = [t for t in changed if t not in now.tables]
    if gone:
        return f"table {gone[0]} is gone"
    if not changed:
        return ""
    what, why = call.partition(" ")[0], f"as {', '.join(changed)} changed"
    value = now.value(call)
    if isinstance(value, Exception):
        return f"{what} cannot be worked out, {why}"
    if value.rows == kept["rows"]:
        return ""
    rows = taken.moved(kept["rows"], value.rows)
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return f"{what} moved{': ' if rows else ''}{', '.join(rows[:_SHOWN])}{more}, {why}"


_SHOWN = 5


def confirmed(run: Run, now: Inputs) -> Run:
    """Return the run of a chapter that is up to date, with its values held against tables of now.

    So a value that was worked out again and is the same need not be at the next build.
    """
    again = {
        call: now.of(value)
        for call, value in now.values.items()
        if isinstance(value, taken.Taken)
        and call in run.taken
        and value.rows == run.taken[call]["rows"]
    }
    return replace(run, taken=run.taken | again)


def share_readings(build: Path, now: Inputs) -> Path:
    """Let this process and its kernels share the numbers that decide claims, while the code stays.

    Kernels take the folder from the environment that they inherit; chapters run by hand have none.

    Args:
        build: the folder of what is built.
        now: the code.

    Returns:
        The folder of these readings.
    """
    code = json.dumps([now.modules, now.libraries], sort_keys=True)
    folder = build / "readings" / fingerprint(code, datasets.DESCRIPTOR.read_bytes())
    os.environ[READINGS] = str(folder)
    return folder


def pages(root: Path = ROOT) -> list[str]:
    """List the pages of the book in the order of the table of contents.

    Raises:
        DataError: the table of contents is missing, broken or of another shape.
    """
    import yaml  # here, as every chapter imports this module and none reads the contents

    remedy = "restore it with `git checkout _toc.yml`"
    try:
        toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
        parts = [{"chapters": toc.get("chapters", [])}, *toc.get("parts", [])]
        found = [toc["root"], *(page for part in parts for page in _files(part["chapters"]))]
    except FileNotFoundError:
        raise DataError(f"{root / '_toc.yml'} is missing; {remedy}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        told = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DataError(f"_toc.yml{line}: is not valid YAML: {told}; {remedy}") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DataError(
            "_toc.yml: found another shape, expected root:, and parts: of which each has chapters: "
            f"with a file: each; {remedy}"
        ) from None
    return [str(page).removesuffix(".md") for page in found]


def _files(entries: list[dict]) -> list[str]:
    """List the pages of some entries of the contents; links to elsewhere are none."""
    found = []
    for entry in entries:
        found += [entry["file"]] if "url" not in entry else []
        found += _files(entry.get("sections", []))
    return found


def chapters(root: Path = ROOT) -> list[str]:
    """List the pages that have code, in the same order.

    Raises:
        DataError: a page of the contents is not there or cannot be read.
    """
    return [page for page in pages(root) if "\nkernelspec:" in _text(root, page)]


def _text(root: Path, page: str) -> str:
    try:
        return (root / f"{page}.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise DataError(
            f"_toc.yml: found the page {page!r}, expected a text in {page}.md ({why}); write it, "
            "or take the page out of the contents"
        ) from None


def status(root: Path = ROOT) -> dict[str, str]:
    """Say of every chapter why it is out of date; an empty text when it is not."""
    states, now = {}, inputs()
    share_readings((root / RUNS).parent, now)
    for chapter in chapters(root):
        text = _text(root, chapter)
        states[chapter] = out_of_date_because(text, read_run(chapter, root / RUNS), now)
    return states
