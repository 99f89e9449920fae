"""No valid table makes a figure lie: what is new or zero in it can be seen, or the figure says not.

Every drawing of the built book is drawn again with a zero in each field that it measures by, and
with one more row of a country, reporter, verdict or kind that nobody foresaw in each field that it
places or paints by.
"""

import json

import joblib
import pytest
import vl_convert

from iran_russia.charts import drawing, seen

PLACES = {"x", "y", "row", "column", "facet"}
LOOKS = {"color", "fill", "stroke", "shape", "fillOpacity", "strokeDash"}
UNKNOWN = "Atlantis"


@pytest.fixture(scope="module")
def drawings(book):
    """The specifications that the pages of the book were drawn from."""
    kept = book.parent / "drawings"
    described = [
        file for file in kept.rglob("metadata.json") if drawing._MADE_BY in file.read_text()
    ]
    return [joblib.load(file.with_name("output.pkl"))["sized"] for file in described]


def fields(view: dict, data: str | None = None) -> dict[tuple[str | None, str], str]:
    """Return data set and field → type of all that a specification places, paints or parts by."""
    data = (view.get("data") or {}).get("name", data)
    found = {
        (data, channel["field"]): channel["type"]
        for name, channel in view.get("encoding", {}).items()
        if name in PLACES | LOOKS and {"field", "type"} <= set(channel)
    }
    for step in view.get("transform", []):
        if named := seen._ONE_OF.match(str(step.get("filter", ""))):
            found[data, named[1]] = "nominal"
    for part in ("layer", "hconcat", "vconcat", "concat"):
        for inner in view.get(part, []):
            found |= fields(inner, data)
    return found | (fields(view["spec"], data) if "spec" in view else {})


def changed(rows: list[dict], field: str, kind: str) -> list[dict] | None:
    """Return the rows with a zero, or with one row more; none where the field takes neither."""
    known = [place for place, row in enumerate(rows) if row.get(field)]
    if not known:
        return None
    value = rows[known[0]][field]
    if kind == "quantitative" and isinstance(value, int | float):
        place = known[len(known) // 2]
        return [*rows[:place], rows[place] | {field: 0}, *rows[place + 1 :]]
    if kind in ("nominal", "ordinal") and isinstance(value, str):
        fullest = max(rows, key=lambda row: sum(v is not None for v in row.values()))
        return [*rows, fullest | {field: UNKNOWN}]
    return None


def visible(scene: dict, words: bool) -> int:
    """Count the marks, with or without words, that have a place and a colour."""
    bare = {None, "transparent"}
    return sum(
        all(item.get(side, 0) is not None for side in ("x", "y", "x2", "y2"))
        and not {item.get("fill"), item.get("stroke")} <= bare
        for mark, _ in seen._marks(scene["scenegraph"], {})
        if mark.get("role") == "mark" and (words or mark["marktype"] != "text")
        for item in mark["items"]
    )


def lies(spec: dict) -> list[str]:
    """List the changes that a drawing hides without a word."""
    found = []
    drawn = vl_convert.vegalite_to_scenegraph(spec)
    for (data, field), kind in fields(spec).items():
        rows = changed(spec["datasets"].get(data, []), field, kind)
        if rows is None:
            continue
        other = spec | {"datasets": spec["datasets"] | {data: rows}}
        scene = vl_convert.vegalite_to_scenegraph(other)
        if seen.left_out(other) or seen.faults(scene, drawing.WIDE):
            continue  # refused in a build, told in a notebook
        zero = kind == "quantitative"  # a zero may go without its word, a stranger shows as one
        added = visible(scene, words=not zero) - visible(drawn, words=not zero)
        if added < (0 if zero else 1):
            found.append(f"{field} ({kind})")
    return found


def test_no_valid_table_makes_a_figure_lie(drawings):
    assert len(drawings) > 100
    told = {
        json.dumps(spec.get("title", ""))[:80] + str(i): lies(spec)
        for i, spec in enumerate(drawings)
    }
    assert {which: of for which, of in told.items() if of} == {}


def test_a_chart_that_hides_what_is_new_is_found():
    rows = [{"who": "a", "n": 1}, {"who": "b", "n": 2}]
    spec = {
        "data": {"name": "d"},
        "datasets": {"d": rows},
        "transform": [{"filter": "indexof(['a', 'b'], datum.who) >= 0"}],
        "mark": "point",
        "encoding": {
            "x": {"field": "n", "type": "quantitative"},
            "y": {"field": "who", "type": "nominal"},
        },
    }
    assert lies(spec) == ["who (nominal)"]
    assert lies({**spec, "transform": []}) == []
