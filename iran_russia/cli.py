"""The console command ``iran-russia``."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from iran_russia import changes as editions
from iran_russia import datasets, freshness, links, singles

BUILD = Path("_build")


@click.group()
def main() -> None:
    """Look after the tables of the book."""


@main.command()
@click.argument("package", type=click.Path(path_type=Path), default=datasets.DESCRIPTOR)
def validate(package: Path) -> None:
    """Check every table of PACKAGE (data/datapackage.json) against its schema and keys."""
    try:
        rows = datasets.validate(package)
    except datasets.DataError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(datasets.names())} tables, {rows:,} rows: all hold.")


@main.command()
@click.argument("pages", metavar="PAGE…", nargs=-1, required=True)
def build(pages: tuple[str, ...]) -> None:
    """Renew only these pages of the built book, with their figures; say what else is out of date.

    A page is named by its path, notebooks/trade.md, or by its last part, trade.
    """
    known = freshness.pages()
    named = {name: _page(name, known) for name in pages}
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(freshness.ROOT)]
    only = os.environ | {freshness.PAGES: " ".join(named.values())}
    done = subprocess.run([*command, "-W", "-n", "--keep-going"], env=only, check=False)
    for chapter, reason in freshness.status().items():
        if reason and chapter not in named.values():
            click.echo(f"{chapter}: left as it was, though out of date: {reason}")
    raise SystemExit(done.returncode)


def _page(name: str, known: list[str]) -> str:
    """Return the page of the contents that a path or the last part of one names."""
    path = name.removesuffix(".md").removeprefix("./")
    found = [page for page in known if page == path] or [p for p in known if Path(p).name == path]
    if len(found) != 1:
        raise click.BadParameter(f"{name} is no page of _toc.yml; pages are {', '.join(known)}")
    return found[0]


@main.command()
def status() -> None:
    """Say which chapters are out of date, and because of which table or file."""
    for chapter, reason in freshness.status().items():
        click.echo(f"{chapter}: {f'out of date, {reason}' if reason else 'up to date'}")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn an error that the user can mend into its message."""
    try:
        yield
    except datasets.DataError as error:
        raise click.ClickException(str(error)) from None


@main.command("import")
@click.argument("files", metavar="[KIND] FILE…", nargs=-1, required=True)
@click.option("--update", is_flag=True, help="Apply revisions: newer values of one publisher.")
@click.option("--dry-run", is_flag=True, help="Show what would change, write nothing.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb")
@click.option(
    "--report", metavar="NEW_FILE", type=click.Path(path_type=Path), help="Also write it as JSON."
)
def import_(files, update: bool, dry_run: bool, engine: str, report: Path | None) -> None:
    """Take the rows of downloaded files into the tables of the book.

    KIND is recognised when it is left out. Nothing is written unless every row is valid.
    """
    from iran_russia import importers

    kind = None
    if files[0] in importers.KINDS and not Path(files[0]).exists():
        kind, *files = files
    if not files:
        raise click.UsageError("name the file to import after its kind")
    with _told():
        importers.run([Path(f) for f in files], kind, update, dry_run, engine, click.echo, report)


@main.command("new-table")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--topic", required=True, help="Topic of the data catalogue.")
@click.option("--source", metavar="ID", help="Source of all rows, where FILE names none.")
@click.option("--publisher", help="Who published FILE; registers the source.")
@click.option("--url", help="Where FILE can be read.")
@click.option("--dry-run", is_flag=True, help="Show what is proposed, write nothing.")
def new_table(name, file, topic, source, publisher, url, dry_run) -> None:
    """Add FILE (CSV, or a workbook of one sheet) as the table NAME, with a proposed schema.

    Types, units, values allowed and keys follow from cells and names of columns. Nothing is
    written unless every row is valid and has a source.
    """
    from iran_russia import scaffold

    with _told():
        scaffold.new_table(
            name,
            file,
            topic=topic,
            source_id=source,
            publisher=publisher,
            url=url,
            dry_run=dry_run,
            say=click.echo,
        )


@main.command("new-chapter", options_metavar="TABLE…", help="Tables of the book, one or more.")
@click.argument("name")
@click.option(
    "--tables", "first", metavar="TABLE…", help="Tables of the book, one or more.", required=True
)
@click.argument("more", metavar="", nargs=-1)
def new_chapter(name: str, first: str, more: tuple[str, ...]) -> None:
    """Write the chapter NAME on some tables: it runs as it is, with a first figure for each."""
    from iran_russia import scaffold

    with _told():
        for file in scaffold.new_chapter(name, [first, *more]):
            click.echo(f"Written: {file.relative_to(freshness.ROOT)}")


@main.command()
@click.option(
    "--check",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Compare with a ledger saved before; exit with 1 when a verdict differs.",
)
def claims(check: Path | None) -> None:
    """Print the verdict of every claim as CSV: claim, basis, verdict, newest datum."""
    import pandas as pd

    from iran_russia.claims import ledger

    with _told():
        shown = ledger()[["claim_id", "basis", "verdict", "newest"]]
    if check is None:
        click.echo(shown.to_csv(index=False), nl=False)
        return
    before = pd.read_csv(check, dtype="str").set_index("claim_id")["verdict"]
    now = shown.set_index("claim_id")["verdict"]
    both = pd.DataFrame({"before": before, "now": now}).fillna("not in the ledger")
    moved = both[both["before"] != both["now"]]
    for claim, row in moved.iterrows():
        click.echo(f"{claim}: {row['before']} -> {row['now']}")
    if len(moved):
        raise SystemExit(1)
    click.echo(f"{len(now)} verdicts: none differs.")


@main.command()
@click.option("--save", is_flag=True, help="Make the present state the edition compared with.")
def changes(save: bool) -> None:
    """Say which numbers and verdicts moved since the last edition, and because of which table.

    Chapters are compared as they were last run: build the book first.
    """
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
    """Print the built book into _build/iran-russia.pdf and offer it on the home page."""
    _single("pdf", singles.write_pdf)


@main.command()
def epub() -> None:
    """Write the built book as _build/iran-russia.epub and offer it on the home page."""
    _single("epub", singles.write_epub)


def _single(extension: str, write) -> None:
    # Playwright comes with requirements.txt, not with the package alone.
    from playwright.sync_api import sync_playwright

    target = BUILD / f"{singles.NAME}.{extension}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=singles.chromium(),
            args=["--no-sandbox", "--disable-gpu"],
        )
        write(browser, (BUILD / "html").resolve(), target)
        browser.close()
    singles.offer(BUILD / "html")
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


@main.command()
def linkcheck() -> None:
    """Ask for every external link of the built book; list those that do not answer well."""
    addresses = links.external(BUILD / "html")
    for address, answer in links.check(addresses):
        click.echo(f"{answer}: {address} ({', '.join(sorted(addresses[address]))})")
    click.echo(f"{len(addresses)} external links asked for.")
