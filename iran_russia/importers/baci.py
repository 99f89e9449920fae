"""CEPII BACI: trade reconciled from both reports, one file a year, thousand dollars and tonnes."""

import ibis
import pandas as pd

from iran_russia.importers import digits
from iran_russia.importers.comtrade import chapter
from iran_russia.importers.reading import Download, Layout, Opened, Refused

KIND = "baci"
TITLE = "a yearly file of CEPII BACI (CSV)"
# The country codes first: they alone decide which lines are kept, so that no other cell of the
# millions of lines is looked at.
COLUMNS = {
    "i": "integer!",
    "j": "integer!",
    "t": "integer!",
    "k": "text!",
    "v": "decimal!",
    "q": "decimal",
}
ORIGIN = {"year": "t", "hs_code": "k", "hs_chapter": "k", "value_usd": "v", "weight_kg": "q"}

_IRAN, _RUSSIA = 364, 643
_NAME = r"HS(92|96|02|07|12|17|22)_Y\d{4}_V(\d{6}[a-z]?)"


def recognise(file: Opened) -> Layout | None:
    """The six columns and no other."""
    layout = file.find(COLUMNS)
    return layout if layout and set(layout.names) == set(COLUMNS) else None


def _edition(file: Download) -> tuple[str, str]:
    """Read HS edition and release from the official name of the file."""
    found = file.named(_NAME)
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
    """Lines between the two; and those whose country codes are no numbers, so that they are told.

    Codes are compared as text, which is quick: a file has millions of lines. What does not begin
    with a digit is no code.
    """
    kept = _is_pair(t.i, t.j, str)
    for code in (t.i, t.j):
        kept = kept | code.isnull() | (code < "0") | (code >= ":")  # ":" comes after "9"
    return kept


def _is_pair(exporter: ibis.Column, importer: ibis.Column, kind: type) -> ibis.Value:
    iran, russia = kind(_IRAN), kind(_RUSSIA)
    return ((exporter == iran) & (importer == russia)) | ((exporter == russia) & (importer == iran))


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a product and direction, in thousand dollars and tonnes."""
    revision, _ = _edition(file)
    t = t.filter(_is_pair(t.i, t.j, int))
    return {
        "trade_hs6": t.select(
            year=t.t,
            exporter_iso3=(t.i == _IRAN).ifelse("IRN", "RUS"),
            importer_iso3=(t.j == _IRAN).ifelse("IRN", "RUS"),
            reporter=ibis.literal("BACI"),
            hs_revision=ibis.literal(revision),
            hs_code=t.k,
            hs_chapter=chapter(t.k),
            value_usd=t.v,
            weight_kg=t.q,
            valuation=ibis.literal("FOB"),
            _key=t._key,
        )
    }


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Give dollars and kilograms; a quantity of 0 is one that is not known."""
    revision, _ = _edition(file)
    if len(rows):
        years = " and ".join(sorted(set(rows["year"])))
        file.coverage = f"{rows['hs_code'].nunique()} products of the pair in {years}, {revision}"
    return rows.assign(
        value_usd=[digits.exact(v, "1000", 3) for v in rows["value_usd"]],
        weight_kg=[digits.weight(v, "1000", 3) for v in rows["weight_kg"]],
    )


def source(file: Download) -> dict[str, str]:
    """One source an HS edition and release."""
    revision, release = _edition(file)
    return {
        "source_id": f"baci_{revision.lower()}_v{release}",
        "title": f"BACI, {revision}, release {release}",
        "publisher": "CEPII",
        "url": "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        "vintage": release,
        "released": f"{release[:4]}-{release[4:]}",
        "licence": "not stated",
        "terms": "The terms were not seen by the importer; see its publisher, and credit CEPII.",
    }
