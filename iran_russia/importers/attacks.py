"""Massive Missile Attacks on Ukraine: the daily table in its layouts of 16, 17 and 22 columns."""

import ibis
import pandas as pd

from iran_russia import datasets
from iran_russia.importers.reading import Download, Layout, Opened

KIND = "attacks"
TITLE = "missile_attacks_daily.csv of Massive Missile Attacks on Ukraine"
COLUMNS = {
    "time_start": "text!",
    "time_end": "text!",
    "model": "text!",
    "target": "text",
    "launched": "integer",
    "destroyed": "integer",
    "not_reach_goal": "integer",
    "source": "text!",
    # Since 2025 only.
    "is_shahed": "integer",
    "num_hit_location": "integer",
}
IDENTITY = {
    "shahed_launches": [
        "report_date",
        "window_start_date",
        "weapon_family",
        "target_region",
        "source_post",
    ]
}
ORIGIN = {
    "report_date": "time_end",
    "window_start_date": "time_start",
    "reporting_body": "source",
    "source_post": "source",
    "hit_locations": "num_hit_location",
    "shahed_proper_stated": "is_shahed",
}

_FAMILIES = {
    "Shahed-136/131": "shahed_geran_and_decoys",
    "Shahed-136/131 and Lancet": "shahed_mixed_with_lancet",
    "Mohajer-6": "mohajer_6",
}
_BODIES = {
    "kpszsu": "Air Force Command",
    "PvKPivden": "Air Command South",
    "pvkshid": "Air Command East",
    "PvkZahid": "Air Command West",
    "GeneralStaff.ua": "General Staff",
    "CinCAFU": "Commander-in-Chief",
}
"""Account of the post, and the command that keeps it."""


def recognise(file: Opened) -> Layout | None:
    """The columns that all layouts share."""
    return file.find({c for c in COLUMNS if c not in ("is_shahed", "num_hit_location")})


def keep(t: ibis.Table) -> ibis.Value:
    """Shahed-type drones and Mohajer-6."""
    return t.model.strip().isin(list(_FAMILIES))


def rows(t: ibis.Table, file: Download) -> dict[str, ibis.Table]:
    """One row a bulletin."""
    empty = ibis.null("int64")
    account = t.source.re_replace(r"^https?://(www[.])?(t[.]me|facebook[.]com)/", "").split("/")[0]
    body = account.cases(*_BODIES.items()).fill_null(account)
    lost = t.destroyed + t.not_reach_goal.fill_null(0)
    return {
        "shahed_launches": t.select(
            report_date=t.time_end.left(10),
            window_start_date=t.time_start.left(10),
            weapon_family=t.model.cases(*_FAMILIES.items()),
            target_region=t.target.fill_null(""),
            launched=t.launched,
            destroyed=t.destroyed,
            not_reach_goal=t.not_reach_goal,
            shahed_proper_stated=t.is_shahed if "is_shahed" in t.columns else empty,
            hit_locations=t.num_hit_location if "num_hit_location" in t.columns else empty,
            reporting_body=body,
            source_post=t.source,
            quality_flag=ibis.cases(
                (body != "Air Force Command", "not_air_force_command_report"),
                (t.model.contains(" and "), "mixed_models"),
                (lost > t.launched, "destroyed_plus_lost_exceeds_launched"),
                else_="",
            ),
            _key=t._key,
        )
    }


def tidy(table: str, rows: pd.DataFrame, file: Download) -> pd.DataFrame:
    """Leave out columns that this layout does not have, so that they are not compared."""
    absent = {"shahed_proper_stated": "is_shahed", "hit_locations": "num_hit_location"}
    return rows.drop(columns=[c for c, name in absent.items() if name not in file.layout.names])


def finish(table: str, added: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Number new bulletins after the last one, in time order."""
    added = added.sort_values(["report_date", "window_start_date", "source_post"])
    last = max(int(i.removeprefix("SH")) for i in held["bulletin_id"])
    return added.assign(bulletin_id=[f"SH{last + n:05d}" for n in range(1, len(added) + 1)])


def source(file: Download) -> dict[str, str]:
    """The release is the day of the last report in it."""
    from iran_russia.importers.reading import records

    place = file.layout.names.index("time_end")
    last = max((r[place][:10] for _, r in records(file) if len(r) > place), default="")
    held = datasets.load("sources").set_index("source_id").loc["ivaniuk_mma_20260607"]
    return {
        "source_id": f"ivaniuk_mma_{last.replace('-', '')}",
        "title": f"Massive Missile Attacks on Ukraine, daily bulletins to {last}",
        "publisher": held["publisher"],
        "url": "https://www.kaggle.com/datasets/piterfm/massive-missile-attacks-on-ukraine",
        "vintage": f"last report {last}",
        "released": last,
        "licence": held["licence"],
        "terms": held["terms"],
    }
