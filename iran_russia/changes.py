"""What moved since the last edition of the book: numbers in the prose, and verdicts.

An edition is a file with every fact that the chapters state and the fingerprints of the tables
behind them. It is compared with the recorded runs of the chapters, so after a build.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from iran_russia import freshness
from iran_russia.datasets import DataError

EDITION = freshness.ROOT / "book" / "edition.json"
"""The last edition, kept with the book."""


@dataclass(frozen=True)
class Moved:
    """One fact that moved: where, from what to what (empty = not there), and because of what."""

    chapter: str
    fact: str
    before: str
    now: str
    because: str


def state(runs: Path = freshness.ROOT / freshness.RUNS) -> dict[str, dict]:
    """Collect what the chapters state now: chapter -> its facts and its tables' fingerprints."""
    chapters = sorted(str(f.relative_to(runs).with_suffix("")) for f in runs.rglob("*.json"))
    recorded = {chapter: freshness.read_run(chapter, runs) for chapter in chapters}
    return {
        chapter: {"facts": run.facts, "tables": run.behind}
        for chapter, run in recorded.items()
        if run
    }


def save(file: Path = EDITION, runs: Path = freshness.ROOT / freshness.RUNS) -> int:
    """Make the present state the edition that later ones are compared with; count its facts."""
    now = state(runs)
    file.write_text(json.dumps(now, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    return sum(len(chapter["facts"]) for chapter in now.values())


def edition(file: Path = EDITION) -> dict[str, dict]:
    """Return what the chapters stated at the last edition, in the shape of :func:`state`.

    Raises:
        DataError: the file is broken.
    """
    if not file.exists():
        return {}
    kept = freshness.read(file)
    if not isinstance(kept, dict) or not all(
        isinstance(chapter, dict) and {"facts", "tables"} <= chapter.keys()
        for chapter in kept.values()
    ):
        raise DataError(
            f"{file} is no edition; restore it with `git checkout book/{file.name}`, or make the "
            "present state the edition with `iran-russia changes --save`"
        )
    return kept


def since(file: Path = EDITION, runs: Path = freshness.ROOT / freshness.RUNS) -> list[dict]:
    """List the facts that differ from an edition, in the order of chapters and facts.

    Facts of chapters that the edition does not know are not listed, since nothing moved there.

    Returns:
        One dictionary a fact, with the fields of :class:`Moved`; none where there is no edition.
    """
    before, now = edition(file), state(runs)
    moved = []
    for chapter in sorted(before.keys() & now.keys()):
        then, today = before[chapter], now[chapter]
        tables = sorted(
            table
            for table in then["tables"].keys() | today["tables"].keys()
            if then["tables"].get(table) != today["tables"].get(table)
        )
        because = ", ".join(tables) or "the code of the chapter or the package"
        for fact in sorted(then["facts"].keys() | today["facts"].keys()):
            old, new = then["facts"].get(fact, ""), today["facts"].get(fact, "")
            if old != new:
                moved.append(asdict(Moved(chapter, fact, old, new, because)))
    return moved
