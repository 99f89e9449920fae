"""Announced deals and what became of them."""

import pandas as pd

from iran_russia.measures.series import items_of, share_interval
from iran_russia.measures.survival import day_spans, spells
from iran_russia.values import BETWEEN

OUTCOME = [
    "deal",
    "sector",
    "announced_on",
    "announced_precision",
    "announced_value_usd",
    "announced_value_eur",
    "status",
    "status_on",
    "status_precision",
    "decided_by",
    "evidence",
]
"""Columns of an outcome, one shape for announced deals of every sector.

One row a deal, from its first announcement to its latest known status:

- ``deal``, ``sector``: its name and sector;
- ``announced_on``, ``announced_precision``: the first announcement (``day``, ``month``, ``year``);
- ``announced_value_usd``, ``announced_value_eur``: as announced, never converted; missing where
  no value of its own is known;
- ``status``: ``realised``, ``partly`` (begun: works, operation or deliveries), ``open`` (announced
  and not begun as far as is known), ``failed`` (ended) or ``unknown``;
- ``status_on``, ``status_precision``: when that status held, which may be long ago;
- ``decided_by``, ``evidence``: what decided the status, and the rows it rests on.
"""


def realisation_rate(
    deals: pd.DataFrame, status: str = "status", value: str | None = None
) -> pd.Series:
    """Share of announced deals that were carried out, with the bounds that doubt leaves.

    Formula: realised / all at least, (realised + partly + unknown) / all at most; each deal counts
    as one, or with its announced value. Values of one currency only are added, and deals without
    a value in it are left out.

    Args:
        deals: one row a deal; ``status`` holds ``realised``, ``partly``, ``open``, ``failed`` or
            ``unknown``.
        status: the column of the status.
        value: the column of the announced value to weigh by; by number when not given.

    Returns:
        ``low`` (only what is known to be realised), ``high`` (partly realised and unknown ones
        counted as realised too) and ``deals`` (how many there are); by value also ``value``, the
        sum of all announced values.

    Raises:
        ValueError: there is no deal, or none with a value.
    """
    valued = deals if value is None else deals[deals[value].notna()]
    if valued.empty:
        raise ValueError(f"no deal{f' with {value}' if value else ''}: there is no rate")
    weight = pd.Series(1.0, valued.index) if value is None else valued[value].astype(float)
    by = weight.groupby(valued[status]).sum()
    total = weight.sum()
    realised = by.get("realised", 0.0)
    doubtful = by.get("partly", 0.0) + by.get("unknown", 0.0)
    rate = {
        "low": realised / total,
        "high": (realised + doubtful) / total,
        "deals": len(valued),
    }
    return pd.Series(rate if value is None else rate | {"value": total})


def realised_between(deals: pd.DataFrame) -> pd.Series:
    """How many announced deals were carried out, at least and at most, and what share that may be.

    At least those known to be realised, at most those begun and those of unknown end as well, as in
    :func:`realisation_rate`. The interval runs from the lower end of
    :func:`~iran_russia.measures.series.share_interval` around the first number to the upper end of
    that around the second. Of the deals in the list the bounds are all that is in doubt; the
    interval says what other deals, made in the same way, might come to.

    Args:
        deals: one row a deal, with its ``status``.

    Returns:
        ``least``, ``most`` and ``deals`` (numbers of deals), ``low`` and ``high`` (shares).
    """
    by = deals["status"].value_counts()
    least = int(by.get("realised", 0))
    most = least + int(by.get("partly", 0)) + int(by.get("unknown", 0))
    low, high = (share_interval(number, len(deals)) for number in (least, most))
    counts = {"least": least, "most": most, "deals": len(deals)}
    return pd.Series(counts | {"low": low["low"], "high": high["high"]}, dtype=object)


def outcome_shares(deals: pd.DataFrame, value: str | None = None) -> pd.DataFrame:
    """Share of each outcome among deals, by number or by the value announced.

    Args:
        deals: outcomes, with the columns of :data:`OUTCOME`.
        value: the column of the announced value to weigh by; deals without one are left out.

    Returns:
        One row an outcome that occurs: ``status``, ``amount`` (number of deals, or sum of values),
        ``share`` (0 to 1) and ``deals``, their names.
    """
    valued = deals if value is None else deals[deals[value].notna()]
    weight = pd.Series(1.0, valued.index) if value is None else valued[value].astype(float)
    by = weight.groupby(valued["status"]).sum()
    names = valued.groupby("status")["deal"].agg(", ".join)
    table = pd.DataFrame({"amount": by, "share": by / by.sum(), "deals": names})
    return table.reset_index(names="status")


def by_sector(outcomes: pd.DataFrame, sectors: list[str]) -> pd.DataFrame:
    """Share of each outcome among the deals of each sector, and among all.

    Args:
        outcomes: outcomes, with the columns of :data:`OUTCOME`.
        sectors: values of ``sector``.

    Returns:
        What :func:`outcome_shares` gives, with ``sector`` before it, which is ``all`` first.
    """
    held = {"all": outcomes} | {s: outcomes[outcomes["sector"] == s] for s in sectors}
    shares = {sector: outcome_shares(deals) for sector, deals in held.items()}
    return pd.concat(shares, names=["sector"]).reset_index("sector")


def status_age(outcomes: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Years from the latest status of each deal to a day.

    Args:
        outcomes: outcomes, with the columns of :data:`OUTCOME`.
        as_of: the day from which the status is seen.
    """
    return (as_of - outcomes["status_on"]).dt.days / 365.25


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


def outcome_counts(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Count deals by what became of them, and name them.

    Args:
        outcomes: one row a deal: ``basis`` (the list it stands in), ``status``, ``name``.

    Returns:
        One row a basis and status: ``basis``, ``status``, ``deals``, ``names`` (in the order of the
        alphabet, separated by commas).
    """
    return outcomes.groupby(["basis", "status"], as_index=False).agg(
        deals=("name", "size"), names=("name", lambda n: ", ".join(sorted(n)))
    )


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
    told = told.assign(life_line=items_of(told["life_line"]))
    told["happening"] = told["same_event_as"].fillna(told["report_id"])
    told = told.explode("life_line")
    told = told.sort_values("same_event_as", na_position="first", kind="stable")
    once = told.drop_duplicates(["happening", "life_line"]).drop(columns="happening")
    return once.sort_index(kind="stable").reset_index(drop=True)


def deal_outcomes(
    claims: pd.DataFrame,
    register: pd.DataFrame,
    as_of: pd.Timestamp | None = None,
    stale_after: int = 5,
) -> pd.DataFrame:
    """Say of each announced arms deal what became of it, for :func:`realisation_rate`.

    A life-line counts as an announced deal when at least one claim calls it announced or ordered:
    offers, talks and goods known only from their delivery are left out. A deal of the register
    belongs to the life-line whose claims point to it most often, and there the register decides
    (:data:`REGISTER_OUTCOME`; ``partly`` when its deals differ). Elsewhere the latest claim
    decides: a delivery is ``realised`` when a party states it and nobody disputes it, else
    ``unknown``; a return to talks or a suspension is ``failed``; all else is ``open``, which means
    that no delivery is recorded, or ``unknown`` when the latest claim is older than
    ``stale_after`` years. The status dates from the last delivery year of the register, or
    from the latest claim where nothing is delivered. The value is that of the first announcing
    claim that gives the price of the deal itself.

    Args:
        claims: one row a happening and life-line, from :func:`life_lines`, with ``report_id``,
            ``date_start``, ``date_end``, ``date_precision``, ``status_code``, ``contested``,
            ``evidence_basis``, ``transfer_id``, ``claimed_value_usd``, ``claimed_value_scope``.
        register: one row a deal: ``transfer_id``, ``status``, ``delivery_year_last``.
        as_of: the day seen from; by default the latest ``date_start`` of all claims given.
        stale_after: years after which an open claim says nothing of today.

    Returns:
        One row a life-line (``deal``), with the columns of :data:`OUTCOME`; ``decided_by`` is
        ``register``, ``latest claim`` or ``age of the latest report``.
    """
    as_of = claims["date_start"].max() if as_of is None else as_of
    pointed = claims.groupby("transfer_id")["life_line"].agg(lambda lines: lines.mode().iloc[0])
    register = register.set_index("transfer_id")
    rows = []
    for line, told in claims.sort_values(["date_end", "date_start"]).groupby("life_line"):
        announced = told[told["status_code"].isin(["announced", "ordered"])]
        if announced.empty:
            continue
        first = announced.sort_values("date_start", kind="stable").iloc[0]
        priced = announced[announced["claimed_value_scope"] == "deal"]
        row = {
            "deal": line,
            "sector": "arms",
            "announced_on": first["date_start"],
            "announced_precision": first["date_precision"],
            "announced_value_usd": priced["claimed_value_usd"].iloc[0] if len(priced) else None,
            "announced_value_eur": None,
        }
        own = register[register.index.isin(pointed.index[pointed == line])]
        rows.append(
            row
            | (
                _outcome_in_register(own, told)
                if len(own)
                else _outcome_told(told, as_of, stale_after)
            )
        )
    return _outcomes(rows)


def _outcomes(rows: list[dict]) -> pd.DataFrame:
    values = dict.fromkeys(("announced_value_usd", "announced_value_eur"), "Int64")
    return pd.DataFrame(rows, columns=OUTCOME).astype(values)


def _outcome_in_register(own: pd.DataFrame, told: pd.DataFrame) -> dict:
    kinds = own["status"].map(REGISTER_OUTCOME).unique()
    last = own["delivery_year_last"].max()
    delivered = pd.notna(last)
    return {
        "status": kinds[0] if len(kinds) == 1 else "partly",
        "status_on": pd.Timestamp(int(last), 1, 1) if delivered else told["date_start"].iloc[-1],
        "status_precision": "year" if delivered else told["date_precision"].iloc[-1],
        "decided_by": "register",
        "evidence": BETWEEN.join(own.index),
    }


def _outcome_told(told: pd.DataFrame, as_of: pd.Timestamp, stale_after: int) -> dict:
    latest = told.iloc[-1]
    status, decided_by = _outcome_of_claim(latest), "latest claim"
    if status == "open" and _is_old(latest["date_start"], as_of, stale_after):
        status, decided_by = "unknown", "age of the latest report"
    return {
        "status": status,
        "status_on": latest["date_start"],
        "status_precision": latest["date_precision"],
        "decided_by": decided_by,
        "evidence": latest["report_id"],
    }


def _is_old(reported: pd.Timestamp, as_of: pd.Timestamp, stale_after: int) -> bool:
    return reported < as_of - pd.DateOffset(years=stale_after)


def _outcome_of_claim(claim: pd.Series) -> str:
    stage = CLAIM_STAGE[claim["status_code"]]
    if stage == "delivered":
        sure = claim["evidence_basis"].startswith("statement by a party")
        if not sure or claim["contested"]:
            return "unknown"
        return "partly" if claim["status_code"] == "partly delivered" else "realised"
    failed = stage == "in talks" or claim["status_code"] == "suspended"
    return "failed" if failed else "open"


COUNTED_KINDS = ["deal", "trade programme"]
"""Kinds of rows of ``deals`` that count as announced deals.

Umbrella credits and frameworks, officials' totals and schemes without a Russian party do not.
"""


PROJECT_OUTCOME = {
    "announced": "open",
    "negotiation": "open",
    "memorandum": "open",
    "study": "open",
    "preparation": "open",
    "loan": "open",
    "agreement": "open",
    "contract": "open",
    "stalled": "open",
    "in force": "partly",
    "in construction": "partly",
    "in operation": "partly",
    "partly completed": "partly",
    "completed": "realised",
    "cancelled": "failed",
    "transferred": "unknown",
    "claim": "unknown",
}
"""Outcome of a project by its status as reported.

A signature is not a beginning: a contract without reported works is ``open``. Operation is
``partly``, since how much of the announced volume came is not reported.
"""


PAPERS = ["none named", "memorandum", "road map", "agreement", "contract"]
"""Forms of paper, the least binding first."""


def strongest_paper(deals: pd.DataFrame) -> pd.Series:
    """Name the most binding form of paper reported for each project.

    Args:
        deals: rows of ``deals``: ``project``, ``paper``.

    Returns:
        The paper (one of :data:`PAPERS`) by project.
    """
    rank = deals["paper"].map(PAPERS.index)
    return rank.groupby(deals["project"]).max().map(dict(enumerate(PAPERS))).rename("paper")


def project_outcomes(
    deals: pd.DataFrame, as_of: pd.Timestamp | None = None, stale_after: int = 5
) -> pd.DataFrame:
    """Say of each announced project what became of it, for :func:`realisation_rate`.

    The rows of one ``project`` are chained by ``status_on`` and the latest decides
    (:data:`PROJECT_OUTCOME`), with two exceptions that make an ``open`` project ``unknown``: an
    earlier row reported works that the latest does not know of (the reports contradict), or the
    latest status is older than ``stale_after`` years (what became of it since is not known). Only
    rows of :data:`COUNTED_KINDS` are taken in.

    Args:
        deals: rows of ``deals``.
        as_of: the day seen from; by default the latest ``status_on`` of all rows given.
        stale_after: years after which an open status says nothing of today.

    Returns:
        One row a project (``deal``) in order of announcement, with the columns of
        :data:`OUTCOME`; values are those of the rows with ``value_counted``, ``decided_by`` is
        ``latest report``, ``contradiction`` or ``age of the latest report``, and ``evidence`` the
        ``deal_id`` of the latest row.
    """
    as_of = deals["status_on"].max() if as_of is None else as_of
    counted = deals[deals["kind"].isin(COUNTED_KINDS)]
    rows = []
    for project, told in counted.sort_values(["status_on", "date"], kind="stable").groupby(
        "project"
    ):
        first, latest = told.sort_values("date", kind="stable").iloc[0], told.iloc[-1]
        outcomes = told["status_group"].map(PROJECT_OUTCOME)
        status, decided_by = outcomes.iloc[-1], "latest report"
        if status == "open" and outcomes.isin(["partly", "realised"]).any():
            status, decided_by = "unknown", "contradiction"
        elif status == "open" and _is_old(latest["status_on"], as_of, stale_after):
            status, decided_by = "unknown", "age of the latest report"
        value = told[told["value_counted"]]
        rows.append(
            {
                "deal": project,
                "sector": latest["sector"],
                "announced_on": first["date"],
                "announced_precision": first["date_precision"],
                "announced_value_usd": value["announced_value_usd"].sum(min_count=1),
                "announced_value_eur": value["announced_value_eur"].sum(min_count=1),
                "status": status,
                "status_on": latest["status_on"],
                "status_precision": latest["status_precision"],
                "decided_by": decided_by,
                "evidence": latest["deal_id"],
            }
        )
    found = _outcomes(rows)
    return found.sort_values(["announced_on", "deal"], ignore_index=True)


def with_evidence(outcomes: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Put beside each outcome the report that decided it, its paper, and how old it is.

    Args:
        outcomes: what :func:`project_outcomes` makes of ``deals``.
        deals: rows of ``deals``.

    Returns:
        The outcomes with ``paper`` (:func:`strongest_paper`), ``reported`` (the status as
        reported), ``publisher`` and ``source_id`` of the deciding row, ``years`` from the status
        to ``as_of``, and ``as_of``, the latest status day of all deals.
    """
    told = deals.set_index("deal_id")
    as_of = deals["status_on"].max()
    return outcomes.assign(
        paper=outcomes["deal"].map(strongest_paper(deals)),
        reported=outcomes["evidence"].map(told["status_as_reported"]),
        publisher=outcomes["evidence"].map(told["publisher"]),
        source_id=outcomes["evidence"].map(told["source_id"]),
        years=status_age(outcomes, as_of).round(1),
        as_of=as_of,
    )


BEGUN, FINISHED = ["partly", "realised"], ["realised"]
"""What a project has reached that has begun (works, operation or deliveries), or is finished."""


def project_spells(
    deals: pd.DataFrame,
    reached: list[str],
    as_of: pd.Timestamp | None = None,
    to_report: bool = False,
) -> pd.DataFrame:
    """Years from the announcement of each project to the first report that it came about.

    A project that :func:`project_outcomes` finds begun or finished came about on the day of the
    first report that says so, which is no earlier than it did; one found failed failed on the
    first day that it is reported. All others, silent or contradicted ones too, are followed
    without either to the end of the table, as if a beginning would have been told.

    Args:
        deals: rows of ``deals``.
        reached: outcomes that count as coming about, :data:`BEGUN` or :data:`FINISHED`.
        as_of: the last day of the record; by default the latest ``status_on`` of all rows given.
        to_report: follow what is neither reached nor failed to its own latest report only, as if
            silence told nothing.

    Returns:
        One row a project: ``deal``, ``sector`` and the columns of
        :func:`~iran_russia.measures.survival.spells`.
    """
    as_of = deals["status_on"].max() if as_of is None else as_of
    outcomes = project_outcomes(deals, as_of)
    rows = deals[deals["kind"].isin(COUNTED_KINDS)].sort_values("status_on", kind="stable")
    came = rows["status_group"].map(PROJECT_OUTCOME).replace(dict.fromkeys(reached, "reached"))
    ends = rows.assign(outcome=came)[came.isin(["reached", "failed"])]
    ends = ends.drop_duplicates(["project", "outcome"]).set_index(["project", "outcome"])
    became = outcomes["status"].replace(dict.fromkeys(reached, "reached"))
    became = became.where(became.isin(["reached", "failed"]), "open")
    keys = pd.MultiIndex.from_arrays([outcomes["deal"], became])
    ended = ends.reindex(keys)[["status_on", "status_precision"]].reset_index(drop=True)
    followed = outcomes if to_report else {"status_on": as_of, "status_precision": "day"}
    on, precision = (ended[c].fillna(followed[c]) for c in ("status_on", "status_precision"))
    announced = day_spans(outcomes["announced_on"], outcomes["announced_precision"])
    told = spells(announced, day_spans(on, precision), became)
    return outcomes[["deal", "sector"]].join(told)


def order_spells(orders: pd.DataFrame, delivered: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """Years from the order of arms to a delivery, both known to the year.

    An order without a delivery is followed to the end of the record; the register names no order
    that failed, and takes up most of them only once they are delivered.

    Args:
        orders: rows of ``arms_transfers``.
        delivered: ``delivery_year_first`` or ``delivery_year_last``.
        as_of: the last day of the record.

    Returns:
        What :func:`~iran_russia.measures.survival.spells` returns, on the index of ``orders``; the
        last delivery of an order that is not complete is open.
    """
    done = orders[delivered].notna()
    if delivered == "delivery_year_last":
        done &= orders["status"] == "delivered"
    days = pd.to_datetime(orders[[delivered]].astype("Int64").astype("string")[delivered])
    ordered = pd.to_datetime(orders["order_year"].astype("string"))
    return spells(
        day_spans(ordered, pd.Series("year", orders.index)),
        day_spans(days.where(done, as_of), done.map({True: "year", False: "day"})),
        done.map({True: "reached", False: "open"}),
    )


def latest_reports(deals: pd.DataFrame) -> pd.DataFrame:
    """Keep the latest report on each project, by the day of its status.

    Args:
        deals: rows of ``deals``.
    """
    return deals.sort_values(["status_on", "date"]).groupby("project").tail(1)
