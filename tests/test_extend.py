"""The page *Extending the book* can be followed word for word, and the book follows new data.

All blocks of the page run once, in order, in a copy of the book with few chapters.
"""

import csv
import re
import shutil
import sys
from pathlib import Path

import pytest
from conftest import ROOT, run
from markdown_it import MarkdownIt
from test_prose import _captions, _prose, _sentences, typed_figures

from iran_russia import freshness

PAGE = ROOT / "book" / "extend.md"
TOC = """format: jb-book
root: index
parts:
  - caption: Themes
    chapters:
      - file: notebooks/trade
      - file: notebooks/claims
  - caption: Data and methods
    chapters:
      - file: notebooks/catalogue
      - file: notebooks/official_files
      - file: book/methods
      - file: book/extend
      - file: book/about
      - file: book/changes
"""


def blocks() -> list[tuple[str, str]]:
    """Blocks of code on the page: language, or the file they are added to, and text."""
    found = []
    for token in MarkdownIt().parse(PAGE.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info != "{warning}":
            caption = re.match(r":caption: Added to `(.+)`\n\n", token.content)
            kind = caption[1] if caption else token.info
            found.append((kind, token.content[caption.end() :] if caption else token.content))
    return found


def shell(folder: Path, text: str) -> str:
    return run(folder, "bash", "-euo", "pipefail", "-c", text)


def page(folder: Path, name: str) -> str:
    """Return the text of a built page."""
    html = (folder / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", "", html[html.index("<article") : html.index("</article")])
    return re.sub(r"\s+", " ", text)  # also the space that keeps a number and its sign together


@pytest.fixture(scope="module")
def copy(book, tmp_path_factory) -> Path:
    """Set up the copy: few chapters as last run, the edition of now, a Git repository."""
    folder = tmp_path_factory.mktemp("extend") / "book"
    ignored = ("_build", ".venv", ".git", "__pycache__", ".*_cache", "*.egg-info", "bench")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*ignored))
    shutil.copytree(ROOT / freshness.RUNS, folder / freshness.RUNS)
    (folder / "_toc.yml").write_text(TOC)
    (folder / "index.md").write_text("# Home\n\nA page without code.\n\nIt stands alone.\n")
    (folder / ".venv").mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / part).symlink_to(Path(sys.prefix) / part)
    (folder / ".venv" / "ready").touch()
    shell(folder, ".venv/bin/iran-russia changes --save")
    shell(folder, "git init --quiet --initial-branch main; git config user.name Reader")
    shell(folder, "git config user.email reader@book.test; git add --all; git commit -qm Book")
    return folder


@pytest.fixture(scope="module")
def followed(copy) -> list[str]:
    """Follow the page; return what its commands print. Output it shows is what they print."""
    printed = []
    for kind, text in blocks():
        if kind == "shell":
            if text.startswith("git switch main"):  # what follows throws the work away
                break
            printed.append(shell(copy, text))
        elif kind == "python":
            printed.append(run(copy, sys.executable, "-c", text))
        elif kind == "text":
            place = 0
            for part in filter(None, text.split("…\n")):
                assert part.rstrip("\n") in printed[-1][place:], printed[-1]
                place = printed[-1].index(part.rstrip("\n"), place)
        else:
            with (copy / kind).open("a", encoding="utf-8") as file:
                file.write(text)
    return printed


def test_every_kind_of_file_and_every_way_to_extend_has_its_recipe():
    from iran_russia.importers import KINDS

    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{kind}` |" in page for kind in KINDS)
    dry_run = next(text for kind, text in blocks() if kind == "shell" and "--dry-run" in text)
    assert dry_run.count("\n  ") == len(KINDS) - 1  # a file of each kind; tidy has its own recipe


def test_the_page_can_be_followed_word_for_word(copy, followed):
    assert {kind for kind, _ in blocks()} > {"shell", "text", "python", "notebooks/tea.md"}
    assert "1 passed" in "".join(followed)
    assert "(made up)" in shell(copy, "git log -1 --format=%s; git status --short -uno")


def test_a_new_customs_year_is_a_new_point_in_the_chart_and_moves_the_prose(copy, followed):
    with (copy / "_build/html/figures/fig-trade-totals.csv").open(encoding="utf-8") as file:
        drawn = [row for row in csv.DictReader(file) if row["iranian_year"].startswith("1410")]
    assert {(row["reporter"], row["direction"]) for row in drawn} == {
        ("Iranian side", "Iran to Russia"),
        ("Iranian side", "Russia to Iran"),
    }
    text = page(copy, "notebooks/trade")
    assert "what the Iranian customs record for 1410" in text
    assert "crops lead in 2031/32 (100 %)" in text
    assert "Wheat (HS 1001) has no place among the headings of 1410" in text


def test_claims_are_judged_again_and_the_changes_name_them_and_the_table(copy, followed):
    moved = next(text for text in followed if "verdict S0-22" in text).splitlines()
    assert all("trade_goods" in line for line in moved if "notebooks/" in line)
    judged = [line for line in moved if line.startswith("notebooks/claims: verdict")]
    assert any("S0-23: supported -> contradicted" in line for line in judged)
    assert re.search(r"trade_crops_now: \d+ % -> 100 %", "\n".join(moved))
    # The two sides are compared in a year of which both tell.
    assert "trade_both_iranian" not in "\n".join(moved)
    assert "S0-23" in page(copy, "book/changes")


def test_the_new_chapter_keeps_the_rules_of_the_others(copy, followed):
    text = (copy / "notebooks" / "tea.md").read_text(encoding="utf-8")
    for shown in [_prose(text), _captions(text), *_sentences(text)]:
        assert not typed_figures(shown)
    text = page(copy, "notebooks/tea")
    assert "Most of it is black tea, $4.3 million in all." in text
    html = (copy / "_build/html/notebooks/tea.html").read_text(encoding="utf-8")
    assert html.count("<figure") == 2 and html.count("caption-number") == 2
    assert 'name="description" content="Tea: what do the tables show? The table' in html


def test_what_was_made_up_is_thrown_away(copy, followed):
    *_, (_, last) = blocks()
    shell(copy, last)
    assert shell(copy, "git status --porcelain; git branch").split() == ["*", "main"]
