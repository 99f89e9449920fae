"""How every chart of the book looks: fonts, sizes, axes, legends, colours by default."""

import altair as alt

from iran_russia.colours import LIGHT


@alt.theme.register("iran_russia", enable=True)
def _theme() -> alt.theme.ThemeConfig:
    text = {"labelColor": LIGHT["muted"], "titleColor": LIGHT["ink"]}
    sizes = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    return {
        "config": {
            # Metrics of Arial are the same on every system, so labels fit everywhere.
            "font": "Arial, Helvetica, Liberation Sans, sans-serif",
            "background": None,
            "aria": False,  # the figure carries the text alternative, not each mark
            "view": {"stroke": None},
            "mark": {"tooltip": True},
            "line": {"strokeWidth": 2},
            "point": {"size": 45, "filled": True},
            "rule": {"color": LIGHT["muted"]},
            "text": {"color": LIGHT["ink"], "fontSize": 12},
            "bar": {"color": LIGHT["both"]},
            # The unit stands above the chart, so axes and legends have no titles of their own.
            "axis": text
            | sizes
            | {
                "title": None,
                "gridColor": LIGHT["grid"],
                "domainColor": LIGHT["muted"],
                "tickColor": LIGHT["muted"],
                "labelOverlap": True,
                "labelLimit": 260,
            },
            "axisX": {"grid": False},
            "axisXTemporal": {"labelSeparation": 6},
            "axisXQuantitative": {"labelSeparation": 6},
            "axisTemporal": {"labelFlush": False},
            "legend": text
            | sizes
            | {
                "orient": "top",
                "title": None,
                "labelLimit": 260,
                "symbolBaseFillColor": LIGHT["muted"],
                "symbolBaseStrokeColor": LIGHT["muted"],
            },
            "header": text
            | sizes
            | {
                "title": None,
                "labelColor": LIGHT["ink"],
                "labelAnchor": "start",
                "labelFontWeight": "bold",
            },
            "title": {"color": LIGHT["ink"], "fontSize": 13, "anchor": "start", "frame": "group"},
            "range": {
                "category": [
                    LIGHT[c]
                    for c in ("iran", "russia", "china", "both", "blue", "pink", "ussr", "other")
                ]
            },
        }
    }
