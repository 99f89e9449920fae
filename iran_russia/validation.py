"""Whether the tables hold: against their schemas, primary keys and foreign keys.

A table of the book that was found to hold is not checked again until its rows, its description,
a table that it points to, or the code of the check changes.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from iran_russia import constraints, datasets, freshness, values
from iran_russia.constraints import Columns, names
from iran_russia.datasets import DESCRIPTOR, DataError

_FAULTS_SHOWN = 20
_DESCRIPTOR = "datapackage.json"
"""Stands for the description of all tables among what was found to hold."""


@dataclass(frozen=True)
class Checked:
    """What a validation without faults went through.

    Attributes:
        tables: how many tables there are.
        rows: how many rows they have.
        unchanged: how many of the tables had been found to hold before, as they are now.
        untotalled: a line for each series of which years have no total.
    """

    tables: int
    rows: int
    unchanged: int
    untotalled: tuple[str, ...] = ()


def validate(descriptor: Path = DESCRIPTOR, everything: bool = False) -> Checked:
    """Check every table against its schema, primary key and foreign keys.

    A table that holds can be loaded, and one that cannot be loaded does not hold.

    Args:
        descriptor: of the tables.
        everything: also check what was found to hold before.

    Raises:
        DataError: one line a fault, with file, line, column and reason; at most 20 a table, then
            how many more there are.
    """
    datasets.recover()
    descriptor = Path(descriptor)
    datasets.package.cache_clear()
    resources = datasets.package(descriptor)["resources"]
    memory = _memory(descriptor)
    before = _fingerprints(descriptor, resources) if memory else {}
    held = {} if everything else _remembered(memory, before)
    if _DESCRIPTOR not in held:
        faults = _descriptor_faults(descriptor)
        if faults:
            raise DataError("\n".join(faults))
    found, faults = _check(descriptor.parent, resources, held)
    if memory:
        # What changed while it was checked is not trusted.
        after = _fingerprints(descriptor, resources)
        sure = {
            name: {"fingerprint": before[name], "rows": rows}
            for name, rows in (held | found | {_DESCRIPTOR: 0}).items()
            if before.get(name, "") == after.get(name)
        }
        freshness.write(sure, memory)
    if faults:
        raise DataError("\n".join(faults))
    return Checked(
        tables=len(resources),
        rows=sum((held | found).values()),
        unchanged=len(resources) - len(found),
        untotalled=tuple(_untotalled(descriptor.parent, resources)),
    )


def _check(
    folder: Path, resources: list[dict], held: dict[str, int]
) -> tuple[dict[str, int], list[str]]:
    """Check tables, but those known to hold.

    Args:
        folder: what the paths of the tables start from.
        resources: the tables.
        held: those known to hold.

    Returns:
        The rows of each table found to hold, by name, and one line a fault.
    """
    schemas = {resource["name"]: resource["schema"] for resource in resources}
    unread: dict[str, str] = {}  # table → why it cannot be read

    @cache
    def read(name: str) -> tuple[Path, Columns] | None:
        resource = next(r for r in resources if r["name"] == name)
        try:
            path = datasets.file_of(resource, folder)
            return path, datasets.cells(path, [f["name"] for f in schemas[name]["fields"]])
        except DataError as error:
            unread[name] = str(error)
            return None

    def other(name: str) -> tuple[Columns | None, dict]:
        # Rows of a table that cannot be read are no fault of those that point to them.
        table = read(name)
        return (table[1] if table else None), schemas[name]

    found: dict[str, int] = {}
    faults: list[str] = []
    for name in [name for name in schemas if name not in held]:
        table = read(name)
        if table is None:
            continue
        path, columns = table
        wrong = constraints.faults(columns, schemas[name], other)
        told = datasets.worded(path, wrong[:_FAULTS_SHOWN])
        faults += [f"{path.name}, {line}" for line in told]
        if len(wrong) > _FAULTS_SHOWN:
            faults.append(f"{path.name}: and {len(wrong) - _FAULTS_SHOWN} more")
        if not wrong and not unread.keys() & set(_others(schemas[name])):
            found[name] = len(next(iter(columns.values())))
    return found, [*unread.values(), *faults]


def _untotalled(folder: Path, resources: list[dict]) -> Iterator[str]:
    """Tell what has no total in tables that hold, also in those that did not change."""
    for resource in resources:
        schema = resource["schema"]
        if "totals" in schema:
            path = datasets.file_of(resource, folder)
            columns = datasets.cells(path, [field["name"] for field in schema["fields"]])
            yield from (f"{path.name}, {told}" for told in constraints.untotalled(columns, schema))


def _others(schema: dict) -> list[str]:
    """List the tables that a table points to, itself as an empty text."""
    return [key["reference"]["resource"] for key in schema.get("foreignKeys", [])]


def _remembered(memory: Path | None, prints: dict[str, str]) -> dict[str, int]:
    """Return the rows of the tables that were found to hold as they are now, by name."""
    kept = freshness.read(memory) if memory else None
    try:
        return {
            name: int(found["rows"])
            for name, found in (kept or {}).items()
            if name in prints and found["fingerprint"] == prints[name]
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _memory(descriptor: Path) -> Path | None:
    """Return the file of what was found to hold; none for tables that are not the book's own."""
    if descriptor.resolve() != DESCRIPTOR:
        return None
    return DESCRIPTOR.parent.parent / freshness.RUNS.parent / "validated.json"


def _fingerprints(descriptor: Path, resources: list[dict]) -> dict[str, str]:
    """Fingerprint all that decides whether a table holds; tables without a file are left out."""
    modules = (__file__, constraints.__file__, datasets.__file__, values.__file__)
    code: list[str | bytes] = [sys.version, *(Path(str(module)).read_bytes() for module in modules)]
    own = {}
    for resource in resources:
        file = descriptor.parent / resource["path"]
        if file.is_file():
            own[resource["name"]] = freshness.fingerprint(
                json.dumps(resource, sort_keys=True), hashlib.sha256(file.read_bytes()).digest()
            )
    prints = {
        _DESCRIPTOR: freshness.fingerprint(*code, version("frictionless"), descriptor.read_bytes())
    }
    for resource in resources:
        if resource["name"] in own:
            behind = [own.get(other, "") for other in _others(resource["schema"])]
            prints[resource["name"]] = freshness.fingerprint(*code, own[resource["name"]], *behind)
    return prints


def _descriptor_faults(descriptor: Path) -> list[str]:
    """Check the description itself: as a data package, and for what is not checked here."""
    from frictionless import FrictionlessException, Package, system

    described = datasets.package(descriptor)
    try:
        # The package is the project's own; trusting it allows an absolute path on the command line.
        with system.use_context(trusted=True):
            Package.from_descriptor(str(descriptor))
    except FrictionlessException as error:
        reasons = error.reasons or [error.error]
        return [f"{descriptor.name}: {reason.message}" for reason in reasons]
    schemas = {resource["name"]: resource["schema"] for resource in described["resources"]}
    faults = []
    for name, schema in schemas.items():
        faults += [
            f"{descriptor.name}, table {name}: {told}" for told in constraints.unknown(schema)
        ]
        for key in schema.get("foreignKeys", []):
            other = key["reference"]["resource"] or name
            held = {field["name"] for field in schemas.get(other, {"fields": []})["fields"]}
            missing = [c for c in names(key["reference"]["fields"]) if c not in held]
            if missing:
                faults.append(
                    f"{descriptor.name}, table {name}: found a foreign key to {other}, expected a "
                    f"table with the column {missing[0]}"
                )
    return faults
