"""One definition of a value: what a cell may hold, by the type of its column.

A table holds every value in one written form: ``8`` and not ``8.0``, ``+8`` or ``۸`` for a whole
number, ``true`` and not ``TRUE``. :func:`parse` decides what is a value, for whoever checks, loads
or proposes a table; :func:`canonical` which of them are equal, for whoever compares; and
:func:`normal` brings what people and spreadsheets write into the form, on the way in.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal

TYPES = {
    "string": "text",
    "integer": "a whole number such as 1200",
    "number": "a number such as 8.5",
    "boolean": "true or false",
    "date": "a day written as 2024-03-20",
    "year": "a year such as 2024",
    "time": "a time of day such as 09:30",
}
"""The types that a column of the data package may have, and what is expected in it."""

KINDS = TYPES | {"moments": "a day, month or year written as 2024-03-20, 2024-03 or 2024"}
"""What a column may hold: one of the types, or text that dates something."""

NUMERIC = ("integer", "number", "year")

BETWEEN = ";"
"""What stands between the items of a cell that lists several."""

_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?![0-9])")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")
_EXACT = 15
"""Digits up to which a floating number keeps every decimal number."""
_ELSEWHERE = range(1300, 1500)
"""Years that are now in the Iranian or the Islamic calendar; no table reaches back to ours."""

# What people and spreadsheets write.
_LOOSE = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eE][+-]?[0-9]{1,3})?")
_GROUPS = re.compile("([+-]?[0-9]{1,3})((?:[٬\u00a0\u2009\u202f][0-9]{3})+)(\\.[0-9]+)?")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?Z?$")
_SIGNS = {"٫": ".", "\u2212": "-"}
_TRUTHS = {"true": "true", "1": "true", "false": "false", "0": "false"}


def kind_of(field: dict) -> str:
    """Return what a column of the data package holds: its type, or more than its type says.

    Columns such as ``year`` and ``order_year`` are whole numbers in the data package and hold
    years of our calendar; those of the Iranian one stand in columns named so, as
    ``iranian_year``. Text whose pattern is that of days, months and years dates something.
    """
    name, kind = field["name"], field["type"]
    if kind == "integer" and "iranian" not in name and not name.endswith("per_year"):
        named = name == "year" or name.endswith("_year")
        return "year" if named or field.get("unit") == "year" else kind
    pattern = field.get("constraints", {}).get("pattern")
    return "moments" if kind == "string" and pattern and _dates(pattern) else kind


def _dates(pattern: str) -> bool:
    """Whether a pattern takes years and something like a day, or a list of years."""
    takes = re.compile(pattern).fullmatch
    return bool(takes("2024") and (takes("2024-03-20") or takes("2024;2025"))) and not takes("-")


def parse(text: str, kind: str) -> object:
    """Return the value of a cell that is not empty.

    Returns:
        ``str``, ``int`` (of at most 64 bits), ``float``, ``bool`` or ``datetime.date``.

    Raises:
        ValueError: what was expected, in words.
    """
    return _PARSERS[kind](text)


def parsed(cells: Iterable[str], kind: str) -> tuple[dict[str, object], dict[str, str]]:
    """Parse the different cells of a column.

    Returns:
        The value of each cell, and what was expected instead of each that is none.
    """
    found, wrong = {}, {}
    for cell in set(cells) - {""}:
        try:
            found[cell] = parse(cell, kind)
        except ValueError as error:
            wrong[cell] = str(error)
    return found, wrong


def _text(text: str) -> str:
    # The writer of CSV files does not quote it in every version of Python.
    if "\r" in text:
        raise ValueError("text with line feeds only as its line breaks (no carriage return)")
    return text


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(_expected(text, "integer"))
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise ValueError("a whole number below 2^63 (9.2 × 10^18); give it in a larger unit")
    return int(text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(_expected(text, "number"))
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number below 1.8 × 10^308")
    # Only a long number, or one that is very small, can be another one when it is read.
    if (len(text) > _EXACT or "e" in text.lower()) and Decimal(repr(value)) != Decimal(text):
        raise ValueError(
            f"a number of at most {_EXACT} digits, as this one is read as {value!r}; "
            "a column of whole numbers (type integer) holds 18"
        )
    return value


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(_expected(text, "boolean"))
    return text == "true"


def _day(text: str) -> datetime.date:
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError(_expected(text, "date"))
    year, month, day = map(int, found.groups())
    _check_calendar(year, "day")
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise ValueError("a day that exists, written as 2024-03-20") from None


def _year(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{3}", text):
        raise ValueError(_expected(text, "year"))
    _check_calendar(int(text), "year")
    return int(text)


def _check_calendar(year: int, what: str) -> None:
    if year in _ELSEWHERE:
        other = (
            "keep years of that calendar in a column named iranian_year"
            if what == "year"
            else "convert it, or keep it as text in a column of its own"
        )
        raise ValueError(
            f"a {what} of the Gregorian calendar; {year} is a year of the Iranian or the Islamic "
            f"one: {other}"
        )


def items(cell: str) -> list[str]:
    """Return the items of a cell that lists several."""
    return cell.split(BETWEEN)


def _moments(text: str) -> str:
    for part in items(text):
        found = _MOMENT.match(part)
        if not found:
            raise ValueError(KINDS["moments"])
        _check_calendar(int(found[1]), "day")
        year, month, day = (int(n or 1) for n in found.groups())
        try:
            datetime.date(year, month, day)
        except ValueError:
            raise ValueError("a day or month that exists, written as 2024-03-20") from None
    return text


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(_expected(text, "time"))
    return text


_PARSERS: dict[str, Callable[[str], object]] = {
    "string": _text,
    "integer": _whole,
    "number": _number,
    "boolean": _truth,
    "date": _day,
    "year": _year,
    "time": _time,
    "moments": _moments,
}


def _expected(text: str, kind: str) -> str:
    """Say what was expected, and how to write what was probably meant."""
    told = KINDS[kind]
    try:
        meant = _normalised(text, kind)
        if meant != text:
            parse(meant, kind)
    except ValueError as error:
        return str(error)
    return f"{told}, here written as {meant}"


def canonical(text: str, kind: str) -> str:
    """Return a text that all cells of equal value share: ``8`` for ``8.0``, ``0.5`` for ``5e-1``.

    A cell that is no value stays as it is.
    """
    return shortest(Decimal(text)) if kind in NUMERIC and _NUMBER.fullmatch(text) else text


def shortest(number: Decimal) -> str:
    """Write a number without an exponent and without zeros that say nothing."""
    digits = f"{number:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def normal(text: str, kind: str) -> str:
    """Write a cell as tables hold it.

    Digits of other scripts, no-break spaces, marks that cannot be seen, separators that have one
    meaning only, the truths of spreadsheets and midnight after a day are brought into the form.

    Args:
        text: a cell that is not empty.
        kind: the type of its column.

    Raises:
        ValueError: what was expected, where the cell does not say which value is meant.
    """
    written = _normalised(text, kind)
    parse(written, kind)
    return written


def told(column: str, cells: Iterable[str], written: dict[str, str]) -> str:
    """Say of which cells of a column the writing was changed."""
    count = sum(cell in written for cell in cells)
    some = [f"{old!r} as {new or 'empty'}" for old, new in list(written.items())[:3]]
    more = f" and {len(written) - 3} others" if len(written) > 3 else ""
    return f"{column}: {count} {'cell' if count == 1 else 'cells'} read {', '.join(some)}{more}"


def plain(text: str) -> str:
    """Write digits of any script as 0 to 9, without marks that cannot be seen and outer blanks."""
    kept = (c for c in text if unicodedata.category(c) != "Cf")
    return "".join(_SIGNS.get(c) or _digit(c) for c in kept).strip()


def _digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _normalised(text: str, kind: str) -> str:
    """Bring a cell into the form of its type; the value itself is not checked."""
    if kind == "string":
        return text.replace("\r\n", "\n").replace("\r", "\n")
    written = plain(text)
    if kind == "moments":
        return written
    if kind in NUMERIC:
        return _digits(written, kind)
    if kind == "boolean":
        if written.lower() not in _TRUTHS:
            raise ValueError(KINDS[kind])
        return _TRUTHS[written.lower()]
    written = _MIDNIGHT.sub("", written) if kind == "date" else written
    form = _DAY if kind == "date" else _TIME
    if not form.fullmatch(written):
        raise ValueError(KINDS[kind])
    return written


def _digits(written: str, kind: str) -> str:
    grouped = _GROUPS.fullmatch(written)
    if grouped:
        head, groups, fraction = grouped.groups(default="")
        written = head + re.sub("[^0-9]", "", groups) + fraction
    found = _LOOSE.fullmatch(written)
    if not found or not (found[2] or found[3]):
        expected = KINDS[kind]
        if re.fullmatch(r"[+-]?[0-9]{1,3}([, '’،][0-9]{3})+(\.[0-9]+)?", written):
            expected += " without thousands separators"
        raise ValueError(expected)
    sign, whole, fraction, power = found.groups(default="")
    whole = whole.lstrip("0") or "0"
    if kind != "number":
        if power or fraction.strip("0"):
            raise ValueError(KINDS[kind] + (", with all its digits" if power else ""))
        fraction = ""
    written = whole + (f".{fraction}" if fraction else "") + power
    if sign == "-" and (whole + fraction).strip("0"):
        written = f"-{written}"
    if kind == "number" and fraction and len(whole) < _EXACT < len(written):
        nearest = repr(float(written))
        # A fraction with more digits than a number holds: the nearest one is meant.
        if "inf" not in nearest and Decimal(nearest) != Decimal(written):
            return nearest.removesuffix(".0")
    return written
