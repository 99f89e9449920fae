"""Iran's nuclear programme: figures of the stock, and Russian steps for and against it."""

import pandas as pd

from iran_russia.measures.events import middle
from iran_russia.measures.series import runs

KIND_OF_STEP = {"contract": "Signed", "agreement": "Signed", "act": "Done", "statement": "Said"}
"""What kind of step a milestone is, by its ``nature``; plans and votes are none."""


def stock_figures(stock: pd.DataFrame, levels: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """Stand the columns of the stock under each other, one row a figure.

    Figures that are mass of uranium hexafluoride are left out: they cannot be set beside mass of
    uranium.

    Args:
        stock: rows of ``enriched_uranium_stock``.
        levels: column of kilograms → name of the level, and the column that tells what its
            figures rest on.

    Returns:
        The columns of ``stock`` with ``level``, ``kg`` (kilograms of uranium), ``kind`` (the basis,
        or ``contradicted``) and ``at`` (the middle of the time for which it is given).
    """
    of_uranium = stock[stock["mass_basis"] == "uranium"]
    figures = pd.concat(
        of_uranium[of_uranium[column].notna()].assign(
            level=level,
            kg=lambda f, column=column: f[column],
            kind=lambda f, basis=basis: f[basis].where(~f["contradicted"], "contradicted"),
        )
        for column, (level, basis) in levels.items()
    )
    return figures.assign(at=middle(figures["date"], figures["date_end"]))


def measured(figures: pd.DataFrame) -> pd.DataFrame:
    """Keep the figures that are sure, and number the runs of following quarters of each level.

    Args:
        figures: as :func:`stock_figures` gives them, in the order of their dates.

    Returns:
        The figures reported or derived, with ``quarter`` (4 × year + quarter) and ``run``; a line
        may join those of one run.
    """
    sure = figures[figures["kind"].isin(["reported", "derived"])]
    sure = sure.assign(quarter=4 * sure["date"].dt.year + sure["date"].dt.quarter)
    return sure.assign(run=sure.groupby("level")["quarter"].transform(runs))


def unmeasured(sure: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Find the times without a sure figure: before the first run, between runs, after the last.

    Args:
        sure: as :func:`measured` gives them.
        since, until: first and last day looked at.

    Returns:
        One row a stretch: ``level``, ``since`` and ``until``; those before the first run first.
    """
    joined = sure.groupby(["level", "run"], as_index=False)["at"].agg(begin="min", end="max")
    first = joined.groupby("level", as_index=False)["begin"].min()
    opening = first.rename(columns={"begin": "until"}).assign(since=since)
    following = joined.groupby("level")["begin"].shift(-1).fillna(until)
    between = joined.assign(since=joined["end"], until=following)
    return pd.concat([opening, between])[["level", "since", "until"]]


def on_programme(council: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Keep the votes of the Security Council on Iran's programme: against it, or in its relief.

    Args:
        council: rows of ``unsc_votes``.
        first, last: first and last year.
    """
    aimed = council["iran_related"] & council["aim"].isin(["critical_of_iran", "relief"])
    return council[aimed & council["date"].dt.year.between(first, last)]


def russian_steps(
    milestones: pd.DataFrame, board: pd.DataFrame, council: pd.DataFrame
) -> pd.DataFrame:
    """Stand what Russia signed, did, said and voted under each other, with its direction.

    A milestone keeps the direction that it was coded with. A vote for a text of relief or against
    a text critical of Iran advances, a vote the other way restrains, an abstention is both.
    Milestones that tell of a happening of another row, or that Russia has no part in, are left out.

    Args:
        milestones: rows of ``nuclear_milestones``.
        board: rows of ``iaea_board_votes``; every text is critical of Iran.
        council: rows of ``unsc_votes``, as :func:`on_programme` keeps them.

    Returns:
        One row a step, with ``lane`` (a value of :data:`KIND_OF_STEP`, ``Security Council`` or
        ``IAEA Board``), ``part`` (``advances``, ``both`` or ``restrains``), ``what``, ``who`` and
        ``at`` (the middle of the time in which it lies).
    """
    own = milestones["nature"].isin(KIND_OF_STEP) & milestones["same_event_as"].isna()
    signed = milestones[own & (milestones["russia_part"] != "none")]
    signed = signed.assign(
        lane=signed["nature"].map(KIND_OF_STEP),
        what=signed["milestone"],
        who=signed["actor"],
        part=signed["russia_part"],
    )
    critical = board.assign(lane="IAEA Board", what=board["subject"], aim="critical_of_iran")
    named = council["symbol"].fillna(council["subject"])
    drafts = council.assign(lane="Security Council", date_end=council["date"], what=named)
    ballots = pd.concat([critical, drafts])
    ballots["who"] = "Russia: " + ballots["rus_vote"]
    for_iran = (ballots["rus_vote"] == "yes") == (ballots["aim"] == "relief")
    part = for_iran.map({True: "advances", False: "restrains"})
    ballots["part"] = part.where(ballots["rus_vote"] != "abstain", "both")
    steps = pd.concat([signed, ballots], ignore_index=True)
    return steps.assign(at=middle(steps["date"], steps["date_end"]))
