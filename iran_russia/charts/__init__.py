"""Charts of the book: one theme, one anatomy of a figure, one grammar of marks."""

from iran_russia.charts.drawing import figure
from iran_russia.charts.grammar import (
    DASH,
    Reading,
    at_end,
    axis_at_least,
    axis_domain,
    dollars,
    hollow,
    lane,
    on_tiles,
    painted,
    panel,
    panels,
    two_lines,
)
from iran_russia.charts.waiting import waiting
from iran_russia.colours import (
    ALIGNMENT,
    EVIDENCE,
    LIGHT,
    OUTCOME,
    PARTY,
    STEPS,
    VALENCE,
    VERDICT,
    parties,
)

# All that a chapter draws with.
__all__ = [
    "ALIGNMENT",
    "DASH",
    "EVIDENCE",
    "LIGHT",
    "OUTCOME",
    "PARTY",
    "STEPS",
    "VALENCE",
    "VERDICT",
    "Reading",
    "at_end",
    "axis_at_least",
    "axis_domain",
    "dollars",
    "figure",
    "hollow",
    "lane",
    "on_tiles",
    "painted",
    "panel",
    "panels",
    "parties",
    "two_lines",
    "waiting",
]
