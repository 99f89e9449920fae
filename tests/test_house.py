"""The rooms of the package: imports run one way, from data to the site, without a circle."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

from conftest import CHAPTERS, ROOT

FLOORS = [
    ["choices", "colours", "engine", "journal", "values"],
    ["constraints", "taken"],
    ["datasets", "measures"],
    ["exhibits", "freshness"],
    ["facts", "tables", "validation", "changes", "links"],
    ["charts", "indicators", "lab", "singles"],
    ["claims", "importers", "notebooks", "watching"],
    ["begin", "site"],
    ["build", "cli"],
]
"""Rooms from the ground up: each may use those below it, none beside or above."""


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports() -> dict[str, set[str]]:
    """Modules of the package and those they use when they run; types alone do not count."""
    files = {name_of(file): file for file in (ROOT / "iran_russia").rglob("*.py")}
    used = {}
    for name, file in files.items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                node.body = [ast.Pass()]
        found = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
        each = [(n.module, f"{n.module}.{alias.name}") for n in found for alias in n.names]
        used[name] = {part if part in files else module for module, part in each} & set(files)
        used[name] -= {name}
    return used


def test_imports_go_round_in_no_circle():
    used = imports()
    assert sum(map(len, used.values())) > 100
    # A package is named by its modules for what stands in its own first file.
    assert [*TopologicalSorter(used).static_order()]


def test_no_room_uses_one_beside_or_above_it():
    floor = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
    rooms = {
        (one.split(".")[1], other.split(".")[1])
        for one, others in imports().items()
        if "." in one
        for other in others
        if "." in other
    }
    assert {room for pair in rooms for room in pair} <= set(floor)
    upward = {(one, other) for one, other in rooms if one != other and floor[one] <= floor[other]}
    assert upward == set()


def test_measures_take_frames_and_load_none():
    for module, used in imports().items():
        if module.startswith("iran_russia.measures"):
            loading = {other for other in used if not other.startswith("iran_russia.measures")}
            assert loading <= {"iran_russia.values"}, module


def test_one_place_knows_what_stands_between_the_items_of_a_list():
    # The register of SIPRI parts its years in the same way, by a rule of its own.
    own = {ROOT / "iran_russia/values.py", ROOT / "iran_russia/importers/sipri_register.py"}
    files = {*(ROOT / "iran_russia").rglob("*.py"), *CHAPTERS, ROOT / "index.md"} - own
    apart = re.compile(r"""(?:split|get_dummies|contains)\(["'];["']\)""")
    assert [f.name for f in sorted(files) if apart.search(f.read_text(encoding="utf-8"))] == []
