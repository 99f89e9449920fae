"""Formats or checks the cells of the chapters as ruff does the rest of the code.

Ruff reads notebooks, and jupytext turns chapters into notebooks and back. Its own ``--pipe`` would
do this in one line but for the head of a chapter, which it sorts and JupyterLab does not.

Usage: ``tools/cells.py`` formats, ``tools/cells.py --check`` names what is wrong.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import jupytext
from jupytext.config import load_jupytext_config

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "index.md", *sorted(ROOT.glob("notebooks/*.md")), *ROOT.glob("exercises/*.md")]
SETTINGS = ROOT / "pyproject.toml"


def ruff(*command: str) -> int:
    """Run ruff with the settings of the project."""
    program = Path(sys.executable).parent / "ruff"
    return subprocess.run([program, *command, "--config", SETTINGS, "--no-cache", "-q"]).returncode


def main() -> int:
    """Return the exit code."""
    check = "--check" in sys.argv[1:]
    notebooks = {
        page: jupytext.read(page, config=load_jupytext_config(str(page))) for page in PAGES
    }
    with TemporaryDirectory() as folder:
        copies = {p: Path(folder) / f"{p.parent.name}-{p.stem}.ipynb" for p in PAGES}
        for page, notebook in notebooks.items():
            jupytext.write(notebook, copies[page])
        if check:
            return ruff("check", folder) | ruff("format", "--check", folder)
        failed = ruff("format", folder)
        for page, notebook in notebooks.items():
            formatted = jupytext.read(copies[page])
            for cell, new in zip(notebook.cells, formatted.cells, strict=True):
                cell.source = new.source
            text = jupytext.writes(notebook, "md:myst", config=load_jupytext_config(str(page)))
            if text != page.read_text(encoding="utf-8"):
                page.write_text(text, encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
