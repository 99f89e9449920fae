"""Votes of the UN General Assembly: the UN Digital Library's CSV, and Voeten's UNVotes CSV.

The library's file repeats every vote since 1946 under numbers of its own. Of it only roll calls
after the last one of Voeten's file are taken, and one whose symbol the book has already keeps its
key there, so that none is counted twice. The header of UNVotes
is the one printed in ``DataCleaning.ipynb`` of the repository
``LuckYuanZ/CountryRelationByUnVotes``; its first column has no name, and empty cells read ``NA``.
"""

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers.reading import Download, Layout, Opened
from iran_russia.values import BETWEEN

KIND = "unga"
TITLE = "votes of the General Assembly (UN Digital Library or UNVotes, CSV)"
ENCODINGS = ("utf-8", "cp1252")
LIBRARY = {
    "undl_id": "integer!",
    "ms_code": "text!",
    "ms_vote": "text!",
    "date": "text!",
    "session": "text",
    "resolution": "text",
    "title": "text",
    "subjects": "text",
    "total_yes": "integer",
    "total_no": "integer",
    "total_abstentions": "integer",
    "undl_link": "text",
}
VOETEN = {
    "rcid": "integer!",
    "ccode": "integer!",
    "vote": "integer!",
    "session": "integer!",
    "date": "text!",
    "unres": "text",
    "short": "text",
    "yes": "integer",
    "no": "integer",
    "abstain": "integer",
    "importantvote": "integer",
    "me": "integer",
    "nu": "integer",
    "di": "integer",
    "hr": "integer",
    "co": "integer",
    "ec": "integer",
    "amend": "integer",
    "para": "integer",
}
COLUMNS = {"undl_id": "integer!"}
HEADERS = (LIBRARY, VOETEN)
ORIGIN = {"rcid": "undl_id or rcid", "iso3": "ms_code or ccode", "vote": "ms_vote or vote"}

_COW = {
    700: "AFG", 696: "ARE", 371: "ARM", 373: "AZE", 370: "BLR", 140: "BRA", 710: "CHN",
    40: "CUB", 255: "DEU", 260: "DEU", 651: "EGY", 220: "FRA", 200: "GBR", 372: "GEO",
    750: "IND", 630: "IRN", 645: "IRQ", 666: "ISR", 705: "KAZ", 703: "KGZ", 770: "PAK",
    731: "PRK", 694: "QAT", 365: "RUS", 670: "SAU", 652: "SYR", 702: "TJK", 701: "TKM",
    640: "TUR", 369: "UKR", 2: "USA", 704: "UZB", 101: "VEN", 560: "ZAF",
}  # fmt: skip
"""Correlates of War number of each state of the table."""
_LIBRARY_VOTES = {"Y": "yes", "N": "no", "A": "abstain", "X": "absent"}
_VOETEN_VOTES = {1: "yes", 2: "abstain", 3: "no", 8: "absent"}
_DAY_KNOWN = "2003"
"""From this year on Voeten's day is the calendar day; before, only the month is reliable."""
_MARKS = {
    "palestinian_conflict": "me",
    "nuclear": "nu",
    "arms_control": "di",
    "human_rights": "hr",
    "colonialism": "co",
    "economic_development": "ec",
    "important_to_usa": "importantvote",
    "amendment": "amend",
    "paragraph": "para",
}


def recognise(file: Opened) -> Layout | None:
    """Find one of the two headers."""
    return file.find(LIBRARY) or file.find(VOETEN)


def _is_library(file: Download) -> bool:
    return "undl_id" in file.layout.names


def columns(file: Download) -> dict[str, str]:
    """Each of the two files has columns of its own."""
    return LIBRARY if _is_library(file) else VOETEN


def keep(t: ibis.Table) -> ibis.Value:
    """The states of the table; and lines whose code is no number, so that they are told."""
    if "ms_code" in t.columns:
        return t.ms_code.isin(sorted(set(_COW.values())))
    code = t.ccode.try_cast("int32")
    return code.isin(list(_COW)) | code.isnull()


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """Roll calls, and votes in them."""
    return _library(t) if _is_library(file) else _voeten(t)


def _first_of_each(t: ibis.Table) -> ibis.Table:
    """One line a roll call: every line repeats what is said of it."""
    others = [c for c in t.columns if c != "rcid"]
    return t.group_by("rcid").aggregate(**{c: t[c].min() for c in others})


def _library(t: ibis.Table) -> dict[str, ibis.Table]:
    held = datasets.load("unga_rollcalls")
    after = held.loc[held["rcid"].str.startswith("V"), "date"].max().date().isoformat()
    by_symbol = "G" + t.resolution.replace("A/RES/", "").replace(" ", "")
    keys = held.loc[held["rcid"].str.startswith("G"), "rcid"].tolist()
    rcid = by_symbol.isin(keys).ifelse(by_symbol, "U" + t.undl_id.cast("string"))
    t = t.filter(t.date > after).mutate(rcid=rcid)
    calls = t.select(
        rcid="rcid",
        session=t.session.re_search("^[0-9]+$").ifelse(t.session, ""),
        date="date",
        date_precision=ibis.literal("day"),
        symbol=t.resolution.fill_null(""),
        title=t.title.fill_null(""),
        subjects=t.subjects.replace("|", BETWEEN).fill_null(""),
        votes_yes="total_yes",
        votes_no="total_no",
        abstentions="total_abstentions",
        possible_duplicate=ibis.literal("false"),
        url=t.undl_link.re_replace("[?].*$", "").fill_null(""),
        _key="_key",
    )
    votes = t.select(
        rcid="rcid",
        iso3="ms_code",
        vote=t.ms_vote.cases(*_LIBRARY_VOTES.items()).fill_null(t.ms_vote),
        _key="_key",
    )
    return {"unga_rollcalls": _first_of_each(calls), "unga_votes": votes}


def _voeten(t: ibis.Table) -> dict[str, ibis.Table]:
    t = t.mutate(rcid="V" + t.rcid.cast("string"))
    day = t.date.left(4) >= _DAY_KNOWN
    calls = t.select(
        rcid="rcid",
        session="session",
        date=day.ifelse(t.date, t.date.left(7) + "-01"),
        date_precision=day.ifelse("day", "month"),
        symbol=t.unres.re_replace("^R/", "A/RES/").fill_null(""),
        title=t.short.fill_null(""),
        votes_yes="yes",
        votes_no="no",
        abstentions="abstain",
        possible_duplicate=ibis.literal("false"),
        _key="_key",
        **{
            name: t[column].isnull().ifelse("", (t[column] == 1).ifelse("true", "false"))
            for name, column in _MARKS.items()
        },
    )
    votes = t.filter(t.vote != 9).select(  # 9: not a member
        rcid="rcid",
        iso3=t.ccode.cases(*_COW.items()),
        vote=t.vote.cases(*_VOETEN_VOTES.items()).fill_null(t.vote.cast("string")),
        _key="_key",
    )
    return {"unga_rollcalls": _first_of_each(calls), "unga_votes": votes}


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Mark roll calls that the book has under another key.

    They have symbol and tally of another roll call; or they are votes on a whole text of which
    the book has the one vote from a source that holds only those.
    """
    if table != "unga_rollcalls" or rows.empty:
        return rows
    held = datasets.load("unga_rollcalls")
    mark = ["symbol", "votes_yes", "votes_no", "abstentions"]
    seen = set(held[mark].astype("string").itertuples(index=False, name=None))
    whole = set(held.loc[~held["rcid"].str.startswith("V"), "symbol"].dropna())
    known = dict(zip(held["rcid"], held["possible_duplicate"], strict=True))
    part = rows.reindex(columns=["amendment", "paragraph"]).eq("true").any(axis=1)
    again = [
        bool(key[0]) and (key in seen or (key[0] in whole and not of_part))
        for key, of_part in zip(rows[mark].itertuples(index=False, name=None), part, strict=True)
    ]
    repeated = [known.get(rcid, new) for rcid, new in zip(rows["rcid"], again, strict=True)]
    return rows.assign(possible_duplicate=[str(bool(r)).lower() for r in repeated])


def source(file: Download) -> dict[str, str]:
    """The library names the day of its file in the name; Voeten's file does not state it."""
    found = file.named(r"(20\d\d)_(\d{1,2})_(\d{1,2})")
    day = f"{found[1]}_{int(found[2]):02d}_{int(found[3]):02d}" if found else file.digest()[:8]
    if _is_library(file):
        return {
            "source_id": f"undl_{day}",
            "title": "Recorded votes of the UN General Assembly",
            "publisher": "UN Dag Hammarskjöld Library (UN Digital Library)",
            "url": "https://digitallibrary.un.org/record/4060887",
            "vintage": day.replace("_", "-") if found else "not stated",
            "released": day.replace("_", "-") if found else "",
            "licence": "United Nations, non-commercial use with attribution",
            "terms": "Voting data are copyright United Nations: non-commercial use with "
            "attribution.",
        }
    return {
        "source_id": f"unvotes_{file.digest()[:8]}",
        "title": "Votes in the UN General Assembly",
        "publisher": "E. Voeten, Harvard Dataverse",
        "url": "https://doi.org/10.7910/DVN/LEJUQZ",
        "vintage": "not stated",
        "licence": "terms of Harvard Dataverse",
        "terms": "Cite Voeten (2013) and Bailey, Strezhnev and Voeten (2017).",
    }
