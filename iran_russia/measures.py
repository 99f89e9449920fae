"""The field's published measures, as pure functions of tables.

Every function names its formula, its units and where the formula comes from. References are in
``book/references.bib``.
"""

import pandas as pd

# Shares and concentration


def shares(values: pd.Series) -> pd.Series:
    """Divide each value by the sum of all: shares between 0 and 1, in the order given."""
    return values / values.sum()


def herfindahl_hirschman(values: pd.Series) -> float:
    """Herfindahl–Hirschman index of concentration, between 1/n and 1.

    Formula: the sum of squared shares (Hirschman 1964). Missing values count as nothing.
    """
    return float((shares(values.dropna()) ** 2).sum())


# Trade


def mirror_ratio(one_side: pd.Series, other_side: pd.Series) -> pd.Series:
    """One side's figure over the other side's figure for the same flow; 1 means that they agree.

    An importer usually counts cost, insurance and freight (CIF) and an exporter does not (FOB), so
    agreement shows as a ratio somewhat below 1 when the first side is the exporter and somewhat
    above 1 when it is the importer (Hamanaka 2012). Both series in the same currency.
    """
    return one_side / other_side


def doubtful(totals: pd.DataFrame) -> pd.Series:
    """Mark rows of ``trade_totals`` that carry a caution or low confidence."""
    return (totals["caution"].notna() | (totals["confidence"] == "low")).astype(bool)


def trade_balance(totals: pd.DataFrame) -> pd.DataFrame:
    """Put both directions of a reporter together: turnover and Iran's balance, in US dollars.

    Formula: balance = Iran's exports to Russia − Russia's exports to Iran. Only figures of one
    reporter, one basis and one period are combined. Where a reporter gives turnover and one
    direction, the other direction is their difference; where it gives turnover alone there is no
    balance. Several figures of a reporter for one flow give several rows.

    Args:
        totals: rows of ``trade_totals`` for full years, with a value.

    Returns:
        One row a reporter, basis, year and combination: ``iran_to_russia``, ``russia_to_iran``,
        ``turnover``, ``balance``, ``how`` (``both directions``, ``turnover and one direction``
        or ``turnover only``), ``doubtful`` (a figure used carries a caution or low confidence)
        and ``source_id``.

    Raises:
        ValueError: there are parts of years, which cannot be put together.
    """
    if (totals["period_type"] == "partial").any():
        raise ValueError("parts of years cannot be put together: filter to full years first")
    keys = ["year", "period_type", "reporter", "basis"]
    marked = totals.assign(doubtful=doubtful(totals), value=totals["value_usd"].astype(float))
    sides = {}
    for side in ("iran_to_russia", "russia_to_iran", "both_ways"):
        rows = marked.loc[marked["direction"] == side, [*keys, "value", "doubtful", "source_id"]]
        sides[side] = rows.rename(
            columns={"value": side, "doubtful": f"doubtful_{side}", "source_id": f"source_{side}"}
        )
    out, back, turnover = sides.values()
    pairs = out.merge(back, on=keys).assign(how="both directions")
    rest = turnover.merge(pairs[keys].drop_duplicates(), on=keys, how="left", indicator=True)
    rest = rest[rest["_merge"] == "left_only"].drop(columns="_merge")
    rest = rest.merge(out, on=keys, how="left").merge(back, on=keys, how="left")
    directions = ["iran_to_russia", "russia_to_iran"]
    one_known = rest[directions].notna().any(axis=1)
    rest["how"] = one_known.map({True: "turnover and one direction", False: "turnover only"})
    for side, other in (directions, directions[::-1]):
        rest[side] = rest[side].fillna(rest["both_ways"] - rest[other])
    both = pd.concat([pairs, rest], ignore_index=True)
    both["turnover"] = both["iran_to_russia"] + both["russia_to_iran"]
    both["turnover"] = both["turnover"].fillna(both["both_ways"])
    both["balance"] = both["iran_to_russia"] - both["russia_to_iran"]
    both["doubtful"] = both.filter(like="doubtful_").eq(True).any(axis=1)
    both["source_id"] = both.filter(like="source_").bfill(axis=1).iloc[:, 0]
    shown = [*keys, *directions, "turnover", "balance", "how", "doubtful", "source_id"]
    return both[shown].sort_values(keys, ignore_index=True)


def partner_shares(partners: pd.DataFrame, total: str = "WLD") -> pd.DataFrame:
    """Share and rank of each partner in a country's trade.

    Formula: x_ij / X_i, where X_i is the trade of i with the whole world (or with all partners
    listed) as the same reporter gives it. Rank 1 is the largest; ties share the better rank.

    Args:
        partners: rows of ``trade_partners`` of one reporter, totals included.
        total: code of the partner row that holds X_i, ``WLD`` or ``SUM``.

    Returns:
        The rows of single partners with ``share`` (0 to 1), ``rank`` and ``partners`` (how many
        the reporter lists).

    Raises:
        ValueError: a partner stands twice in one year and flow, or a total is missing.
    """
    keys = ["year", "country_iso3", "flow"]
    if partners.duplicated([*keys, "partner_iso3"]).any():
        raise ValueError("a partner stands twice in one year and flow: filter to one reporter")
    totals = partners.loc[partners["partner_iso3"] == total, [*keys, "value_usd"]]
    single = partners[~partners["partner_iso3"].isin(["WLD", "SUM", "RUS-DA"])]
    merged = single.merge(totals.rename(columns={"value_usd": "total_usd"}), on=keys, how="left")
    if merged["total_usd"].isna().any():
        raise ValueError(f"there is no row of the partner {total!r} for every year and flow")
    by = merged.groupby(keys)["value_usd"]
    return merged.assign(
        share=(merged["value_usd"] / merged["total_usd"]).astype(float),
        rank=by.rank(ascending=False, method="min").astype(int),
        partners=by.transform("size").astype(int),
    )


def trade_intensity(
    bilateral: pd.Series,
    exports: pd.Series,
    imports: pd.Series,
    world_imports: pd.Series,
    own_imports: pd.Series,
) -> pd.Series:
    """Trade intensity index: observed exports over what the partner's size would give.

    Formula: (x_ij / X_i) / (M_j / (M_w - M_i)), where x_ij are exports of i to j, X_i all exports
    of i, M_j all imports of j, M_w imports of the world and M_i those of i (Drysdale and Garnaut
    1982). 1 means exports in proportion to the partner's share of world imports. All five series
    in the same currency, aligned on the same index.
    """
    return (bilateral / exports) / (imports / (world_imports - own_imports))


def export_intensities(flows: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Add the trade intensity index to exports of one country to another.

    Args:
        flows: ``year``, ``exporter_iso3``, ``importer_iso3``, ``value_usd``.
        totals: ``year``, ``country_iso3`` (``WLD`` for the world), ``flow`` (``export`` or
            ``import``), ``value_usd``; one row a year, country and flow.

    Returns:
        ``flows`` with ``intensity``, see :func:`trade_intensity`; missing where a total is.
    """
    size = totals.set_index(["flow", "country_iso3", "year"])["value_usd"].astype(float)

    def of(flow: str, country: pd.Series | str) -> pd.Series:
        keys = pd.DataFrame({"flow": flow, "country": country, "year": flows["year"]})
        return size.reindex(pd.MultiIndex.from_frame(keys)).set_axis(flows.index)

    exporter, importer = flows["exporter_iso3"], flows["importer_iso3"]
    intensity = trade_intensity(
        flows["value_usd"].astype(float),
        of("export", exporter),
        of("import", importer),
        of("import", "WLD"),
        of("import", exporter),
    )
    return flows.assign(intensity=intensity)


def unit_value(value_usd: pd.Series, weight_kg: pd.Series) -> pd.Series:
    """Value over weight, in US dollars a kilogram; missing where no weight is recorded."""
    return value_usd / weight_kg.where(weight_kg > 0)


def product_turnover(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Sort products into kept, new and lost between two periods.

    Args:
        before: value of each product in the first period, indexed by product code.
        after: the same for the second period.

    Returns:
        A frame indexed by product with ``before``, ``after`` (0 where absent) and ``change``,
        one of ``kept``, ``new``, ``lost``.
    """
    both = pd.DataFrame({"before": before, "after": after}).fillna(0.0)
    both["change"] = "kept"
    both.loc[both["before"] == 0, "change"] = "new"
    both.loc[both["after"] == 0, "change"] = "lost"
    return both[(both["before"] > 0) | (both["after"] > 0)]


def headings(goods: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Add tariff lines up to headings of the Harmonized System (four digits).

    Args:
        goods: rows of ``trade_goods``; lines without an HS code are left out.
        products: the table of that name, for English names.

    Returns:
        One row a year, flow and heading, the largest first: ``value_usd``, ``weight_kg``,
        ``unit_value`` (US dollars a kilogram), ``share`` of the coded value of that year and
        flow, ``rank``, and ``largest_line``, the English name of the subheading with the largest
        value (a heading has no name of its own in the tables).
    """
    named = goods[goods["hs6"].notna()].merge(
        products[["hs_revision", "hs_code", "name_en"]], on=["hs_revision", "hs_code"], how="left"
    )
    named = named.assign(hs4=named["hs6"].str[:4]).sort_values("value_usd", ascending=False)
    keys = ["year", "flow"]
    by = named.groupby([*keys, "hs4"], as_index=False, sort=False)
    summed = by.agg(
        value_usd=("value_usd", "sum"),
        weight_kg=("weight_kg", "sum"),
        largest_line=("name_en", "first"),
        source_id=("source_id", "first"),
    )
    value = summed.groupby(keys)["value_usd"]
    summed["share"] = summed["value_usd"] / value.transform("sum")
    summed["rank"] = value.rank(ascending=False, method="min").astype(int)
    summed["unit_value"] = unit_value(summed["value_usd"], summed["weight_kg"])
    return summed.sort_values([*keys, "rank"], ignore_index=True)


def section_shares(goods: pd.DataFrame, sections: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Share of each section of the Harmonized System in the value of a flow.

    Args:
        goods: rows of ``trade_goods``; lines without an HS code are left out.
        sections: the table ``hs_sections``.
        by: columns within which shares add up to 1.

    Returns:
        One row a group and section with ``value_usd`` and ``share`` (0 where nothing was traded).
    """
    coded = goods[goods["hs6"].notna()].assign(hs_chapter=lambda g: g["hs6"].str[:2])
    known = coded.merge(sections.drop(columns="source_id"), on="hs_chapter", how="inner")
    table = known.pivot_table(
        index=by, columns="section_number", values="value_usd", aggfunc="sum", fill_value=0
    )
    long = table.stack().rename("value_usd").reset_index()
    return long.assign(share=long.groupby(by)["value_usd"].transform(shares))


def runs(years: pd.Series) -> pd.Series:
    """Number the unbroken runs of ascending years, so that a line is not drawn across a gap."""
    return (years.astype(float).diff() > 1).cumsum()


# Arms transfers


def tiv_between(
    transfers: pd.DataFrame,
    first: int,
    last: int,
    by: str,
    year: str = "year",
    value: str = "tiv_millions",
) -> pd.Series:
    """Sum trend-indicator values over a span of years, the largest first.

    A TIV measures the military capability transferred, not money (Holtom, Bromley and Simmel
    2012; SIPRI, Sources and methods).

    Args:
        transfers: one row a delivery.
        first: first year counted.
        last: last year counted.
        by: column to sum by, e.g. ``recipient_iso3``.
        year: column of the delivery year.
        value: column of the trend-indicator value in millions.
    """
    span = transfers[transfers[year].between(first, last)]
    return span.groupby(by)[value].sum().sort_values(ascending=False)


def split_over_delivery_years(deals: pd.DataFrame) -> pd.DataFrame:
    """Divide the delivered value of each deal equally over its delivery years.

    The register gives the years of delivery but not the number delivered in each, so this is an
    approximation: sums over long periods are right, single years can be far off. Use it only where
    no series by delivery year exists.

    Args:
        deals: one row a deal, with ``delivery_years`` (years separated by semicolons, missing when
            nothing was delivered) and ``tiv_delivered_millions``.

    Returns:
        One row a deal and delivery year: the columns of ``deals`` with ``year`` and
        ``tiv_millions`` (million trend-indicator values) added.
    """
    delivered = deals[deals["delivery_years"].notna()]
    years = delivered["delivery_years"].str.split(";")
    tiv = delivered["tiv_delivered_millions"] / years.str.len()
    split = delivered.assign(year=years, tiv_millions=tiv).explode("year", ignore_index=True)
    return split.assign(year=split["year"].astype("int64"))


def shares_by_period(
    transfers: pd.DataFrame, periods: dict[str, tuple[int, int]], by: str
) -> pd.DataFrame:
    """Sum, share and rank of each party in each span of years.

    Formula: the sums of :func:`tiv_between`, each divided by the sum of all parties in its period;
    the largest has rank 1, ties share the better rank.

    Args:
        transfers: one row a delivery, with ``year`` and ``tiv_millions``.
        periods: name → first and last year counted.
        by: column of the party, e.g. ``supplier_iso3``.

    Returns:
        One row a period and party with a delivery: ``period``, ``first``, ``last``, ``by``,
        ``tiv_millions``, ``share`` (0 to 1) and ``rank``, the largest first in each period.
    """
    parts = []
    for name, (first, last) in periods.items():
        total = tiv_between(transfers, first, last, by).rename("tiv_millions")
        ranks = total.rank(ascending=False, method="min").astype(int)
        part = pd.DataFrame({"tiv_millions": total, "share": shares(total), "rank": ranks})
        parts.append(part.reset_index(names=by).assign(period=name, first=first, last=last))
    return pd.concat(parts, ignore_index=True)[
        ["period", "first", "last", by, "tiv_millions", "share", "rank"]
    ]


# Announced and realised


def realisation_rate(deals: pd.DataFrame, status: str = "status") -> pd.Series:
    """Share of announced deals that were carried out, with the bounds that doubt leaves.

    Args:
        deals: one row a deal; ``status`` holds ``realised``, ``partly``, ``open``, ``failed`` or
            ``unknown``.
        status: the column of the status.

    Returns:
        ``low`` (only what is known to be realised), ``high`` (partly realised and unknown ones
        counted as realised too) and ``deals`` (how many there are).
    """
    count = deals[status].value_counts()
    n = len(deals)
    realised = count.get("realised", 0)
    doubtful = count.get("partly", 0) + count.get("unknown", 0)
    return pd.Series({"low": realised / n, "high": (realised + doubtful) / n, "deals": n})


CLAIM_STAGE = {
    "talks": "in talks",
    "requested": "in talks",
    "offered": "in talks",
    "announced": "announced",
    "ordered": "announced",
    "partly delivered": "delivered",
    "delivered": "delivered",
    "acknowledged": "delivered",
    "not delivered": "not delivered",
    "suspended": "not delivered",
    "claimed": "denied or claimed",
    "disputed": "denied or claimed",
    "denied": "denied or claimed",
}
"""What a claim on an arms deal says, in five stages, by its status code.

``announced`` includes contracts, ``in talks`` requests and offers.
"""

REGISTER_OUTCOME = {
    "delivered": "realised",
    "partly delivered": "partly",
    "deliveries recorded, order size unknown": "partly",
    "ordered, none delivered": "open",
}
"""Outcome of a deal by its status in the arms transfers register."""


def life_lines(claims: pd.DataFrame) -> pd.DataFrame:
    """Put each reported happening on the life-line of every deal it tells of, once.

    Several claims can tell of one happening (``same_event_as``): the row they point to stands for
    all of them, except on a life-line that only one of the others names.

    Args:
        claims: one row a claim: ``report_id``, ``same_event_as`` and ``life_line`` (names
            separated by semicolons; claims without one are left out).

    Returns:
        One row a happening and life-line, with the columns of ``claims``.
    """
    told = claims[claims["life_line"].notna()]
    told = told.assign(life_line=told["life_line"].str.split(";"))
    told["happening"] = told["same_event_as"].fillna(told["report_id"])
    told = told.explode("life_line")
    told = told.sort_values("same_event_as", na_position="first", kind="stable")
    once = told.drop_duplicates(["happening", "life_line"]).drop(columns="happening")
    return once.sort_index(kind="stable").reset_index(drop=True)


def deal_outcomes(claims: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Say of each announced arms deal what became of it, for :func:`realisation_rate`.

    A life-line counts as an announced deal when at least one claim calls it announced or ordered:
    offers, talks and goods known only from their delivery are left out. A deal of the register
    belongs to the life-line whose claims point to it most often, and there the register decides
    (:data:`REGISTER_OUTCOME`; ``partly`` when its deals differ). Elsewhere the latest claim
    decides: a delivery is ``realised`` when a party states it and nobody disputes it, else
    ``unknown``; a return to talks or a suspension is ``failed``; all else is ``open``, which means
    that no delivery is recorded.

    Args:
        claims: one row a happening and life-line, from :func:`life_lines`, with ``date_start``,
            ``date_end``, ``status_code``, ``contested``, ``evidence_basis``, ``transfer_id``.
        register: one row a deal: ``transfer_id``, ``status``.

    Returns:
        One row a life-line: ``life_line``, ``announced_on`` (first such claim), ``status`` (as
        :func:`realisation_rate` expects) and ``decided_by`` (``register`` or ``latest claim``).
    """
    pointed = claims.groupby("transfer_id")["life_line"].agg(lambda lines: lines.mode().iloc[0])
    registered = register.set_index("transfer_id")["status"].map(REGISTER_OUTCOME)
    rows = []
    for line, told in claims.sort_values(["date_end", "date_start"]).groupby("life_line"):
        announced = told[told["status_code"].isin(["announced", "ordered"])]
        if announced.empty:
            continue
        deals = registered.reindex(pointed.index[pointed == line]).dropna().unique()
        if len(deals):
            status, decided_by = (deals[0] if len(deals) == 1 else "partly"), "register"
        else:
            status, decided_by = _outcome_of_claim(told.iloc[-1]), "latest claim"
        rows.append((line, announced["date_start"].min(), status, decided_by))
    return pd.DataFrame(rows, columns=["life_line", "announced_on", "status", "decided_by"])


def _outcome_of_claim(claim: pd.Series) -> str:
    stage = CLAIM_STAGE[claim["status_code"]]
    if stage == "delivered":
        sure = claim["evidence_basis"].startswith("statement by a party")
        if not sure or claim["contested"]:
            return "unknown"
        return "partly" if claim["status_code"] == "partly delivered" else "realised"
    failed = stage == "in talks" or claim["status_code"] == "suspended"
    return "failed" if failed else "open"


# Events


def per_year(
    events: pd.DataFrame,
    date: str = "date",
    by: str | list[str] | None = None,
) -> pd.DataFrame:
    """Count events by calendar year, years without any event included as 0.

    Args:
        events: one row an event.
        date: column of dates, or of years.
        by: further columns to count by.

    Returns:
        A frame with ``year``, the ``by`` columns and ``events``.
    """
    years = events[date].dt.year if hasattr(events[date], "dt") else events[date]
    counted = events.assign(year=years.astype(int))
    span = range(counted["year"].min(), counted["year"].max() + 1)
    if by is None:
        return (
            counted["year"]
            .value_counts()
            .reindex(span, fill_value=0)
            .rename_axis("year")
            .reset_index(name="events")
        )
    by = [by] if isinstance(by, str) else by
    table = counted.groupby(["year", *by]).size().unstack(by, fill_value=0)
    long = table.reindex(span, fill_value=0).stack(by, future_stack=True)
    return long.rename("events").reset_index()


def per_month(events: pd.DataFrame, date: str = "date") -> pd.DataFrame:
    """Count events by calendar month, months without any event included as 0.

    Args:
        events: one row an event.
        date: column of dates; rows known to the year only should be left out before.

    Returns:
        A frame with ``month`` (its first day) and ``events``, from the first month to the last.
    """
    months = events[date].dt.to_period("M")
    span = pd.period_range(months.min(), months.max(), freq="M")
    counted = months.value_counts().reindex(span, fill_value=0).rename_axis("month")
    return counted.rename("events").reset_index().assign(month=lambda f: f["month"].dt.start_time)


def listed_shares(events: pd.DataFrame, column: str, by: str) -> pd.DataFrame:
    """Share of each group's events that carry an item of a semicolon list.

    An event with several items counts under each, so the shares of a group add up to more
    than 1.

    Args:
        events: one row an event.
        column: column of items separated by semicolons.
        by: column of groups.

    Returns:
        One row a group and item, also where there is none: ``by``, ``column`` (one item),
        ``events``, ``share`` (between 0 and 1), ``of`` (events of the group).
    """
    items = events.assign(**{column: events[column].str.split(";")}).explode(column)
    counted = items.groupby([by, column]).size().unstack(fill_value=0).stack()
    table = counted.rename("events").reset_index()
    table["of"] = table[by].map(events[by].value_counts())
    return table.assign(share=table["events"] / table["of"])


def known_date(dates: pd.Series, precision: pd.Series) -> pd.Series:
    """Write dates as ISO 8601 text that is only as exact as what is known of them.

    Args:
        dates: days; the first day of the month or year where only that is known.
        precision: ``day``, ``month`` or ``year``.
    """
    text = dates.dt.strftime("%Y-%m-%d")
    return text.where(precision == "day", text.str[:7].where(precision == "month", text.str[:4]))


def rank_correlation(one: pd.Series, other: pd.Series) -> float:
    """Spearman's rank correlation between two series aligned on their index, from -1 to 1.

    Formula: the product-moment correlation of the ranks, ties sharing their mean rank (Spearman
    1904). Pairs with a missing value are left out.
    """
    pairs = pd.concat([one, other], axis=1, join="inner").dropna().astype(float).rank()
    return float(pairs.iloc[:, 0].corr(pairs.iloc[:, 1]))


def before_and_after(values: pd.Series, breaks: list[int], years: int = 3) -> pd.DataFrame:
    """Compare the mean before and after each break year, with the spread on either side.

    Args:
        values: one value a year, indexed by year.
        breaks: the years compared; the break year itself belongs to the time after.
        years: how many years on each side.

    Returns:
        One row a break and side: ``break_year``, ``side`` (``before`` or ``after``), ``mean``,
        ``lowest``, ``highest``, ``years`` (how many had a value).
    """
    rows = []
    for at in breaks:
        for side, first, last in (("before", at - years, at - 1), ("after", at, at + years - 1)):
            window = values[(values.index >= first) & (values.index <= last)].dropna()
            rows.append(
                {
                    "break_year": at,
                    "side": side,
                    "mean": window.mean(),
                    "lowest": window.min(),
                    "highest": window.max(),
                    "years": len(window),
                }
            )
    return pd.DataFrame(rows)
