"""The claims ledger: what the seed articles say, against what the tables show.

A test is data: the rows of ``claim_tests`` that belong to a claim each name an indicator of
:mod:`iran_russia.indicators`, its arguments, and two conditions that were written down before any
value was worked out. The verdict of a computed claim exists only as the result of its test; that
of a claim decided by dated evidence or by judgement stands in ``claims`` with its reasoning. One
rule, :data:`RULE`, puts parts and halves together in both cases.
"""

import json
import operator
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path

import pandas as pd

from iran_russia import datasets, freshness
from iran_russia.datasets import DataError, load
from iran_russia.facts import percent
from iran_russia.indicators import About, Reading, about, newest
from iran_russia.measures.events import known_date
from iran_russia.taken import taken, watching

SUPPORTED, PARTLY, UNDECIDED = "supported", "partly supported", "undecided"
CONTRADICTED, NO_DATA = "contradicted", "not supported by the data"
NOT_TESTABLE = "not testable"
VERDICTS = (SUPPORTED, PARTLY, UNDECIDED, CONTRADICTED, NO_DATA, NOT_TESTABLE)

RULE = (
    "A half is what could be true or false by itself: a second event, actor, field, cause or "
    "purpose. A part of a test, or a half, is supported or contradicted when its condition is met, "
    "undecided between the conditions or when its interval reaches across one, without data when "
    "there is no value or row.",
    "Supported: as many parts as registered are supported (of a claim read from rows: every half), "
    "none is contradicted, and no half goes untested.",
    "Contradicted: as many parts as registered are contradicted (of a claim read from rows: "
    "the registered condition is met), and none is supported.",
    "Partly supported: some part or half is supported, and neither of the two holds.",
    "Undecided: nothing is supported, and too little is contradicted. Not supported by the data: "
    "there is too little to hold against the conditions. Not testable: nothing in the tables could "
    "be.",
    "A part that rests on a thin list counts only beside another part that finds the same. Timing "
    "alone shows no cause; a forecast is judged by what came, not by why.",
)
"""How parts and halves of a claim give its verdict, for readers; :func:`verdict` does it."""

EDGE = 0.05
"""A value so near to a threshold, as a share of the threshold, lies on a knife edge."""

_COMPARE = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}
_SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "=": "="}
_CONDITION = re.compile(r"^(>=|<=|>|<|=) (-?\d+(?:\.\d+)?)$")


@dataclass(frozen=True)
class Part:
    """One part of a test, read from the tables.

    Attributes:
        part: its letter.
        indicator: name of the indicator, module and function.
        reading: the number with the newest datum behind it.
        about: title, unit, rows, years and formula of the number.
        supported_if: condition for *supported*, an operator and a number.
        contradicted_if: condition for *contradicted*, in the same form.
        thin: why the list behind it is thin, so that it decides nothing alone; else empty.
        finding: which of the verdicts this part alone gives.
        tables: tables the number was taken from.
        figure: chapter and figure that show it, as ``trade#fig-trade-totals``, or an empty text.
    """

    part: str
    indicator: str
    reading: Reading
    about: About
    supported_if: str
    contradicted_if: str
    thin: str
    finding: str
    tables: tuple[str, ...]
    figure: str

    @property
    def shown(self) -> str:
        """The number with its unit and its interval, for a reader."""
        value, ends = self.reading.value, (self.reading.low, self.reading.high)
        said = _shown(value, self.about.unit)
        if None in ends:
            return said
        return f"{said} (95 %: {' to '.join(_shown(end, self.about.unit) for end in ends)})"

    @property
    def found(self) -> str:
        """What the part gives, in words; a part with one condition says which is not met."""
        if self.finding != UNDECIDED or (self.supported_if and self.contradicted_if):
            return self.finding
        return f"not {SUPPORTED if self.supported_if else CONTRADICTED}"

    @property
    def on_edge(self) -> bool:
        """Whether the value lies within :data:`EDGE` of a threshold other than zero."""
        value = self.reading.value
        return (
            value is not None
            and self.about.unit != "rank"
            and any(
                abs(value - threshold) <= EDGE * abs(threshold)
                for sign, threshold in map(_parsed, filter(None, self._both))
                if threshold and sign != "="
            )
        )

    @property
    def near(self) -> str:
        """How near to its threshold a value on the edge lies, in words."""
        return f"within {percent(EDGE)} of a threshold"

    @property
    def _both(self) -> tuple[str, str]:
        return self.supported_if, self.contradicted_if

    @property
    def conditions(self) -> str:
        """Both conditions in words, for a reader."""
        said = []
        for verdict, condition in zip((SUPPORTED, CONTRADICTED), self._both, strict=True):
            if condition:
                sign, threshold = _parsed(condition)
                said.append(f"{verdict} if {_SIGNS[sign]} {_shown(threshold, self.about.unit)}")
        return "; ".join(said)


def _shown(value: float | None, unit: str) -> str:
    if value is None or pd.isna(value):
        return "no value"
    if unit == "share":
        return percent(value, 1)
    if unit == "rank":
        return f"rank {value:g}"
    if value == 1 and unit != "times":
        unit = unit.removesuffix("s")
    return f"{value:,.4g} {unit}".replace("-", "−")


def holds(condition: str, value: float) -> bool:
    """Say whether a value fulfils a condition such as ``>= 0.25``.

    Raises:
        DataError: the condition is not an operator and a number.
    """
    sign, threshold = _parsed(condition)
    return _COMPARE[sign](value, threshold)


def _parsed(condition: str) -> tuple[str, float]:
    parsed = _CONDITION.match(condition)
    if not parsed:
        raise DataError(f"claim_tests: {condition!r} is not an operator and a number, as in '>= 5'")
    return parsed[1], float(parsed[2])


def finding(
    value: float | None,
    supported_if: str,
    contradicted_if: str,
    ends: tuple[float | None, float | None] = (None, None),
) -> str:
    """Decide one part of a test: between the two conditions it is *undecided*.

    A part without one of the conditions (an empty text) can only be decided by the other. A value
    with an interval meets a condition when the ends of its interval meet it, too.
    """
    if value is None or pd.isna(value):
        return NO_DATA
    all_of = [value, *(end for end in ends if end is not None)]
    if supported_if and all(holds(supported_if, one) for one in all_of):
        return SUPPORTED
    if contradicted_if and all(holds(contradicted_if, one) for one in all_of):
        return CONTRADICTED
    return UNDECIDED


def corroborated(findings: list[str], thin: list[bool]) -> list[str]:
    """Say what each part counts for: a thin one for nothing unless a firm one finds the same.

    Args:
        findings: what each part gives, see :func:`finding`.
        thin: whether it rests on a thin list.
    """
    firm = {found for found, weak in zip(findings, thin, strict=True) if not weak}
    return [
        UNDECIDED if weak and found in (SUPPORTED, CONTRADICTED) and found not in firm else found
        for found, weak in zip(findings, thin, strict=True)
    ]


def verdict(
    findings: list[str],
    to_support: int,
    to_contradict: int,
    thin: list[bool] | None = None,
    untested: bool = False,
) -> str:
    """Put the parts of a test together, by :data:`RULE`.

    Args:
        findings: what each part gives, see :func:`finding`.
        to_support: how many parts must be *supported* for the claim to be.
        to_contradict: how many must be *contradicted* for the claim to be.
        thin: which parts rest on a thin list; none by default.
        untested: a half of the claim has no part, so that it cannot be *supported*.
    """
    if all(f == NO_DATA for f in findings):
        return NO_DATA
    found = corroborated(findings, thin or [False] * len(findings))
    for_it, against = found.count(SUPPORTED), found.count(CONTRADICTED)
    if for_it >= to_support and not against and not untested:
        return SUPPORTED
    if against >= to_contradict and not for_it:
        return CONTRADICTED
    return PARTLY if for_it else UNDECIDED


def read(indicator: str, arguments: str) -> tuple[Reading, tuple[str, ...]]:
    """Take one number from the tables.

    While the book is built, a reading that another chapter or an earlier build took from the same
    tables is not worked out again; see :data:`iran_russia.freshness.READINGS`.

    Args:
        indicator: module and function below :mod:`iran_russia.indicators`, e.g. ``trade.share``.
        arguments: keyword arguments as a JSON object.

    Returns:
        The reading and the names of the tables it rests on.

    Raises:
        DataError: there is no such indicator, or the arguments do not fit it.
    """
    function = _function(indicator)
    shared = _shared(indicator, arguments)
    kept = freshness.read(shared) if shared else None
    if kept and datasets.unchanged(kept["tables"]):
        return Reading(**kept["reading"]), tuple(kept["tables"])
    with watching() as used:
        try:
            reading = function(**json.loads(arguments))
        except (TypeError, json.JSONDecodeError) as error:
            raise DataError(f"claim_tests: {indicator} with {arguments}: {error}") from error
    used = dict(sorted(used.items()))
    if shared:
        freshness.write({"tables": used, "reading": asdict(reading)}, shared)
    return reading, tuple(used)


def _function(indicator: str) -> Callable:
    """Find a registered indicator by module and name."""
    module, _, name = indicator.partition(".")
    try:
        function = getattr(import_module(f"iran_russia.indicators.{module}"), name)
        function.registered  # noqa: B018 - a helper without registration is no indicator
    except (ModuleNotFoundError, AttributeError, ValueError):
        raise DataError(f"claim_tests: there is no indicator {indicator!r}") from None
    return function


def _shared(indicator: str, arguments: str) -> Path | None:
    folder = os.environ.get(freshness.READINGS)
    return Path(folder, f"{freshness.fingerprint(indicator, arguments)}.json") if folder else None


def faults(claim_ids: list[str] | None = None) -> list[str]:
    """Look for what would give a verdict that the author of a test did not mean.

    Args:
        claim_ids: only the tests of these claims, by default all.

    Returns:
        One line a fault: a condition or an indicator that is none, arguments that do not fit, a
        share beyond one or a rank below one as a threshold, a code that no list of codes has.
    """
    rows = load("claim_tests")
    if claim_ids is not None:
        rows = rows[rows["claim_id"].isin(claim_ids)]
    there = {resource["name"] for resource in datasets.package()["resources"]}
    known = {
        kind: {code for table, field in lists for code in load(table)[field]}
        for kind, lists in _LISTS.items()
        if there.issuperset(table for table, _ in lists)
    }
    found = []
    for row in rows.fillna("").to_dict("records"):
        try:
            wrong = _wrong(row, known)
        except DataError as error:
            wrong = str(error).removeprefix("claim_tests: ")
        if wrong:
            found.append(f"claim_tests: {row['claim_id']} {row['part']}: {wrong}")
    return found


def _wrong(row: dict, known: dict[str, set[str]]) -> str:
    """Say what is wrong with a row of ``claim_tests``, in words; nothing is an empty text."""
    try:
        arguments = json.loads(row["arguments"])
        unit = about(_function(row["indicator"]), arguments).unit
    except (TypeError, AttributeError, json.JSONDecodeError) as error:
        return f"{row['indicator']} with {row['arguments']}: {error}"
    conditions = [text for text in (row["supported_if"], row["contradicted_if"]) if text]
    for sign, threshold in map(_parsed, conditions):
        if unit == "share" and abs(threshold) > 1:
            return f"a share is {sign} {threshold:g}, though shares end at 1 (30 % is 0.3)"
        if unit == "rank" and threshold < 1:
            return f"a rank is {sign} {threshold:g}, though ranks begin at 1"
    for name, text in _texts(arguments):
        kind = "HS code" if name in _GOODS else "country or reporter"
        code = text[:2] if name in _GOODS else text
        if (name in _GOODS or _COUNTRY.match(text)) and code not in known.get(kind, [code]):
            return f"{name}: there is no {kind} {text!r}"
        if name in _GOODS and not text.isdecimal():
            return f"{name}: an HS code has digits only, not {text!r}"
    return "" if conditions else "it has no condition, so that it decides nothing"


_LISTS = {
    "country or reporter": (("countries", "iso3"), ("trade_totals", "reporter")),
    "HS code": (("hs_sections", "hs_chapter"),),
}
"""Tables and fields that list the codes there are, by kind; a smaller book may lack them."""

_GOODS = ("codes", "over", "chapter", "without")
"""Arguments of indicators that are codes of goods."""

_COUNTRY = re.compile(r"^[A-Z]{3}$")


def _texts(given: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Walk through the texts in arguments, each with the name of its argument."""
    if isinstance(given, dict):
        for key, value in given.items():
            yield from _texts(value, name or key)
    elif isinstance(given, list):
        for value in given:
            yield from _texts(value, name)
    elif isinstance(given, str):
        yield name, given


def parts_of(claim_id: str) -> list[Part]:
    """Run the test of one computed claim, part by part."""
    rows = load("claim_tests")
    parts = []
    for row in rows[rows["claim_id"] == claim_id].fillna("").itertuples():
        reading, used = read(row.indicator, row.arguments)
        parts.append(
            Part(
                part=row.part,
                indicator=row.indicator,
                reading=reading,
                about=about(_function(row.indicator), json.loads(row.arguments)),
                supported_if=row.supported_if,
                contradicted_if=row.contradicted_if,
                thin=row.thin,
                finding=finding(
                    reading.value,
                    row.supported_if,
                    row.contradicted_if,
                    (reading.low, reading.high),
                ),
                tables=used,
                figure=row.figure,
            )
        )
    if not parts:
        raise DataError(f"claim_tests: the computed claim {claim_id} has no test")
    return parts


def decided(claim: dict, parts: list[Part]) -> str:
    """Give a computed claim its verdict: the row of ``claims`` with the parts of its test."""
    return verdict(
        [part.finding for part in parts],
        claim["parts_to_support"],
        claim["parts_to_contradict"],
        [bool(part.thin) for part in parts],
        pd.notna(claim["untested"]),
    )


def evidence(claim_ids: list[str]) -> pd.DataFrame:
    """Look up the dated rows that claims rest on.

    Args:
        claim_ids: the claims.

    Returns:
        One row a claim and piece of evidence: ``claim_id``, ``table``, ``row`` (its key; parts of
        a key joined by a bar), ``date`` (ISO text), ``label``, ``source_id``.

    Raises:
        DataError: a piece of evidence points to a row that is not there.
    """
    rows = load("claim_evidence")
    rows = rows[rows["claim_id"].isin(claim_ids)]
    found = []
    for table, wanted in rows.groupby("table"):
        about = datasets.describe(table)
        frame = load(table)
        keys = about["schema"]["primaryKey"]
        parts = (frame[key].astype("str") for key in keys)
        frame = frame.assign(row=reduce(lambda row, part: row + "|" + part, parts))
        joined = wanted.merge(frame.drop(columns="claim_id", errors="ignore"), on="row", how="left")
        lost = joined.loc[joined["source_id_y"].isna(), "row"]
        if len(lost):
            raise DataError(f"claim_evidence: {table} has no row {lost.iloc[0]!r}")
        found.append(
            pd.DataFrame(
                {
                    "claim_id": joined["claim_id"],
                    "table": table,
                    "row": joined["row"],
                    "date": _dates(joined, about.get("time_field")),
                    "label": _labels(joined, about),
                    "url": joined["url"].fillna("") if "url" in joined else "",
                    "source_id": joined["source_id_y"],
                }
            )
        )
    columns = ["claim_id", "table", "row", "date", "label", "url", "source_id"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _labels(rows: pd.DataFrame, about: dict) -> pd.Series:
    """Name rows for a reader: by a sentence of theirs, else after the title of their table."""
    keys = [key for key in about["schema"]["primaryKey"] if key != "source_id"]
    words = rows[keys].astype("str").agg(", ".join, axis=1)
    named = about.get("label_field")
    if named:
        words = rows[named].fillna(words)
    return words if named in _SENTENCES else f"{about['title']}: " + words


_SENTENCES = ("title", "summary", "subject")


def _dates(rows: pd.DataFrame, time: str | None) -> list[str] | str:
    """Dates as ISO text, only as exact as the table says that they are known."""
    if time is None:
        return ""
    stated = next((c for c in (f"{time}_precision", "date_precision") if c in rows), None)
    if stated is None:
        return [newest(moment) for moment in rows[time]]
    return known_date(rows[time], rows[stated].fillna("day")).fillna("").tolist()


@taken
def ledger(chapter: str | None = None, kind: str | None = None) -> pd.DataFrame:
    """Give every claim its verdict.

    Args:
        chapter: only the claims shown in this chapter.
        kind: only the claims of this kind, such as ``forecast``.

    Returns:
        The rows of ``claims`` with ``verdict`` (computed where the basis says so), ``parts`` (list
        of :class:`Part`, empty unless computed), ``evidence`` (list of the rows of
        :func:`evidence` as dictionaries) and ``newest`` (date of the newest datum that the verdict
        rests on, ISO text).

    Raises:
        DataError: a test has a fault, see :func:`faults`, or a piece of evidence is not there.
    """
    claims = load("claims")
    if chapter:
        claims = claims[claims["chapter"] == chapter]
    if kind:
        claims = claims[claims["kind"] == kind]
    if wrong := faults(list(claims["claim_id"])):
        raise DataError("\n".join(wrong))
    rows = dict(iter(evidence(list(claims["claim_id"])).groupby("claim_id")))
    none = pd.DataFrame(columns=["date"])
    found = []
    for claim in claims.to_dict("records"):
        own = rows.get(claim["claim_id"], none)
        parts = parts_of(claim["claim_id"]) if claim["basis"] == "computed" else []
        if parts:
            claim["verdict"] = decided(claim, parts)
        dates = [p.reading.latest for p in parts] or list(own["date"])
        found.append(
            claim
            | {
                "parts": parts,
                "evidence": own.to_dict("records"),
                "newest": max(dates, default=""),
            }
        )
    return pd.DataFrame(found)
