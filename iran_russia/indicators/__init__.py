"""Numbers that decide claims: each indicator reads tables and returns one :class:`Reading`.

Every public function of a module here is an indicator. A row of the table ``claim_tests`` calls it
by module and name with the arguments of that row, so that a test is data and not code.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Reading:
    """One number taken from the tables.

    Attributes:
        value: the number in the unit of the test; None where there are too few observations.
        latest: the newest datum it rests on, as ISO 8601 text as exact as is known (a year, a
            month or a day).
        detail: the figures behind the number in words, for the reader who checks it.
    """

    value: float | None
    latest: str
    detail: str = ""


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
