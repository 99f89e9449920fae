"""Releases have an order, a key of the book's own belongs to one thing, and a line counts once.

All figures are made up.
"""

import re
import shutil
import zipfile

import pytest
from conftest import ROOT
from test_importers import BACI, COMTRADE, SAMPLES, changed, hashes, refused, rows, run, written

from iran_russia import datasets
from iran_russia.importers import store
from iran_russia.importers.releases import NEWER, OLDER, UNDATED, Release, compared
from iran_russia.validation import validate

GDP = "gdp"


def bank(tmp_path, day: str, *values: str, name: str = "API_NY.GDP.MKTP.CD.csv"):
    """A file of the World Bank with output of Iran in 2022 and 2023, updated on a day or never."""
    note = f'"Last Updated Date","{day}",\n\n' if day else ""
    header = "Country Name,Country Code,Indicator Name,Indicator Code,2022,2023"
    row = f"Iran,IRN,GDP (current US$),NY.GDP.MKTP.CD,{','.join(values)}"
    return written(tmp_path, f"{note}{header}\n{row}\n", name)


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (Release("2026-07-13"), Release("2026-03"), NEWER),
        (Release("2026-03-18"), Release("2026-03"), NEWER),  # as far as both are known the same
        (Release("2020-03-18"), Release("2026-03"), OLDER),
        (Release("2025"), Release("2026"), OLDER),
        (Release("2024-01"), Release("2024-01b"), OLDER),
        (Release("2024-01b"), Release("2024-01"), NEWER),
        (Release("2024-02"), Release("2024-01b"), NEWER),
        (Release("", "2023"), Release("2026-03"), UNDATED),
        (Release("", "2027"), Release("2026-03"), NEWER),  # no edition is older than its data
        (Release("2020-03-18"), Release("", "2024"), OLDER),
        (Release("2026-07-13"), Release("", "2024"), NEWER),
        (Release(), Release(), NEWER),  # in the order in which they come
    ],
)
def test_what_a_release_is_to_another(new, old, expected):
    assert compared(new, old) == expected


def test_an_older_release_revises_nothing_and_says_what_it_is(copy, tmp_path):
    before = hashes(copy)
    said = run(bank(tmp_path, "2020-03-18", "1000000000", "2000000000"), "--update")
    assert "0 revised" in said and "2 older (kept out)" in said
    assert "older release (18 March 2020) than the book's (March 2026): 2 rows differ, kept" in said
    assert hashes(copy) == before


def test_a_newer_release_revises_what_an_older_one_may_not(copy, tmp_path):
    run(bank(tmp_path, "2026-09-01", "1000000000", "2000000000"), "--update")
    held = rows("country_capabilities", measure=GDP, iso3="IRN").set_index("year")
    assert list(held.value[["2022", "2023"]]) == ["1000", "2000"]
    assert rows("sources", source_id=held.source_id["2023"]).released[0] == "2026-09-01"
    after = hashes(copy)
    run(bank(tmp_path, "2026-07-13", "1", "2"), "--update")
    assert hashes(copy) == after


def test_a_release_without_a_date_is_kept_out_until_it_is_stated_by_hand(copy, tmp_path):
    file = bank(tmp_path, "", "1000000000", "2000000000")
    before = hashes(copy)
    said = run(file, "--update")
    assert "release without a date, the book's is of March 2026: 2 rows differ, kept" in said
    assert hashes(copy) == before
    name = said.split("where it is newer, add ")[1].split()[0]
    sources = copy / "sources.csv"
    with sources.open("a") as stream:
        stream.write(f"{name},GDP,World Bank,,,2026-10,,CC BY 4.0,Free with credit.,\n")
    run(file, "--update")
    assert rows("country_capabilities", measure=GDP, iso3="IRN", year="2023").value[0] == "2000"


def test_a_name_of_a_source_belongs_to_one_release(copy, tmp_path):
    # Without a date the name would be that of the source that the book has already.
    assert len(rows("sources", source_id="wdi_gdp")) == 1
    old = rows("country_capabilities")
    kept = old[~((old.measure == GDP) & (old.iso3 == "IRN"))]
    (copy / "country_capabilities.csv").write_bytes(store.as_csv(kept))
    run(bank(tmp_path, "", "1000000000", "2000000000"))
    new = rows("country_capabilities", measure=GDP, iso3="IRN")
    assert len(new) == 2 and set(new.source_id) != {"wdi_gdp"}
    assert len(rows("sources", source_id=new.source_id[0])) == 1


def test_what_only_an_older_release_has_is_left_out(copy, tmp_path):
    # A deal that later editions have withdrawn, or name and count otherwise.
    text = (SAMPLES / "trade-register.csv").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if "made-up row" not in line)
    text = "".join(f"{line}\n" for line in text.splitlines() if "Su-35S" not in line)
    text = text.replace("7 September 2027", "7 September 2024")
    text = text.replace("10,,Cub/L-4 Grasshopper,light aircraft,10", "12,,L-4,light aircraft,12")
    assert "2024" in text and "L-4,light aircraft,12" in text
    before = hashes(copy)
    said = run(written(tmp_path, text, "trade-register.csv"), "--update")
    assert "that it alone has left out" in said
    assert hashes(copy) == before


def test_an_older_release_fills_in_what_no_newer_one_of_the_book_covers(copy, tmp_path):
    run(BACI)
    text = BACI.read_text().replace("2022,", "2021,")
    said = run(written(tmp_path, text, "BACI_HS17_Y2021_V202301.csv"))
    assert "trade_hs6: 3 added" in said
    again = run(written(tmp_path, BACI.read_text(), "BACI_HS17_Y2022_V202301.csv"), "--update")
    assert "3 identical" in again and "Nothing to write." in again


def test_an_empty_cell_is_no_revision(copy, tmp_path):
    claim = rows("drone_claims").query("note != ''").head(1)
    file = written(tmp_path, store.as_csv(claim.assign(note="")), "drone_claims.csv")
    before = hashes(copy)
    said = run(file, "--update")
    assert "1 identical, 0 revised" in said and "1 cells are empty in the file" in said
    assert hashes(copy) == before


def test_another_period_is_no_revision_of_an_official_figure(copy, tmp_path):
    run(SAMPLES / "export 1410.xlsx")
    held = rows("trade_goods")
    held.loc[held.iranian_year == "1410", "period_end"] = "2031-06-20"
    (copy / "trade_goods.csv").write_bytes(store.as_csv(held))
    before = hashes(copy)
    said = run(SAMPLES / "export 1410.xlsx", "--update")
    assert "2 conflicting" in said and "another period or unit" in said
    assert hashes(copy) == before


# The same thing twice


@pytest.mark.parametrize("file", [COMTRADE, BACI, SAMPLES / "20100105.export.CSV"])
def test_a_file_and_its_archive_count_once_together_and_one_after_the_other(file, copy, tmp_path):
    packed = tmp_path / f"{file.name}.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(file, file.name)
    alone = run(file, "--dry-run")
    together = run(file, packed, "--dry-run")
    assert f"the same table as {file.name}, counted once" in together
    # The rows with their values: of a day of events it is the weights that would double.
    told = [line for line in alone.splitlines() if " added, " in line or line[:3] == "  +"]
    assert told[1:] and set(told) <= set(together.splitlines())
    run(file)
    after = hashes(copy)
    assert "Nothing to write." in run(packed, "--update")
    assert hashes(copy) == after


def test_files_that_share_lines_count_them_once_and_differences_name_both(copy, tmp_path):
    other = changed(COMTRADE, tmp_path, ("1100000000", "1100000001"))
    other = other.rename(tmp_path / "other.csv")
    message = refused(copy, COMTRADE, other)
    assert "twice with different values" in message
    assert "TradeData.csv" in message and "other.csv lines" in message
    text = COMTRADE.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    part = written(tmp_path, "".join(text[:3]), "part.csv")
    whole = [line for line in run(COMTRADE, "--dry-run").splitlines() if " added, " in line]
    both = run(COMTRADE, part, "--dry-run").splitlines()
    assert [line for line in both if " added, " in line] == whole


# Keys of the book's own

EVENT = {
    "event_id": "IRRU-2026-900", "date": "2026-06-02", "date_precision": "day",
    "date_basis": "event", "end_date": "", "end_date_precision": "", "lists": "chronology",
    "event_type": "summit", "level": "head_of_state", "title": "A made-up summit",
    "summary": "Made up for a test.", "place": "Astrakhan", "participants": "", "themes": "trade",
    "era": "", "valence": "cooperative", "terms": "", "figure_value": "", "figure_unit": "",
    "status": "reported", "said_by": "Made-up news",
    "confidence": "low", "conflict": "false", "source_id": "web_pages",
}  # fmt: skip
RECORD = {
    "event_id": "IRRU-2026-900", "record": "1", "source_id": "web_pages",
    "url": "https://example.org/summit", "publisher": "Made-up news", "published_on": "",
    "locator": "", "dated": "2026-06-02", "listed_in": "chronology", "listed_as": "", "note": "",
}  # fmt: skip


def table(tmp_path, name: str, *lines: dict):
    import pandas as pd

    return written(tmp_path, store.as_csv(pd.DataFrame(lines)), f"{name}.csv")


def test_an_event_needs_a_record_of_its_source(copy, tmp_path):
    event = table(tmp_path, "events", EVENT)
    message = refused(copy, event)
    assert "line 2, column event_id: found 'IRRU-2026-900', expected at least one row of" in message
    said = run(event, table(tmp_path, "event_sources", RECORD))
    assert "Written: event_sources.csv, events.csv." in said
    validate(copy / "datapackage.json")


def test_a_remark_without_a_speaker_is_refused(copy, tmp_path):
    record = table(tmp_path, "event_sources", RECORD)
    message = refused(copy, table(tmp_path, "events", EVENT | {"said_by": ""}), record)
    assert "column said_by: found '', expected a value, as status has one" in message


def test_every_event_of_the_book_keeps_the_promise():
    keeper = datasets.describe("events")["sourced_in"]
    assert set(datasets.load("events")["event_id"]) == set(datasets.load(keeper)["event_id"])


def test_another_event_under_a_used_key_is_a_conflict_and_the_next_key_is_offered(copy, tmp_path):
    last = max(rows("events").event_id)
    following = f"IRRU-2026-{int(last[-3:]) + 1:03d}"
    event = table(tmp_path, "events", EVENT | {"event_id": last})
    records = [RECORD | {"event_id": last, "record": n} for n in ("1", "9")]
    before = hashes(copy)
    said = run(event, table(tmp_path, "event_sources", *records), "--update")
    assert f"under a key that is used; the next free event_id is {following}" in said
    assert said.count("belongs to a row of events that is not taken") == 2
    assert hashes(copy) == before


def test_a_correction_under_the_same_key_is_still_a_revision(copy, tmp_path):
    event = rows("events").tail(1)
    file = written(tmp_path, store.as_csv(event.assign(title="A better title")), "events.csv")
    assert "1 revised" in run(file, "--update")


def test_the_year_of_the_key_is_that_of_the_date(copy, tmp_path):
    event = EVENT | {"event_id": "IRRU-2024-900"}
    files = (
        table(tmp_path, "events", event),
        table(tmp_path, "event_sources", RECORD | {"event_id": event["event_id"]}),
    )
    message = refused(copy, *files)
    assert "found 'IRRU-2024-900', expected the year of its date (2026-06-02)" in message


def next_free(name: str) -> str:
    """The number after the last one, as a message names it."""
    if name == "event_sources":
        return "record of IRRU-1521-001 is 2"
    letters, number = re.fullmatch(r"(\D+)(\d+)", rows(name).iloc[:, 0].max()).groups()
    return f"{letters}{int(number) + 1:0{len(number)}}"


@pytest.mark.parametrize("name", ["deals", "arms_reported", "military_exercises", "event_sources"])
def test_other_keys_of_the_books_own_belong_to_one_thing_too(name, copy, tmp_path):
    held = rows(name)
    key = datasets.describe(name)["schema"]["primaryKey"]
    other = held.tail(1).assign(**{c: held[c].iloc[0] for c in key})
    before = hashes(copy)
    said = run(written(tmp_path, store.as_csv(other), f"{name}.csv"), "--update")
    assert "1 conflicting" in said and next_free(name) in said
    assert hashes(copy) == before


def test_a_value_outside_a_list_says_what_is_allowed_and_where_that_stands(copy, tmp_path):
    files = (
        table(tmp_path, "events", EVENT | {"level": "king"}),
        table(tmp_path, "event_sources", RECORD),
    )
    message = refused(copy, *files)
    assert "found 'king', expected one of head_of_state, head_of_government" in message
    assert "(allowed in data/datapackage.json)" in message


# Nearly known


def test_a_nearly_known_file_is_told_what_is_missing_without_naming_its_kind(copy, tmp_path):
    message = refused(copy, changed(COMTRADE, tmp_path, ("primaryValue", "value")))
    assert "line 1" in message and "UN Comtrade" in message and "missing: primaryValue" in message
    file = changed(SAMPLES / "UNVotes.csv", tmp_path, ("ccode", "cow"))
    assert "votes of the General Assembly" in (said := refused(copy, file))
    assert "missing: ccode" in said


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (",", ";", "found a semicolon between the columns, expected a comma, as in the table"),
        ("grade,", "", "expected the table crude_discounts; missing: grade"),
        ("grade,", "grades,", "missing: grade; not in the table: grades"),
    ],
)
def test_a_table_of_ours_is_named_whatever_is_wrong_with_its_header(
    old, new, expected, copy, tmp_path
):
    header = (ROOT / "data" / "crude_discounts.csv").read_text().splitlines()[0]
    message = refused(copy, written(tmp_path, header.replace(old, new) + "\n1\n", "mine.csv"))
    assert expected in message and "crude_discounts" in message


def test_a_file_near_to_nothing_is_told_what_there_is(copy, tmp_path):
    file = shutil.copy(ROOT / "LICENSE", tmp_path / "licence.csv")
    assert "expected the header of one of: tidy, comtrade" in refused(copy, file)
