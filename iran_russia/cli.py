"""The console command ``iran-russia``."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from iran_russia import datasets, freshness


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
def import_(files: tuple[str, ...], update: bool, dry_run: bool, engine: str) -> None:
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
        importers.run([Path(f) for f in files], kind, update, dry_run, engine, click.echo)
