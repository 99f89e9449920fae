"""Before and after, records and slopes of the same few series of the relationship.

Series are named: ``trade`` (turnover of goods as the Russian side states it, billion US dollars),
``trade_iranian`` (the same by Iran’s customs, Iranian years), ``arms`` (deliveries of major arms
both ways, million TIV; ``arms_to_iran`` and ``arms_to_russia`` one way), ``contacts`` (contacts
between the presidents), ``exercises`` (joint exercises held), ``distance`` (distance of ideal
points in the Assembly, scale units), ``alike`` (share of its final votes in which both voted
alike), ``tie`` (GDELT’s tie by month, per 1,000 of the world’s weight), ``memberships`` (joint
intergovernmental organisations), ``friction`` (frictional events of the chronology), ``deals``
(economic projects first announced), ``freight`` (cargo of the North–South corridor, million
tonnes), ``launches`` (Shahed-type drones launched at Ukraine by month, as its air force counts
them). Of ``distance`` and ``friction`` a fall is what brings the two closer.
"""

from collections.abc import Callable

import pandas as pd

from iran_russia.datasets import load
from iran_russia.facts import percent
from iran_russia.indicators import Reading, indicator, newest
from iran_russia.measures import series as measures
from iran_russia.measures.capabilities import followed_and_by_chance
from iran_russia.measures.deals import project_outcomes, realisation_rate
from iran_russia.measures.drones import launches_by
from iran_russia.measures.event_data import change_of_means, pair_code, tie_by_month
from iran_russia.measures.events import in_list, rates_around
from iran_russia.measures.series import (
    compound,
    count,
    difference,
    extreme,
    interval_of_slope,
    mean,
    rank_of,
    ratio,
    relative_change,
    share_of,
)
from iran_russia.measures.trade import trade_balance, turnover, with_customs_totals
from iran_russia.measures.voting import (
    ballots,
    final_votes,
    ideal_point_distance,
    pair_agreement,
)

FALLING = {"distance", "friction"}
"""Series of which a fall is what brings the two closer."""

_ENOUGH = 2  # a mean of fewer values is not taken


def _turnover(reporter: str) -> pd.Series:
    totals = with_customs_totals(load("trade_totals"), load("trade_goods"))
    full = totals[(totals["period_type"] != "partial") & totals["value_usd"].notna()]
    return turnover(trade_balance(full), reporter) / 1e9


def _last_whole_year(days: pd.Series) -> int:
    """Last year that a record reaches to its last month."""
    newest_day = days.max()
    return newest_day.year if newest_day.month == 12 else newest_day.year - 1


def _yearly_counts(days: pd.Series, whole: pd.Series | None = None) -> pd.Series:
    """Count dated rows by whole year, from the first year with one; years without are zero."""
    last = _last_whole_year(days if whole is None else whole)
    years = days.dt.year
    span = range(int(years.min()), last + 1)
    return years.value_counts().reindex(span, fill_value=0).sort_index()


def _trade() -> pd.Series:
    return _turnover("RUS")


def _trade_iranian() -> pd.Series:
    return _turnover("IRN")


def _arms(*flows: str) -> pd.Series:
    """Deliveries by year of one or both directions, Moscow standing for the Soviet Union too."""
    table = load("arms_tiv")
    from_moscow = table["supplier_iso3"].isin(["RUS", "SUN"])
    to_iran = from_moscow & (table["recipient_iso3"] == "IRN")
    to_russia = (table["supplier_iso3"] == "IRN") & (table["recipient_iso3"] == "RUS")
    held = table[(to_iran & ("to_iran" in flows)) | (to_russia & ("to_russia" in flows))]
    span = range(int(table.loc[to_iran | to_russia, "year"].min()), int(table["year"].max()) + 1)
    return held.groupby("year")["tiv_millions"].sum().reindex(span, fill_value=0.0)


def _contacts() -> pd.Series:
    table = load("leader_contacts")
    return _yearly_counts(table.loc[table["level"] == "presidents", "date"], table["date"])


def _exercises() -> pd.Series:
    table = load("military_exercises")
    return _yearly_counts(table.loc[table["status"] == "held", "date_start"], table["date_start"])


def _distance() -> pd.Series:
    return ideal_point_distance(load("unga_ideal_points"), "IRN", "RUS").set_index("year")[
        "distance"
    ]


def _tie() -> pd.Series:
    months = tie_by_month(load("gdelt_day"))
    return months.set_index(months["month"].dt.strftime("%Y-%m"))["tie_per_1000_world"]


def _memberships() -> pd.Series:
    table = load("dyad_relations")
    return table[table["measure"] == "joint_memberships"].set_index("year")["value"]


def _friction() -> pd.Series:
    events = in_list(load("events"), "chronology")
    return _yearly_counts(events.loc[events["valence"] == "frictional", "date"], events["date"])


def _deals() -> pd.Series:
    deals = load("deals")
    return _yearly_counts(project_outcomes(deals)["announced_on"], deals["status_on"])


def _freight() -> pd.Series:
    table = load("corridor_freight")
    rows = table[
        (table["branch"] == "all")
        & (table["indicator"] == "cargo")
        & (table["kind"] == "reported")
        & (table["counted_by"] == "russian")
        & (table["period_type"] == "calendar year")
        & (table["confidence"] == "high")
    ]
    # Several figures of one year count as one, the middle one.
    return rows.groupby(rows["period_start"].dt.year)["million_tonnes"].median()


def _alike() -> pd.Series:
    rolls, votes = final_votes(load("unga_rollcalls")), load("unga_votes")
    rolls = rolls.assign(year=rolls["date"].dt.year)
    own = ballots(votes[votes["iso3"].isin(["IRN", "RUS"])])
    shares = pair_agreement(own, rolls, "IRN", "RUS", "year").set_index("year")
    return shares["share_identical"].loc[: _last_whole_year(rolls["date"])]


def _launches() -> pd.Series:
    months = launches_by(load("shahed_launches")).query("complete")
    return months.set_index(months["start"].dt.strftime("%Y-%m"))["launched"]


_SERIES: dict[str, tuple[Callable[[], pd.Series], str]] = {
    "trade": (_trade, "billion dollars"),
    "trade_iranian": (_trade_iranian, "billion dollars"),
    "arms": (lambda: _arms("to_iran", "to_russia"), "million TIV"),
    "arms_to_iran": (lambda: _arms("to_iran"), "million TIV"),
    "arms_to_russia": (lambda: _arms("to_russia"), "million TIV"),
    "contacts": (_contacts, "contacts"),
    "exercises": (_exercises, "exercises"),
    "distance": (_distance, "scale units"),
    "tie": (_tie, "per 1,000 of the world"),
    "memberships": (_memberships, "organisations"),
    "friction": (_friction, "events"),
    "deals": (_deals, "projects"),
    "freight": (_freight, "million tonnes"),
    "alike": (_alike, "share"),
    "launches": (_launches, "drones a month"),
}


SERIES_WORDS = {
    "trade": "turnover of goods as the Russian side states it",
    "trade_iranian": "turnover of goods by Iran’s customs",
    "arms": "deliveries of major arms both ways",
    "arms_to_iran": "deliveries of major arms from Moscow to Iran",
    "arms_to_russia": "deliveries of major arms from Iran to Russia",
    "contacts": "contacts between the presidents",
    "exercises": "joint exercises held",
    "distance": "distance of ideal points in the General Assembly",
    "tie": "tie in news reports",
    "memberships": "joint intergovernmental organisations",
    "friction": "frictional events of the chronology",
    "deals": "economic projects first announced",
    "freight": "cargo of the North–South corridor",
    "alike": "share of final votes of the General Assembly cast alike",
    "launches": "Shahed-type drones launched at Ukraine",
}
"""What each series holds, in words."""


def _slope_unit(given: dict) -> str:
    return f"{_SERIES[given['name']][1]} a year"


def series(name: str) -> pd.Series:
    """Return a named series, indexed by its period as ISO text (``2019`` or ``2019-03``).

    Counts are given for whole years only.
    """
    values = _SERIES[name][0]().astype("float64").dropna().sort_index()
    return values.set_axis(values.index.astype("str")).rename(name)


def by_year(name: str) -> pd.Series:
    """Return a named series by year, as the mean of the months where it is monthly.

    Of a monthly series only years with all twelve months are kept.
    """
    values = series(name)
    if values.index.str.len().max() > 4:
        months = values.groupby(values.index.str[:4])
        values = months.mean()[months.size() == 12]
    return values.set_axis(values.index.astype(int))


def numbered(name: str) -> pd.Series:
    """Return a named series by the number of its year, or of its month where it is monthly.

    Months are numbered as :class:`pandas.Period` does, from January 1970 on.
    """
    values = series(name)
    months = values.index.str.len().max() > 4
    index = pd.PeriodIndex(values.index, freq="M").asi8 if months else values.index.astype(int)
    return values.set_axis(index)


def between(values: pd.Series, first: str, last: str) -> pd.Series:
    """Keep the periods from the first to the last, both included and as exact as they are given."""
    index = values.index
    return values[(index.str[: len(first)] >= first) & (index.str[: len(last)] <= last)]


def _mean(values: pd.Series, span: list[str]) -> float | None:
    held = between(values, *map(str, span))
    enough = len(held) >= _ENOUGH or (span[0] == span[1] and len(held) == 1)
    return mean(held) if enough else None


def _span(values: pd.Series, span: list[str]) -> str:
    """Name the first and last period that a span holds, or the span where it holds none."""
    held = between(values, *map(str, span)).index
    first, last = (held[0], held[-1]) if len(held) else span
    return f"{first}" if first == last else f"{first}–{last}"


def _told(values: float | None, unit: str = "") -> str:
    return "no value" if values is None else f"{values:,.4g} {unit}".strip()


@indicator(
    "Change of the mean of a series: {name}",
    unit="share",
    rows="the whole series in its tables, one value a period",
    measure=relative_change,
    years="{before} and {after}",
    words=SERIES_WORDS,
)
def change(name: str, before: list[str], after: list[str]) -> Reading:
    """Change of the mean of a series from one span to another, as a share of the first mean.

    Args:
        name: a series.
        before: first and last period of the time before.
        after: first and last period of the time after.
    """
    values = series(name)
    one, other = _mean(values, before), _mean(values, after)
    latest = newest(between(values, str(before[0]), str(after[1])).index.to_series())
    told = f"{name}: {_told(one)} in {_span(values, before)}, "
    told += f"{_told(other, _SERIES[name][1])} in {_span(values, after)}"
    return Reading(relative_change(other, one), latest, told)


def closer(name: str, before: list[str], after: list[str]) -> Reading:
    """The same change with its sign turned where a fall is what brings the two closer.

    Args:
        name: a series.
        before: first and last period of the time before.
        after: first and last period of the time after.
    """
    reading = change(name, before, after)
    if reading.value is None or name not in FALLING:
        return reading
    return Reading(-reading.value, reading.latest, reading.detail)


@indicator(
    "Change of a series in its latest {years} years against as many before: {name}; a "
    "rise is closer",
    unit="share",
    rows="the whole series in its tables, one value a period",
    measure=relative_change,
    years="latest {years} years and {years} before",
    words=SERIES_WORDS,
)
def latest_change(name: str, years: int = 3) -> Reading:
    """Change of the mean of the latest years against as many before, as a share; a rise is closer.

    Args:
        name: a series.
        years: how many years on each side.
    """
    values = by_year(name)
    last = int(values.index.max())
    after = values[values.index > last - years]
    before = values[(values.index > last - 2 * years) & (values.index <= last - years)]
    told = f"{name}: {_told(before.mean())} in {last - 2 * years + 1}–{last - years}, "
    told += f"{_told(after.mean(), _SERIES[name][1])} in {last - years + 1}–{last}"
    if min(len(before), len(after)) < _ENOUGH:
        return Reading(None, str(last), f"{name}: {len(values)} years are too few")
    rise = relative_change(mean(after), mean(before))
    if rise is None:
        return Reading(None, str(last), f"{name}: nothing to compare with")
    return Reading(-rise if name in FALLING else rise, str(last), told)


@indicator(
    "Rank of the latest mean over {years} years among all such means: {name}; 1 is the "
    "closest on record",
    unit="rank",
    rows="the whole series in its tables, one value a period",
    measure=rank_of,
    years="from {first}",
    words=SERIES_WORDS,
)
def rank_of_latest(name: str, first: int, years: int = 3) -> Reading:
    """Rank of the latest mean over some years among all such means; 1 is the closest on record.

    Only spans with a value in every year count.

    Args:
        name: a series.
        first: first year counted.
        years: length of a span.
    """
    values = by_year(name)
    values = values[values.index >= first]
    whole = values.reindex(range(int(values.index.min()), int(values.index.max()) + 1))
    means = whole.rolling(years).mean().dropna()
    if len(means) < 2:
        return Reading(None, str(int(values.index.max())))
    rank = rank_of(means, means.index[-1], lowest_first=name in FALLING)
    best = means.idxmin() if name in FALLING else means.idxmax()
    told = (
        f"{name}: {_told(means.iloc[-1], _SERIES[name][1])} to {means.index[-1]}, rank {rank:.0f} "
        f"of {len(means)} spans; best {_told(means[best])} to {best}"
    )
    return Reading(rank, str(int(means.index[-1])), told)


@indicator(
    "Share of the steps from one span to the next in which a series moved closer: {name}",
    unit="share",
    rows="the whole series in its tables, one value a period",
    measure=share_of,
    years="{spans}",
    words=SERIES_WORDS,
)
def steps_closer(name: str, spans: list[list[str]]) -> Reading:
    """Share of the steps from one span to the next in which the mean moved closer.

    Spans with fewer than two values are left out.

    Args:
        name: a series.
        spans: first and last period of each span, in order.
    """
    values = series(name)
    means = {_span(values, span): _mean(values, span) for span in spans}
    known = pd.Series({span: mean for span, mean in means.items() if mean is not None})
    told = f"{name}: " + ", ".join(f"{_told(m)} in {s}" for s, m in means.items())
    if len(known) < 2:
        return Reading(None, newest(values.index.max()), told)
    steps = known.diff().dropna()
    nearer = steps < 0 if name in FALLING else steps > 0
    return Reading(share_of(nearer.sum(), len(steps)), newest(values.index.max()), told)


@indicator(
    "Change of a series from the first span with a mean to the last: {name}; a rise is closer",
    unit="share",
    rows="the whole series in its tables, one value a period",
    measure=relative_change,
    years="{spans}",
    words=SERIES_WORDS,
)
def whole_change(name: str, spans: list[list[str]]) -> Reading:
    """Change from the first span with a mean to the last one, as a share; a rise is closer.

    Args:
        name: a series.
        spans: first and last period of each span, in order; those with fewer than two values are
            left out.
    """
    values = series(name)
    known = [span for span in spans if _mean(values, span) is not None]
    if len(known) < 2:
        return Reading(None, newest(values.index.max()))
    return closer(name, known[0], known[-1])


@indicator(
    "Slope of a series by year: {name}; a rise is closer",
    unit=_slope_unit,
    rows="the whole series in its tables, one value a period",
    measure=interval_of_slope,
    years="from {first}",
    words=SERIES_WORDS,
)
def slope(name: str, first: int) -> Reading:
    """Theil–Sen slope of a series by year, in its unit a year; a rise is closer.

    Args:
        name: a series.
        first: first year counted.
    """
    values = by_year(name)
    values = values[values.index >= first]
    if len(values) < 5:
        return Reading(None, str(int(values.index.max())))
    found = interval_of_slope(values)
    told = f"{name}: {_told(found['slope'], _SERIES[name][1])} a year over {len(values)} years"
    closer_by = -found if name in FALLING else found
    low, high = sorted([closer_by["low"], closer_by["high"]])
    return Reading(float(closer_by["slope"]), str(int(values.index.max())), told, low, high)


@indicator(
    "Part of the rise of a series that fell between two spans: {name}",
    unit="share",
    rows="the whole series in its tables, one value a period",
    measure=measures.part_of_rise,
    years="rise from {base}; between {before} and {after}",
    words=SERIES_WORDS,
)
def part_of_rise(name: str, base: list[int], before: list[int], after: list[int]) -> Reading:
    """Part of the rise of a series, up to its latest three years, that fell between two spans.

    Formula: (mean after − mean before) / (mean of the latest three years − mean of the base).
    A series that begins after the base takes its own first three years. The part is zero without
    a rise of at least 5 %, by which it could not be divided.

    Args:
        name: a series.
        base: first and last year of the level from which the rise is counted.
        before: first and last year of the span before.
        after: first and last year of the span after.
    """
    values = by_year(name)
    latest = str(int(values.index.max()))
    values = values[values.index >= base[0]]
    start = values.loc[: base[1]]
    if start.empty:
        start = values.iloc[:3]
    end, one, other = values.iloc[-3:], values.loc[slice(*before)], values.loc[slice(*after)]
    if min(map(len, (start, end, one, other))) < _ENOUGH or start.index.max() >= end.index.min():
        return Reading(None, latest)
    told = (
        f"{name}: {_told(start.mean())} in {start.index[0]}–{start.index[-1]} to "
        f"{_told(end.mean(), _SERIES[name][1])} in {end.index[0]}–{end.index[-1]}; "
        f"{_told(one.mean())} before and {_told(other.mean())} after February 2022"
    )
    return Reading(measures.part_of_rise(start, end, one, other), latest, told)


@indicator(
    "Series that moved [closer{closer_to}|apart]: {names}",
    unit="fields",
    rows="the whole series in its tables, one value a period",
    measure=count,
    years="{before} and {after}",
    words=SERIES_WORDS,
)
def fields_moving(
    names: list[str], before: list[str], after: list[str], closer_to: bool
) -> Reading:
    """Number of series that moved one way between two spans.

    Args:
        names: series; those without a mean on either side are left out.
        before: first and last period of the time before.
        after: first and last period of the time after.
        closer_to: count those that brought the two closer; else those that went the other way.
    """
    readings = {name: closer(name, before, after) for name in names}
    known = {name: r.value for name, r in readings.items() if r.value is not None}
    if not known:
        return Reading(None, "")
    moved = [n for n, r in known.items() if (r > 0 if closer_to else r < 0)]
    told = "towards each other: " + ", ".join(
        f"{name} {100 * r:+.0f} %" for name, r in known.items()
    )
    return Reading(count(moved), max(readings[name].latest for name in known), told)


@indicator(
    "Change of the mean monthly tie of Iran and Russia in news reports",
    unit="share",
    rows="monthly ties of GDELT, scaled by the world’s",
    measure=relative_change,
    years="{before} and {after}",
)
def tie_change(before: list[str], after: list[str]) -> Reading:
    """Change of the mean monthly tie of GDELT, as a share of the mean before.

    Args:
        before: first and last month of the time before.
        after: first and last month of the time after.
    """
    return change("tie", before, after)


def _ties(of: str) -> pd.DataFrame:
    """Return the scaled monthly tie of every pair of a state, or of all, one column a pair."""
    others = load("gdelt_dyad_month")
    named = others.assign(pair=pair_code(others), month=others["month"].dt.strftime("%Y-%m"))
    wide = named.pivot(index="month", columns="pair", values="tie_per_1000_world")
    wide = wide.assign(**{"IRN-RUS": series("tie")})
    return wide[[pair for pair in wide.columns if of in pair]]


@indicator(
    "Rank of Iran and Russia by the change of their tie in news reports among all pairs held",
    unit="rank",
    rows="monthly ties of GDELT, scaled by the world’s",
    measure=change_of_means,
    years="{before} and {after}",
)
def tie_rank(before: list[str], after: list[str], of: str = "") -> Reading:
    """Rank of the pair by the change of its tie among all pairs held, 1 for the largest rise.

    Args:
        before: first and last month of the time before.
        after: first and last month of the time after.
        of: only the pairs of this state.
    """
    table = change_of_means(_ties(of), tuple(before), tuple(after))
    row = table.loc["IRN-RUS"]
    told = (
        f"rank {row['rank']:.0f} of {len(table)} pairs, {row['before']:.3g} to {row['after']:.3g}"
    )
    return Reading(float(row["rank"]), after[1], told)


@indicator(
    "Change of the tie of Iran and Russia less the median change of other pairs of {of}",
    unit="units",
    rows="monthly ties of GDELT, scaled by the world’s",
    measure=difference,
    years="{before} and {after}",
)
def tie_above_median(before: list[str], after: list[str], of: str) -> Reading:
    """Change of the pair’s tie less the median change of a state’s other pairs.

    In units per 1,000 of the world’s weight, since some ties are near zero or negative.

    Args:
        before: first and last month of the time before.
        after: first and last month of the time after.
        of: the state whose pairs are compared.
    """
    changes = change_of_means(_ties(of), tuple(before), tuple(after))["change"]
    others = changes.drop("IRN-RUS")
    own, middle = float(changes["IRN-RUS"]), float(others.median())
    told = f"{own:+.3f} against a median of {middle:+.3f} of {len(others)} pairs"
    return Reading(difference(own, middle), after[1], told)


@indicator(
    "Share of items that name the subject in {after} over that in {before}",
    unit="times",
    rows="columns {part} and {whole} of {table}[, outlet {outlet}]",
    measure=ratio,
    years="{before} and {after}",
)
def attention_ratio(
    table: str, part: str, whole: str, before: list[int], after: list[int], outlet: str = ""
) -> Reading:
    """Share of items naming a subject in one span, divided by that in an earlier span.

    Args:
        table: a table of monthly counts.
        part: column of the items that name it.
        whole: column of all items.
        before: first and last year of the earlier span.
        after: first and last year of the later span.
        outlet: only this outlet.
    """
    counts = load(table)
    if outlet:
        counts = counts[counts["outlet"] == outlet]
    years = counts["month"].dt.year
    shares = []
    for first, last in (before, after):
        held = counts[years.between(first, last)]
        shares.append(share_of(held[part].sum(), held[whole].sum()))
    earlier, later = shares
    if not earlier or later is None:
        return Reading(None, "")
    told = f"{1000 * earlier:.2f} then {1000 * later:.2f} of a thousand items"
    return Reading(ratio(later, earlier), newest(counts["month"])[:7], told)


@indicator(
    "Rank of the theme {theme} among news items that name both states",
    unit="rank",
    rows="main themes of the news items, without {leave_out}",
    measure=rank_of,
)
def theme_rank(theme: str, first: int, last: int, leave_out: list[str]) -> Reading:
    """Rank of a theme among news items that name both, by number of items.

    Args:
        theme: a main theme.
        first: first year.
        last: last year.
        leave_out: main themes that name no subject.
    """
    news = load("news_events")
    held = news[news["date"].dt.year.between(first, last)]
    counts = held["main_theme"].value_counts()
    named = counts.drop(leave_out, errors="ignore")
    told = f"{theme} {counts.get(theme, 0)} items; " + ", ".join(
        f"{name} {n}" for name, n in counts.drop(theme, errors="ignore").head(3).items()
    )
    return Reading(rank_of(named, theme), newest(held["date"]), told)


def dated_records(table: str) -> tuple[pd.Series, pd.Timestamp]:
    """Return the days of what a table records of the two, and the newest day it knows of.

    Args:
        table: ``leader_contacts`` (all levels), ``military_exercises`` (held), ``deals``
            (projects first announced), ``arms_reported`` (orders and deliveries of the two, not
            of low confidence) or ``events`` (frictional events of the chronology).
    """
    rows = load(table)
    if table == "military_exercises":
        return rows.loc[rows["status"] == "held", "date_start"], rows["date_start"].max()
    if table == "deals":
        return project_outcomes(rows)["announced_on"], rows["status_on"].max()
    if table == "arms_reported":
        done = rows["status_code"].isin(["announced", "ordered", "delivered", "partly delivered"])
        own = rows["supplier_iso3"].isin(["RUS", "IRN"]) & (rows["confidence"] != "low")
        return rows.loc[done & own, "date_start"], rows["date_start"].max()
    if table == "events":
        rows = in_list(rows, "chronology")
        return rows.loc[rows["valence"] == "frictional", "date"], rows["date"].max()
    return rows["date"], rows["date"].max()


@indicator(
    "Change of the rate of dated records from a day on: {table}",
    unit="share",
    rows="dated records of the two states",
    measure=relative_change,
    years="{days_before} days before {day} and the time after",
)
def rate_change(table: str, day: str, days_before: int) -> Reading:
    """Change of the rate of dated records from a day on against the time before, as a share.

    The time after runs to the newest day that the table knows of.

    Args:
        table: a table of :func:`dated_records`.
        day: the day from which the time after is counted, ISO 8601.
        days_before: length of the time before, in days.
    """
    days, end = dated_records(table)
    found = rates_around(days, pd.Timestamp(day), days_before, end)
    told = (
        f"{found['before']:.0f} in {found['days_before']:.0f} days, {found['after']:.0f} in "
        f"{found['days_after']:.0f} days"
    )
    if found["days_after"] < 30 or not found["before"]:
        return Reading(None, newest(end), told)
    change = relative_change(found["rate_after"], found["rate_before"])
    return Reading(change, newest(end), told)


@indicator(
    "Change of leaders’ contacts from a month on",
    unit="share",
    rows="contacts of leaders of all levels",
    measure=relative_change,
    years="{days} days on either side of {month}",
)
def contacts_around(month: str, days: int) -> Reading:
    """Change of leaders’ contacts in the days from the start of a month against those before.

    Where the record ends earlier, rates a day are compared.

    Args:
        month: the month, ISO 8601.
        days: length of the time on either side.
    """
    dates = load("leader_contacts")["date"]
    at, end = pd.Timestamp(f"{month}-01"), dates.max()
    until = min(end, at + pd.Timedelta(days=days - 1))
    if until < at:
        return Reading(None, newest(end), f"no contact since {month}")
    found = rates_around(dates, at, days, until)
    before, after, length = (int(found[name]) for name in ("before", "after", "days_after"))
    if length < 30 or not before:
        return Reading(None, newest(end), f"{before} contacts before, {after} after")
    told = f"{before} in {days} days before, {after} in {length} days from {month}"
    change = relative_change(found["rate_after"], found["rate_before"])
    return Reading(change, newest(dates[dates <= until]), told)


@indicator(
    "Share of frictional events that a cooperative event follows within {days} days",
    unit="share",
    rows="events of the chronology dated to the day; cooperative ones at the level of {levels}",
    measure=followed_and_by_chance,
    years="from {first}",
)
def followed(first: int, days: int, levels: list[str]) -> Reading:
    """Share of frictional events that a cooperative event follows within some days.

    Args:
        first: first year.
        days: how many days later at most.
        levels: levels of the cooperative event that count.
    """
    events = in_list(load("events"), "chronology")
    dated = events[(events["date_precision"] == "day") & (events["date"].dt.year >= first)]
    friction = dated.loc[dated["valence"] == "frictional", "date"]
    good = dated.loc[(dated["valence"] == "cooperative") & dated["level"].isin(levels), "date"]

    if friction.empty or good.empty:
        return Reading(None, "")
    found = followed_and_by_chance(friction, good, [days], until=dated["date"].max()).iloc[0]
    told = (
        f"{found['followed']:.0f} of {found['events']:.0f} frictional events; of random days "
        f"{percent(found['expected'])}"
    )
    return Reading(float(found["share"]), newest(friction), told)


@indicator(
    "Share of joint records with China as third party in {after} over that in {before}",
    unit="times",
    rows="table {table}",
    measure=ratio,
    years="{before} and {after}",
)
def third_party_ratio(
    table: str, code: str, words: str, before: list[int], after: list[int]
) -> Reading:
    """Share of joint records that a third state takes part in, later over earlier.

    Args:
        table: ``military_exercises`` (held) or ``events`` (the chronology).
        code: ISO 3166-1 code among the participants of exercises.
        words: regular expression that finds the state among participants and titles of events.
        before: first and last year of the earlier span.
        after: first and last year of the later span.
    """
    if table == "military_exercises":
        rows = load(table)
        rows = rows[rows["status"] == "held"].rename(columns={"date_start": "date"})
        there = rows["participants_iso3"].str.contains(code)
    else:
        rows = in_list(load("events"), "chronology")
        text = rows["participants"].fillna("") + " " + rows["title"]
        there = text.str.contains(words, regex=True)
    years = rows["date"].dt.year
    spans = [there[years.between(*span)] for span in (before, after)]
    latest = newest(rows.loc[years.between(*after), "date"])
    told = ", then ".join(f"{span.sum()} of {len(span)}" for span in spans)
    return Reading(ratio(spans[1].mean(), spans[0].mean()), latest, told)


@indicator(
    "Share of announced projects that reached works, operation or completion[, by "
    "announced value{value}]",
    unit="share",
    rows="each project once; those of which nothing recent is known count as not reached",
    measure=realisation_rate,
    years="all years of the table",
)
def realised_share(value: bool = False) -> Reading:
    """Share of announced projects that reached works, operation or completion.

    Projects of which nothing recent is known count as not reached; the text gives the share
    with them.

    Args:
        value: weigh by the announced value in US dollars instead of counting.
    """
    deals = load("deals")
    found = project_outcomes(deals)
    reached = found.assign(status=found["status"].where(found["status"] != "partly", "realised"))
    rate = realisation_rate(reached, value="announced_value_usd" if value else None)
    told = f"{rate['deals']:.0f} projects; {percent(rate['high'])} if the unknown are counted"
    return Reading(float(rate["low"]), newest(deals["status_on"]), told)


@indicator(
    "Lowest growth of trade that the Russian side states for a known part of the year",
    unit="share",
    rows="stated growth rates",
    measure=extreme,
    years="{year}",
)
def stated_growth(year: int) -> Reading:
    """Lowest growth of trade in a year that the Russian side states for a known part of it.

    Args:
        year: the year.
    """
    totals = load("trade_totals")
    rows = totals[
        (totals["reporter"] == "RUS")
        & (totals["year"] == year)
        & totals["growth_yoy_percent"].notna()
        & (totals["direction"] == "both_ways")
    ]
    known = rows[rows["months_covered"].notna()]
    if known.empty:
        return Reading(None, "")
    told = "stated: " + ", ".join(
        f"{row.growth_yoy_percent:g} % "
        + (f"for {row.months_covered} months" if pd.notna(row.months_covered) else "(period open)")
        for row in rows.itertuples()
    )
    least = extreme(known["growth_yoy_percent"] / 100, "min")
    return Reading(least, newest(year), told)


@indicator(
    "Lowest growth of turnover that the Russian side’s figures allow",
    unit="share",
    rows="stated values and growth rates of full years, chained",
    measure=compound,
    years="{first} to {last}",
)
def turnover_growth(first: int, last: int) -> Reading:
    """Lowest growth of turnover between two years that the Russian side’s figures allow.

    For each year the lowest of the growth rates stated for the full year and the ratio of the
    turnovers, of which each year has one; the years are chained.

    Args:
        first: first year.
        last: last year.
    """
    totals = load("trade_totals")
    full = totals[
        (totals["reporter"] == "RUS")
        & (totals["direction"] == "both_ways")
        & (totals["period_type"] == "calendar_year")
    ]
    stated = full.set_index("year")["growth_yoy_percent"].dropna() / 100
    by_value = _turnover("RUS").reindex(range(first, last + 1)).pct_change(fill_method=None)
    rates, told = [], []
    for year in range(first + 1, last + 1):
        steps = pd.concat([stated[stated.index == year], by_value[by_value.index == year].dropna()])
        if steps.empty:
            return Reading(None, newest(year - 1))
        rates.append(extreme(steps.astype(float), "min"))
        told.append(f"{year} " + " or ".join(f"{100 * rate:+.0f} %" for rate in sorted(steps)))
    return Reading(compound(pd.Series(rates)), newest(last), "; ".join(told))


@indicator(
    "Projects in {sectors} with a paper signed since a day: {papers}",
    unit="projects",
    rows="deals not of low confidence",
    measure=count,
    years="since {day}",
)
def contracts_since(day: str, sectors: list[str], papers: list[str]) -> Reading:
    """Number of projects with a paper of some kind signed since a day.

    Rows of low confidence are left out.

    Args:
        day: the day after which papers count, ISO 8601.
        sectors: sectors of the table of deals.
        papers: kinds of paper that count.
    """
    deals = load("deals")
    signed = deals[
        (deals["date"] > day)
        & deals["sector"].isin(sectors)
        & deals["paper"].isin(papers)
        & (deals["confidence"] != "low")
    ]
    told = "; ".join(signed["project"].unique()) or "none"
    return Reading(count(signed["project"]), newest(deals["date"]), told)


@indicator(
    "Payment links that reached the stage {stages}",
    unit="links",
    rows="steps of payment links, not of low confidence",
    measure=count,
    years="since {day}",
)
def payment_steps_since(day: str, stages: list[str]) -> Reading:
    """Number of payment links that reached a stage after a day, by the events recorded.

    Args:
        day: the day after which steps count, ISO 8601.
        stages: stages that count.
    """
    steps, events = load("payment_link_steps"), load("events")
    dated = steps.merge(events[["event_id", "date", "confidence"]], on="event_id")
    done = dated[
        (dated["date"] > day) & dated["stage"].isin(stages) & (dated["confidence"] != "low")
    ]
    told = "; ".join(f"{row.link} {row.date.date()}" for row in done.itertuples()) or "none"
    return Reading(count(done["link"]), newest(dated["date"]), told)


@indicator(
    "Latest stock of designations of {target} over the first, by {counted_by}",
    unit="times",
    rows="stocks of designations of the scope with the longest span",
    measure=ratio,
)
def listings_ratio(target: str, counted_by: str, first: int, last: int) -> Reading:
    """Latest stock of designations over the first, by one counter.

    The counter’s stock of the scope with the longest span is taken; with counts of a single day
    there is no ratio.

    Args:
        target: ISO 3166-1 code of the state.
        counted_by: who counts.
        first: first year.
        last: last year.
    """
    table = load("sanctions_designations")
    stock = table[
        (table["target_iso3"] == target)
        & (table["counted_by"] == counted_by)
        & (table["measure"] == "stock")
        & (table["counted"] == "designations")
        & (table["confidence"] != "low")
        & table["date"].dt.year.between(first, last)
    ].sort_values("date")
    spans = {
        key: rows["date"].max() - rows["date"].min() for key, rows in stock.groupby("programme")
    }
    scope = max(spans, key=lambda key: spans[key], default=None)
    if scope is None or not spans[scope]:
        return Reading(
            None, newest(stock["date"]), f"counted on {stock['date'].nunique()} day only"
        )
    counts = stock[stock["programme"] == scope]
    begin, end = counts.iloc[0], counts.iloc[-1]
    told = (
        f"{begin['listings']:,} on {begin['date'].date()}, {end['listings']:,} on "
        f"{end['date'].date()}"
    )
    return Reading(ratio(end["listings"], begin["listings"]), newest(end["date"]), told)


@indicator(
    "UN restrictions on arms of Iran that ended and did not come back",
    unit="restrictions",
    rows="periods of UN restrictions",
    measure=count,
)
def restrictions_ended(first: int, last: int) -> Reading:
    """Number of UN restrictions on arms of Iran that ended in a span and did not come back.

    Restrictions that returned count as in force, although Russia does not recognise it.

    Args:
        first: first year.
        last: last year.
    """
    periods = load("arms_embargo_periods")
    un = periods[periods["restriction"].str.startswith("UN,")]
    ended = un[un["date_end"].dt.year.between(first, last)]
    later = un[un["date_start"].dt.year.between(first, last) & un["date_end"].isna()]
    gone = set(ended["restriction"]) - set(later["restriction"])
    told = (
        f"ended: {', '.join(ended['restriction']) or 'none'}; begun: "
        f"{', '.join(later['restriction']) or 'none'}"
    )
    return Reading(count(gone), newest(ended["date_end"], later["date_start"]), told)
