"""Limits of a partnership: capabilities compared, asymmetry, silence, and what follows friction."""

import numpy as np
import pandas as pd

from iran_russia.measures.series import runs
from iran_russia.measures.voting import pair_overall


def capability_ratios(capabilities: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Ratio of one state to another in each measure, in the years in which both have a value.

    Formula: value of the first / value of the second, both in the unit of the measure.

    Args:
        capabilities: rows of ``country_capabilities``.
        one: ISO 3166-1 code of the state above the line.
        other: the state below the line.

    Returns:
        One row a measure and year: ``measure``, ``year``, ``one``, ``other`` (values in the unit
        of the measure), ``ratio``, ``source_id``.
    """
    pair = capabilities[capabilities["iso3"].isin([one, other])]
    wide = pair.pivot(index=["measure", "year", "source_id"], columns="iso3", values="value")
    wide = wide.dropna().rename(columns={one: "one", other: "other"}).rename_axis(columns=None)
    return wide.assign(ratio=wide["one"] / wide["other"]).reset_index()


def ranked_states(capabilities: pd.DataFrame, measure: str, year: int) -> pd.DataFrame:
    """Rank states by a measure in one year; rank 1 is the largest, ties share the better rank.

    Args:
        capabilities: rows of ``country_capabilities`` of the states to be ranked.
        measure: a measure of the table.
        year: a year of the table.

    Returns:
        One row a state with a value, the largest first: ``iso3``, ``value``, ``rank``, ``of``
        (how many states are ranked).
    """
    held = capabilities[(capabilities["measure"] == measure) & (capabilities["year"] == year)]
    held = held.sort_values("value", ascending=False, ignore_index=True)
    rank = held["value"].rank(ascending=False, method="min").astype(int)
    return held[["iso3", "value"]].assign(rank=rank, of=len(held))


def ratio_ranges(ratios: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """Latest, least and largest ratio of each measure, and their years.

    Args:
        ratios: what :func:`capability_ratios` returns.
        measures: measures of the table.

    Returns:
        Indexed by measure: ``last``, ``low``, ``high`` (ratios) and ``last_year``, ``low_year``,
        ``high_year``; missing where a measure has no ratio.
    """
    ordered = ratios.sort_values("year", kind="stable")
    by = ordered.groupby("measure")
    places = {
        "last": by["year"].idxmax(),
        "low": by["ratio"].idxmin(),
        "high": by["ratio"].idxmax(),
    }
    found = {}
    for name, place in places.items():
        found[name] = place.map(ratios["ratio"])
        found[f"{name}_year"] = place.map(ratios["year"])
    return pd.DataFrame(found).reindex(measures)


def ranked_with_both(
    capabilities: pd.DataFrame, measure: str, year: int, pair: list[str]
) -> pd.DataFrame:
    """Rank states by a measure in one year, and set the sum of two of them below, without a rank.

    Args:
        capabilities: rows of ``country_capabilities``.
        measure: a measure that can be added up.
        year: a year of the table.
        pair: ISO 3166-1 codes of the two.

    Returns:
        What :func:`ranked_states` gives and a row ``both``, with ``measure`` and ``year``.
    """
    joint = joint_share(capabilities, pair, measure).set_index("year")["share"]
    both = pd.DataFrame({"iso3": ["both"], "value": [joint.get(year, np.nan)]})
    ranks = ranked_states(capabilities, measure, year)
    return pd.concat([ranks, both], ignore_index=True).assign(measure=measure, year=year)


def joint_share(
    capabilities: pd.DataFrame, states: list[str], measure: str = "cinc"
) -> pd.DataFrame:
    """Sum of the shares of several states in the world, by year.

    Args:
        capabilities: rows of ``country_capabilities``.
        states: ISO 3166-1 codes.
        measure: a measure that is a share of the world, such as the composite index of national
            capability (Singer, Bremer and Stuckey 1972).

    Returns:
        ``year`` and ``share`` (0 to 1) for the years in which all of them have a value.
    """
    held = capabilities[capabilities["measure"] == measure]
    wide = held.pivot(index="year", columns="iso3", values="value").reindex(columns=states)
    return wide.dropna().sum(axis=1).rename("share").reset_index()


def flow_imbalance(balances: pd.DataFrame) -> pd.DataFrame:
    """Larger flow of trade over the smaller one, figure by figure.

    Formula: max(x, m) / min(x, m), 1 when trade is balanced. Both flows are those of one reporter.

    Args:
        balances: what :func:`iran_russia.measures.trade.trade_balance` returns.

    Returns:
        The rows that have both flows, with ``imbalance`` and ``larger``, the state that sells
        more (``RUS`` or ``IRN``; ``RUS`` where both sell alike).
    """
    flows = ["iran_to_russia", "russia_to_iran"]
    both = balances[(balances[flows] > 0).all(axis=1)]
    sells_more = both["russia_to_iran"] >= both["iran_to_russia"]
    return both.assign(
        imbalance=both[flows].max(axis=1) / both[flows].min(axis=1),
        larger=sells_more.map({True: "RUS", False: "IRN"}),
    )


def turnover_share(
    partners: pd.DataFrame, country: str, partner: str, total: str = "WLD"
) -> pd.DataFrame:
    """Share of one partner in a country's trade, exports and imports together, by year.

    Formula: (x_ij + m_ij) / (X_i + M_i), all as one reporter gives them.

    Args:
        partners: rows of ``trade_partners`` of one reporter, totals included.
        country: ISO 3166-1 code of the country whose trade it is.
        partner: code of the partner.
        total: code of the partner row that holds all trade, ``WLD`` or ``SUM``.

    Returns:
        ``year`` and ``share`` (0 to 1), for years with both flows, or with the turnover, of the
        partner and of the total.

    Raises:
        ValueError: a flow stands twice in one year.
    """
    own = partners[
        (partners["country_iso3"] == country) & partners["partner_iso3"].isin([partner, total])
    ]
    if own.duplicated(["year", "partner_iso3", "flow"]).any():
        raise ValueError(f"a flow of {country} stands twice in a year: filter to one reporter")
    complete = own.groupby(["year", "partner_iso3"])["flow"].agg(frozenset)
    complete = complete.isin([frozenset({"export", "import"}), frozenset({"turnover"})])
    sums = own.groupby(["year", "partner_iso3"])["value_usd"].sum()[complete].unstack()
    sums = sums.reindex(columns=[partner, total]).dropna().astype(float)
    return (sums[partner] / sums[total]).rename("share").reset_index()


def dependence_ratio(in_first: pd.DataFrame, in_second: pd.DataFrame) -> pd.DataFrame:
    """How much heavier one state weighs in the other's trade than the other in its own.

    Formula: s_ij / s_ji, where s_ij is the share of partner j in the trade of i. 1 means that
    both depend on each other alike; above 1 the first leans on the second (Hirschman 1945 on
    dependence and influence). Where both shares come from one compilation with the same bilateral
    flow, the flow cancels and the ratio is that of all trade of the two states.

    Args:
        in_first: ``year`` and ``share`` of the second state in the first state's trade.
        in_second: the same for the first state in the second state's trade.

    Returns:
        ``year``, ``in_first``, ``in_second`` (shares, 0 to 1), ``ratio``.
    """
    both = in_first.rename(columns={"share": "in_first"}).merge(
        in_second.rename(columns={"share": "in_second"}), on="year"
    )
    return both.assign(ratio=both["in_first"] / both["in_second"])


def mutual_dependence(
    partners: pd.DataFrame, one: str, other: str, total: str = "WLD"
) -> pd.DataFrame:
    """Dependence of two states on each other in the figures of one compiler, by year.

    Args:
        partners: rows of ``trade_partners`` of one reporter, totals included.
        one: ISO 3166-1 code of the state whose dependence stands above the line.
        other: code of the other state.
        total: code of the partner row that holds all trade.

    Returns:
        What :func:`dependence_ratio` gives for the two :func:`turnover_share`.
    """
    return dependence_ratio(
        turnover_share(partners, one, other, total), turnover_share(partners, other, one, total)
    )


def days_until(dates: pd.Series | pd.DatetimeIndex, answers: pd.Series) -> np.ndarray:
    """Days from each date to the first later answer; missing where none follows.

    Args:
        dates: days.
        answers: days of answers, in any order; an answer of the same day does not count.
    """
    later = np.sort(answers.to_numpy(dtype="datetime64[D]"))
    asked = dates.to_numpy().astype("datetime64[D]")
    place = np.searchsorted(later, asked, side="right")
    found = place < len(later)
    gap = np.full(len(asked), np.nan)
    gap[found] = (later[place[found]] - asked[found]).astype(int)
    return gap


def followed_and_by_chance(
    triggers: pd.Series,
    answers: pd.Series,
    days: list[int],
    level: float = 0.9,
    until: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Share of events followed by an answer within some days, beside that of random days.

    The placebo of an event is a random day of its own calendar year, so that years with a dense
    record are compared with themselves. Its chance of being followed is the share of all days of
    that year that are. The number followed among independent random days then has a Poisson
    binomial distribution, computed exactly, without drawing (Hong 2013).

    Events and random days whose window runs past the end of the record are left out: whether an
    answer followed them is not known yet.

    Args:
        triggers: days of the events.
        answers: days of the answers.
        days: lengths of the window; an answer counts from the day after to the last of these days.
        level: coverage of the interval.
        until: the last day of the record; by default that of the latest event or answer.

    Returns:
        One row a window: ``days``, ``events`` (whose window ends within the record), ``followed``
        (number), ``share``, ``expected`` (share among random days), ``low`` and ``high`` (shares
        that bound the middle ``level`` of the distribution), ``p_value`` (chance of at least as
        many followed). Without events or answers nothing can follow, and the shares are missing.
    """
    none = dict.fromkeys(["share", "expected", "low", "high", "p_value"], np.nan)
    if triggers.empty or answers.empty:
        return pd.DataFrame({"days": days, "events": len(triggers), "followed": 0}).assign(**none)
    until = max(triggers.max(), answers.max()) if until is None else until
    every_gap = pd.Series(days_until(triggers, answers), index=triggers.to_numpy()).sort_index()
    # The days of each year come in order, so that those before the last one counted come first.
    calendar = {
        year: pd.date_range(f"{year}-01-01", f"{year}-12-31") for year in triggers.dt.year.unique()
    }
    placebo = {year: days_until(dates, answers) for year, dates in calendar.items()}
    rows = []
    for window in days:
        last = until - pd.Timedelta(days=window)
        gap = every_gap[:last]
        if gap.empty:
            rows.append({"days": window, "events": 0, "followed": 0} | none)
            continue
        chance = np.array(
            [np.mean(placebo[y][calendar[y] <= last] <= window) for y in gap.index.year]
        )
        followed = int(np.sum(gap <= window))
        of_number = np.array([1.0])
        for p in chance:
            of_number = np.convolve(of_number, [1 - p, p])
        at_most = np.cumsum(of_number)
        tail = (1 - level) / 2
        rows.append(
            {
                "days": window,
                "events": len(gap),
                "followed": followed,
                "share": followed / len(gap),
                "expected": chance.mean(),
                "low": np.searchsorted(at_most, tail) / len(gap),
                "high": np.searchsorted(at_most, 1 - tail) / len(gap),
                "p_value": of_number[followed:].sum(),
            }
        )
    return pd.DataFrame(rows)


def apart(dates: pd.Series, days: int) -> pd.Series:
    """Keep the dates that no other precedes by so few days, so that one quarrel counts once.

    Args:
        dates: days, in any order.
        days: a date that follows the one before it within this number of days is left out.

    Returns:
        The dates kept, in order.
    """
    ordered = dates.sort_values()
    gap = ordered.diff().dt.days
    return ordered[gap.isna() | (gap > days)]


def vote_relation(one: pd.Series, other: pd.Series) -> pd.Series:
    """Say how two votes stand to each other.

    Args:
        one: ``yes``, ``no``, ``abstain``, ``absent`` or ``not established``.
        other: the same, on the same index.

    Returns:
        ``same``, ``one abstained`` (a step apart), ``opposed`` (a yes against a no), ``one
        absent`` or ``not established``.
    """
    pair = pd.DataFrame({"one": one, "other": other})
    relation = pd.Series("opposed", index=pair.index)
    relation[pair.eq("abstain").any(axis=1)] = "one abstained"
    relation[pair["one"] == pair["other"]] = "same"
    relation[pair.eq("absent").any(axis=1)] = "one absent"
    relation[pair.eq("not established").any(axis=1)] = "not established"
    return relation


def relation_shares(
    together: pd.DataFrame, sides: pd.DataFrame, names: dict[str, str]
) -> pd.DataFrame:
    """Set how two states stood to each other in all votes beside how they stood in selected ones.

    Args:
        together: what :func:`iran_russia.measures.voting.agreement` gives for one other state, by
            ``period``.
        sides: one row a selected vote, with ``topic`` and ``relation`` (:func:`vote_relation`).
        names: topic → its name.

    Returns:
        One row a period or topic and relation that occurs: ``row`` (its name), ``relation``,
        ``votes``, ``part`` (``All final votes`` or ``Selected votes``) and ``share`` of the votes
        of the row (0 to 1).
    """
    step = together["n_both"] - together["n_identical"] - together["n_opposed"]
    every = (
        together.rename(columns={"n_identical": "same", "n_opposed": "opposed", "period": "row"})
        .assign(**{"one abstained": step})
        .melt("row", ["same", "one abstained", "opposed"], "relation", "votes")
        .assign(part="All final votes")
    )
    chosen = sides.groupby(["topic", "relation"]).size().rename("votes").reset_index()
    chosen["row"] = chosen.pop("topic").map(names)
    both = pd.concat([every, chosen.assign(part="Selected votes")], ignore_index=True)
    return both.assign(
        share=both["votes"] / both.groupby(["part", "row"])["votes"].transform("sum")
    )


def identical_by_issue(
    scores: pd.DataFrame, rollcalls: pd.DataFrame, one: str, other: str, issues: dict[str, str]
) -> pd.Series:
    """Share of identical votes of two states on each issue, the least first.

    Args:
        scores: what :func:`iran_russia.measures.voting.ballots` returns.
        rollcalls: the roll calls counted, with a column of true and false for each issue.
        one: ISO 3166-1 code of a state.
        other: code of the other.
        issues: column → name of the issue.

    Returns:
        Shares (0 to 1, see :func:`iran_russia.measures.voting.pair_overall`) by name of the issue;
        missing where the two shared no vote.
    """
    shares = {}
    for column, name in issues.items():
        on_issue = rollcalls[rollcalls[column].fillna(False)]
        shares[name] = pair_overall(scores, on_issue, one, other)["share_identical"]
    return pd.Series(shares).sort_values()


def coded_spans(years: pd.Series) -> str:
    """Write years, each perhaps coded more than once, as their unbroken runs: ``1942–1946``.

    Args:
        years: years, in any order.

    Returns:
        The runs with ``and`` between them; ``no year`` where there is none.
    """
    ordered = years.sort_values()
    spans = ordered.groupby(runs(ordered)).agg(["min", "max"])
    return " and ".join(f"{first}–{last}" for first, last in spans.itertuples(index=False)) or (
        "no year"
    )
