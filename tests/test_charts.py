"""One anatomy for every figure and table; what is missing is an error that says so."""

import csv
import io
import json
import math
import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest

from iran_russia import charts, colours, facts, tables
from iran_russia.charts import drawing, figure, waiting
from iran_russia.colours import COLOURS
from iran_russia.datasets import DataError
from iran_russia.exhibits import BUILD, LAB_MIME, MIME, FigureError

FRAME = pd.DataFrame(
    {
        "year": [2001, 2002, 2003],
        "value": [1.0, 2.5, 2.0],
        "party": ["IRN", "RUS", "IRN"],
        "source_id": "cow_trade_v4",
    }
)
HOSTILE = '<script>alert(1)</script> {{ 7*7 }} <img src=x onerror=alert(1)> "quoted"'


def chart(frame=FRAME):
    return alt.Chart(frame).mark_line().encode(alt.X("year:O"), alt.Y("value:Q"), color="party:N")


def test_an_axis_reaches_as_far_as_the_data():
    days = pd.Series(pd.to_datetime(["2001-03-01", "2001-02-10"]))
    assert charts.axis_domain(days, days.iloc[:1], room=9) == ["2001-02-01", "2001-03-10"]
    assert charts.axis_domain(FRAME["year"], pd.Index([1999]), room=0.5) == [1998.5, 2003.5]
    assert charts.axis_domain(days, days[:0], room=9) == charts.axis_domain(days, room=9)
    assert charts.axis_domain(days[:0], room=9) == []


def test_an_axis_keeps_its_usual_ends_until_the_data_go_further():
    shares, none = pd.Series([0.1, 0.6]), pd.Series(dtype="float64")
    assert charts.axis_at_least(0, 0.7, shares, none) == [0, 0.7]
    assert charts.axis_at_least(0, 0.7, shares, pd.Series([-0.2, 0.8])) == [-0.2, 0.8]
    assert charts.axis_at_least(0, 0.7, shares, room=0.5) == pytest.approx([0, 0.9])
    assert charts.axis_at_least(0, 0.7, none) == [0, 0.7]
    days = pd.Series(pd.to_datetime(["2001-03-01", None, "2004-02-10"]))
    assert charts.axis_at_least("1999-01-01", "2003-12-31", days) == ["1999-01-01", "2004-02-10"]
    assert charts.axis_at_least("2002-01-01", "2009-12-31", days) == ["2001-03-01", "2009-12-31"]


def test_marks_are_painted_by_one_field_with_or_without_its_legend():
    scale = alt.Scale(domain=["IRN", "RUS"], range=colours.parties(["IRN", "RUS"]))
    drawn = alt.Chart(FRAME).mark_point().encode(**charts.painted("party", scale)).to_dict()
    assert drawn["encoding"]["fill"] == drawn["encoding"]["stroke"]
    assert drawn["encoding"]["fill"]["scale"]["domain"] == ["IRN", "RUS"]
    bare = alt.Chart(FRAME).mark_point().encode(**charts.painted("party", scale, legend=False))
    assert [bare.to_dict()["encoding"][side]["legend"] for side in ("fill", "stroke")] == [None] * 2


@pytest.fixture
def build(monkeypatch):
    """As chapters run for the book."""
    monkeypatch.setenv(BUILD, "yes")


def test_panels_stand_in_the_order_of_their_names_each_with_its_own_rows():
    rows = pd.DataFrame({"panel": ["a", "b"], "value": [1, 2]})
    bars = alt.layer(alt.Chart(rows).mark_bar().encode(alt.X("value:Q")))
    drawn = charts.panels(bars, ["b", "a"], 40).to_dict()["vconcat"]
    assert [part["title"] for part in drawn] == ["b", "a"]
    assert [part["transform"][0]["filter"] for part in drawn] == [
        "(datum.panel === 'b')",
        "(datum.panel === 'a')",
    ]


def shown(**changes):
    settings = {"alt": "Value by year and party", "unit": "number", "source": FRAME} | changes
    return figure(
        changes.pop("chart", chart()), **{k: v for k, v in settings.items() if k != "chart"}
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"alt": " "}, "needs alt="),
        ({"unit": ""}, "needs alt="),
        ({"source": []}, "no source"),
        ({"source": FRAME.drop(columns="source_id")}, "no source"),
        ({"chart": chart(FRAME.head(0))}, "no rows; check the filter"),
        ({"chart": alt.layer(chart(), chart())}, "pass data="),
    ],
    ids=["no alt", "no unit", "no source", "no source column", "empty frame", "layered"],
)
def test_a_figure_that_lacks_something_is_refused_with_the_remedy(changes, says, build):
    layered = isinstance(changes.get("chart"), alt.LayerChart)
    if layered:
        changes["chart"].data = alt.Undefined
    with pytest.raises(FigureError, match=says):
        shown(**changes)


@pytest.mark.parametrize("argument", ["alt", "unit", "source"])
def test_alt_text_unit_and_source_cannot_be_left_out(argument):
    settings = {"alt": "Value by year", "unit": "number", "source": FRAME}
    del settings[argument]
    with pytest.raises(TypeError, match=argument):
        figure(chart(), **settings)


def test_an_unknown_source_is_named_with_the_remedy():
    with pytest.raises(DataError, match=r"\['nobody'\] not in the table 'sources'; add a row"):
        shown(source=["nobody"])


def test_a_figure_carries_its_data_and_pictures():
    files = shown().files
    rows = list(csv.DictReader(io.StringIO(files["csv"])))
    assert [r["value"] for r in rows] == ["1.0", "2.5", "2.0"]
    assert ElementTree.fromstring(files["svg"]).tag.endswith("svg")
    assert files["png"].startswith(b"\x89PNG")
    assert files["js"].startswith("iranRussia.live({")


def two_ways(**changes):
    frame = FRAME.assign(real=[10.0, 20.0, 30.0])
    reading = charts.dollars(2024, {"value": "real"}, "dollar of 2024", "Value in real money")
    drawn = chart(frame).encode(tooltip=["value", "real"])
    return shown(**{"chart": drawn, "data": frame, "reading": reading} | changes)


def test_a_figure_can_be_read_by_other_columns_of_the_same_rows():
    exhibit = two_ways()
    assert {"value", "real"} <= set(exhibit.files["csv"].splitlines()[0].split(","))
    assert ">30<" in exhibit.files["other.svg"] and ">30<" not in exhibit.files["svg"]
    assert ElementTree.fromstring(exhibit.files["other.svg"]).tag.endswith("svg")
    chosen = re.findall(r'name="(\w+)"( checked)?> ([^<]+)</label>', exhibit.html)
    assert [(on, name) for _, on, name in chosen] == [
        (" checked", "Current dollars"),
        ("", "Dollars of 2024"),
    ]
    assert len({group for group, _, _ in chosen}) == 1
    assert re.findall(r'data-live="([^"]+)"', exhibit.html) == ["exhibit:js", "exhibit:other.js"]
    for words in ("dollar of 2024", "Value in real money", "Value by year and party"):
        assert words in exhibit.html


def test_both_columns_change_places_and_the_data_stay():
    reading = charts.Reading(("a", "b"), {"value": "real"}, "u", "alt")
    spec = {"encoding": {"y": {"field": "value"}, "tooltip": [{"field": "real"}, {"field": "x"}]}}
    held = {"datasets": {"d": [{"field": "value"}]}}
    assert reading.of(spec | held) == held | {
        "encoding": {"y": {"field": "real"}, "tooltip": [{"field": "value"}, {"field": "x"}]}
    }


def test_what_the_other_reading_draws_must_stand_in_the_data():
    with pytest.raises(FigureError, match=r"\['real'\], which are not in the data"):
        two_ways(data=FRAME)


def test_a_figure_of_one_reading_offers_no_choice():
    assert "ir-choice" not in shown().html and "ir-reading" not in shown().html


def test_a_round_mark_is_written_as_a_circle_and_the_font_once():
    svg = shown(chart=chart().mark_point()).files["svg"]
    assert svg.count("<circle") >= 3 and svg.count("font-family") == 1


def test_a_figure_is_the_same_bytes_every_time():
    assert shown()._repr_mimebundle_() == shown()._repr_mimebundle_()


def test_a_clipped_chart_is_the_same_bytes_whatever_was_drawn_before():
    rows = pd.DataFrame({"year": [2021, 2022], "value": [3, 5]})
    clipped = alt.Chart(rows).mark_line(clip=True).encode(x="year:Q", y="value:Q")
    spec = (clipped | clipped).to_dict()
    draw = drawing._draw.func  # and not what is kept of it
    first = draw(spec, "")
    assert "url(#" in first["wide"] and first == draw(spec, "")
    named = set(re.findall(r'\bid="([^"]+)"', first["wide"]))
    assert {name for name in re.findall(r"url\(#([^)]+)\)", first["wide"])} <= named


def test_a_mark_links_to_a_place_of_the_page_and_in_the_picture_to_none():
    linked = chart(FRAME.assign(place="#R013")).mark_point().encode(href="place:N")
    made = shown(chart=linked)
    assert 'xlink:href="#R013"' in made.html
    assert "<a " not in made.files["svg"] and "</a>" not in made.files["svg"]
    assert "vega.github.io" not in made.html


def test_labels_keep_every_decimal_and_geometry_one():
    frame = FRAME.assign(value=[0.0512, 0.1034, 0.0789])
    labelled = alt.Chart(frame).mark_text(opacity=0.25).encode(alt.X("year:O"), text="value:Q")
    svg = shown(chart=labelled).files["svg"]
    assert {">0.0512<", ">0.1034<", ">0.0789<"} <= set(re.findall(r">[\d.]+<", svg))
    assert 'opacity="0.25"' in svg
    assert not re.search(r'transform="[^"]*\d\.\d\d', svg)


def test_a_figure_is_drawn_wide_and_narrow():
    widths = [int(w) for w in re.findall(r'<svg[^>]* width="(\d+)"', shown().html)]
    assert widths[0] <= drawing.WIDE and widths[1] <= drawing.NARROW


def test_colours_in_the_page_follow_its_theme_and_stay_fixed_in_the_file():
    exhibit = shown()
    assert "var(--ir-iran)" in exhibit.html and COLOURS["iran"][0] not in exhibit.html
    assert "var(" not in exhibit.files["svg"]
    for name, (light, dark) in COLOURS.items():
        assert f"--ir-{name}:{light}" in colours.stylesheet()
        assert f"--ir-{name}:{dark}" in colours.stylesheet()


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "name", ["ink", "muted", "iran", "russia", "ussr", "both", "china", "blue", "pink", "other"]
)
def test_marks_and_labels_stand_out_from_the_page(name, theme):
    pair = sorted((_luminance(COLOURS[name][theme]), _luminance(COLOURS["paper"][theme])))
    least = 4.5 if name in ("ink", "muted") else 3
    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= least


def test_a_notebook_gets_a_live_chart_and_what_it_shows():
    bundle = shown(
        title="Trade grew", unit="number of deals", note="Estimates."
    )._repr_mimebundle_()
    assert bundle[LAB_MIME]["mark"] and json.dumps(bundle[LAB_MIME])
    for words in ("Trade grew", "number of deals", "Correlates of War", "Estimates.", "<svg"):
        assert words in bundle["text/html"]
    assert MIME not in bundle


def test_the_book_gets_what_it_shows_and_no_more(build):
    assert set(shown()._repr_mimebundle_()) == {MIME, "text/markdown", "text/plain"}


def test_whatever_stands_in_a_table_is_shown_as_text():
    frame = FRAME.assign(party=HOSTILE, url="javascript:alert(1)")
    table = tables.rows(frame, caption=HOSTILE, links={"party": "url"})
    page = shown(chart=chart(frame), alt=HOSTILE, data=frame).html
    for html in (table, page):
        assert (
            "<script" not in html
            and "<img" not in html
            and not any("javascript:" in link for link in re.findall(r'href="[^"]*"', html))
        )
        assert "&lt;script&gt;" in html


def test_a_row_can_be_linked_to_and_links_to_a_page_of_the_book():
    frame = FRAME.assign(event="the visit", page="site:notebooks/chronology.html#E-1")
    table = tables.rows(frame, caption="x", links={"event": "page"}, anchor="party")
    assert '<tr id="IRN">' in table and ">party</th>" not in table
    assert 'href="site:notebooks/chronology.html#E-1"' in table


def test_columns_share_a_printed_page_by_what_stands_in_them():
    frame = FRAME.assign(note="a sentence that says what was seen and by whom, and when it was")
    heads = re.findall(r'--ir-share:([\d.]+)%">([^<]+)<', tables.rows(frame, caption="x"))
    shares = {head: float(share) for share, head in heads}
    assert sum(shares.values()) == pytest.approx(100, abs=0.5)
    assert shares["note"] > 2 * shares["party"] > 0
    assert 'class="ir-table ir-many"' in tables.rows(frame, caption="x")
    assert "ir-many" not in tables.rows(FRAME, caption="x")


def test_a_link_without_words_shows_the_host_it_leads_to():
    frame = FRAME.assign(party=None, url="https://example.org/a")
    table = tables.rows(frame, caption="x", links={"party": "url"})
    assert '<a href="https://example.org/a" rel="noopener">example.org</a>' in table


def test_a_register_without_rows_is_refused_by_name(build):
    with pytest.raises(FigureError, match="'deals' has no rows"):
        tables.register(FRAME.head(0), name="deals", caption="Deals", source=FRAME)


def test_outside_a_build_what_has_no_rows_says_so():
    for nothing in (
        shown(chart=chart(FRAME.head(0)), source=FRAME.head(0)),
        tables.register(FRAME.head(0), name="deals", caption="Deals", source=FRAME),
    ):
        assert "has no rows; check the filter" in nothing._repr_mimebundle_()["text/html"]


MISSING = [math.nan, math.inf, None, pd.NaT, pd.NA]


@pytest.mark.parametrize("form", ["number", "percent", "usd", "tiv", "times", "day"])
@pytest.mark.parametrize("value", MISSING, ids=str)
def test_a_number_that_is_missing_is_written_in_words(form, value):
    assert getattr(facts, form)(value) == "no figure"


@pytest.mark.parametrize("text", [facts.usd(math.nan), f"up to {math.nan:.1f}", str(pd.NaT)])
def test_a_fact_with_a_missing_number_says_so_and_is_told(text, monkeypatch):
    monkeypatch.setattr(facts, "_turned", [])
    facts.state(turnover=text)
    assert "no figure" in facts.key_numbers(facts.Card("Turnover", text, "2024", sure="so")).html
    first, second = facts.turned()
    assert first.startswith("fact 'turnover': ") and second.startswith("Turnover: ")


def test_a_figure_with_a_missing_number_in_its_title_says_so():
    said = shown(title=f"It rose to {math.nan:.2f} in 2003", alt="From 1 to nan.")
    html = said._repr_mimebundle_()["text/html"]
    assert "It rose to no figure in 2003" in html and "From 1 to no figure." in html


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        (2010, 2019, "2010–19"),
        (1999, 2008, "1999–2008"),
        (2001, 2009, "2001–09"),
        (2021, 2021, "2021"),
        (2022, 2021, "no figure"),
        (math.nan, 2021, "no figure"),
    ],
)
def test_a_span_of_years_is_written_short(first, last, written):
    assert facts.from_to(first, last) == written


def test_a_fact_must_be_formatted_first():
    with pytest.raises(TypeError, match=r"fact 'turnover' is float; format it first"):
        facts.state(turnover=4.8)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (facts.usd(4.8e9), "$4.80 billion"),
        (facts.usd(964_472_151), "$964 million"),
        (facts.usd(66_600_000), "$66.6 million"),
        (facts.percent(0.801, 1), "80.1 %"),
        (facts.number(-1234.5, 1), "−1,234.5"),
        (facts.tiv(3953), "3,953 million TIV"),
        (facts.times(1.78), "1.8 times"),
        (facts.day(pd.Timestamp("2001-03-12")), "12 March 2001"),
    ],
)
def test_numbers_are_formatted_in_one_place(made, expected):
    assert made == expected


def _bars(values, **scale):
    frame = pd.DataFrame({"c": list("abcd"), "v": values, "source_id": "cow_trade_v4"})
    return alt.Chart(frame).mark_bar().encode(alt.X("c:N"), alt.Y("v:Q").scale(**scale))


def _points(values, **scale):
    return _bars(values, **scale).mark_point()


FOUR = alt.Color("c:N").scale(domain=list("abc"), range=["#05635f", "#b5472f", "#a87400"])


@pytest.mark.parametrize(
    ("drawn", "says"),
    [
        (_points([1, 0, 10, 100], type="log"), "have no place"),
        (_bars([1, 2, 10, 100], type="log"), "logarithmic axis have no length"),
        (_bars([1, 2, 3, 4]).encode(FOUR), "1 marks (rect) have no colour"),
        (_points([1, 2, 3, 4]).encode(FOUR), "1 marks (symbol) have no colour"),
        (_bars([1, 2, 3, 9], domain=[0, 5]), "1 marks (rect) lie beyond the y axis"),
        (_points([1, 2, 3, -9], domain=[0, 5]), "1 marks (symbol) lie beyond the y axis"),
        (_bars([1, 2, 3, 4]).encode(x=alt.X("c:N").axis(labelExpr="'null'")), "are no words"),
        (
            _bars([1, 2, 3, 4]).encode(
                alt.Y("c:N").axis(labelLimit=600, labelExpr="pad('', 80, 'm')"), alt.X("v:Q")
            ),
            "keep less than 40%",
        ),
    ],
    ids=[
        "zero on log",
        "bars on log",
        "bar colour",
        "point colour",
        "bar beyond",
        "point below",
        "no name",
        "narrow",
    ],
)
def test_a_chart_of_which_something_cannot_be_seen_is_refused(drawn, says, monkeypatch):
    assert says in shown(chart=drawn).html  # a notebook shows it, and says so
    monkeypatch.setenv(BUILD, "yes")
    with pytest.raises(FigureError, match=re.escape(says)):
        shown(chart=drawn)


def test_tooltips_read_as_a_table_does():
    frame = FRAME.assign(value=[95.055556, 12345.678, None], exact_day=[True, False, None])
    drawn = chart(frame).mark_point().encode(alt.Y("value:Q"), detail="exact_day:N")
    signal = re.search(r'"tooltip":\{"signal":("(?:[^"\\]|\\.)*")', shown(chart=drawn).files["js"])[
        1
    ]
    said = json.loads(signal)
    assert '"exact day": isValid(datum["exact_day"]) ? isBoolean(' in said
    assert said.count(': "–"') == said.count("isValid(") == 4
    assert 'format(datum["value"], abs(datum["value"]) < 10000 ? ".4~r" : ",.0f")' in said
    assert '""+' not in said


def _kinds(*kinds, **fill):
    frame = pd.DataFrame({"kind": kinds, "v": range(len(kinds)), "source_id": "cow_trade_v4"})
    marks = alt.Chart(frame).mark_point(strokeWidth=1.5, stroke="#59636e", fill="#59636e")
    shape = alt.Shape("kind:N").scale(domain=["sure", "guess"], range=["circle", "diamond"])
    return marks.encode(alt.X("v:Q"), shape, **fill)


def test_a_legend_is_as_hollow_as_its_marks(build):
    drawn = _kinds("sure", "guess", fillOpacity=charts.hollow("kind", "sure", "guess"))
    svg = shown(chart=drawn).files["svg"]
    assert svg.count('fill-opacity="0"') == 2  # the mark and its entry


def test_a_legend_shows_hollow_what_another_field_makes_hollow_in_all_rows(build):
    drawn = _kinds("sure", "guess", "guess", fillOpacity=charts.hollow("v", 0, 1))
    kept = charts.grammar.true_legends(drawn.to_dict())["encoding"]["shape"]
    assert "legend" not in kept  # one guess has neither filling
    frame = drawn.data.assign(stage=["done", "planned", "planned"])
    planned = drawn.properties(data=frame).encode(
        fillOpacity=charts.hollow("stage", "done", "planned")
    )
    kept = charts.grammar.true_legends(planned.to_dict())["encoding"]["shape"]["legend"]
    look = kept["encoding"]["symbols"]["fillOpacity"]["condition"]
    assert look == {"test": 'indexof(["guess"], datum.value) >= 0', "value": 0}


def test_a_filling_by_degrees_leaves_the_legend_alone(build):
    by_degrees = _kinds("sure", "guess", fillOpacity=alt.FillOpacity("v:Q"))
    assert "encoding" not in by_degrees.to_dict()["encoding"]["shape"]
    assert charts.grammar.true_legends(by_degrees.to_dict()) == by_degrees.to_dict()


def test_a_legend_that_looks_like_none_of_its_marks_is_refused(build):
    hidden = alt.when("datum.kind == 'guess'").then(alt.value(0)).otherwise(alt.value(1))
    with pytest.raises(FigureError, match="1 entries of a legend look like none of their marks"):
        shown(chart=_kinds("sure", "guess", fillOpacity=hidden))


def test_a_kind_without_a_look_and_a_row_without_a_panel_are_refused(build):
    with pytest.raises(FigureError, match="shape has no look for kind 'rumour'"):
        shown(chart=_kinds("sure", "guess", "rumour"))
    three = _kinds("sure", "guess", "rumour").encode(shape=alt.Undefined)
    frame = three.data
    drawn = charts.panels(alt.layer(three), ["sure", "guess"], 40, field="kind")
    with pytest.raises(FigureError, match="no panel shows kind 'rumour'"):
        shown(chart=drawn, data=frame)


def test_words_without_a_colour_are_refused(build):
    words = _points([1, 2, 3, 4]).mark_text().encode(FOUR, text="c:N")
    with pytest.raises(FigureError, match="1 words of marks have no colour"):
        shown(chart=words)


def test_more_kinds_than_colours_are_refused(build):
    frame = pd.DataFrame({"k": [f"kind {i}" for i in range(12)], "v": range(12)})
    many = (
        alt.Chart(frame.assign(source_id="cow_trade_v4"))
        .mark_bar()
        .encode(alt.X("v:Q"), alt.Y("k:N"), alt.Color("k:N"))
    )
    with pytest.raises(FigureError, match="4 entries of a legend look like another"):
        shown(chart=many)


@pytest.mark.parametrize(
    ("value", "says"), [(Decimal("1.5"), "Decimal"), (date(2024, 1, 1), "pd.to_datetime")]
)
def test_a_column_that_cannot_be_drawn_is_named(value, says):
    frame = pd.DataFrame({"c": ["a"], "odd": [value], "source_id": "cow_trade_v4"})
    with pytest.raises(FigureError, match=f"column odd holds .*{says}"):
        shown(chart=alt.layer(alt.Chart(frame).mark_point().encode(x="odd:Q")), data=frame)


def test_every_country_has_a_colour_and_no_two_alike():
    some = ["IRN", "TUR", "RUS", "USA", "DEU", "XKX", "JPN"]
    colours_of = colours.parties(some)
    assert len(set(colours_of)) == len(some)
    assert colours_of[0] == colours.PARTY["IRN"] and colours.PARTY["TUR"] == colours.LIGHT["other"]
    with pytest.raises(ValueError, match="11 countries are more than can be told apart"):
        colours.parties("ABCDEFGHIJK")


def test_a_month_is_written_out_and_a_missing_one_in_words():
    assert facts.month(pd.Timestamp("2001-03-12")) == "March 2001"
    assert facts.month(pd.NaT) == "no figure"


def test_steps_that_go_on_reach_the_end_of_the_axis_and_those_that_stop_do_not():
    told = pd.DataFrame(
        {
            "what": ["on"] * 3 + ["over"] * 2,
            "years": [0.0, 4, 12, 0, 5],
            "share": [0, 0.2, 0.9, 0, 0.5],
        }
    )
    curves = told.assign(low=0.1, high=0.9, at_risk=9)
    readings = curves.assign(dates="latest")
    followed = pd.DataFrame({"what": ["on"], "years": [0], "at_risk": [9]})
    chart = waiting(curves, readings, followed, {"on": "#111111", "over": "#222222"}, "on", end=10)
    lines = chart.vconcat[0].layer[3].data
    ends = lines.groupby("what")[["years", "share"]].last()
    assert ends.loc["on"].tolist() == [10, 0.2]
    assert ends.loc["over"].tolist() == [5, 0.5]


def test_the_ground_is_shaded_from_where_fewer_than_five_are_followed():
    curves = pd.DataFrame(
        {"what": "on", "years": [0.0, 4, 6], "share": [0, 0.2, 0.9], "at_risk": [9, 5, 4]}
    ).assign(low=0.1, high=0.9)
    followed = curves[["what", "years", "at_risk"]]
    chart = waiting(curves, curves.assign(dates="x"), followed, {"on": "#111111"}, "on", end=10)
    shaded = chart.vconcat[0].layer[0].data
    assert shaded[["years", "to"]].iloc[0].tolist() == [4, 10]
