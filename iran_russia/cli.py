"""The console command ``iran-russia``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from iran_russia import changes as editions
from iran_russia import datasets, freshness, links, singles
from iran_russia.datasets import DataError

if TYPE_CHECKING:
    import pandas as pd
    from playwright.sync_api import Browser

BUILD = Path("_build")


class _Told(click.Group):
    """Commands whose errors are for the person who can mend them, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; turn an error that the user can mend into its message."""
        try:
            return super().invoke(ctx)
        except DataError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Told)
def main() -> None:
    """Look after the tables of the book."""


@main.command()
@click.argument("package", type=click.Path(path_type=Path), default=datasets.DESCRIPTOR)
@click.option("--all", "everything", is_flag=True, help="Also check what was found to hold.")
def validate(package: Path, everything: bool) -> None:
    """Check every table against its schema and keys.

    PACKAGE is the description of the tables, by default data/datapackage.json. Tables of the book
    that did not change since they were found to hold are not checked again. Tests of claims are
    checked as well: a threshold, code or indicator that cannot be meant is a fault. A year without
    the total that shares are taken of is none, and is told.
    """
    from iran_russia import validation

    done = validation.validate(package, everything)
    if package.resolve() == datasets.DESCRIPTOR:
        _check_claim_tests(everything)
    checked = done.tables - done.unchanged
    click.echo(
        f"{done.tables} tables, {done.rows:,} rows: all hold. "
        f"{checked} checked, {done.unchanged} unchanged since they were found to hold."
    )
    for told in done.untotalled:
        click.echo(told)


def _check_claim_tests(everything: bool) -> None:
    """Check the tests of claims, unless they held with the tables and the code as they are."""
    now = freshness.inputs()
    held = {"with": freshness.fingerprint(json.dumps([now.tables, now.modules], sort_keys=True))}
    memory = freshness.ROOT / freshness.RUNS.parent / "claim_tests.json"
    if not everything and freshness.read(memory) == held:
        return
    from iran_russia.claims import faults

    if wrong := faults():
        raise DataError("\n".join(wrong))
    freshness.write(held, memory)


@main.command()
@click.argument("pages", metavar="[PAGE]…", nargs=-1)
def build(pages: tuple[str, ...]) -> None:
    """Build the book, or renew only these of its pages.

    What else is out of date is left as it was and named. A page is named by its path,
    notebooks/trade.md, or by its last part, trade.
    """
    known = freshness.pages()
    named = {name: _page(name, known) for name in pages}
    from iran_russia import watching
    from iran_russia.site import kernels

    # What kernels need gets ready while the libraries of the build are imported.
    kernels.begin_if_saved()
    error = watching.build([*named.values()])
    for chapter, reason in freshness.status().items() if named else ():
        if reason and chapter not in named.values():
            click.echo(f"{chapter}: left as it was, though out of date: {reason}")
    if error:
        raise click.ClickException(error)


@main.command()
@click.argument("pages", metavar="PAGE…", nargs=-1, required=True)
@click.option("--port", default=8000, show_default=True)
def watch(pages: tuple[str, ...], port: int) -> None:
    """Serve the book, and renew pages on saving.

    Whenever a file of the book is saved, these pages are built again and the open page reloads.
    Where the build fails it says why, as the terminal does.
    """
    from iran_russia import watching
    from iran_russia.site import kernels

    known = freshness.pages()
    named = [_page(name, known) for name in pages]
    with kernels.lending():
        watching.watch(named, port)


def _page(name: str, known: list[str]) -> str:
    """Return the page of the contents that a path or the last part of one names."""
    path = name.removesuffix(".md").removeprefix("./")
    found = [page for page in known if page == path] or [p for p in known if Path(p).name == path]
    if len(found) != 1:
        raise click.BadParameter(f"{name} is no page of _toc.yml; pages are {', '.join(known)}")
    return found[0]


@main.command()
@click.argument(
    "files",
    metavar="[FILE]…",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
def notebooks(files: tuple[Path, ...]) -> None:
    """Write the chapters with their results as .ipynb.

    Those of the built book, as they last ran; a FILE, such as notebooks/trade.md, is run as it
    stands, with the choices made in it. They stand in _build/notebooks.
    """
    from iran_russia import notebooks as executed

    folder = freshness.ROOT / BUILD / "notebooks"
    written = [executed.run(file.resolve(), folder) for file in files] or [
        executed.write(page, folder) for page in freshness.chapters()
    ]
    click.echo(f"Written: {len(written)} notebooks in {BUILD / 'notebooks'}")


@main.command()
def status() -> None:
    """Say which chapters are out of date, and why.

    Each is named with the table or file that changed since it ran.
    """
    for chapter, reason in freshness.status().items():
        click.echo(f"{chapter}: {f'out of date, {reason}' if reason else 'up to date'}")


@main.command("import")
@click.argument("files", metavar="[KIND] FILE…", nargs=-1, required=True)
@click.option("--update", is_flag=True, help="Apply revisions: newer values of one publisher.")
@click.option("--dry-run", is_flag=True, help="Show what would change, write nothing.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="Where files are read; Spark is for files larger than this machine.",
)
@click.option(
    "--report", metavar="NEW_FILE", type=click.Path(path_type=Path), help="Also write it as JSON."
)
def import_(
    files: tuple[str, ...], update: bool, dry_run: bool, engine: str, report: Path | None
) -> None:
    """Take rows of downloaded files into the tables.

    KIND is recognised when it is left out. Nothing is written unless every row is valid.
    """
    from iran_russia import importers

    kind, paths = None, [Path(file) for file in files]
    if files[0] in importers.KINDS and not paths[0].exists():
        kind, paths = files[0], paths[1:]
    if not paths:
        raise click.UsageError("name the file to import after its kind")
    importers.run(paths, kind, update, dry_run, engine, click.echo, report)


@main.command("new-table")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--topic", required=True, help="Topic of the data catalogue.")
@click.option("--source", metavar="ID", help="Source of all rows, where FILE names none.")
@click.option("--publisher", help="Who published FILE; registers the source.")
@click.option("--url", help="Where FILE can be read.")
@click.option("--dry-run", is_flag=True, help="Show what is proposed, write nothing.")
def new_table(
    name: str,
    file: Path,
    topic: str,
    source: str | None,
    publisher: str | None,
    url: str | None,
    dry_run: bool,
) -> None:
    """Add a file as a table, with a proposed schema.

    FILE is CSV, or a workbook of one sheet; NAME is that of the table. Types, units, values
    allowed and keys follow from cells and names of columns. Nothing is written unless every row
    is valid and has a source.
    """
    from iran_russia.begin import table

    table.new_table(
        name,
        file,
        topic=topic,
        source_id=source,
        publisher=publisher,
        url=url,
        dry_run=dry_run,
        say=click.echo,
    )


# The tables follow the option as plain words, so that one is enough for several of them.
@main.command("new-chapter", options_metavar="")
@click.argument("name", metavar="NAME --tables TABLE…")
@click.option(
    "--tables", "first", metavar="TABLE…", help="Tables of the book, one or more.", required=True
)
@click.argument("more", metavar="", nargs=-1)
def new_chapter(name: str, first: str, more: tuple[str, ...]) -> None:
    """Write a chapter on tables that already runs.

    It has a first figure for each of the tables and is listed in the table of contents.
    """
    from iran_russia.begin import chapter

    for file in chapter.new_chapter(name, [first, *more]):
        click.echo(f"Written: {file.relative_to(freshness.ROOT)}")


@main.command()
@click.option(
    "--check",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Compare with a ledger saved before; exit with 1 when a verdict differs.",
)
def claims(check: Path | None) -> None:
    """Print the verdict of every claim as CSV.

    The columns are claim, basis, verdict and newest datum.
    """
    from iran_russia.claims import ledger

    before = _ledger(check) if check else None
    shown = ledger()[["claim_id", "basis", "verdict", "newest"]]
    if before is None:
        click.echo(shown.to_csv(index=False), nl=False)
        return
    now = shown.set_index("claim_id")["verdict"]
    both = before.to_frame("before").join(now.to_frame("now"), how="outer")
    both = both.fillna("not in the ledger")
    moved = both[both["before"] != both["now"]]
    for claim, row in moved.iterrows():
        click.echo(f"{claim}: {row['before']} -> {row['now']}")
    if len(moved):
        raise SystemExit(1)
    click.echo(f"{len(now)} verdicts: none differs.")


def _ledger(file: Path) -> pd.Series:
    """Read the verdicts, by claim, of a ledger that was saved."""
    import pandas as pd

    try:
        return pd.read_csv(file, dtype="str").set_index("claim_id")["verdict"]
    except (KeyError, ValueError, OSError):
        raise DataError(
            f"{file}: found no ledger, expected a file saved from `iran-russia claims`, with the "
            "columns claim_id and verdict"
        ) from None


@main.command()
@click.option("--save", is_flag=True, help="Make the present state the edition compared with.")
def changes(save: bool) -> None:
    """Say what moved since the last edition.

    Numbers and verdicts are named with the table behind them. Chapters are compared as they were
    last run: build the book first.
    """
    if not editions.state():
        raise DataError("no chapter has run here yet; build the book first with `make book`")
    old = [chapter for chapter, reason in freshness.status().items() if reason]
    if old:
        click.echo(
            f"Out of date, so taken as they were last run: {', '.join(old)}; build the book first."
        )
    if save:
        click.echo(f"{editions.save():,} facts saved as the edition to compare with.")
        return
    moved = editions.since()
    for m in moved:
        click.echo(
            f"{m['chapter']}: {m['fact']}: {m['before'] or 'not there'} -> "
            f"{m['now'] or 'gone'} (because of {m['because']})"
        )
    if not moved:
        click.echo("Nothing has moved since the last edition.")


@main.command()
def pdf() -> None:
    """Write the built book as one PDF.

    It is _build/iran-russia.pdf, offered on the home page.
    """
    _single("pdf", singles.write_pdf)


@main.command()
def epub() -> None:
    """Write the built book as one EPUB.

    It is _build/iran-russia.epub, offered on the home page.
    """
    _single("epub", singles.write_epub)


def _built() -> Path:
    """Return the folder of the built pages."""
    pages = BUILD / "html"
    if not (pages / "index.html").exists():
        raise DataError(f"there is no built book in {pages.resolve()}; build it with `make book`")
    return pages


def _single(extension: str, write: Callable[[Browser, Path, Path], None]) -> None:
    pages = _built()
    # Playwright comes with requirements.txt, not with the package alone.
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise DataError(
            "playwright is not installed; run .venv/bin/pip install -r requirements.txt"
        ) from None
    target = BUILD / f"{singles.NAME}.{extension}"
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=singles.chromium(),
                args=["--no-sandbox", "--disable-gpu"],
            )
        except Error as error:
            first = str(error).strip().splitlines()[0]
            raise DataError(
                f"no Chromium or Chrome starts ({first}); install one "
                "(Debian: apt install chromium)"
            ) from None
        write(browser, pages.resolve(), target)
        browser.close()
    singles.offer(pages)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


@main.command()
def linkcheck() -> None:
    """Ask for every external link of the built book.

    Those that do not answer well are listed.
    """
    addresses = links.external(_built())
    for address, answer in links.check(addresses):
        click.echo(f"{answer}: {address} ({', '.join(sorted(addresses[address]))})")
    click.echo(f"{len(addresses)} external links asked for.")
