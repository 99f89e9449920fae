"""Numbers that decide claims: each indicator reads tables and returns one :class:`Reading`.

Every registered function of a module here is an indicator: :func:`indicator` says what its number
is, in which unit, from which rows, of which years, and which measure works it out. A row of the
table ``claim_tests`` calls it by module and name with the arguments of that row, so that a test is
data and not code.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from itertools import groupby

import pandas as pd

from iran_russia.datasets import lookup

METHODS = "site:book/methods.html#"
"""Address of the page that shows the formula of every measure, up to the name of the measure."""


@dataclass(frozen=True)
class Reading:
    """One number taken from the tables.

    Attributes:
        value: the number in the unit of the indicator; None where there are too few observations.
        latest: the newest datum it rests on, as ISO 8601 text as exact as is known (a year, a
            month or a day).
        detail: the figures behind the number in words, for the reader who checks it.
        low: lower end of the 95 % interval of the value; None where it has none.
        high: upper end.
    """

    value: float | None
    latest: str
    detail: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class About:
    """What a number is, in words for a reader.

    Attributes:
        title: what the number says.
        unit: its unit; ``share`` is between 0 and 1 and shown in per cent.
        rows: the rows it is taken from.
        years: the years or days looked at.
        formula: address of the measure on the page *Methods*.
    """

    title: str
    unit: str
    rows: str
    years: str
    formula: str


@dataclass(frozen=True)
class Registration:
    """What an indicator is registered with, see :func:`indicator`."""

    title: str
    unit: str | Callable[[dict], str]
    rows: str
    years: str
    measure: Callable
    words: dict[str, str]


def indicator(
    title: str,
    *,
    unit: str | Callable[[dict], str],
    rows: str,
    measure: Callable,
    years: str = "{first}–{last}",
    words: dict[str, str] | None = None,
) -> Callable:
    """Register a function as an indicator.

    Texts may name arguments in braces, which are put into words. A part in square brackets is left
    out where an argument in it is empty; what follows a bar in it then takes its place.

    Args:
        title: what the number says, in plain words.
        unit: its unit, or a function of the arguments where it depends on them.
        rows: which rows of which tables it is taken from.
        measure: the function of :mod:`iran_russia.measures` that works it out.
        years: the years or days looked at.
        words: words for values of the arguments.
    """

    def register(function: Callable) -> Callable:
        vars(function)["registered"] = Registration(title, unit, rows, years, measure, words or {})
        return function

    return register


def about(function: Callable, arguments: dict) -> About:
    """Put into words what an indicator measures with some arguments.

    Args:
        function: a registered indicator.
        arguments: its keyword arguments.

    Raises:
        TypeError: the arguments do not fit the indicator.
    """
    bound = signature(function).bind(**arguments)
    bound.apply_defaults()
    given: dict = bound.arguments
    said: Registration = vars(function)["registered"]
    unit = said.unit if isinstance(said.unit, str) else said.unit(given)
    title, rows, years = (
        _filled(text, given, said.words) for text in (said.title, said.rows, said.years)
    )
    return About(
        title=title[:1].upper() + title[1:],
        unit=unit,
        rows=rows,
        years=years,
        formula=f"{METHODS}{said.measure.__module__}.{said.measure.__name__}",
    )


def _filled(text: str, given: dict, words: dict[str, str]) -> str:
    """Fill a text of a registration with arguments in words."""

    def optional(part: re.Match) -> str:
        there, _, otherwise = part[1].partition("|")
        names = re.findall(r"\{(\w+)\}", there)
        return there if all(given[name] for name in names) else otherwise

    kept = re.sub(r"\[([^\]]*)\]", optional, text)
    filled = re.sub(r"\{(\w+)\}", lambda field: _argument(field[1], given, words), kept)
    return re.sub(r"\b(\d{4}(?:-\d{2})?)–\1\b", r"\1", filled).strip()


def _argument(name: str, given: dict, words: dict[str, str]) -> str:
    """Put an argument into words; its name says what a list holds: years, ways, series."""
    value = given[name]
    if isinstance(value, (list, tuple)) and name == "years":
        return ", ".join(map(str, value))
    if isinstance(value, (list, tuple)) and name in _WAYS:
        ways = value if isinstance(value[0], (list, tuple)) else [value]
        return ", ".join(" → ".join(map(_words, way)) for way in ways)
    if name in ("codes", "over", "chapter"):
        return _goods([value] if isinstance(value, str) else value)
    if name == "names":
        return ", ".join(words[item] for item in value)
    return words.get(value, _words(value)) if name == "name" else _words(value)


def _goods(codes: list[str]) -> str:
    """Write codes of the Harmonized System, a few of them with the names of the goods."""
    chapters = lookup("hs_sections", "hs_chapter", "chapter_title")
    lines = lookup("products", "hs6", "name_en")
    names: list[str] = [chapters.get(code) or lines.get(code) or "" for code in codes]
    if len(codes) > _NAMED or not all(names):
        return _listed(codes)
    return f"{_listed(codes)} ({'; '.join(name[:1].lower() + name[1:] for name in names)})"


_NAMED = 6
"""Up to so many goods are named; of longer lists the ends of runs say more."""

_WAYS = {"flows", "pairs", "one", "other"}
"""Arguments of which a list holds two ends of a flow, where it is a list."""


def _words(value: object) -> str:
    """Put a value into words: states by name, spans by their ends, runs of codes in short."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, dict):
        return _words(list(value))
    if isinstance(value, (list, tuple)):
        return _listed(list(value))
    if isinstance(value, str):
        words = _NAMES.get(value) or lookup("countries", "iso3", "name").get(value, value)
        return words.replace("_", " ").replace("|", " or ")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _listed(values: list) -> str:
    if all(isinstance(value, (list, tuple)) for value in values):
        return ", ".join(map(_listed, values))
    if len(values) == 2 and all(re.fullmatch(r"\d{4}(-\d{2})?", str(v)) for v in values):
        return f"{values[0]}–{values[1]}"
    if all(re.fullmatch(r"\d{2}", str(value)) for value in values):
        return ", ".join(_runs([int(value) for value in values]))
    return ", ".join(map(_words, values))


def _runs(numbers: list[int]) -> list[str]:
    """Write runs of two-digit codes by their ends, as 01–24."""
    runs = []
    for _, run in groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0]):
        own = [f"{number:02d}" for _, number in run]
        runs.append(own[0] if len(own) == 1 else f"{own[0]}–{own[-1]}")
    return runs


_NAMES = {
    "SUN": "the Soviet Union",
    "USA": "the United States",
    "GBR": "the United Kingdom",
    "WLD": "all suppliers",
    "EU": "the European Union",
    "COW": "the Correlates of War Project",
    "cow_trade_v4": "the Correlates of War Project",
    "unctad_matrix": "UNCTAD",
    "cinc": "the composite index of national capability",
    "newest": "the newest year with both flows",
    "both": "trade with Russia both ways",
    "export": "Iran’s exports to Russia",
    "import": "Iran’s imports from Russia",
    "min": "fewest",
    "max": "most",
    "usd": "US dollars",
    "eur": "euros",
    "iran_to_russia": "from Iran to Russia",
    "within_russia": "made in Russia",
}
"""Words for arguments that are neither the code of a state nor words already."""


def newest(*moments: pd.Series | int | str | None) -> str:
    """Return the latest of years, days or ISO texts as ISO 8601 text.

    Args:
        moments: series of dates or years, or single values; empty and missing ones are left out.
    """
    texts = []
    for moment in moments:
        known = moment.dropna() if isinstance(moment, pd.Series) else pd.Series([moment]).dropna()
        if len(known):
            last = known.max()
            texts.append(last.date().isoformat() if hasattr(last, "date") else str(last))
    return max(texts, default="")
