"""Runs every chapter as a student would after changing its cell of choices, and reports faults.

A chart without rows, a number that is missing and a choice that the tables do not know end in a
sentence there, so no change may end in a traceback, a warning or a number that is none.

Usage: ``python bench/choices.py [--read FOLDER] [PAGE…]``; exits with 1 when one does. With
``--read`` what each run says is written as text.
"""

import ast
import copy
import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
from bs4 import BeautifulSoup
from click import unstyle

from iran_russia import notebooks
from iran_russia.choices import ChoiceError
from iran_russia.datasets import DataError
from iran_russia.site.kernels import warm

ROOT = Path(__file__).parent.parent
LATER, YEAR = 9, 2021
COUNTRIES = ["TUR", "KAZ", "BRA"]


_SPAN = re.compile(r"^(\d{4})(?:–(\d\d)\b)?")


class _Countries(ast.NodeTransformer):
    """Puts another country in the first place of each list, or in the place of a single one."""

    def __init__(self, other: str) -> None:
        self.other = other

    def visit_List(self, node: ast.List) -> ast.List:
        texts = [part.value for part in node.elts if isinstance(part, ast.Constant)]
        if texts and all(map(_is_country, texts)):
            node.elts[0] = ast.Constant(self.other)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(self.other) if _is_country(node.value) else node


class _Years(ast.NodeTransformer):
    """Changes every year."""

    def __init__(self, change: Callable[[int], int]) -> None:
        self.change = change

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        value = node.value
        if type(value) is int and 1500 <= value <= 2100:
            return ast.Constant(self.change(value))
        if isinstance(value, str) and value[:4].isdecimal():
            return ast.Constant(_SPAN.sub(self._span, value))
        return node

    def _span(self, span: re.Match) -> str:
        first = self.change(int(span[1]))
        if not span[2]:
            return str(first)
        return f"{first}–{self.change(int(span[1][:2] + span[2])) % 100:02}"


class _Shorter(ast.NodeTransformer):
    """Keeps of every list the last part alone."""

    def visit_List(self, node: ast.List) -> ast.List:
        node.elts = node.elts[-1:]
        return node


class _Turned(ast.NodeTransformer):
    """Puts the last of two years, or of more, first."""

    def visit_Tuple(self, node: ast.Tuple) -> ast.Tuple:
        if all(isinstance(part, ast.Constant) and part.value for part in node.elts):
            node.elts.reverse()
        return node


def _is_country(value: object) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isalpha() and value.isupper()


def changed(choices: str) -> Iterator[tuple[str, str]]:
    """Give the changes of a cell of choices that change it: what is done, and the other cell."""
    other = next(country for country in COUNTRIES if country not in choices)
    changes = {
        "another country": _Countries(other),
        "a later span": _Years(lambda year: min(year + LATER, 2026)),
        "one year": _Years(lambda year: YEAR),
        "shorter lists": _Shorter(),
        "years in the wrong order": _Turned(),
        "Iran itself": _Countries("IRN"),
        "a code in small letters": _Countries("chn"),
        "no country": _Countries("XXX"),
        "a country with few rows": _Countries("AND"),
    }
    tree = ast.parse(choices)
    for name, change in changes.items():
        done = ast.unparse(change.visit(copy.deepcopy(tree)))
        if done != ast.unparse(tree):
            yield name, done


REFUSED = "Refused: "
"""What begins the text of a run that one sentence ended."""
NO_NUMBER = re.compile(r".{0,60}(?:\bnan\b|\bNaT\b|<NA>|\binf\b).{0,20}")


def run(page: str, choices: str | None) -> tuple[list[str], str]:
    """Run a page with another cell of choices, or as it stands.

    Returns:
        What is wrong, one text a fault; and what a student reads.
    """
    notebook = jupytext.read(ROOT / f"{page}.md")
    for cell in notebook.cells:
        if choices and "choices" in cell.metadata.get("tags", []):
            cell.source = choices
    facts, turned = notebooks.execute(notebook, (ROOT / page).parent, allow_errors=True)
    errors = [o for cell in notebook.cells for o in cell.get("outputs", []) if "ename" in o]
    if errors and errors[0].ename == ChoiceError.__name__:  # JupyterLab stops there
        return [], f"{REFUSED}{errors[0].evalue}"
    wrong, said = [], []
    own = notebooks.figures_of(notebook)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            try:
                text = notebooks.in_words(cell.source, page, facts, own)
                said.append(notebooks.marked(text, turned))
            except DataError as error:
                wrong.append(str(error))
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                line = re.findall(r"line (\d+)", unstyle("\n".join(output.traceback)))
                wrong.append(f"cell {number}, line {line[:1]}: {output.ename}: {output.evalue}")
            elif output.output_type == "stream":
                wrong += [f"cell {number}: {output.text}"] * (output.name == "stderr")
            else:
                said.append(_text(output.data))
    text = "\n\n".join(said)
    return wrong + NO_NUMBER.findall(text), text


def _text(data: dict) -> str:
    """Return what is read of an output: captions, units and words of a figure, else all of it."""
    shown = BeautifulSoup(data.get("text/html", ""), "html.parser")
    for table in shown.select(".ir-figure details, .ir-plot > *"):
        table.decompose()
    if plot := shown.select_one(".ir-plot"):
        plot.string = f"[{plot['aria-label']}]"
    return "> " + (re.sub(r"\s+", " ", shown.get_text(" ")) or data["text/plain"])


def main(pages: list[str]) -> int:
    """Return the exit code."""
    folder = None
    if pages[:1] == ["--read"]:
        folder, pages = Path(pages[1]), pages[2:]
        folder.mkdir(parents=True, exist_ok=True)
    pages = pages or [
        "index",
        *(f"notebooks/{f.stem}" for f in sorted(ROOT.glob("notebooks/*.md"))),
    ]
    tries = []
    for page in pages:
        cells = jupytext.read(ROOT / f"{page}.md").cells
        for cell in cells:
            if "choices" in cell.metadata.get("tags", []):
                ways = [*changed(cell.source), *([("as it stands", cell.source)] if folder else [])]
                tries += [(page, name, choices) for name, choices in ways]
    failed = refused = 0
    with warm(), ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, page, choices) for page, _, choices in tries]
        for (page, name, choices), job in zip(tries, jobs, strict=True):
            wrong, text = job.result()
            failed += bool(wrong)
            told = [text] if text.startswith(REFUSED) else wrong
            refused += text.startswith(REFUSED)
            print(f"{page}, {name}: {len(wrong)} faults", *told, sep="\n  ", flush=True)
            if wrong:
                print("  with", "; ".join(choices.splitlines()))
            if folder:
                at = folder / f"{Path(page).name}, {name}.md"
                at.write_text(f"{choices}\n\n{text}\n", encoding="utf-8")
    print(f"{len(tries) - failed} of {len(tries)} changes run, {refused} of them refused")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
