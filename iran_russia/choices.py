"""Choices of a chapter, held against what the tables know.

A choice that no row can serve ends in one sentence, where the cells after it would fail one by one.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

_SHOWN = 40


class ChoiceError(ValueError):
    """A choice that the tables cannot serve; a notebook shows its sentence alone."""

    def _render_traceback_(self) -> list[str]:  # IPython asks errors for this
        return [str(self)]


def among(known: Iterable[Any], *, but: Iterable[Any] = (), **choices: Any) -> None:
    """Check that each choice, or each part of a list, is known.

    Args:
        known: what the tables know, such as a column; missing values do not count.
        but: what cannot be chosen though the tables know it.
        choices: what was chosen, by its name in the cell of choices.

    Raises:
        ChoiceError: a choice is not known; it says which are.
    """
    refused = set(but)
    open_to = [one for one in _each(known) if one not in refused]
    for name, choice in choices.items():
        for one in _parts(choice):
            if one not in open_to:
                raise ChoiceError(f"{name}: {one!r} cannot be chosen here; {_open(one, open_to)}")


def _open(one: Any, open_to: list) -> str:
    """Say what can be chosen: the same in capitals, a span of years, or the first of a list."""
    if isinstance(one, str) and one.upper() in open_to:
        return f"write {one.upper()!r}."
    if isinstance(one, int) and open_to == [*range(open_to[0], open_to[-1] + 1)]:
        return f"choose a year from {open_to[0]} to {open_to[-1]}."
    rest = f" and {len(open_to) - _SHOWN} more" if len(open_to) > _SHOWN else ""
    return f"choose among {', '.join(map(repr, open_to[:_SHOWN]))}{rest}."


def spanning(known: Iterable[Any], **ends: Any) -> None:
    """Check that a span, open to the end if one end is given, is in order and holds a row.

    Args:
        known: years, or dates as text, that the tables know.
        ends: first and last, by their names in the cell of choices, or both or more years under one
            name; ``None`` leaves an end open.

    Raises:
        ChoiceError: the last comes before the first, or nothing lies between them.
    """
    years = _each(known)
    chosen = [one for end in ends.values() for one in _parts(end)]
    told = ", ".join(f"{name} = {end!r}" for name, end in ends.items())
    given = [one for one in chosen if one is not None]
    if given != sorted(given):
        raise ChoiceError(f"{told}: the last comes before the first; change their order.")
    first, last = chosen[0], chosen[-1] if len(chosen) > 1 else None
    if not any((first or year) <= year <= (last or year) for year in years):
        raise ChoiceError(f"{told}: no rows; the tables go from {years[0]} to {years[-1]}.")


def _each(known: Iterable[Any]) -> list:
    """Return what is known, sorted and once each; a missing value is none."""
    return sorted({one for one in known if not pd.isna(one)})


def _parts(choice: Any) -> list:
    return list(choice) if isinstance(choice, list | tuple) else [choice]
