"""Runs every chapter as a student would after changing its cell of choices, and reports errors.

Three changes a chapter: another country in each list, spans that begin later, spans of one year.
A chart without rows and a number that is missing end in a sentence there, so no change may end in
a traceback. Usage: ``python bench/choices.py [PAGE…]``; exits with 1 when one does.
"""

import ast
import copy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jupytext

ROOT = Path(__file__).parent.parent
LATER, YEAR = 9, 2021
COUNTRY = "TUR"


class _Countries(ast.NodeTransformer):
    """Puts another country in the first place of each list, or in the place of a single one."""

    def visit_List(self, node: ast.List) -> ast.List:
        texts = [part.value for part in node.elts if isinstance(part, ast.Constant)]
        if texts and COUNTRY not in texts and all(map(_is_country, texts)):
            node.elts[0] = ast.Constant(COUNTRY)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(COUNTRY) if _is_country(node.value) else node


class _Years(ast.NodeTransformer):
    """Changes every year."""

    def __init__(self, change: Callable[[int], int]) -> None:
        self.change = change

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        value = node.value
        if type(value) is int and 1500 <= value <= 2100:
            return ast.Constant(self.change(value))
        if isinstance(value, str) and value[:4].isdecimal():
            return ast.Constant(f"{self.change(int(value[:4]))}{value[4:]}")
        return node


def _is_country(value: object) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isalpha() and value.isupper()


CHANGES = {
    "another country": _Countries(),
    "a later span": _Years(lambda year: min(year + LATER, 2026)),
    "one year": _Years(lambda year: YEAR),
}

RUN = """
import sys, jupytext
namespace = {"__name__": "__main__"}
for number, cell in enumerate(jupytext.read(sys.argv[1]).cells):
    if cell.cell_type == "code":
        source = sys.stdin.read() if "choices" in cell.metadata.get("tags", []) else cell.source
        exec(compile(source, f"cell {number}", "exec"), namespace)
"""


def main(pages: list[str]) -> int:
    """Return the exit code."""
    files = [ROOT / f"{page}.md" for page in pages] or [
        ROOT / "index.md",
        *sorted((ROOT / "notebooks").glob("*.md")),
    ]
    failed = tried = 0
    for file in files:
        cells = jupytext.read(file).cells
        choices = [c.source for c in cells if "choices" in c.metadata.get("tags", [])]
        for name, change in CHANGES.items() if choices else ():
            tree = ast.parse(choices[0])
            changed = ast.unparse(change.visit(copy.deepcopy(tree)))
            if changed == ast.unparse(tree):
                print(f"{file.stem}, {name}: nothing to change")
                continue
            tried += 1
            done = subprocess.run(
                [sys.executable, "-W", "error::FutureWarning", "-c", RUN, file],
                input=changed, capture_output=True, text=True, cwd=ROOT,
            )  # fmt: skip
            said = done.stderr.strip().splitlines()
            if done.returncode:
                failed += 1
                where = [line.strip() for line in said if '"cell ' in line]
                print(f"{file.stem}, {name}: {said[-1]} ({where[-1] if where else '?'})")
                print("   ", "; ".join(changed.splitlines()))
            else:
                print(f"{file.stem}, {name}: runs")
    print(f"{tried - failed} of {tried} changes run")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
