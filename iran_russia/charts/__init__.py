"""Charts of the book: one theme, one anatomy of a figure, one grammar of marks."""

from iran_russia.charts.drawing import figure
from iran_russia.charts.grammar import axis_domain
from iran_russia.colours import (
    ALIGNMENT,
    EVIDENCE,
    LIGHT,
    OUTCOME,
    PARTY,
    STEPS,
    VALENCE,
    VERDICT,
)

# All that a chapter draws with.
__all__ = [
    "ALIGNMENT",
    "EVIDENCE",
    "LIGHT",
    "OUTCOME",
    "PARTY",
    "STEPS",
    "VALENCE",
    "VERDICT",
    "axis_domain",
    "figure",
]
