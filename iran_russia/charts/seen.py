"""Whether all that a chart is to show can be seen, read off its drawn marks and its rows.

Vega draws what it is given without a word: a zero on a logarithmic axis has no place, a category
outside a colour scale's domain no colour, a value beyond a fixed end of an axis lies off the plot.
"""

import re
from collections import Counter
from collections.abc import Iterator

from iran_russia.colours import LIGHT

LEAST_PLOT = 0.4
"""Share of a figure's width that its plot must keep."""

_UNPAINTED = {None, "transparent", "none"}
_LOOK = ("fill", "stroke", "strokeWidth", "shape", "size", "strokeDash", "opacity", "fillOpacity")
_NO_WORDS = {"null", "undefined", "NaN", "NaT", "None", "nan"}


def faults(scene: dict, width: int) -> list[str]:
    """List what of a drawn chart cannot be seen.

    Args:
        scene: its scene graph, as ``vl_convert.vegalite_to_scenegraph`` gives it.
        width: pixels of the page that it was drawn for.

    Returns:
        One text a kind of fault, with the number of marks and what to do; none where all is seen.
    """
    found: Counter[str] = Counter()
    for mark, frame in _marks(scene["scenegraph"], {}):
        items = mark.get("items", [])
        if mark.get("role") == "mark":
            for item in items:
                found.update(_of_item(item, mark, frame))
        elif mark.get("role") == "axis-label":
            seen = [str(i["text"]) for i in items if i.get("text") and i.get("opacity", 1) > 0]
            found["labels of an axis are no words; name every code"] += sum(
                text in _NO_WORDS for text in seen
            )
    drawn = {_form(item) for item in _items(scene["scenegraph"], "mark")}
    for legend in _groups(scene["scenegraph"], "legend"):
        symbols = list(_items(legend, "legend-symbol"))
        looks = Counter(tuple(str(item.get(part)) for part in _LOOK) for item in symbols)
        found["entries of a legend look like another; use fewer kinds"] += sum(
            number - 1 for number in looks.values()
        )
        forms = {_form(item) for item in symbols}
        if len({shape for shape, _ in forms}) > 1:  # a legend of shapes; others show colours
            found[
                "entries of a legend look like none of their marks; fill or empty them alike"
            ] += sum((shape, not hollow) in drawn for shape, hollow in forms - drawn)
    root = scene["scenegraph"]["items"][0]
    if (root.get("width") or width) < LEAST_PLOT * width:
        found[f"plots keep less than {LEAST_PLOT:.0%} of the page; shorten labels or ends"] += 1
    return [f"{number} {fault}" for fault, number in found.items() if number]


def stacked_on_logarithms(view: dict) -> bool:
    """Say whether a specification stacks bars on a logarithmic axis, where they have no length."""
    mark = view.get("mark", "")
    if (mark.get("type") if isinstance(mark, dict) else mark) == "bar":
        encoding = view.get("encoding", {})
        for side in ("x", "y"):
            channel = encoding.get(side, {})
            logarithmic = (channel.get("scale") or {}).get("type") == "log"
            if logarithmic and channel.get("stack", 1) and f"{side}2" not in encoding:
                return True
    parts = [p for key in ("layer", "hconcat", "vconcat", "concat") for p in view.get(key, [])]
    return any(map(stacked_on_logarithms, [*parts, *([view["spec"]] if "spec" in view else [])]))


def _items(mark: dict, role: str) -> Iterator[dict]:
    """Walk through the symbols of a role."""
    for inner, _ in _marks(mark, {}):
        if inner.get("role") == role and inner["marktype"] == "symbol":
            yield from inner["items"]


def _form(item: dict) -> tuple[str, bool]:
    """Return the shape of a symbol, and whether it is hollow."""
    bare = item.get("fill") in _UNPAINTED or item.get("fillOpacity") == 0
    return item.get("shape", "circle"), bare or item.get("fill") == LIGHT["paper"]


def _groups(mark: dict, role: str) -> Iterator[dict]:
    """Walk through the groups of a role."""
    if mark.get("role") == role:
        yield mark
        return
    for item in mark.get("items", []):
        for inner in item.get("items", []):
            yield from _groups(inner, role)


def _marks(mark: dict, frame: dict) -> Iterator[tuple[dict, dict]]:
    """Walk through all marks, each with the group that frames it."""
    if mark.get("marktype") != "group":
        yield mark, frame
        return
    for group in mark.get("items", []):
        framed = group if group.get("width") else frame
        for inner in group.get("items", []):
            yield from _marks(inner, framed)


def _of_item(item: dict, mark: dict, frame: dict) -> Iterator[str]:
    kind = mark["marktype"]
    if item.get("opacity") == 0:
        return
    if any(side in item and item[side] is None for side in ("x", "y", "x2", "y2")):
        yield f"marks ({kind}) have no place; a zero on a logarithmic axis, or a missing end"
        return
    if kind == "text":
        if str(item.get("text")) in _NO_WORDS:
            yield "words of marks are missing; name every code"
        elif item.get("fill") in _UNPAINTED and item.get("text"):
            yield "words of marks have no colour; a value outside the domain of a colour scale"
        return
    if item.get("fill") in _UNPAINTED and item.get("stroke") in _UNPAINTED:
        yield f"marks ({kind}) have no colour; a value outside the domain of a colour scale"
    if mark.get("clip") or item.get("clip") or kind not in ("rect", "symbol", "rule"):
        return
    for side, length in (("x", "width"), ("y", "height")):
        at, room = item.get(side, 0), frame.get(length)
        ends = [at, at + (item.get(length) or 0)] if kind == "rect" else [at]
        if room and (min(ends) < -1 or max(ends) > room + 1):
            yield f"marks ({kind}) lie beyond the {side} axis; let its end follow the data"


_ONE_OF = re.compile(r"^\(?datum\.(\w+) ={2,3} '([^']*)'\)?$")


def left_out(spec: dict) -> list[str]:
    """List values of the rows that a chart has no look or no panel for.

    Vega draws a shape, dash or filling that a fixed domain lacks like the first one, and of panels
    that filter one frame by name it draws none for another name.

    Args:
        spec: a Vega-Lite specification with its data, as ``chart.to_dict()`` gives it.
    """
    found: list[str] = []
    panels: dict[int, tuple[list[dict], list[dict]]] = {}
    for view, rows, filters in _views(spec, spec.get("datasets", {}), [], []):
        equal = {one[1]: one[2] for text in filters if (one := _ONE_OF.match(text))}
        panels.setdefault(id(rows), (rows, []))[1].append(equal)
        rows = [row for row in rows if all(row.get(f) == value for f, value in equal.items())]
        if len(equal) < len(filters):  # which rows remain, Vega alone knows
            continue
        for name, channel in view.get("encoding", {}).items():
            if not isinstance(channel, dict) or channel.get("type") not in ("nominal", "ordinal"):
                continue
            domain = (channel.get("scale") or {}).get("domain")
            if not isinstance(domain, list):
                continue
            seen = {row.get(channel.get("field")) for row in rows} - {None, *domain}
            found += [f"{name} has no look for {channel['field']} {v!r}" for v in seen]
    for rows, named in panels.values():
        for field in set.intersection(*map(set, named)):  # where no view shows the other rows
            shown = {equal[field] for equal in named}
            missing = {row.get(field) for row in rows} - {None, *shown}
            found += [f"no panel shows {field} {v!r}" for v in missing if len(shown) > 1]
    return sorted(dict.fromkeys(found))


def _views(
    view: dict, datasets: dict, rows: list[dict], filters: list[str]
) -> Iterator[tuple[dict, list[dict], list[str]]]:
    """Walk through the views that draw, each with its rows and the filters on them."""
    rows = datasets.get((view.get("data") or {}).get("name", ""), rows)
    own = [step["filter"] for step in view.get("transform", []) if "filter" in step]
    filters = [*filters, *map(str, own)]
    parts = [view["spec"]] if "spec" in view else []
    for key in ("layer", "hconcat", "vconcat", "concat"):
        parts += view.get(key, [])
    for part in parts:
        yield from _views(part, datasets, rows, filters)
    if "mark" in view:
        yield view, rows, filters
