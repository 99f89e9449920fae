"""``figure``: one anatomy for every figure.

A chart is an ordinary Altair chart without sizes, colours or fonts of its own. ``figure`` draws it
twice as SVG, for wide and for narrow pages, and adds unit, source, text alternative, data table
and downloads.
"""

import copy
import hashlib
import json
import re
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import altair as alt
import joblib
import pandas as pd
from markupsafe import Markup

from iran_russia import colours, engine, tables
from iran_russia.charts import seen, theme
from iran_russia.charts.grammar import Reading, true_legends
from iran_russia.colours import LIGHT
from iran_russia.datasets import DESCRIPTOR
from iran_russia.exhibits import (
    LAB_MIME,
    Exhibit,
    FigureError,
    credits,
    in_build,
    refused,
    render,
)
from iran_russia.facts import whole

_PLACES = ("", "other.")  # what stands before the ending of the files of each reading
WIDE, NARROW = 700, 340  # px: the text column of the page, and of a phone
# Only geometry is rounded: labels and opacities are numbers too, and mean something.
_GEOMETRY = re.compile(r' (?:d|r|transform|x|y|x1|x2|y1|y2|cx|cy|width|height)="[^"]*"')
# The figure carries the text alternative; roles of single marks would stand there without names.
# The rest is the renderer's own book-keeping or says what is so anyway.
_TAG = re.compile(r"<[a-z][^>]*>")
_IDLE = re.compile(
    r' (?:role|aria-\w+|class|pointer-events)="[^"]*"'
    r'| (?:(?:fill-)?opacity|stroke-width)="1"| [xy]2="0"| transform="translate\(0,0\)"'
)
_EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z"|" display="none")/>')
# Said as what it is, a round mark is shorter.
_CIRCLE = re.compile(r'<path([^>]*) d="M([\d.]+),0A\2,\2,0,1,1,-\2,0A\2,\2,0,1,1,\2,0"')
_GROUP = re.compile(r"(<g>|<g [^>]*(?<!/)>|</g>)")
_ID = re.compile(r'\bid="([^"]+)"')
_NAMED = re.compile(r'(\bid="|url\(#)([^")]+)(["\)])')
_FONT = re.compile(r' font-family="[^"]*"')
_LINK = re.compile(r"</?a\b[^>]*>")
_LONG = re.compile(r"-?\d+\.\d{2,}")
_EXAMPLES = "https://vega.github.io/vega-datasets/"
_LAB_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

_drawings = joblib.Memory(DESCRIPTOR.parent.parent / "_build" / "drawings", verbose=0)

# What a drawing depends on beside its specification: this module, the colours, the engine and the
# time zone, in which Vega reads days.
_MADE_BY = hashlib.sha256(
    b"".join(
        Path(file).read_bytes()
        for file in (__file__, theme.__file__, seen.__file__, colours.__file__)
    )
    + engine.MADE_BY
    + "".join(time.tzname).encode()
).hexdigest()

_TOKEN = {light: f"var(--ir-{name})" for name, light in LIGHT.items()}
_HEX = re.compile("|".join(_TOKEN), re.IGNORECASE)


def figure(
    chart: alt.TopLevelMixin,
    *,
    alt: str,
    unit: str,
    source: pd.DataFrame | list[str],
    title: str | None = None,
    data: pd.DataFrame | None = None,
    note: str = "",
    reading: Reading | None = None,
) -> Exhibit:
    """Turn a chart into a figure of the book.

    Its name comes from the cell (``mystnb: figure:``), its number from its place in the chapter.

    Args:
        chart: an Altair chart without width; a height may be set.
        alt: what the chart shows, in one to three sentences with its main figures.
        unit: what is measured and in which unit, e.g. ``"US dollar, current, million a year"``.
        source: the frame drawn (its ``source_id`` column is read) or a list of source ids.
        title: what the chart shows, a sentence with a verb. It becomes the caption of the figure.
        data: the rows to offer as table and CSV; by default the chart's own data.
        note: a sentence added to the source line.
        reading: a second reading of the same rows, which a reader may turn to; its columns stand in
            the data too.

    Raises:
        FigureError: alt text, unit or source are missing. In a build also: rows are missing, or
            a mark cannot be seen.
        DataError: a source id is not in the sources table.
    """
    if not alt.strip() or not unit.strip():
        raise FigureError("a figure needs alt= (what the chart shows, in words) and unit=")
    rows = chart.data if data is None else data
    if not isinstance(rows, pd.DataFrame):
        raise FigureError("the chart has no frame of its own; pass data= the rows it draws")
    if rows.empty:
        return refused("the chart has no rows; check the filter that made its frame")
    if reading:
        lost = [
            other for one, other in reading.columns.items() if one in rows and other not in rows
        ]
        if lost:
            raise FigureError(f"the other reading draws {lost}, which are not in the data")
    _refuse_types(chart)
    spec = true_legends(chart.to_dict())
    drawn = [_draw(one, _MADE_BY) for one in [spec, *([reading.of(spec)] if reading else [])]]
    if faults := [fault for one in drawn for fault in one["faults"]]:
        unseen = f"not all of the chart can be seen: {'; '.join(faults)}"
        if in_build():
            raise FigureError(unseen)
        note = f"{note} Mind: {unseen}.".lstrip()
    alt, title = whole("words of a figure", alt), whole("title", title or "") or None
    unit = whole("unit", unit)
    # Its sources stand below the figure, by name.
    listed = rows.drop(columns="source_id", errors="ignore")
    caption = "Data of this figure"
    about = {
        "alt": alt,
        "unit": unit,
        "note": note,
        "credits": credits(source),
        "table": Markup(tables.rows(listed, caption=caption, limit=100, first=_drawn(spec))),
    }
    words = [{"unit": unit, "alt": alt}]
    words += [{"unit": reading.unit, "alt": reading.alt}] if reading else []
    plots = [
        {
            "wide": Markup(_themed(one["wide"])),
            "narrow": Markup(_themed(one["narrow"])),
            "files": _PLACES[place],
            "name": reading.names[place] if reading else "",
            **words[place],
        }
        for place, one in enumerate(drawn)
    ]
    files = {
        f"{_PLACES[place]}{kind}": file
        for place, one in enumerate(drawn)
        for kind, file in one["files"].items()
    }
    return Exhibit(
        html=render("figure.html", plots=plots, group=_name_of(spec), **about),
        title=title,
        files={"csv": rows.to_csv(index=False, lineterminator="\n")} | files,
        other={
            LAB_MIME: drawn[0]["sized"] | {"$schema": _LAB_SCHEMA},
            "text/html": render(
                "lab.html", title=title or "", picture=Markup(files["svg"]), **about
            ),
            "text/markdown": render("figure.md", **about),
            "text/plain": alt,
        },
    )


def _name_of(spec: dict) -> str:
    """Name a specification, the same in every build and another one for every figure."""
    return "r" + hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:8]


def _drawn(view: dict) -> set[str]:
    """Name the columns that marks are drawn by."""
    channels = view.get("encoding", {}) | {"facet": view.get("facet", {})}
    marked = (c for name, c in channels.items() if name not in ("tooltip", "href", "order"))
    names = {c["field"] for c in marked if isinstance(c, dict) and isinstance(c.get("field"), str)}
    parts = [p for key in ("layer", "hconcat", "vconcat", "concat") for p in view.get(key, [])]
    for part in [*parts, *([view["spec"]] if "spec" in view else [])]:
        names |= _drawn(part)
    return names


def _refuse_types(chart: alt.TopLevelMixin) -> None:
    """Name the column that Altair would refuse without naming it."""
    for part in ("layer", "hconcat", "vconcat", "concat"):
        for inner in getattr(chart, part, None) or []:
            _refuse_types(inner)
    if isinstance(frame := getattr(chart, "data", None), pd.DataFrame):
        for column in frame.columns[frame.dtypes == "object"]:
            for value in frame[column]:
                if isinstance(value, Decimal):
                    raise FigureError(f"column {column} holds Decimal; use .astype(float)")
                if isinstance(value, date) and not isinstance(value, datetime):
                    raise FigureError(f"column {column} holds dates as objects; use pd.to_datetime")


@_drawings.cache
def _draw(spec: dict, made_by: str) -> dict:
    """Draw a specification in every form that a figure needs.

    Drawing is the slowest part of a chapter and depends on nothing but its arguments, so a chapter
    that runs again draws only what changed.
    """
    wide, vega, svg = _fitted(spec, WIDE)
    _, small_vega, small_svg = _fitted(spec, NARROW)
    # Links lead to places of the page; in the picture alone they would lead nowhere.
    alone = _LINK.sub("", svg).replace(
        "<g", f'<rect width="100%" height="100%" fill="{LIGHT["paper"]}"/><g', 1
    )
    faults = [
        # The narrow drawing has the same marks; there long words may take most of the width.
        *seen.faults(engine.vega_to_scenegraph(vega), WIDE),
        *seen.left_out(spec),
    ]
    if seen.stacked_on_logarithms(spec):
        faults.append("bars on a logarithmic axis have no length; encode their other end (x2, y2)")
    return {
        "faults": faults,
        "wide": svg,
        "narrow": small_svg,
        "sized": wide,
        "files": {
            "svg": alone,
            "png": engine.svg_to_png(alone, scale=2),
            "js": _live(wide=vega, narrow=small_vega),
        },
    }


def _fitted(spec: dict, width: int) -> tuple[dict, dict, str]:
    """Size a specification for a page of the given width, compile it to Vega and draw it.

    Vega-Lite fits a single chart, but not facets and concatenations: there the room that labels
    take is measured on a first drawing.
    """
    room = 90
    sized = _sized(spec, width, room)
    vega = engine.vegalite_to_vega(sized)
    svg = _svg(vega)
    if "autosize" not in sized:
        excess = _width(svg) - width
        if not -40 <= excess <= 0:  # drawing takes time: a little room to spare is no matter
            sized = _sized(spec, width, room + excess)
            vega = engine.vegalite_to_vega(sized)
            svg = _svg(vega)
    return sized, vega, svg


def _sized(spec: dict, width: int, room: int) -> dict:
    """Give a chart specification the width of the page; narrow pages stack what stands abreast."""
    spec = copy.deepcopy(spec)
    narrow = width == NARROW
    legend = spec["config"]["legend"]
    legend.setdefault("columns", 2 if narrow else 5)
    if narrow:
        legend["labelLimit"] = 150
        spec["config"]["axis"]["labelLimit"] = 140
    _set_width(spec, width, room, narrow, top=True)
    return spec


def _set_width(view: dict, width: int, room: int, narrow: bool, top: bool = False) -> None:
    if narrow and "hconcat" in view:
        view["vconcat"] = view.pop("hconcat")
    parts = view.get("hconcat") or view.get("vconcat") or view.get("concat")
    if "facet" in view and "spec" in view:
        view["columns"] = min(view.get("columns", 1), 2 if narrow else 9)
        panel = (width - room) // view["columns"]
        if view["columns"] > 1:  # a long name must not run into the next panel's
            view["facet"] = {"header": {"labelLimit": panel + 20}} | view["facet"]
        _set_width(view["spec"], panel, 0, narrow)
    elif parts:
        abreast = len(parts) if "hconcat" in view else 1
        if "concat" in view:
            abreast = view["columns"] = 1 if narrow else view.get("columns", len(parts))
        for part in parts:
            _set_width(part, (width - room) // abreast, 0, narrow)
    else:
        view["width"] = width
        view.setdefault("height", 240 if narrow else 320)
        if top:
            view["autosize"] = {"type": "fit-x", "contains": "padding"}


def _width(svg: str) -> int:
    drawn = re.search(r' width="(\d+)"', svg)
    if not drawn:
        raise FigureError("vl-convert drew a chart without a width")
    return int(drawn[1])


def _svg(vega: dict) -> str:
    """Draw a compiled chart as SVG, with ids of its own and geometry of one decimal."""
    # vl-convert turns links within the book into links to the host of its example data.
    svg = _numbered(engine.vega_to_svg(vega).replace(_EXAMPLES, ""))
    prefix = "v" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}-", svg)
    # The chart is one stop of the keyboard, not one a mark; its places are linked in the text too.
    svg = svg.replace("<a ", '<a tabindex="-1" ')
    svg = _CIRCLE.sub(r'<circle\1 r="\2"', svg)
    svg = _EMPTY.sub("", _TAG.sub(lambda tag: _IDLE.sub("", tag[0]), svg))
    if font := _FONT.search(svg):  # said once, by the drawing, and not by each of its words
        svg = svg.replace(font[0], "").replace("<svg", f"<svg{font[0]}", 1)
    svg = _ungrouped(svg)
    return _GEOMETRY.sub(lambda m: _LONG.sub(lambda n: f"{float(n[0]):.1f}", m[0]), svg)


def _numbered(svg: str) -> str:
    """Number clips and gradients within their drawing.

    Vega counts them through all that an engine has drawn, so that the same chart is not the same
    drawing twice.
    """
    number = {name: str(place) for place, name in enumerate(_ID.findall(svg))}
    return _NAMED.sub(lambda m: m[1] + number[m[2]] + m[3], svg)


def _ungrouped(svg: str) -> str:
    """Leave out groups that say nothing of what they hold."""
    says: list[bool] = []

    def kept(tag: re.Match) -> str:
        if tag[0] != "</g>":
            says.append(tag[0] != "<g>")
            return tag[0] if says[-1] else ""
        return tag[0] if says.pop() else ""

    return _GROUP.sub(kept, svg)


def _themed(text: str) -> str:
    """Replace the book's colours by variables that follow the page's light or dark theme."""
    return _HEX.sub(lambda m: _TOKEN[m[0].lower()], text)


def _live(**parts: dict) -> str:
    """Write the script that hands both charts to the page, compiled to Vega; they share data.

    Compiling here leaves the reader's browser nothing to compile.
    """
    values = {}
    for size in parts:
        _mend_time_domains(parts[size])
        _mend_tooltips(parts[size])
        for data in parts[size]["data"]:
            if "values" in data:
                values[data["name"]] = data.pop("values")
    script = _themed(json.dumps(parts | {"values": values}, separators=(",", ":")))
    script = _MOMENT.sub(lambda m: m[1] or str(_milliseconds(m[2])), script)
    return f"iranRussia.live({script});\n"


def _mend_time_domains(view: dict) -> None:
    """Write the fixed ends of time scales as plain ends.

    Vega-Lite compiles them in layers to a union of moments and of texts that are no dates.
    """
    for scale in view.get("scales", []):
        domain = scale.get("domain")
        fields = domain.get("fields", []) if isinstance(domain, dict) else []
        signals = [f["signal"] for f in fields if isinstance(f, dict) and "signal" in f]
        if signals and all(s.startswith("{data: datetime(") for s in signals):
            ends = dict.fromkeys(s.removeprefix("{data: ").removesuffix("}") for s in signals)
            scale["domain"] = [{"signal": end} for end in ends]
    for mark in view.get("marks", []):
        _mend_time_domains(mark)


# A tooltip as Vega-Lite compiles it: a name and how its value is written, with or without a format.
_TOLD = re.compile(
    r'"(?P<name>[^"]+)": (?:'
    r'isValid\((?P<word>datum\["[^"]+"\])\) \? .*? : ""\+(?P=word)'
    r'|(?P<form>\w*[fF]ormat)\((?P<value>datum\["[^"]+"\]), (?P<how>"[^"]*"|\'[^\']*\')\))'
)


def _told(part: re.Match) -> str:
    """Write one line of a tooltip in words; what is missing is a dash."""
    value = part["word"] or part["value"]
    if part["word"]:
        written = f'isBoolean({value}) ? {value} ? "yes" : "no" : {value}'
    elif part["form"] == "format" and part["how"] == '""':
        # As many digits as the tables of the book show at most; a year has no separator.
        written = f'format({value}, abs({value}) < 10000 ? ".4~r" : ",.0f")'
    elif part["form"] == "format" and part["how"][1:-1] == "%":
        written = f'format({value}, ".1~%")'
    else:
        written = f"{part['form']}({value}, {part['how']})"
    name = part["name"].replace("_", " ")
    return f'"{name}": isValid({value}) ? {written} : "–"'


def _mend_tooltips(view: dict) -> None:
    """Let tooltips read as a table does: names without underscores, few decimals, no null."""
    for mark in view.get("marks", []):
        for state in mark.get("encode", {}).values():
            rules = state.get("tooltip", [])
            for rule in rules if isinstance(rules, list) else [rules]:
                if "signal" in rule:
                    rule["signal"] = _TOLD.sub(_told, rule["signal"])
        _mend_tooltips(mark)


# Vega reads moments by evaluating code, which pages forbid, unless they are numbers. In JSON the
# quotes around a date carry backslashes.
_MOMENT = re.compile(r'\bdatetime\((?:(\d+)|\\"([^"\\]+)\\")\)')


def _milliseconds(iso: str) -> int:
    """Return milliseconds since 1970; a bare date means midnight UTC, as in JavaScript."""
    return int(pd.Timestamp(iso, tz="UTC").timestamp() * 1000)
