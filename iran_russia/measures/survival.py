"""How long announced things take, where some are still open and others can no longer come."""

import numpy as np
import pandas as pd

DATES = {
    "earliest": "ended as early, announced as late as the dates allow",
    "middle": "the middle of what the dates allow",
    "latest": "ended as late, announced as early as the dates allow",
}
"""How a date known only to its month or year is read, for :func:`cumulative_incidence`."""


def day_spans(dates: pd.Series, precision: pd.Series) -> pd.DataFrame:
    """First and last day that a date can mean.

    Args:
        dates: a day of the period where only that is known.
        precision: ``day``, ``month`` or ``year``.

    Returns:
        ``first`` and ``last``, on the index of ``dates``.

    Raises:
        ValueError: a precision is none of these.
    """
    unknown = set(precision) - {"day", "month", "year"}
    if unknown:
        raise ValueError(f"precision {sorted(unknown)}; expected day, month or year")
    month, year = dates.dt.to_period("M").dt, dates.dt.to_period("Y").dt
    by_month, by_year = precision == "month", precision == "year"
    return pd.DataFrame(
        {
            "first": dates.mask(by_month, month.start_time).mask(by_year, year.start_time),
            "last": dates.mask(by_month, month.end_time.dt.normalize()).mask(
                by_year, year.end_time.dt.normalize()
            ),
        }
    )


def spells(begun: pd.DataFrame, ended: pd.DataFrame, outcome: pd.Series) -> pd.DataFrame:
    """Years from one date to another, each known to lie within some days.

    Args:
        begun: ``first`` and ``last`` day of the announcement, see :func:`day_spans`.
        ended: the same of the end; of what is still open the day up to which it was followed.
        outcome: ``reached``, ``failed`` or ``open``.

    Returns:
        On the same index: ``outcome`` and the years ``earliest``, ``middle`` and ``latest``, see
        :data:`DATES`. An end that can lie before its announcement counts as of the same day.
    """
    middles = [span["first"] + (span["last"] - span["first"]) / 2 for span in (begun, ended)]
    gaps = {
        "earliest": ended["first"] - begun["last"],
        "middle": middles[1] - middles[0],
        "latest": ended["last"] - begun["first"],
    }
    years = {name: (gap / pd.Timedelta(days=365.25)).clip(lower=0) for name, gap in gaps.items()}
    return pd.DataFrame(years | {"outcome": outcome})


def cumulative_incidence(
    spells: pd.DataFrame, dates: str = "middle", level: float = 0.95
) -> pd.DataFrame:
    """Share that has come about by the years since the announcement (Aalen and Johansen 1978).

    Formula: I(t) = sum over ends at t_j <= t of S(t_j-) d_j / n_j, where n_j are followed up to
    t_j, d_j of them come about then, and S(t_j-) is the share to which nothing has happened
    before, neither a success nor a failure. What failed can no longer come about; what is open is
    followed as long as the record goes and tells nothing of the time after. One minus
    Kaplan-Meier with failures as if they were open is larger: it is the share had nothing failed.
    What is open at the time of an end counts among those followed.

    The interval is I to the power exp(+/- z se / (I ln I)) (Choudhury 2002) with the standard
    error of Dinse and Larson (1986), for each time by itself. It treats the deals as drawn from a
    process that would make others like them; of the listed deals themselves the share is what it
    is. It is missing before the first success, and where the last ones followed all end.

    Args:
        spells: rows of :func:`spells`.
        dates: a key of :data:`DATES`.
        level: coverage of the interval.

    Returns:
        One row a time up to which one of them was followed, after one at zero: ``years``,
        ``at_risk`` (number followed up to then and not ended before), ``share`` that came about by
        then, ``low``, ``high``, and ``failed``, the share that failed.

    Raises:
        ValueError: there is nothing to follow.
    """
    from statsmodels.duration.survfunc import CumIncidenceRight

    if spells.empty:
        raise ValueError("there is nothing to follow")
    years = spells[dates].to_numpy(dtype=float)
    codes = spells["outcome"].map({"open": 0, "reached": 1, "failed": 2}).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):  # the last ones followed all end
        found = CumIncidenceRight(years, codes)
    nothing = [np.zeros(len(found.times))] * 2  # codes that do not occur have no curve
    share, failed = [*found.cinc, *nothing][:2]
    error = [*found.cinc_se, *nothing][0]
    curve = pd.DataFrame(
        {
            "years": found.times,
            "at_risk": [int((years >= t).sum()) for t in found.times],
            "share": share,
            "failed": failed,
        }
    )
    curve = curve.join(_log_log_interval(curve["share"], pd.Series(error), level))
    start = {"years": 0.0, "at_risk": len(years), "share": 0.0, "failed": 0.0}
    begin = pd.DataFrame([start] if curve["years"].iloc[0] > 0 else [])
    shown = ["years", "at_risk", "share", "low", "high", "failed"]
    return pd.concat([begin, curve], ignore_index=True)[shown]


def _log_log_interval(share: pd.Series, error: pd.Series, level: float) -> pd.DataFrame:
    from scipy.stats import norm

    known = share.where((share > 0) & (share < 1))
    reach = norm.ppf((1 + level) / 2) * error / (known * np.log(known))  # negative, as the log is
    return pd.DataFrame({"low": known ** np.exp(-reach), "high": known ** np.exp(reach)})


def incidence_at(curve: pd.DataFrame, years: list[float]) -> pd.DataFrame:
    """Read a curve at some times: what has come about by then, and how many are still followed.

    Args:
        curve: what :func:`cumulative_incidence` returns.
        years: times.

    Returns:
        One row a time with the columns of the curve; ``at_risk`` counts those followed for at
        least that time and not ended before. After the longest time followed nothing is known,
        and all but ``at_risk`` is missing.
    """
    times = curve["years"].to_numpy()
    rows = []
    for at in years:
        row = curve.iloc[np.searchsorted(times, at, side="right") - 1].copy()
        following = np.searchsorted(times, at)
        row["at_risk"] = curve["at_risk"].iloc[following] if following < len(times) else 0
        if at > times[-1]:
            row[["share", "low", "high", "failed"]] = np.nan
        rows.append(row.to_dict() | {"years": at})
    return pd.DataFrame(rows).astype({"at_risk": int})


def incidence_by_dates(spells: pd.DataFrame) -> pd.DataFrame:
    """Put the curves of each reading of inexact dates below each other.

    Args:
        spells: rows of :func:`spells`.

    Returns:
        What :func:`cumulative_incidence` returns, with ``dates``, a key of :data:`DATES`, first.
    """
    curves = {dates: cumulative_incidence(spells, dates) for dates in DATES}
    return pd.concat(curves, names=["dates"]).reset_index("dates").reset_index(drop=True)
