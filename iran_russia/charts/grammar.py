"""Marks that chapters draw again and again, each with one look.

Hollow is what is doubtful, partial or of another time; words stand at the end of a bar or point;
a dashed rule is a reference; a lane is a row with a line from its first mark to its last.
"""

import pandas as pd


def axis_domain(*columns: pd.Series | pd.Index, room: float) -> list:
    """Return where an axis begins and ends: where the data do, so that newer rows find their place.

    Args:
        columns: dates or numbers that are drawn on the axis.
        room: what is left free at both ends: days for dates, else the unit of the numbers.
    """
    first = min(column.min() for column in columns)
    last = max(column.max() for column in columns)
    if hasattr(first, "date"):
        free = pd.Timedelta(days=room)
        return [(first - free).date().isoformat(), (last + free).date().isoformat()]
    return [float(first) - room, float(last) + room]
