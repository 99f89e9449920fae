"""Which faults in indicators and measures do their tests catch? Changes one thing at a time.

Every function of iran_russia/indicators and iran_russia/measures is changed in one place after
the other: comparisons, plus and minus, bounds of windows, negated filters, least and largest. A
change is caught when a test fails that runs the function. All happens in one process: the code of
the function is swapped, the tests that were seen to run it are repeated, and the code is put back.

    .venv/bin/python bench/mutations.py --sample 100 --seed 1 --only indicators.trade

prints a table of modules with the share caught, and every change that no test noticed. Texts
and registrations are left alone: they are read, not calculated with. The tests of the ledger are
left aside. They decide claims from whole tables, which takes minutes; what they alone would catch
counts as not caught.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import inspect
import os
import random
import signal
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from _pytest.runner import runtestprotocol

from iran_russia import freshness

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("indicators", "measures")
TESTS = ("test_indicators.py", "test_measures_*.py", "test_published_*.py")
LIMIT = 120
"""Seconds after which a changed function counts as caught: it does not come to an end."""

_OPERATORS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_NAMES = dict(
    pair
    for one, other in (
        ("lt", "le"),
        ("gt", "ge"),
        ("eq", "ne"),
        ("min", "max"),
        ("idxmin", "idxmax"),
        ("nsmallest", "nlargest"),
        ("first", "last"),
        ("any", "all"),
        ("isna", "notna"),
        ("head", "tail"),
    )
    for pair in ((one, other), (other, one))
)
_IN_QUERIES = ((" == ", " != "), (" <= ", " < "), (" >= ", " > "), (" and ", " or "))


_LARGE = 1e6
"""Factors of units are doubled: one more of a thousand million moves nothing that could be seen."""


@dataclass(frozen=True)
class Change:
    """One change of one function: where it stands, what it was and became, and its code."""

    module: str
    function: str
    line: int
    told: str
    code: CodeType


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node may be changed into, one at a time; the node itself stays."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            changed = copy.deepcopy(node)
            changed.ops[place] = _OPERATORS[type(operator)]()
            yield changed
    elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)) and type(node.op) in _OPERATORS:
        changed = copy.deepcopy(node)
        changed.op = _OPERATORS[type(node.op)]()
        yield changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Invert, ast.Not, ast.USub)):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _other_values(node.value))
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)


def _other_values(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield value + 1 if abs(value) < _LARGE else 2 * value
    elif value in ("min", "max"):
        yield _NAMES[value]


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        changed = copy.deepcopy(node)
        changed.func.id = _NAMES[node.func.id]
        yield changed
    if name in _NAMES:
        changed = copy.deepcopy(node)
        changed.func.attr = _NAMES[name]
        yield changed
    if name == "between":  # a window: both ends are left out in turn
        for kept in ("right", "left"):
            changed = copy.deepcopy(node)
            changed.keywords = [k for k in changed.keywords if k.arg != "inclusive"]
            changed.keywords.append(ast.keyword("inclusive", ast.Constant(kept)))
            yield changed
    if name in ("query", "eval") and isinstance(node.args[0], ast.Constant):
        for one, other in _IN_QUERIES:
            if one in node.args[0].value:
                changed = copy.deepcopy(node)
                changed.args[0].value = node.args[0].value.replace(one, other, 1)
                yield changed
    if name in ("dropna", "drop_duplicates"):  # a filter is dropped
        yield node.func.value


def _places(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield where the nodes of a body stand: parent, field, place in a list.

    Whether ``zip`` is strict is left out: it guards against a fault, and no value hangs on it.
    """
    body = function.body[1:] if ast.get_docstring(function) else function.body
    waiting: list[ast.AST] = list(body)
    # Statements of the body themselves (augmented assignments) hang on the function.
    for statement in body:
        yield function, "body", function.body.index(statement)
    while waiting:
        parent = waiting.pop()
        if isinstance(parent, ast.JoinedStr) or getattr(parent, "arg", "") == "strict":
            continue
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns"):
                continue
            for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                    yield parent, field, place
                    waiting.append(child)


def changes_of(function: FunctionType) -> list[Change]:
    """Work out every change of one function of a module."""
    path = Path(inspect.getsourcefile(function))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = next(
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__
    )
    tree.body = [own]
    own.decorator_list, own.args.defaults = [], own.args.defaults
    found = []
    for parent, field, place in list(_places(own)):
        held = getattr(parent, field)
        node = held if place is None else held[place]
        for variant in _variants(node):
            ast.copy_location(variant, node)
            _put(parent, field, place, variant)
            code = _compiled(tree, path, function.__name__)
            told = f"{_short(node)}  →  {_short(variant)}"
            _put(parent, field, place, node)
            if code:
                found.append(Change(_module(function), function.__name__, node.lineno, told, code))
    return found


def _put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def _compiled(tree: ast.Module, path: Path, name: str) -> CodeType | None:
    """Compile a module of one function; None where the change makes no valid code."""
    try:
        with warnings.catch_warnings(action="ignore"):
            module = compile(ast.fix_missing_locations(tree), str(path), "exec")
    except (SyntaxError, ValueError, TypeError):
        return None
    codes = (c for c in module.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return next(codes)


def _module(function: FunctionType) -> str:
    return function.__module__.removeprefix("iran_russia.")


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else f"{text[:67]}…"


def functions() -> list[FunctionType]:
    """List the functions that are changed, module by module."""
    found = []
    for package in PACKAGES:
        for file in sorted((ROOT / "iran_russia" / package).glob("*.py")):
            if file.stem != "__init__":
                module = importlib.import_module(f"iran_russia.{package}.{file.stem}")
                found += [
                    value
                    for value in vars(module).values()
                    if inspect.isfunction(value) and value.__module__ == module.__name__
                ]
    return found


class Mutations:
    """A pytest plugin: runs every test once to see what it calls, then tries the changes."""

    def __init__(self, sample: int | None, seed: int, only: str) -> None:
        """Take how many changes are tried, the seed of their choice, and of which modules."""
        self.sample, self.seed, self.only = sample, seed, only
        self.fixtures: dict[str, set[str]] = defaultdict(set)
        self.calls: set[str] = set()
        self.outcomes: list[str] = []
        self.lasting: dict[pytest.Item, float] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the tests that need a built book or a browser aside."""
        items[:] = [item for item in items if not {"book", "browser"} & set(item.fixturenames)]

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """Keep apart what a fixture calls: tests that share it all depend on that."""
        outer, self.calls = self.calls, self.fixtures[f"{fixturedef.baseid}:{fixturedef.argname}"]
        try:
            return (yield)
        finally:
            self.calls = outer

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whether a test failed."""
        if report.failed:
            self.outcomes.append(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run what this tool is for in place of the tests."""
        tests = self._watched(session.items)
        changed = [
            f for f in functions() if f"{_module(f)}.".startswith(f"{self.only}.".lstrip("."))
        ]
        changes = [change for function in changed for change in changes_of(function)]
        print(f"{len(changes)} changes of {len(changed)} functions; {len(session.items)} tests")
        if self.sample and self.sample < len(changes):
            changes = random.Random(self.seed).sample(changes, self.sample)
        began, counts, survivors = time.perf_counter(), defaultdict(lambda: [0, 0]), []
        for change in changes:
            name = f"{change.module}.{change.function}"
            caught = self._caught(change, self._in_order(tests[name]), session)
            counts[change.module][0] += caught
            counts[change.module][1] += 1
            if not caught:
                survivors.append(change)
        _report(counts, survivors, time.perf_counter() - began)
        return True

    def _watched(self, items: list[pytest.Item]) -> dict[str, set[pytest.Item]]:
        """Run all tests; return for each function those that call it, themselves or by fixtures."""
        watched, own = {f.__code__: f for f in functions()}, {}

        def watch(frame, *_) -> None:
            # Returns nothing, so that the lines of a function are not traced.
            if frame.f_code in watched:
                function = watched[frame.f_code]
                self.calls.add(f"{_module(function)}.{function.__name__}")

        for item, after in zip(items, [*items[1:], None], strict=True):
            self.calls = own[item] = set()
            began = time.perf_counter()
            sys.settrace(watch)
            try:
                runtestprotocol(item, nextitem=after, log=True)
            finally:
                sys.settrace(None)
            self.lasting[item] = time.perf_counter() - began
        if self.outcomes:
            raise pytest.UsageError(f"tests fail before anything is changed: {self.outcomes}")
        tests = defaultdict(set)
        for item, called in own.items():
            definitions = item._fixtureinfo.name2fixturedefs.values()
            used = [self.fixtures[f"{d.baseid}:{d.argname}"] for each in definitions for d in each]
            for name in called.union(*used):
                tests[name].add(item)
        return tests

    def _in_order(self, tests: set[pytest.Item]) -> list[pytest.Item]:
        """Order tests file by file, as files share what they prepare; the shortest files first."""
        files = defaultdict(float)
        for item in tests:
            files[item.path] += self.lasting[item]
        return sorted(tests, key=lambda item: (files[item.path], item.path, self.lasting[item]))

    def _caught(self, change: Change, tests: list[pytest.Item], session: pytest.Session) -> bool:
        """Run the tests of a changed function until one of them fails."""
        module = importlib.import_module(f"iran_russia.{change.module}")
        function = getattr(module, change.function)
        whole, function.__code__ = function.__code__, change.code
        self.outcomes.clear()
        previous = signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(LIMIT)
        try:
            for item, after in zip(tests, [*tests[1:], None], strict=False):
                item._initrequest()
                runtestprotocol(item, nextitem=after, log=True)
                if self.outcomes:
                    return True
            return False
        except TimeoutError:
            return True
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)
            session._setupstate.teardown_exact(None)
            function.__code__ = whole


def _too_long(*_: object) -> None:
    raise TimeoutError


def _report(counts: dict[str, list[int]], survivors: list[Change], seconds: float) -> None:
    print(f"\n{'module':28}{'caught':>8}{'tried':>8}{'share':>8}")
    for module, (caught, tried) in sorted(counts.items()):
        print(f"{module:28}{caught:8}{tried:8}{caught / tried:8.0%}")
    caught, tried = (sum(column) for column in zip(*counts.values(), strict=True))
    print(f"{'all':28}{caught:8}{tried:8}{caught / tried:8.0%}")
    print(f"{seconds:.0f} s, {seconds / tried:.2f} s a change\n\nnot caught:")
    for change in sorted(survivors, key=lambda c: (c.module, c.line)):
        place = f"iran_russia/{change.module.replace('.', '/')}.py:{change.line}"
        print(f"  {place} {change.function}: {change.told}")


def main() -> int:
    """Read the command line and start pytest with the plugin."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="so many changes only, chosen by chance")
    parser.add_argument("--seed", type=int, default=0, help="of the choice (default 0)")
    parser.add_argument("--only", default="", help="a package or module, such as measures.trade")
    asked = parser.parse_args()
    os.chdir(ROOT)
    files = [str(file) for pattern in TESTS for file in sorted((ROOT / "tests").glob(pattern))]
    # A number kept from another run would hide what a change does to it.
    os.environ[freshness.READINGS] = ""
    options = [
        "-o",
        "addopts=",
        "-p",
        "no:xdist",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "-s",
    ]
    return pytest.main(
        [*options, *files], plugins=[Mutations(asked.sample, asked.seed, asked.only)]
    )


if __name__ == "__main__":
    sys.exit(main())
