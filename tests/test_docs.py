"""What the README says a reader can do, and what can be done, are the same."""

import ast
import re
from statistics import median

import jupytext
import pytest
from conftest import ROOT
from jupyter_client.kernelspec import get_kernel_spec
from jupytext.config import load_jupytext_config

from iran_russia import freshness
from iran_russia.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()


@pytest.mark.parametrize("command", main.commands)
def test_every_command_is_documented(command):
    assert f"iran-russia {command}" in README


@pytest.mark.parametrize("target", [t for t in TARGETS if t != "clean"])
def test_every_make_target_is_documented(target):
    assert f"make {target}" in README


def test_every_make_target_named_in_the_documents_exists():
    texts = README + (ROOT / "CONTRIBUTING.md").read_text() + (ROOT / "book/about.md").read_text()
    assert set(re.findall(r"`make (\w+)`|^make (\w+)", texts, re.MULTILINE)) <= {
        pair for target in TARGETS for pair in ((target, ""), ("", target))
    }


def test_every_module_has_its_place_in_the_readme():
    for module in freshness.PACKAGE.glob("*.py"):
        if module.stem not in ("__init__", "cli"):
            assert f"{module.name}`" in README, module.name


def test_every_page_with_code_is_in_the_table_of_contents():
    written = {f"notebooks/{file.stem}" for file in (ROOT / "notebooks").glob("*.md")}
    assert written | {"index"} == set(freshness.chapters())


@pytest.mark.parametrize("page", freshness.chapters())
def test_a_chapter_that_is_saved_in_jupyterlab_unchanged_stays_as_it_is(page):
    file = ROOT / f"{page}.md"
    settings = load_jupytext_config(str(file))
    notebook = jupytext.read(str(file), config=settings)
    # JupyterLab names the kernel as it is installed.
    kernel = get_kernel_spec("python3")
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": kernel.display_name,
        "language": kernel.language,
    }
    # What front ends keep: values of the text, trust, folding, the version of Python.
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    for cell in notebook.cells:
        cell.metadata |= {"user_expressions": [{"expression": "n"}], "trusted": True}
        cell.metadata["jupyter"] = {"source_hidden": True}
    assert jupytext.writes(notebook, fmt="md:myst", config=settings) == file.read_text("utf-8")


def cells(page) -> list[int]:
    """Lines of each cell, which stand as ruff formats them (make lint)."""
    notebook = jupytext.read(ROOT / f"{page}.md")
    return [len(c.source.splitlines()) for c in notebook.cells if c.cell_type == "code"]


@pytest.mark.parametrize("page", freshness.chapters())
def test_no_cell_is_longer_than_a_screen_and_most_are_short(page):
    assert max(cells(page)) <= 25
    assert median(cells(page)) <= 8


NATURAL = {"domain": ({-1, 0}, {1, 100}), "domainMin": ({-1, 0},), "domainMax": ({1, 100},)}
"""Ends that no data can pass: of a share, a percentage, a correlation."""


def is_typed(end: ast.expr) -> bool:
    """Whether an end of an axis is a number or a day that stands in the code."""
    try:
        value = ast.literal_eval(end)
    except ValueError:
        return False
    return not isinstance(value, str) or re.match(r"\d{4}-\d\d", value) is not None


def fixed_ends(code: str) -> list[str]:
    """Ends of axes that newer rows could pass: typed, and not natural.

    Colours and shapes, which have a range, and classes of a map are no axes.
    """
    found = []
    for call in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)):
        options = {option.arg: option.value for option in call.keywords}
        for name in NATURAL.keys() & options.keys() if "range" not in options else ():
            value = options[name]
            ends = value.elts if isinstance(value, ast.List) else [value]
            if len(ends) == len(NATURAL[name]):
                pairs = zip(ends, NATURAL[name], strict=True)
                typed = [(ast.literal_eval(e), natural) for e, natural in pairs if is_typed(e)]
                if any(end not in natural for end, natural in typed):
                    found.append(f"{name}={ast.unparse(value)}")
    return found


def test_an_end_that_data_could_pass_is_found():
    assert fixed_ends("x.scale(type='log', domain=[1, top])") == ["domain=[1, top]"]
    assert fixed_ends("x.scale(domain=[-1, 1.2])") == ["domain=[-1, 1.2]"]
    assert fixed_ends("x.scale(domain=['2000-01-01', last])") == ["domain=['2000-01-01', last]"]
    assert fixed_ends("x.scale(domainMax=40)") == ["domainMax=40"]


def test_natural_ends_ends_of_the_data_and_kinds_are_let_be():
    assert fixed_ends("x.scale(domain=[0, 1])") == fixed_ends("x.scale(domain=[0, top])") == []
    assert fixed_ends("x.scale(domain=axis_at_least(0, 40, share))") == []
    assert fixed_ends("x.scale(domain=[1403, 1404], range=['circle', 'square'])") == []
    assert fixed_ends("x.scale(domain=['Iran', 'Russia'])") == fixed_ends("x.axis(domain=False)")


@pytest.mark.parametrize("page", freshness.chapters())
def test_an_axis_ends_where_the_data_do_or_further(page):
    notebook = jupytext.read(ROOT / f"{page}.md")
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert [end for cell in code for end in fixed_ends(cell)] == []
