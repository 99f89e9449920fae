"""What exports of SIPRI's arms transfers database share: their notes, words and source."""

import datetime
import re

from iran_russia import datasets
from iran_russia.importers.reading import Download

ENCODINGS = ("utf-8", "cp1252")
WORDS = "arms_register_words"
"""The table of what editions call countries, weapons and conditions."""


def plain(word: str) -> str:
    """Return a word as it is compared: without regard to capitals and blanks."""
    return " ".join(word.split()).casefold()


def meanings(field: str) -> dict[str, str]:
    """Return what each word of one kind means in the book, by the word as it is compared."""
    words = datasets.load(WORDS).query("field == @field")
    return dict(zip(words["word"].map(plain), words["meaning"], strict=True))


def countries() -> dict[str, str]:
    """Return the code of each name of a country: those of the book and those of SIPRI."""
    named = datasets.load("countries")
    return dict(zip(named["name"].map(plain), named["iso3"], strict=True)) | meanings("country")


def notes(file: Download) -> str:
    """Return the lines above the header as one text."""
    return " ".join(file.head[: file.layout.above])


def generated(file: Download) -> datetime.date | None:
    """Return the day on which the export was made, as the notes state it."""
    found = re.search(r"generated:\s*(\d{1,2})\.? ([A-Za-z]{3})[a-z]* (\d{4})", notes(file), re.I)
    if not found:
        return None
    try:
        return datetime.datetime.strptime(" ".join(found.groups()), "%d %b %Y").date()
    except ValueError:
        return None


def source(file: Download, what: str, mark: str = "") -> dict[str, str]:
    """Return the row of ``sources`` for an export.

    Args:
        file: the export.
        what: what it is, for its title.
        mark: end of its key, for exports that may be made on one day.
    """
    day = generated(file)
    named = f"{day.day} {day:%B %Y}" if day else ""
    key = day.isoformat().replace("-", "_") if day else file.digest()[:8]
    return {
        "source_id": f"sipri_atd_{key}{mark}",
        "title": f"SIPRI Arms Transfers Database: {what}"
        + (f", export of {named}" if named else ""),
        "publisher": "Stockholm International Peace Research Institute (SIPRI)",
        "url": "https://www.sipri.org/databases/armstransfers",
        "vintage": named or "not stated",
        "released": day.isoformat() if day else "",
        "licence": "SIPRI terms of use, rights reserved",
        "terms": "Non-commercial excerpts of less than 10 per cent of the data set, with the "
        "credit line “Information from the SIPRI Arms Transfers Database”.",
    }
