"""Digits of a file as the tables hold them: decimals, so that every engine gives the same ones.

A binary fraction is a little more or less than what the file says: 413493.05 rounded to one digit
is 413493.0 in one engine and 413493.1 in another.
"""

import decimal

from iran_russia.values import shortest

_EXACT = decimal.Context(prec=100, rounding=decimal.ROUND_HALF_UP, Emax=9999, Emin=-9999)


def exact(cell: str, times: str = "1", places: int | None = None) -> str:
    """Return a number of a file, without an exponent and without zeros that say nothing.

    Args:
        cell: a number as text, or an empty text, which stays one.
        times: what it is multiplied by, such as ``1000`` for tonnes that become kilograms.
        places: digits behind the point, a half away from zero; all when None.
    """
    if not cell:
        return ""
    number = _EXACT.multiply(_EXACT.create_decimal(cell), decimal.Decimal(times))
    if places is not None:
        number = number.quantize(decimal.Decimal(1).scaleb(-places), context=_EXACT)
    return shortest(number)


def significant(cell: str, digits: int) -> str:
    """Return a number of a file with so many digits in all, a half away from zero."""
    if not cell:
        return ""
    rounding = decimal.Context(prec=digits, rounding=decimal.ROUND_HALF_UP)
    return shortest(rounding.create_decimal(cell))


def weight(cell: str, times: str = "1", places: int | None = None) -> str:
    """Return a weight; a weight of 0 beside goods of value means that it is not known: empty."""
    number = exact(cell, times, places)
    return "" if number == "0" else number
