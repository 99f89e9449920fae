"""Numbers for the prose: computed once, formatted here, glued into the text.

A chapter writes ``state(turnover=usd(4.0e9))`` in a cell and ``{glue:text}`turnover``` in its
prose.
"""

import datetime
import functools
import math
import re
from collections.abc import Callable
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

import pandas as pd
from myst_nb import glue

from iran_russia.datasets import LISTING, in_part, newest, newest_of
from iran_russia.exhibits import NO_FIGURE, Exhibit, FigureError, credits, in_build, render
from iran_russia.taken import loaded

_MINUS = "−"
_MISSING = re.compile(r"\b(?:nan|NaT)\b|<NA>")


_V = TypeVar("_V")
_P = ParamSpec("_P")


def _known(form: Callable[Concatenate[_V, _P], str]) -> Callable[Concatenate[_V, _P], str]:
    """Let a formatter write ``no figure`` for a value that is missing or without bounds."""

    @functools.wraps(form)
    def written(value: _V, *args: _P.args, **settings: _P.kwargs) -> str:
        endless = isinstance(value, float) and math.isinf(value)
        return NO_FIGURE if endless or pd.isna(value) else form(value, *args, **settings)

    return written


@_known
def number(value: float, decimals: int = 0) -> str:
    """Format a plain number with thousands separators and a true minus sign."""
    return f"{value:,.{decimals}f}".replace("-", _MINUS)


@_known
def percent(share: float, decimals: int = 0) -> str:
    """Format a share between 0 and 1 as per cent."""
    return f"{number(100 * share, decimals)} %"


def between(low: float, high: float, form: Callable[[float], str] = percent) -> str:
    """Write the ends of an interval, e.g. ``72 % to 84 %``; ends that read alike are one.

    Args:
        low: lower end.
        high: upper end.
        form: formatter of one end.
    """
    return " to ".join(dict.fromkeys((form(low), form(high))))


@_known
def ordinal(rank: float) -> str:
    """Write a rank, e.g. ``21st``."""
    rank = int(rank)
    ending = "th" if rank // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"


def rank_between(low: float, high: float, of: float) -> str:
    """Write within which ranks something stands, e.g. ``5th to 14th of 30``."""
    return f"{between(low, high, ordinal)} of {number(of)}"


@_known
def usd(value: float) -> str:
    """Format current US dollars, in billions from one billion up, else in millions."""
    if abs(value) >= 1e9:
        return f"${number(value / 1e9, 2)} billion"
    return f"${number(value / 1e6, 1 if abs(value) < 1e8 else 0)} million"


@_known
def tiv(millions: float) -> str:
    """Format SIPRI trend-indicator values, given and shown in millions."""
    return f"{number(millions, 0 if abs(millions) >= 10 else 1)} million TIV"


@_known
def times(ratio: float) -> str:
    """Format a ratio, e.g. ``1.8 times``."""
    return f"{number(ratio, 1)} times"


@_known
def day(date: datetime.date) -> str:
    """Format a date in full, e.g. ``12 March 2001``."""
    return f"{date.day} {date:%B %Y}"


@_known
def month(date: datetime.date) -> str:
    """Format the month of a date, e.g. ``March 2001``."""
    return f"{date:%B %Y}"


def from_to(first: int, last: int) -> str:
    """Format a span of years, e.g. ``2010–19``, ``1999–2008``; of one year, that year."""
    if pd.isna(first) or pd.isna(last) or last < first:
        return NO_FIGURE
    if first == last:
        return str(first)
    return f"{first}–{last % 100:02}" if first // 100 == last // 100 else f"{first}–{last}"


def state(**facts: str) -> None:
    """Glue formatted facts into the chapter under their names.

    Raises:
        TypeError: a fact is not text; format it first with a function of this module.
    """
    for name, text in facts.items():
        if not isinstance(text, str):
            raise TypeError(f"fact {name!r} is {type(text).__name__}; format it first, e.g. usd()")
        _stated[name] = whole(f"fact {name!r}", text)
        if in_build():
            glue(name, _stated[name], display=False)


_stated: dict[str, str] = {}


def stated() -> dict[str, str]:
    """Return what this chapter has stated so far, by name."""
    return dict(_stated)


def _in_words(when: str) -> str:
    """Write a day as text in full; a year stays."""
    return day(datetime.date.fromisoformat(when)) if "-" in when else when


def whole(what: str, text: str) -> str:
    """Return a text with its missing numbers in words; a build tells of them.

    Args:
        what: what the text is, for the build.
        text: a sentence, a title or a number as it is shown.
    """
    text = _MISSING.sub(NO_FIGURE, text)
    if NO_FIGURE in text:
        _turned.append(f"{what}: {text}")
    return text


class Interval(NamedTuple):
    """Where a value may lie, in numbers and in words; written by :func:`interval`."""

    low: float
    high: float
    words: str


def interval(low: float, high: float, form: Callable[[float], str], by: str) -> Interval:
    """Return an interval in words.

    Args:
        low: lower end.
        high: upper end.
        form: formatter of this module, such as :func:`percent`.
        by: what the interval is of, such as ``resolutions drawn again``.
    """
    return Interval(low, high, f"{between(low, high, form)} ({by})")


OTHER_TEXTS = "had other texts come to a vote"
"""What the interval of a share of votes, or of a rank by it, is of."""

COUNTED = "no interval: all rows of a register, which may lack some"
STATED = "no interval: published without one"
ESTIMATED = "no interval: an estimate, published without one"
CLAIMED = "no interval: claims of one side or more, not checked"
DATED = "no interval: dates on record"
"""Reasons why a number or a sentence has no interval."""


class Card(NamedTuple):
    """A key number: label, formatted value, what it refers to; how sure, its figure, its series."""

    label: str
    value: str
    note: str
    figure: str = ""
    """Name of the figure it leads to; of another chapter as ``trade#fig-trade-totals``."""
    series: "pd.Series | None" = None
    """What the number was before, in even steps of time; drawn as a small line."""
    sure: Interval | str = ""
    """Where the number may lie, or why there is no interval."""


def key_numbers(*numbers: Card) -> Exhibit:
    """Show a chapter's key numbers.

    Raises:
        FigureError: a number does not say how sure it is.
    """
    for card in numbers:
        if not card.sure:
            raise FigureError(
                f"the key number {card.label!r} does not say how sure it is; add sure= an "
                "interval(…), or the reason for none, such as COUNTED"
            )
    cards = [
        {
            "label": card.label,
            "value": whole(card.label, card.value),
            "note": whole(card.label, card.note),
            "to": _way(card.figure),
            "line": "" if card.series is None else _line(card.series),
            "sure": whole(card.label, _worded(card.sure)),
        }
        for card in numbers
    ]
    _sure.extend(Sure(f"{c['label']}: {c['value']}", c["note"], c["sure"]) for c in cards)
    plain = "; ".join(f"{c['label']}: {c['value']} ({c['note']})" for c in cards)
    html = render("key_numbers.html", numbers=cards)
    return Exhibit(html=html, other={"text/html": html, "text/plain": plain})


def _way(figure: str) -> str:
    """Return the address of a figure of this page, or of another chapter."""
    chapter, parted, name = figure.rpartition("#")
    away = f"site:notebooks/{chapter}.html" if parted else ""
    return f"{away}#{name}" if name else ""


def _line(series: pd.Series) -> str:
    """Write a series as the path of a line 100 wide and 24 high, from zero or below; gaps stay."""
    low, high = min(series.min(), 0), max(series.max(), 0)
    if not low < high:
        return ""
    step = 100 / max(len(series) - 1, 1)
    path, pen = [], "M"
    for place, value in enumerate(series):
        if pd.isna(value):
            pen = "M"
            continue
        height = 23 - 22 * (value - low) / (high - low)
        path.append(f"{pen}{place * step:.1f} {height:.1f}")
        pen = "L"
    return "".join(path)


class Sure(NamedTuple):
    """A key number or a sentence that the data bear out, and how sure it is."""

    said: str
    of: str
    """What a number refers to; empty for a sentence."""
    sure: str
    """The interval in words, or why there is none."""


def _worded(sure: Interval | str) -> str:
    return sure.words if isinstance(sure, Interval) else sure


def finding(sentence: str, *, holds: bool, sure: Interval | str = "") -> str:
    """Return a sentence that the data bear out: an answer, a title, a heading of the text.

    A sentence that does not hold is returned with a mark. A heading is static text; the same
    sentence, given here in a cell, makes the build say so when the data turn, and JupyterLab mark
    the heading.

    Args:
        sentence: what is said.
        holds: whether the data bear it out.
        sure: of a change, a difference or a correlation that is claimed, the interval, which must
            not hold zero; or the reason why there is none.
    """
    _turned[:] = [told for told in _turned if told != sentence]  # a cell may run again
    if isinstance(sure, Interval):
        holds = holds and (sure.low > 0 or sure.high < 0)  # a missing end shows nothing
    if sure:
        _sure.append(Sure(sentence, "", _worded(sure)))
    if holds:
        return sentence
    _turned.append(sentence)
    return f"{TURNED}{sentence}"


TURNED = "Not with these data: "
"""The mark of a sentence that the data do not bear out."""

_turned: list[str] = []
_sure: list[Sure] = []


def how_sure() -> list[dict[str, str]]:
    """Return what this kernel has said with how sure it is, once each."""
    return [said._asdict() for said in dict.fromkeys(_sure)]


def turned() -> list[str]:
    """Return what the data did not bear out or give in this kernel: sentences, missing numbers."""
    return _turned


def key_findings(*findings: tuple[str, str]) -> Exhibit:
    """Show a chapter's findings, each a sentence that leads to its section, and the newest datum.

    Args:
        findings: sentence and name of the section, as ``(name)=`` stands above its heading.
    """
    shown = [{"sentence": whole(section, said), "section": section} for said, section in findings]
    read = [table for table in loaded() if table != LISTING]
    parts = [newest_of(table, part) for table, part in in_part().items()]
    latest = _in_words(max([newest(read), *parts]))
    html = render("key_findings.html", findings=shown, newest=latest)
    return Exhibit(
        html=html,
        other={"text/html": html, "text/plain": " ".join(f["sentence"] for f in shown)},
    )


def answer(*sentences: str, figure: str, source: pd.DataFrame | list[str]) -> Exhibit:
    """Show a short answer with the way to the figure that shows more, and its sources.

    Args:
        sentences: what is answered, as a rule given by :func:`finding`.
        figure: chapter and figure, as ``trade#fig-trade-totals``.
        source: a frame with a ``source_id`` column, or a list of source ids.

    Raises:
        FigureError: there is no source.
    """
    chapter, _, name = figure.partition("#")
    said = " ".join(whole(figure, sentence) for sentence in sentences)
    ways = {"chapter": chapter, "figure": name, "credits": credits(source)}
    html = render("answer.html", said=said, **ways)
    return Exhibit(html=html, other={"text/html": html, "text/plain": said})
