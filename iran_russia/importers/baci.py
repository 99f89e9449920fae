"""CEPII BACI: trade reconciled from both reports, one file a year, thousand dollars and tonnes."""

import re

import ibis

from iran_russia.importers.comtrade import chapter
from iran_russia.importers.reading import Download, Layout, Refused

KIND = "baci"
TITLE = "a yearly file of CEPII BACI (CSV)"
COLUMNS = {
    "t": "integer!",
    "i": "integer!",
    "j": "integer!",
    "k": "text!",
    "v": "number!",
    "q": "number",
}
ORIGIN = {"year": "t", "hs_code": "k", "hs_chapter": "k", "value_usd": "v", "weight_kg": "q"}

_IRAN, _RUSSIA = 364, 643
_NAME = re.compile(r"HS(92|96|02|07|12|17|22)_Y\d{4}_V(\d{6}\w?)", re.IGNORECASE)


def recognise(file: Download) -> Layout | None:
    """The six columns and no other."""
    layout = file.find(COLUMNS)
    return layout if layout and set(layout.names) == set(COLUMNS) else None


def _edition(file: Download) -> tuple[str, str]:
    """Read HS edition and release from the official name of the file."""
    found = _NAME.search(file.inner) or _NAME.search(file.path.name)
    if not found:
        raise Refused(
            [
                f"{file.name}: found a name without HS edition and release, expected one such as "
                "BACI_HS17_Y2022_V202401.csv; give the file its official name"
            ]
        )
    year = found[1]
    return ("HS19" if year > "90" else "HS20") + year, found[2].lower()


def keep(t: ibis.Table) -> ibis.Value:
    """The pair, either way; and lines whose country codes are no numbers, so that they are told."""
    exporter, importer = t.i.try_cast("int32"), t.j.try_cast("int32")
    pair = ((exporter == _IRAN) & (importer == _RUSSIA)) | (
        (exporter == _RUSSIA) & (importer == _IRAN)
    )
    return pair | exporter.isnull() | importer.isnull()


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a product and direction, in dollars and kilograms."""
    revision, _ = _edition(file)
    return {
        "trade_hs6": t.select(
            year=t.t,
            exporter_iso3=(t.i == _IRAN).ifelse("IRN", "RUS"),
            importer_iso3=(t.j == _IRAN).ifelse("IRN", "RUS"),
            reporter=ibis.literal("BACI"),
            hs_revision=ibis.literal(revision),
            hs_code=t.k,
            hs_chapter=chapter(t.k),
            value_usd=(t.v * 1000).round(3),
            weight_kg=(t.q * 1000).round(3),
            valuation=ibis.literal("FOB"),
            _key=t._key,
        )
    }


def source(file: Download) -> dict[str, str]:
    """One source an HS edition and release."""
    revision, release = _edition(file)
    return {
        "source_id": f"baci_{revision.lower()}_v{release}",
        "title": f"BACI, {revision}, release {release}",
        "publisher": "CEPII",
        "url": "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        "vintage": release,
        "licence": "not stated",
        "terms": "The terms were not seen by the importer; see its publisher, and credit CEPII.",
    }
