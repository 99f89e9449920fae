"""The console command ``iran-russia``."""

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
