"""Curves of what came about by the years since it was announced, with the numbers followed."""

import altair as alt
import pandas as pd

from iran_russia.charts.grammar import DASH
from iran_russia.colours import LIGHT

ENOUGH = 5
"""Fewer than these followed make a curve that one more of them would change."""


def waiting(
    curves: pd.DataFrame,
    readings: pd.DataFrame,
    followed: pd.DataFrame,
    colours: dict[str, str],
    banded: str,
    end: float,
) -> alt.VConcatChart:
    """Draw shares by years as steps, one with its interval, above the numbers still followed.

    Where fewer than :data:`ENOUGH` of the banded ones are followed, the ground is shaded.

    Args:
        curves: ``what``, ``years``, ``share``, ``low``, ``high`` and ``at_risk``, see
            :func:`~iran_russia.measures.survival.cumulative_incidence`.
        readings: the banded curve by other readings of its dates: ``dates``, ``years``, ``share``.
        followed: ``what``, ``years`` and ``at_risk`` at the times where numbers stand.
        colours: colour by ``what``, in the order of the legend.
        banded: whose interval is drawn.
        end: the year with which the axis ends.
    """
    curves, readings = _until(curves, "what", end), _until(readings, "dates", end)
    own = curves[curves["what"] == banded]
    x = alt.X("years:Q").scale(domain=[-end / 30, end], nice=False)
    x = x.axis(values=list(range(0, int(end) + 1, 5 if end > 10 else 1)))
    y = alt.Y("share:Q").axis(format="%").scale(domain=[0, 1])
    steps = {"interpolate": "step-after"}
    names, dashes = list(colours), [[1, 0], [6, 2], [2, 2]][: len(colours)]
    lines = alt.Chart(curves).mark_line(strokeWidth=2.5, **steps)
    lines = lines.encode(
        x,
        y,
        alt.Color("what:N").scale(domain=names, range=list(colours.values())),
        alt.StrokeDash("what:N").scale(domain=names, range=dashes),
        tooltip=["what", "years", "share", "low", "high", "at_risk"],
    )
    band = alt.Chart(own.dropna(subset="low"))
    band = band.mark_area(color=colours[banded], opacity=0.25, **steps)
    band = band.encode(x, alt.Y("low:Q"), alt.Y2("high:Q"))
    other = alt.Chart(readings).mark_line(
        strokeWidth=1, strokeDash=DASH, color=colours[banded], **steps
    )
    other = other.encode(x, y, detail="dates:N")
    since = own.loc[own["at_risk"] >= ENOUGH, "years"].max()
    few = alt.Chart(pd.DataFrame({"years": [since], "to": [end]}))
    few = few.mark_rect(color=LIGHT["shade"], opacity=0.6).encode(x, x2="to:Q")
    row = alt.Y("what:N").sort(None).axis(domain=False, ticks=False)
    numbers = alt.Chart(followed, title="Still followed", height=alt.Step(20))
    numbers = numbers.mark_text().encode(x.axis(None), row, text="at_risk:Q")
    return alt.vconcat((few + band + other + lines).properties(height=260), numbers)


def _until(curves: pd.DataFrame, by: str, end: float) -> pd.DataFrame:
    """Cut steps off at the end of the axis, with a last row there of those that go on."""
    kept = curves[curves["years"] <= end]
    beyond = curves.groupby(by)["years"].max() > end
    last = kept.groupby(by, as_index=False).tail(1)
    last = last[last[by].map(beyond)].assign(years=end)
    return pd.concat([kept, last], ignore_index=True)
