"""Announced deals and what became of them."""

import pandas as pd


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
