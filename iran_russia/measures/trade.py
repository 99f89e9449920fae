"""Trade in goods: mirror data, balance, partners, intensity, composition."""

import pandas as pd

from iran_russia.measures.series import herfindahl_hirschman, runs, shares


def mirror_ratio(
    one_side: pd.Series,
    other_side: pd.Series,
    one_months: pd.Series | int = 12,
    other_months: pd.Series | int = 12,
) -> pd.Series:
    """One side's figure over the other side's figure for the same flow; 1 means that they agree.

    Formula: (x / m_x) / (y / m_y), where m are the months that a figure covers, so that eleven
    months are never set against twelve.

    An importer usually counts cost, insurance and freight (CIF) and an exporter does not (FOB), so
    agreement shows as a ratio somewhat below 1 when the first side is the exporter and somewhat
    above 1 when it is the importer (Hamanaka 2012). Both series in the same currency.
    """
    return (one_side / other_side) * (other_months / one_months)


def doubtful(totals: pd.DataFrame) -> pd.Series:
    """Mark rows of ``trade_totals`` that carry a caution or low confidence."""
    return (totals["caution"].notna() | (totals["confidence"] == "low")).astype(bool)


def newest_customs_year(goods: pd.DataFrame) -> int:
    """Newest year of which the Iranian customs give tariff lines of both flows.

    Args:
        goods: rows of ``trade_goods``; lines without an HS code do not count.

    Returns:
        The Gregorian year in which that Iranian year begins.
    """
    flows = goods[goods["hs6"].notna()].groupby("year")["flow"].nunique()
    return int(flows.index[flows == 2].max())


def with_customs_totals(totals: pd.DataFrame, goods: pd.DataFrame) -> pd.DataFrame:
    """Add the sum of the tariff lines of each Iranian year and flow that has no such total yet.

    Formula: value of a flow in a year = sum of its tariff lines, in US dollars. A year of customs
    lines that was just imported so has its total, without a second row to be kept by hand.

    Args:
        totals: rows of ``trade_totals``.
        goods: rows of ``trade_goods``.

    Returns:
        ``totals`` and a row for each sum added, without caution, note or growth.
    """
    lines = totals["basis"].eq("customs_tariff_lines") & totals["period_type"].eq("iranian_year")
    keys = ["year", "direction"]
    direction = {"export": "iran_to_russia", "import": "russia_to_iran"}
    columns = ["year", "iranian_year", "period_start", "period_end", "exporter_iso3"]
    sums = (
        goods.assign(direction=goods["flow"].map(direction))
        .groupby([*columns, "importer_iso3", "direction"], as_index=False)
        .agg(
            value_usd=("value_usd", "sum"),
            weight_kg=("weight_kg", "sum"),
            source_id=("source_id", "first"),
        )
        .round({"value_usd": 0, "weight_kg": 0})
    )
    known = set(totals.loc[lines, keys].itertuples(index=False, name=None))
    fresh = sums[[key not in known for key in sums[keys].itertuples(index=False, name=None)]]
    if fresh.empty:
        return totals
    same = ["period_type", "months_covered", "calendar", "period_stated", "reporter", "basis"]
    same += ["precision", "confidence", "publisher"]
    route = fresh["direction"].map({"iran_to_russia": "ir_ru", "russia_to_iran": "ru_ir"})
    fresh = fresh.assign(
        total_id=fresh["iranian_year"].astype("str") + "ir-" + route + "-irn-lines",
        **totals.loc[lines, same].iloc[-1].to_dict(),
    )
    fresh = fresh.reindex(columns=totals.columns).astype(totals.dtypes)
    return pd.concat([totals, fresh], ignore_index=True)


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
        or ``turnover only``), ``doubtful`` (a figure used carries a caution or low confidence),
        ``confidence`` (that of the least sure figure used) and ``source_id``.

    Raises:
        ValueError: there are parts of years, which cannot be put together.
    """
    if (totals["period_type"] == "partial").any():
        raise ValueError("parts of years cannot be put together: filter to full years first")
    keys = ["year", "period_type", "reporter", "basis"]
    marked = totals.assign(
        value=totals["value_usd"].astype(float),
        doubtful=doubtful(totals),
        unsure=totals["confidence"].map(CONFIDENCE.index),
        source=totals["source_id"],
    )
    told = ["doubtful", "unsure", "source"]
    sides = {}
    for side in ("iran_to_russia", "russia_to_iran", "both_ways"):
        rows = marked.loc[marked["direction"] == side, [*keys, "value", *told]]
        sides[side] = rows.rename(
            columns={"value": side} | {column: f"{column}_{side}" for column in told}
        )
    out, back, turnover = sides.values()
    pairs = out.merge(back, on=keys).assign(how="both directions")
    rest = turnover.merge(pairs[keys], on=keys, how="left", indicator=True)
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
    least_sure = both.filter(like="unsure_").max(axis=1)
    both["confidence"] = least_sure.map(dict(enumerate(CONFIDENCE)))
    both["source_id"] = both.filter(like="source_").bfill(axis=1).iloc[:, 0]
    shown = [*keys, *directions, "turnover", "balance", "how", "doubtful", "confidence"]
    return both[[*shown, "source_id"]].sort_values(keys, ignore_index=True)


CONFIDENCE = ["high", "medium", "low"]
"""How sure a figure is, the surest first."""


BASES = [
    "customs_tariff_lines",
    "customs_country_table",
    "official_statistics_quoted",
    "official_statement",
    "press_preliminary",
    "compiled_importer_report",
    "compiled_exporter_report",
]
"""What a figure of trade rests on, the firmest first."""


def turnover(balances: pd.DataFrame, reporter: str) -> pd.Series:
    """One turnover a year of one reporter, in US dollars: both directions together.

    Where a reporter gives several figures for a year, one without a caution comes before one with,
    then the firmer basis (:data:`BASES`: tariff lines first), then the surer figure
    (:data:`CONFIDENCE`), then the lowest.

    Args:
        balances: what :func:`trade_balance` returns.
        reporter: ``RUS``, ``IRN``, ``COW`` or ``UNCTAD``.

    Returns:
        Turnover by year.
    """
    return firmest(balances, reporter)["turnover"]


def firmest(balances: pd.DataFrame, reporter: str) -> pd.DataFrame:
    """Keep, of the figures of one reporter, the row that :func:`turnover` takes for each year.

    Args:
        balances: what :func:`trade_balance` returns.
        reporter: as in :func:`turnover`.

    Returns:
        The rows by year, with all columns of ``balances``.
    """
    found = balances[(balances["reporter"] == reporter) & balances["turnover"].notna()]
    order = {"basis": BASES, "confidence": CONFIDENCE}
    best = found.sort_values(
        ["year", "doubtful", "basis", "confidence", "turnover"],
        key=lambda of: of.map(order[of.name].index) if of.name in order else of,
    )
    return best.drop_duplicates("year").set_index("year")


def growth_by_year(balances: pd.DataFrame, reporter: str, first: int, last: int) -> pd.DataFrame:
    """Growth of turnover on the year before, for pairs of years that both have one.

    Formula: turnover of the year / turnover of the year before - 1, see :func:`turnover`.

    Args:
        balances: what :func:`trade_balance` returns.
        reporter: as in :func:`turnover`.
        first: the first year, which has nothing to be compared with.
        last: the last year.

    Returns:
        One row a pair of years: ``year``, ``turnover``, ``before`` (US dollars), ``growth`` (as a
        share), ``doubtful`` (either figure carries a caution or low confidence).
    """
    by = firmest(balances, reporter)[["turnover", "doubtful"]]
    by = by[(by.index >= first) & (by.index <= last)]
    before = by.set_axis(by.index + 1).add_suffix("_before")
    both = by.join(before, how="inner").reset_index()
    return pd.DataFrame(
        {
            "year": both["year"],
            "turnover": both["turnover"],
            "before": both["turnover_before"],
            "growth": both["turnover"] / both["turnover_before"] - 1,
            "doubtful": both["doubtful"] | both["doubtful_before"],
        }
    )


def partner_shares(partners: pd.DataFrame, total: str = "WLD") -> pd.DataFrame:
    """Share and rank of each partner in a country's trade.

    Formula: x_ij / X_i, where X_i is the trade of i with the whole world (or with all partners
    listed) as the same reporter gives it. Rank 1 is the largest; ties share the better rank.

    Args:
        partners: rows of ``trade_partners`` of one reporter, totals included.
        total: code of the partner row that holds X_i, ``WLD`` or ``SUM``.

    Returns:
        The rows of single partners with ``share`` (0 to 1), ``rank`` and ``partners`` (how many
        the reporter lists); a year and flow without its total is left out, and told by
        ``iran-russia validate``.

    Raises:
        ValueError: a partner stands twice in one year and flow, or there is no total at all.
    """
    keys = ["year", "country_iso3", "flow"]
    if partners.duplicated([*keys, "partner_iso3"]).any():
        raise ValueError("a partner stands twice in one year and flow: filter to one reporter")
    totals = partners.loc[partners["partner_iso3"] == total, [*keys, "value_usd"]]
    single = partners[~partners["partner_iso3"].isin(["WLD", "SUM", "RUS-DA"])]
    if totals.empty:
        raise ValueError(f"there is no row of the partner {total!r}")
    merged = single.merge(totals.dropna().rename(columns={"value_usd": "total_usd"}), on=keys)
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


def complementarity(exports: pd.Series, imports: pd.Series) -> float:
    """Trade complementarity index: how well what one state sells fits what the other buys.

    Formula: 1 - (sum over goods of abs(m_j - x_i)) / 2, where x_i is the share of a good in the
    exports of i and m_j its share in the imports of j. 1 means the same structure, 0 that nothing
    that i sells is bought by j. It compares structures and says nothing of size, price or distance.

    Args:
        exports: value by good, indexed by the code of the good.
        imports: value by good, in the same classification; a good that is absent counts as 0.
    """
    both = pd.concat([shares(exports), shares(imports)], axis=1).fillna(0.0).astype(float)
    return float(1 - (both.iloc[:, 0] - both.iloc[:, 1]).abs().sum() / 2)


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


def hs_headings(goods: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
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
    by = named.groupby([*keys, "hs4"], as_index=False)
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


IMF_VINTAGES = ["imf_dots_2022", "imf_imts_2026"]
"""Sources of ``trade_imf_partners``, the older first; where both have a cell the newer is read."""


def imf_newest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep one vintage a cell of ``trade_imf_partners``: the newer one.

    Returns:
        The rows kept, sorted by reporter, flow, partner and year.
    """
    keys = ["reporter_iso3", "flow", "partner_iso3", "year"]
    order = table["source_id"].map(IMF_VINTAGES.index)
    kept = (
        table.assign(order=order).sort_values([*keys, "order"]).drop_duplicates(keys, keep="last")
    )
    return kept.drop(columns="order").reset_index(drop=True)


def imf_pair(table: pd.DataFrame) -> pd.DataFrame:
    """Both reports of the trade of Iran with Russia or the Soviet Union, as the IMF has them.

    Args:
        table: rows of ``trade_imf_partners``.

    Returns:
        One row a year, direction (``iran_to_russia`` or ``russia_to_iran``) and side that reports
        (``exporter``, FOB, or ``importer``, CIF): ``reporter`` (``RUS`` stands for the Soviet
        Union too), ``value_usd``, ``status`` and ``source_id``.
    """
    north = ["RUS", "SUN"]
    ours = (table["reporter_iso3"].eq("IRN") & table["partner_iso3"].isin(north)) | (
        table["reporter_iso3"].isin(north) & table["partner_iso3"].eq("IRN")
    )
    pair = imf_newest(table[ours])
    iranian, export = pair["reporter_iso3"].eq("IRN"), pair["flow"].eq("export")
    return pair.assign(
        direction=iranian.eq(export).map({True: "iran_to_russia", False: "russia_to_iran"}),
        side=export.map({True: "exporter", False: "importer"}),
        reporter=iranian.map({True: "IRN", False: "RUS"}),
    )[["year", "direction", "side", "reporter", "value_usd", "status", "source_id"]]


def reported_mirror(pair: pd.DataFrame) -> pd.DataFrame:
    """Exporter's report over importer's report of one flow and year, where both are reports.

    Formula: value of the exporter (FOB) / value of the importer (CIF); estimates of the compiler
    are left out, since they are made from the other side's report.

    Args:
        pair: what :func:`imf_pair` gives.

    Returns:
        One row a direction and year: ``exporter`` and ``importer`` (US dollars), ``ratio``.
    """
    reports = pair[pair["status"] == "published"]
    sides = reports.pivot_table(index=["direction", "year"], columns="side", values="value_usd")
    both = sides.dropna().astype(float).reset_index()
    return both.assign(ratio=mirror_ratio(both["exporter"], both["importer"]))


COMPILED_FROM = {
    "importer's report": ("importer", 1.0),
    "exporter's report": ("exporter", 1.0),
    "exporter's report with freight": ("exporter", 1.1),
}
"""The report of a side, times an allowance for freight, that a compiler may have taken."""


def compiled_from(compiled: pd.DataFrame, pair: pd.DataFrame) -> pd.Series:
    """Say from which report each value of a compilation comes.

    A value comes from a report if it differs by no more than half a million dollars, the rounding
    of the compilation, or a thousandth. The first of :data:`COMPILED_FROM` that fits counts.

    Args:
        compiled: ``year``, ``direction``, ``value_usd`` (US dollars).
        pair: what :func:`imf_pair` gives.

    Returns:
        A key of :data:`COMPILED_FROM` for each row, or ``no counterpart``.
    """
    reports = pair[pair["value_usd"] > 0].set_index(["year", "direction", "side"])["value_usd"]
    reports = reports.astype(float).unstack("side").reindex(columns=["exporter", "importer"])
    keys = pd.MultiIndex.from_frame(compiled[["year", "direction"]])
    told = reports.reindex(keys).set_axis(compiled.index)
    found = pd.Series("no counterpart", index=compiled.index)
    for name, (side, factor) in reversed(COMPILED_FROM.items()):
        expected = told[side] * factor
        apart = (compiled["value_usd"].astype(float) - expected).abs()
        fits = apart <= (expected / 1000).clip(lower=5.1e5)
        found = found.mask(fits, name)
    return found


def grain_equivalent(cereals: pd.DataFrame) -> pd.Series:
    """Tonnes of raw grain with the calories of a flow: kilocalories a year / kilocalories a tonne.

    Flour and other products count as the grain of equal calories, so this is not a tonnage that
    anybody reported.
    """
    return cereals["kcal_per_year"].astype(float) / cereals["kcal_per_tonne"].astype(float)


def in_runs(totals: pd.DataFrame) -> pd.DataFrame:
    """Number the unbroken runs of years of each reporter, direction and basis.

    Args:
        totals: rows of ``trade_totals`` for full years.

    Returns:
        The rows in order of reporter, direction, basis and year, with ``run`` (a number, see
        :func:`~iran_russia.measures.series.runs`) and ``alone`` (no year before or after it).
    """
    keys = ["reporter", "direction", "basis"]
    rows = totals.sort_values([*keys, "year"])
    rows = rows.assign(run=rows.groupby(keys)["year"].transform(runs))
    return rows.assign(alone=rows.groupby([*keys, "run"])["year"].transform("size") == 1)


def reported_balance(pair: pd.DataFrame, reporter: str) -> pd.DataFrame:
    """Turnover and Iran's balance by what one country reports to the IMF, without estimates.

    Formula: as in :func:`trade_balance`; a year without a report of both flows has neither.

    Args:
        pair: what :func:`imf_pair` gives.
        reporter: ``RUS`` or ``IRN``.

    Returns:
        One row a year: ``iran_to_russia``, ``russia_to_iran``, ``turnover``, ``balance`` (US
        dollars) and ``source_id``.
    """
    rows = pair[(pair["reporter"] == reporter) & (pair["status"] == "published")]
    flows = rows.pivot(index="year", columns="direction", values="value_usd").astype(float)
    flows = flows.reindex(columns=["iran_to_russia", "russia_to_iran"])
    return flows.assign(
        turnover=flows["iran_to_russia"] + flows["russia_to_iran"],
        balance=flows["iran_to_russia"] - flows["russia_to_iran"],
        source_id=rows.groupby("year")["source_id"].first(),
    ).reset_index()


def freight_allowance(pair: pd.DataFrame, direction: str, first: int, last: int) -> pd.Series:
    """Importer's value over exporter's value of one flow, estimates included.

    Formula: CIF / FOB. Where it is the same in every year, one of the two was made from the other.

    Args:
        pair: what :func:`imf_pair` gives.
        direction: ``iran_to_russia`` or ``russia_to_iran``.
        first, last: the years taken.

    Returns:
        The ratio by year, for years that have both values.
    """
    rows = pair[(pair["direction"] == direction) & pair["year"].between(first, last)]
    sides = rows.pivot_table(index="year", columns="side", values="value_usd").astype(float)
    sides = sides.reindex(columns=["exporter", "importer"]).dropna()
    return sides["importer"] / sides["exporter"]


COMPILERS = ["unctad_matrix", "cow_trade_v4"]
"""Compilations by their source; a figure of theirs may rest on the report of the other side."""


def unlike(mirror: pd.DataFrame, totals: pd.DataFrame) -> pd.Series:
    """Mark comparisons of ``mirror_gap`` that are not between two full and undoubted reports.

    One of the figures is compiled or :func:`doubtful`, or the two cover unequal numbers of months.

    Args:
        mirror: rows of ``mirror_gap``.
        totals: rows of ``trade_totals``, which these name.
    """
    compiled = mirror[["russian_source_id", "iranian_source_id"]].isin(COMPILERS).any(axis=1)
    cautioned = set(totals.loc[doubtful(totals), "total_id"])
    questioned = mirror.filter(like="total_id").isin(cautioned).any(axis=1)
    return compiled | questioned | (mirror["russian_months"] != mirror["iranian_months"])


def headings_changed(headings: pd.DataFrame, flow: str, first: int, last: int) -> pd.DataFrame:
    """Value and number of headings kept, lost and new between two years of one flow.

    Args:
        headings: what :func:`hs_headings` gives.
        flow: ``export`` or ``import``.
        first, last: the years compared.

    Returns:
        One row a year and change (see :func:`product_turnover`) with a value: ``year``,
        ``change``, ``value_usd``, ``headings`` (how many) and ``share`` of the value of the year.
    """
    of_flow = headings[headings["flow"] == flow].set_index(["year", "hs4"])["value_usd"]
    before, after = (of_flow[of_flow.index.get_level_values("year") == y] for y in (first, last))
    both = product_turnover(before.droplevel("year"), after.droplevel("year"))
    long = both.rename(columns={"before": first, "after": last}).melt(
        "change", [first, last], "year", "value_usd"
    )
    long = long[long["value_usd"] > 0].astype({"year": int})
    changed = long.groupby(["year", "change"])["value_usd"].agg(value_usd="sum", headings="size")
    changed["share"] = changed["value_usd"].groupby("year").transform(shares)
    return changed.reset_index()


def as_exports(shares: pd.DataFrame, importers: list[str]) -> pd.DataFrame:
    """Read imports of countries as exports of their partners.

    Args:
        shares: what :func:`partner_shares` gives.
        importers: ISO 3166-1 alpha-3 codes of the countries whose imports are read.

    Returns:
        The rows of imports, with ``exporter_iso3`` and ``importer_iso3``.
    """
    rows = shares[(shares["flow"] == "import") & shares["country_iso3"].isin(importers)]
    return rows.rename(columns={"partner_iso3": "exporter_iso3", "country_iso3": "importer_iso3"})


def coast_share(offices: pd.DataFrame, coast: str) -> pd.Series:
    """Share of the customs offices on one coast in the value of each flow and year.

    An office of which no coast is known counts as elsewhere, so the share is a lower bound.

    Args:
        offices: ``flow``, ``iranian_year``, ``coast``, ``value_usd``, one row an office.
        coast: ``caspian`` or another value of ``customs_offices``.

    Returns:
        Shares between 0 and 1, by flow and Iranian year.
    """
    keys = ["flow", "iranian_year"]
    there = offices[offices["coast"] == coast].groupby(keys)["value_usd"].sum()
    return (there / offices.groupby(keys)["value_usd"].sum()).astype(float)


def leading_offices(offices: pd.DataFrame, year: int, most: int) -> pd.DataFrame:
    """Keep, of each flow, the customs offices with the largest value in one Iranian year.

    Args:
        offices: ``flow``, ``iranian_year``, ``customs_office``, ``value_usd``.
        year: the Iranian year in which they are the largest.
        most: how many of each flow.

    Returns:
        Their rows of all years, the order of ``offices`` kept.
    """
    there = offices[offices["iranian_year"] == year]
    rank = there.groupby("flow")["value_usd"].rank(ascending=False)
    keys = ["flow", "customs_office"]
    return offices.merge(there.loc[rank <= most, keys], on=keys)


def largest_of(flows: pd.DataFrame, within: str, name: str, value: str, most: int) -> list[tuple]:
    """Name the largest in each group by their largest value.

    Args:
        flows: one row a report of a flow.
        within: the column of the groups, such as the kind of cereal.
        name: the column of what is named, such as the exporter.
        value: the column compared.
        most: how many of each group.

    Returns:
        Pairs of group and name, the largest of each group first.
    """
    best = flows.groupby([within, name])[value].max()
    return list(best.groupby(within).nlargest(most).droplevel(0).index)


def largest_lines(sample: pd.DataFrame, seen: int, most: int) -> pd.DataFrame:
    """Keep the tariff lines that are the largest in the newest Iranian year of a sample.

    Args:
        sample: ``hs_code``, ``iranian_year``, ``value_usd``.
        seen: in how many years a line must be known at least.
        most: how many lines.

    Returns:
        Their rows of all years.
    """
    years = sample.groupby("hs_code")["iranian_year"].transform("nunique")
    newest = sample["iranian_year"] == sample["iranian_year"].max()
    largest = sample[(years >= seen) & newest].nlargest(most, "value_usd")
    return sample[sample["hs_code"].isin(largest["hs_code"])]


LEVELS = {"chapters": 2, "headings": 4, "subheadings": 6}
"""The levels of the Harmonized System, each with the number of digits of its codes."""


def values_by_level(goods: pd.DataFrame) -> pd.DataFrame:
    """Add tariff lines up to each of :data:`LEVELS`.

    Args:
        goods: rows of ``trade_goods``; lines without an HS code are left out.

    Returns:
        One row a year, flow, level and good: ``year``, ``flow``, ``level``, ``code``,
        ``value_usd``.
    """
    coded = goods[goods["hs6"].notna()]
    keys = ["year", "flow", "level", "code"]
    parts = [
        coded.assign(level=name, code=coded["hs6"].str[:digits]) for name, digits in LEVELS.items()
    ]
    return pd.concat(parts).groupby(keys, as_index=False)["value_usd"].sum()


def concentration_by_level(goods: pd.DataFrame) -> pd.DataFrame:
    """Concentration of each flow and year at each of :data:`LEVELS`.

    The finer the level, the more goods there are to share a value: indices of two levels are never
    compared with each other, only over time, and they may move against each other.

    Args:
        goods: rows of ``trade_goods``.

    Returns:
        One row a flow, year and level: ``hhi`` (see
        :func:`~iran_russia.measures.series.herfindahl_hirschman`) and ``run``, the number of the
        unbroken run of years.
    """
    values = values_by_level(goods).astype({"value_usd": float})
    index = values.groupby(["flow", "level", "year"])["value_usd"].agg(herfindahl_hirschman)
    index = index.rename("hhi").reset_index()
    return index.assign(run=index.groupby(["flow", "level"])["year"].transform(runs))


def grubel_lloyd(exports: pd.Series, imports: pd.Series) -> float:
    """Grubel–Lloyd index of two-way trade: 1 where each good goes both ways in like value.

    Formula: 1 - (sum over goods of abs(x_i - m_i)) / (sum over goods of x_i + m_i) (Grubel and
    Lloyd 1971). 0 means that no good goes both ways. Like every index over goods it falls as goods
    are told apart more finely.

    Args:
        exports: value by good.
        imports: value by good, in the same currency; a good that is absent counts as 0.
    """
    both = pd.concat([exports, imports], axis=1).fillna(0.0).astype(float)
    apart = (both.iloc[:, 0] - both.iloc[:, 1]).abs().sum()
    return float(1 - apart / both.to_numpy().sum())


def two_way_by_level(goods: pd.DataFrame, year: int) -> pd.Series:
    """Grubel–Lloyd index of one year at each of :data:`LEVELS`, see :func:`grubel_lloyd`.

    Args:
        goods: rows of ``trade_goods``.
        year: the Gregorian year in which an Iranian year with both flows begins.

    Returns:
        The index by level.
    """
    values = values_by_level(goods[goods["year"] == year]).set_index(["level", "flow", "code"])
    one = values["value_usd"].sort_index()
    found = {level: grubel_lloyd(one[level, "export"], one[level, "import"]) for level in LEVELS}
    return pd.Series(found, name="grubel_lloyd")


def without_code(goods: pd.DataFrame) -> pd.DataFrame:
    """Part of each flow and year in tariff lines without a code of the Harmonized System.

    Returns:
        One row a flow and year: ``value_usd``, ``uncoded_usd``, ``share``.
    """
    by = goods.assign(uncoded_usd=goods["value_usd"].where(goods["hs6"].isna(), 0))
    sums = by.groupby(["flow", "year"])[["value_usd", "uncoded_usd"]].sum().astype(float)
    return sums.assign(share=sums["uncoded_usd"] / sums["value_usd"]).reset_index()


def reported_intensities(reports: pd.DataFrame, world: pd.DataFrame) -> pd.DataFrame:
    """Share of a partner in what a country reports, over the share that the partner's size gives.

    Formula: (x_ij / X_i) / (M_j / (M_w - M_i)) as in :func:`trade_intensity`; for imports with the
    exports of the partner and of the world in the place of their imports. All of x and X is the
    report of country i itself, so that each side has a figure of its own for the same flow.

    Args:
        reports: rows of ``trade_imf_partners`` of one vintage a cell (:func:`imf_newest`), the row
            of the partner ``WLD`` included.
        world: rows of ``world_trade``.

    Returns:
        The rows of partners of known size, with ``total``, ``size`` and ``expected`` (US dollars:
        what the partner's share of world trade gives) and ``intensity``.
    """
    turned = {"import": "export", "export": "import"}
    of = world.assign(flow=world["flow"].map(turned), size=world["value_usd"].astype(float))
    of = of.set_index(["flow", "year", "country_iso3"])["size"]
    keys = ["reporter_iso3", "flow", "year"]
    whole = reports[reports["partner_iso3"] == "WLD"].set_index(keys)["value_usd"].astype(float)
    rows = reports[reports["partner_iso3"] != "WLD"]

    def sized(country: pd.Series | str) -> pd.Series:
        index = pd.DataFrame({"flow": rows["flow"], "year": rows["year"], "country": country})
        return of.reindex(pd.MultiIndex.from_frame(index)).set_axis(rows.index)

    rows = rows.assign(
        total=whole.reindex(pd.MultiIndex.from_frame(rows[keys])).set_axis(rows.index),
        size=sized(rows["partner_iso3"]),
        expected=lambda f: (
            f["total"] * f["size"] / (sized("WLD") - sized(f["reporter_iso3"]).fillna(0))
        ),
    ).dropna(subset="expected")
    return rows.assign(intensity=rows["value_usd"].astype(float) / rows["expected"])


def pooled_intensity(flows: pd.DataFrame) -> pd.DataFrame:
    """Intensity of each partner over several years, with the least and largest of single years.

    Formula: sum of values / sum of expected values, see :func:`reported_intensities`.

    Args:
        flows: what :func:`reported_intensities` gives, of one country and one flow.

    Returns:
        One row a partner, the densest first: ``partner_iso3``, ``intensity``, ``low``, ``high``
        (of single years), ``years`` (how many) and ``rank``.
    """
    by = flows.assign(value=flows["value_usd"].astype(float)).groupby("partner_iso3")
    sums = by[["value", "expected"]].sum()
    years = by["intensity"].agg(low="min", high="max", years="size")
    found = years.assign(intensity=sums["value"] / sums["expected"])
    found["rank"] = found["intensity"].rank(ascending=False, method="min").astype(int)
    return found.sort_values("rank").reset_index()


def like_partners(flows: pd.DataFrame, pair: tuple[str, str], years: range) -> pd.Series:
    """What a country trades with a partner, over what it trades with others of the partner's size.

    Formula: value_jt = exp(a_t + b log size_jt), fitted to all partners but the one in question by
    Poisson pseudo-maximum likelihood (Santos Silva and Tenreyro 2006), errors clustered by partner;
    the ratio is the sum of the partner's values over the sum of its expected ones. The interval is
    that of the expectation (95 %, Student's t with one degree of freedom less than partners): it
    does not hold the spread of single partners around it, which is wider. Distance is not in it.

    Args:
        flows: what :func:`reported_intensities` gives, of one country and one flow.
        pair: the country that reports and the partner in question.
        years: the years summed.

    Returns:
        ``ratio``, ``low``, ``high``, ``elasticity`` with ``elasticity_low`` and
        ``elasticity_high``, ``partners`` (how many the fit rests on) and ``years``.

    Raises:
        ValueError: there are both flows, or none, or fewer than three other partners.
    """
    import numpy as np
    from scipy import stats
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    country, partner = pair
    own = flows[flows["reporter_iso3"] == country]
    if own["flow"].nunique() != 1:
        raise ValueError("a fit takes one flow: filter to exports or imports")
    ours = (own["partner_iso3"] == partner).to_numpy()
    effects = pd.get_dummies(own["year"], dtype=float)
    design = effects.assign(size=np.log(own["size"].astype(float)))
    values = own["value_usd"].astype(float) / 1e6
    asked = ours & own["year"].isin(years).to_numpy()
    held = effects.columns[effects[~ours].any()]  # a year of the pair alone has no effect
    columns = [*held, "size"]
    others = own.loc[~ours, "partner_iso3"]
    if others.nunique() < 3:
        raise ValueError("an interval needs at least three partners beside the one in question")
    fit = GLM(values[~ours], design.loc[~ours, columns], family=Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(others)[0]}
    )
    at = design.loc[asked, columns]
    expected = fit.predict(at)
    slope = at.mul(expected, axis=0).sum() / expected.sum()
    reach = stats.t.ppf(0.975, others.nunique() - 1)
    error = reach * float(np.sqrt(slope @ fit.cov_params() @ slope))
    ratio = float(values[asked].sum() / expected.sum())
    elasticity, spread = fit.params["size"], reach * fit.bse["size"]
    return pd.Series(
        {
            "ratio": ratio,
            "low": ratio * np.exp(-error),
            "high": ratio * np.exp(error),
            "elasticity": elasticity,
            "elasticity_low": elasticity - spread,
            "elasticity_high": elasticity + spread,
            "partners": others.nunique(),
            "years": int(asked.sum()),
        }
    )


def turnover_range(balances: pd.DataFrame) -> pd.DataFrame:
    """Least and largest turnover that the two sides give for a year: what is known of it at best.

    No figure is left out for being doubtful: a range that holds only firm figures would look surer
    than the tables are. Compilations do not count; they rest on a report of one of the two.

    Args:
        balances: what :func:`trade_balance` returns.

    Returns:
        One row a year: ``low``, ``high`` (US dollars), ``sides`` (how many of the two give a
        figure), ``figures`` and ``doubtful`` (how many of these carry a caution).
    """
    own = balances[balances["reporter"].isin(["IRN", "RUS"]) & balances["turnover"].notna()]
    return own.groupby("year").agg(
        low=("turnover", "min"),
        high=("turnover", "max"),
        sides=("reporter", "nunique"),
        figures=("turnover", "size"),
        doubtful=("doubtful", "sum"),
    )
