"""Marks that chapters draw again and again, each with one look.

Hollow is what is doubtful, partial or of another time; words stand at the end of a bar or point;
a dashed rule is a reference; a lane is a row with a line from its first mark to its last.
"""

from collections.abc import Iterable
from typing import Any

import altair as alt
import pandas as pd

from iran_russia.colours import LIGHT, PARTY

DASH = [4, 3]
"""The one dash of lines that are no data: references, turns, chance."""


def axis_domain(*columns: pd.Series | pd.Index, room: float) -> list:
    """Return where an axis begins and ends: where the data do, so that newer rows find their place.

    Args:
        columns: dates or numbers that are drawn on the axis.
        room: what is left free at both ends: days for dates, else the unit of the numbers.
    """
    first = min(column.min() for column in columns)
    last = max(column.max() for column in columns)
    if hasattr(first, "date"):
        free = pd.Timedelta(days=room)
        return [(first - free).date().isoformat(), (last + free).date().isoformat()]
    return [float(first) - room, float(last) + room]


def hollow(field: str, filled: object, empty: object, legend: bool = False) -> alt.FillOpacity:
    """Fill marks that are sure and leave those empty that are not, by a field of two values.

    The marks need a stroke of their own: ``mark_point(filled=True, strokeWidth=1.5)`` with fill and
    stroke encoded or set.
    """
    fill = alt.FillOpacity(f"{field}:N").scale(domain=[filled, empty], range=[1, 0])
    return fill if legend else fill.legend(None)


def at_end(
    base: alt.Chart, text: str, gap: float = 5, side: str = "right", **mark: Any
) -> alt.Chart:
    """Write the words of a field beside each mark: at its right end, or at its left.

    Args:
        base: a chart that encodes where the marks end.
        text: the field, a text.
        gap: pixels between mark and words.
        side: ``"right"`` or ``"left"`` of the mark.
        mark: further properties of the text mark.
    """
    right = side == "right"
    placed = {"align": "left" if right else "right", "dx": gap if right else -gap}
    return base.mark_text(**(placed | mark)).encode(text=f"{text}:N")


def on_tiles(base: alt.Chart, text: str, dark: str) -> alt.Chart:
    """Write a field on coloured tiles: in ink, and in paper where the expression ``dark`` holds."""
    ink, paper = alt.value(LIGHT["ink"]), alt.value(LIGHT["paper"])
    colour = alt.when(dark).then(paper).otherwise(ink)
    return base.mark_text().encode(text=text, color=colour)


def reference(
    axis: str, at: Iterable, words: Iterable[str] | None = None, **text: Any
) -> alt.LayerChart:
    """Draw dashed rules where an axis has certain values or dates, with words beside them.

    Args:
        axis: ``"x"`` or ``"y"``.
        at: numbers or dates.
        words: one text a rule; none are written where it is left out.
        text: properties of the text mark; by default words stand above the end of the rule.
    """
    at = list(at)
    kind = "T" if hasattr(at[0], "year") else "Q"
    frame = pd.DataFrame({"at": at, "words": list(words) if words is not None else ""})
    channel = {"x": alt.X, "y": alt.Y}[axis]
    base = alt.Chart(frame).encode(**{axis: channel(f"at:{kind}")})
    rule = base.mark_rule(strokeDash=DASH).encode(tooltip=alt.value(None))
    if words is None:
        return alt.layer(rule)
    placed = {"baseline": "bottom", "dy": -3} if axis == "x" else {"align": "left", "dy": -6}
    end = {"y": alt.value(0)} if axis == "x" else {"x": alt.value(0)}
    return alt.layer(rule, base.mark_text(**(placed | text)).encode(text="words:N", **end))


def lane(base: alt.Chart, field: str, kind: str = "T", width: float = 0.8) -> alt.Chart:
    """Draw a thin line through each row of a chart, from its first mark to its last."""
    first, last = alt.X(f"min({field}):{kind}"), alt.X2(f"max({field})")
    return base.mark_rule(strokeWidth=width).encode(first, last)


def panels(charts: dict[str, alt.TopLevelMixin], heights: list, columns: int = 1) -> alt.Chart:
    """Set charts under each other, each with its title and height; a title may be empty."""
    parts = [
        chart.properties(height=height, **({"title": title.strip()} if title.strip() else {}))
        for (title, chart), height in zip(charts.items(), heights, strict=True)
    ]
    return alt.vconcat(*parts) if columns == 1 else alt.concat(*parts, columns=columns)


def runs(rows: pd.DataFrame, by: str, within: list[str] | None = None, step: int = 1) -> pd.Series:
    """Number the unbroken runs of a column, so that no line is drawn over a gap (``detail=``).

    Args:
        rows: sorted by ``within`` and ``by``.
        by: years, or another count of periods.
        within: columns that name a series.
        step: periods from one row to the next of an unbroken run.

    Returns:
        A number a row, alike in the rows of one run.
    """
    steps = rows.groupby(within)[by].diff() if within else rows[by].diff()
    return steps.ne(step).cumsum()


def of_party(field: str, *parties: str) -> dict:
    """Colour the named states as the book does and all others grey; the field holds ISO codes."""
    shades = [PARTY.get(party, LIGHT["ink"]) for party in parties]
    grey = alt.value(LIGHT["other"])
    colour = alt.when(f"datum.{field} == '{parties[0]}'").then(alt.value(shades[0]))
    for party, shade in zip(parties[1:], shades[1:], strict=True):
        colour = colour.when(f"datum.{field} == '{party}'").then(alt.value(shade))
    return colour.otherwise(grey)
