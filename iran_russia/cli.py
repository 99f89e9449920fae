"""The console command ``iran-russia``."""

import shutil
from pathlib import Path

import click

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
def status() -> None:
    """Say which chapters are out of date, and because of which table or file."""
    for chapter, reason in freshness.status().items():
        click.echo(f"{chapter}: {f'out of date, {reason}' if reason else 'up to date'}")


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
    known = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next((path for name in known if (path := shutil.which(name))), None),
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
