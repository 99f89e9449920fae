"""Marks that chapters draw again and again, each with one look.

Hollow is what is doubtful, partial or of another time; words stand at the end of a bar or point;
a dashed rule is a reference; a lane is a row with a line from its first mark to its last; panels
hold what must not be compared on one scale.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import altair as alt
import pandas as pd

from iran_russia.colours import LIGHT

DASH = [4, 3]
"""The one dash of lines that are no data: references, turns, chance."""


def axis_domain(*columns: pd.Series | pd.Index, room: float) -> list:
    """Return where an axis begins and ends: where the data do, so that newer rows find their place.

    Args:
        columns: dates or numbers that are drawn on the axis.
        room: what is left free at both ends: days for dates, else the unit of the numbers.

    Columns without any value are passed over; without all of them the axis is empty.
    """
    first, last = _ends(columns)
    if pd.isna(first):
        return []
    if hasattr(first, "date"):
        free = pd.Timedelta(days=room)
        return [(first - free).date().isoformat(), (last + free).date().isoformat()]
    return [float(first) - room, float(last) + room]


def axis_at_least(
    low: float | str, high: float | str, *columns: pd.Series, room: float = 0
) -> list:
    """Return where an axis begins and ends: at its usual ends, further where the data go further.

    Args:
        low: the usual beginning, a number or an ISO date.
        high: the usual end.
        columns: numbers or dates that are drawn on the axis.
        room: share of the highest number that is left free beyond it, for words at its mark.
    """
    first, last = _ends(columns)
    if pd.isna(first):
        return [low, high]
    if hasattr(first, "date"):
        ends = min(pd.Timestamp(low), first), max(pd.Timestamp(high), last)
        return [end.date().isoformat() for end in ends]
    return [float(min(low, first)), float(max(high, last * (1 + room)))]


def _ends(columns: Sequence[pd.Series | pd.Index]) -> tuple[Any, Any]:
    """Return the least and the largest value of columns; of columns without any, none."""
    known = [column.dropna() for column in columns if column.notna().any()]
    if not known:
        return None, None
    return min(column.min() for column in known), max(column.max() for column in known)


def hollow(field: str, filled: object, empty: object) -> alt.FillOpacity:
    """Fill marks that are sure and leave those empty that are not, by a field of two values.

    The marks need a stroke of their own: ``mark_point(filled=True, strokeWidth=1.5)`` with fill and
    stroke encoded or set. Vega-Lite has no legend for it; :func:`true_legends` draws entries of
    other legends as hollow as their marks.
    """
    return alt.FillOpacity(f"{field}:N").scale(domain=[filled, empty], range=[1, 0])


def true_legends(spec: dict) -> dict:
    """Let the symbols of legends look as their marks do: hollow where all marks of a kind are.

    Args:
        spec: a Vega-Lite specification with its data, as ``chart.to_dict()`` gives it.

    Returns:
        The same specification, changed.
    """
    parts = list(_of_two_fillings(spec, spec.get("datasets", {}), []))
    opacities: dict[tuple, set] = {}
    for view, rows in parts:
        scale = view["encoding"]["fillOpacity"]["scale"]
        opacity = dict(zip(scale["domain"], scale["range"], strict=True))
        for row, (_, kind) in product(rows, _named(view)):
            of = opacity.get(row.get(view["encoding"]["fillOpacity"]["field"]))
            opacities.setdefault((kind["field"], row.get(kind["field"])), set()).add(of)
    for view, _ in parts:
        for channel, kind in _named(view):
            empty = [
                k for (field, k), of in opacities.items() if field == kind["field"] and of == {0}
            ]
            test = f"indexof({json.dumps(empty)}, datum.value) >= 0"
            look = {"fillOpacity": {"condition": {"test": test, "value": 0}, "value": 1}}
            if channel == "shape":  # its symbols have no line of their own
                line = view["mark"].get("stroke", LIGHT["muted"])
                look |= {"stroke": {"value": line}, "strokeWidth": {"value": 1.5}}
            if empty:  # Vega-Lite takes "encoding", but its schema does not name it
                kind["legend"] = kind.get("legend", {}) | {"encoding": {"symbols": look}}
    return spec


def _of_two_fillings(view: dict, datasets: dict, rows: list[dict]) -> Iterator[tuple[dict, list]]:
    """Walk through the views that fill marks by the values of a field, each with its rows."""
    rows = datasets.get((view.get("data") or {}).get("name", ""), rows)
    inner = [view["spec"]] if "spec" in view else []
    for part in ("layer", "hconcat", "vconcat", "concat"):
        inner += view.get(part, [])
    for one in inner:
        yield from _of_two_fillings(one, datasets, rows)
    fill = view.get("encoding", {}).get("fillOpacity", {})
    if {"domain", "range"} <= set(fill.get("scale") or {}):
        yield view, rows


def _named(view: dict) -> Iterator[tuple[str, dict]]:
    """Walk through the channels of a view whose kinds a legend names."""
    for channel in ("shape", "color", "fill", "stroke"):
        kind = view["encoding"].get(channel, {})
        if "field" in kind and kind.get("legend", {}) is not None:
            yield channel, kind


def painted(field: str, scale: alt.Scale, legend: bool = True) -> dict[str, Any]:
    """Colour stroke and fill of marks by one field, as marks need that may be :func:`hollow`.

    Returns:
        ``fill`` and ``stroke``, to be handed to ``encode``.
    """
    both = alt.Fill(f"{field}:N").scale(scale), alt.Stroke(f"{field}:N").scale(scale)
    fill, stroke = both if legend else (channel.legend(None) for channel in both)
    return {"fill": fill, "stroke": stroke}


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


def lane(base: alt.Chart, field: str, kind: str = "T", width: float = 0.8) -> alt.Chart:
    """Draw a thin line through each row of a chart, from its first mark to its last."""
    first, last = alt.X(f"min({field}):{kind}"), alt.X2(f"max({field})")
    return base.mark_rule(strokeWidth=width).encode(first, last)


def two_lines(field: str, at: str = ", ", grid: bool = False) -> alt.Y:
    """Set rows in the order of the data, their labels on two lines.

    Args:
        field: a text; the second line begins after ``at``.
        at: where the label is parted.
        grid: whether a line runs through each row.
    """
    line = {"grid": True} if grid else {}
    lines = f"split(datum.label, '{at}')"
    return alt.Y(f"{field}:N").sort(None).axis(labelExpr=lines, labelOffset=-7, **line)


def panel(
    chart: alt.LayerChart, field: str, name: str, height: int | alt.Step, title: str | None = None
) -> alt.LayerChart:
    """Draw the rows of one panel by themselves.

    Args:
        chart: a chart of one frame.
        field: the field that tells the panels apart.
        name: its value in the rows of this panel.
        height: of the panel.
        title: above it; by default its name.
    """
    own = chart.transform_filter(getattr(alt.datum, field) == name)
    return own.properties(title=title or name, height=height)


def panels(
    chart: alt.LayerChart, names: Iterable[str], height: int | alt.Step, field: str = "panel"
) -> alt.VConcatChart:
    """Draw a :func:`panel` for each name, one below the other, all of one height.

    Args:
        chart: a chart of one frame.
        names: values of the field, from top to bottom.
        height: of each panel.
        field: the field that tells the panels apart.
    """
    return alt.vconcat(*(panel(chart, field, name, height) for name in names))


@dataclass(frozen=True)
class Reading:
    """A second reading of a figure: the same chart drawn by other columns of the same rows."""

    names: tuple[str, str]
    """What a reader chooses from: the reading shown at first, then this one."""
    columns: dict[str, str]
    """Column of the first reading → column of this one."""
    unit: str
    alt: str

    def of(self, spec: Any) -> Any:
        """Return a specification, or a part of one, with the two sets of columns exchanged."""
        if isinstance(spec, list):
            return [self.of(part) for part in spec]
        if not isinstance(spec, dict):
            return spec
        other = self.columns | {second: first for first, second in self.columns.items()}
        return {
            key: other.get(part, part)
            if key == "field" and isinstance(part, str)
            else part
            if key in ("datasets", "values")
            else self.of(part)
            for key, part in spec.items()
        }


def dollars(
    year: int, columns: dict[str, str], unit: str, alt: str, first: str = "current"
) -> Reading:
    """Let a reader turn from current dollars to dollars of one year.

    Args:
        year: the year in whose dollars the second columns are.
        columns: column drawn at first → column of the other reading.
        unit: unit of the other reading.
        alt: what the other reading shows, with its main figures.
        first: which is shown at first, ``current`` or ``constant``.
    """
    names = "Current dollars", f"Dollars of {year}"
    return Reading(names if first == "current" else names[::-1], columns, unit, alt)
