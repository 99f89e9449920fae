"""Breaks in the level of a short series with gaps, and the chance of a break found by looking."""

import math
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

LEAST = 3
"""Fewest values on either side of a break, since two years are no level."""

Kind = Literal["counts", "money", "levels"]
"""Counts and other amounts from zero up vary with their mean and with a dispersion of their own
(quasi-Poisson); money is compared by its logarithm; levels, such as shares, as they are."""

COMPARED: dict[Kind, str] = {
    "counts": "times the mean before",
    "money": "times the geometric mean before",
    "levels": "difference of means",
}
"""What a change of level is given in, by kind."""

TOLD = 0.05
"""Chance below which a break counts as told."""

_DRAWS = 999  # rearranged series, so that a chance of 0.05 is known to about 0.01
_SEED = 1898
_PERSISTENCES = np.linspace(0, 0.9, 10)
_SAFE = 0.3  # part of the rearranged series with a lower correlation than the one seen
_REACH = -2 * math.log(1 - math.sqrt(0.95))  # 95 % bound of the ratio, 7.35 (Eo and Morley 2015)


class Break(NamedTuple):
    """The largest break in level of a series; missing where the series is too short for one."""

    at: float
    """First year (or other period) of the time after."""
    low: float
    """First of the years that can begin the time after (95 % set); missing if none is told."""
    high: float
    """Last of those years."""
    before: float
    """Mean before, in the unit of the values."""
    after: float
    """Mean from ``at`` on."""
    f: float
    """Fall of the deviance by the break over the dispersion that is left."""
    chance: float
    """Chance of an ``f`` at least as large had the level not changed, 0 to 1."""
    independent: float
    """The same chance were the years independent, as a shuffle of them gives it."""
    bound: float
    """The ``f`` that chance reaches in one of twenty cases."""
    persistence: float
    """Correlation of neighbouring years that chance and set allow for, 0 to 0.9."""
    values: int
    """How many values the series has."""

    @property
    def told(self) -> bool:
        """Whether the break can be told from chance."""
        return self.chance < TOLD


def find_break(values: pd.Series, kind: Kind) -> Break:
    """Find the year from which the level of a series differs most, and the chance of such a find.

    Formula: F = (D0 - D1) / phi, the fall of the deviance by two means in place of one over the
    dispersion around the two (Pearson's statistic over n - 2), at the year where the deviance
    falls most (Quandt 1960; Andrews 1993). The chance is the share of rearranged series whose own
    largest F is at least as large: the years are looked through in them as well, so that a break
    found by looking is tested as such. Each takes the values of the series in an order of
    first-order autocorrelation, so that persistence is no break. That autocorrelation is the one
    at which three in ten rearranged series have a correlation of neighbours around their own best
    break below the one seen: a safe estimate, since the search for a break hides persistence. The
    set of years holds those whose fall is less than 7.35 phi (1 + r) / (1 - r) below the largest
    (Eo and Morley 2015), r the autocorrelation.

    A steady rise is found as a break as well: see :func:`explained`. Missing years stay missing:
    neighbours across a gap count as such neither in the series nor in the rearranged ones.

    Args:
        values: numbers indexed by year or another whole number, in ascending order.
        kind: how the values vary.

    Returns:
        The break. With fewer than eight values, or values all equal, none can be told.
    """
    known = values.dropna().astype("float64")
    size = len(known)
    if size < 2 * LEAST + 2 or known.nunique() == 1:
        nothing = dict.fromkeys(Break._fields, math.nan)
        return Break(**nothing | {"values": size})  # type: ignore[arg-type]
    own, counts = _prepared(known, kind), kind == "counts"
    places = np.arange(LEAST, size - LEAST + 1)
    drop, dispersion = _drops(own[None], places, counts)
    (best,), (f,) = _largest(own[None], places, counts)
    chances, persistence = _by_chance(known.index, own, places, places[best], counts, f)
    bound = _REACH * dispersion[0, best] * _inflation(persistence)
    inside = known.index[places[drop[0] >= drop[0, best] - bound]]
    told = chances[0] < TOLD
    return Break(
        at=int(known.index[places[best]]),
        low=int(inside[0]) if told else math.nan,
        high=int(inside[-1]) if told else math.nan,
        before=float(known.iloc[: places[best]].mean()),
        after=float(known.iloc[places[best] :].mean()),
        f=float(f),
        chance=chances[0],
        independent=chances[1],
        bound=chances[2],
        persistence=persistence,
        values=size,
    )


def all_breaks(values: pd.Series, kind: Kind) -> list[Break]:
    """Breaks that can be told, in order of time: the largest, then those on either side of it.

    Each is looked for in the years between its neighbours (Bai 1997), and what it says of the
    time before and after holds for these. A list without any means that none can be told.

    Args:
        values, kind: as in :func:`find_break`.
    """
    found = find_break(values, kind)
    if not found.told:
        return []
    sides = values[values.index < found.at], values[values.index >= found.at]
    before, after = (all_breaks(side, kind) for side in sides)
    return [*before, found, *after]


def break_at(values: pd.Series, year: int, kind: Kind) -> Break:
    """Test a break in a year that was named without looking at the series.

    As :func:`find_break`, with one year only: ``low`` and ``high`` are that year. Where other
    breaks were told, give the years between the two on either side, or a break long before passes
    for one of that year.

    Args:
        values, kind: as in :func:`find_break`.
        year: first year of the time after; with fewer than :data:`LEAST` values on either side,
            or fewer than eight in all, nothing can be told.
    """
    known = values.dropna().astype("float64")
    place = int((known.index < year).sum())
    if len(known) < 2 * LEAST + 2 or not LEAST <= place <= len(known) - LEAST:
        nothing = dict.fromkeys(Break._fields, math.nan)
        return Break(**nothing | {"at": year, "values": len(known)})  # type: ignore[arg-type]
    own, places, counts = _prepared(known, kind), np.array([place]), kind == "counts"
    _, (f,) = _largest(own[None], places, counts)
    chances, persistence = _by_chance(known.index, own, places, place, counts, f)
    sides = known.iloc[:place].mean(), known.iloc[place:].mean()
    return Break(year, year, year, *sides, float(f), *chances, persistence, len(known))


def named_years(values: pd.Series, kind: Kind, years: list[int]) -> pd.DataFrame:
    """Test the years that people name, each between the breaks told on either side of it.

    Args:
        values, kind: as in :func:`find_break`.
        years: first years of the times after.

    Returns:
        One row a year: ``year``, ``status`` (``in the set`` of a break told, so that the year
        named may be its year; ``told``, ``not told``, or ``too few`` values on a side),
        ``chance`` (of the break told or of that year), ``before``, ``after`` (means), and
        ``change``, ``low``, ``high`` of :func:`change_of`.
    """
    found, rows = all_breaks(values, kind), []
    for year in years:
        own = next((b for b in found if b.low <= year <= b.high), None)
        window = values
        if own is None:
            first = max((b.at for b in found if b.at < year), default=values.index.min())
            last = min((b.at for b in found if b.at > year), default=values.index.max() + 1)
            window = values[(values.index >= first) & (values.index < last)]
        tested = own or break_at(window, year, kind)
        few = math.isnan(tested.chance)
        status = (
            "in the set" if own else "too few" if few else "told" if tested.told else "not told"
        )
        row = {"year": year, "status": status, "chance": tested.chance}
        row |= {"before": tested.before, "after": tested.after}
        rows.append(row | change_of(window, tested, kind).to_dict())
    return pd.DataFrame(rows)


def explained(values: pd.Series, at: float, kind: Kind) -> pd.Series:
    """How much of the deviance a break explains, and how much a steady rise or fall does.

    Formula: 1 - D / D0, with D0 the deviance around one level; the line is straight in the
    logarithm of counts and money. The year of the break was chosen to fit and the slope of the
    line as well: where the line explains as much, no year stands out.

    Args:
        values, kind: as in :func:`find_break`.
        at: first year of the time after.

    Returns:
        ``step`` and ``line``, shares from 0 to 1.
    """
    from statsmodels.genmod.families import Gaussian, Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    known = values.dropna().astype("float64")
    own = _prepared(known, kind)
    family = Poisson() if kind == "counts" else Gaussian()
    time = known.index.to_numpy(dtype="float64")
    left = {
        name: GLM(own, np.column_stack([np.ones(len(own)), of]), family=family).fit(scale="X2")
        for name, of in (("step", time >= at), ("line", time - time.mean()))
    }
    return pd.Series({name: 1 - fit.deviance / fit.null_deviance for name, fit in left.items()})


def change_of(values: pd.Series, found: Break, kind: Kind) -> pd.Series:
    """By how much the level differs from a break on, with a 95 % interval.

    Formula: the changes with which the deviance lies at most ``found.bound`` times the dispersion
    above its least. So the interval allows for the dispersion, for neighbouring years being alike
    and for a year found by looking, as the chance does: it holds no change where the break cannot
    be told.

    Args:
        values, kind: as in :func:`find_break`.
        found: a break of these values.

    Returns:
        ``change``, ``low``, ``high``: times the level before for counts and money (of money the
        geometric means), a difference for levels. Where all counts on one side are zero, one end
        of the interval is missing, and so is the change from zero.
    """
    nothing = pd.Series(dict.fromkeys(["change", "low", "high"], math.nan))
    if math.isnan(found.chance):
        return nothing
    known = values.dropna().astype("float64")
    own, place = _prepared(known, kind), int((known.index < found.at).sum())
    sizes, sums = (place, len(own) - place), (own[:place].sum(), own[place:].sum())
    _, (dispersion,) = _drops(own[None], np.array([place]), kind == "counts")
    if kind == "counts":
        low, high = _ratios(sizes, sums, found.bound * float(dispersion[0]))
        ratio = found.after / found.before if found.before else math.nan
        return pd.Series({"change": ratio, "low": low, "high": high})
    change = sums[1] / sizes[1] - sums[0] / sizes[0]
    reach = math.sqrt(found.bound * float(dispersion[0]) * (1 / sizes[0] + 1 / sizes[1]))
    ends = np.array([change, change - reach, change + reach])
    return pd.Series(ends if kind == "levels" else np.exp(ends), nothing.index)


def _ratios(sizes: tuple[int, int], sums: tuple[float, float], reach: float) -> tuple[float, float]:
    """Ends of the ratios of two Poisson means with a deviance at most so far above the least."""
    from scipy.optimize import brentq

    total = sum(sums)
    if not total:  # nothing and nothing have no ratio
        return math.nan, math.nan
    least = sum(float(_poisson(np.array(s), n)) for s, n in zip(sums, sizes, strict=True))

    def above(log_ratio: float) -> float:
        before = total / (sizes[0] + sizes[1] * math.exp(log_ratio))
        fit = sums[0] * math.log(before) + sums[1] * (math.log(before) + log_ratio)
        return 2 * (least - fit) - reach

    far = 50.0  # a ratio beyond any of data
    middle = (
        far
        if not sums[0]
        else -far
        if not sums[1]
        else math.log(sums[1] / sizes[1] / (sums[0] / sizes[0]))
    )

    def end(at: float) -> float:
        if at == middle or above(at) <= 0:
            return math.nan
        # Without any spread only rounding is left at the middle, which may lie on either side.
        return math.exp(brentq(above, *sorted((at, middle))) if above(middle) < 0 else middle)

    return end(-far), end(far)


def clear_years(values: pd.Series, years: int = 3) -> pd.Series:
    """Say of each year whether every year from it on lies outside the range of those before it.

    A series that moves slowly does so often, so that this is no test of a break.

    Args:
        values: numbers indexed by year.
        years: how many on each side; a year without as many values on both sides is left out.

    Returns:
        True or False by year.
    """
    known = values.astype("float64").sort_index()
    span = known.reindex(range(int(known.index.min()), int(known.index.max()) + 1))
    before, after = span.shift(1).rolling(years), span[::-1].rolling(years)
    above = after.min()[::-1] > before.max()
    below = after.max()[::-1] < before.min()
    return (above | below)[after.count().eq(years) & before.count().eq(years)]


def at_least(number: int, chances: pd.Series) -> float:
    """Chance that at least so many of several independent things happen.

    Formula: the tail of the Poisson binomial distribution, computed exactly (Hong 2013).

    Args:
        number: how many.
        chances: the chance of each, 0 to 1.
    """
    of_number = np.array([1.0])
    for chance in chances:
        of_number = np.convolve(of_number, [1 - chance, chance])
    return float(of_number[number:].sum())


def _prepared(values: pd.Series, kind: Kind) -> np.ndarray:
    own = values.to_numpy(dtype="float64")
    return np.log(own) if kind == "money" else own


def _inflation(persistence: float) -> float:
    """How much more the mean of a persistent series varies than that of an independent one."""
    return (1 + persistence) / (1 - persistence)


def _by_chance(
    years: pd.Index, own: np.ndarray, places: np.ndarray, place: int, counts: bool, f: float
) -> tuple[tuple[float, float, float], float]:
    """Chance of an F as large without a break, the same for independent years, and the F that has
    a chance of :data:`TOLD`; and the persistence.

    The same draws are ordered by every persistence, so that the chances differ by it alone.
    """
    span = years.to_numpy(dtype=int) - int(years[0])
    noise = np.random.default_rng(_SEED).standard_normal((_DRAWS, span[-1] + 1))
    adjacent = np.diff(span) == 1
    persistence = 0.0
    if adjacent.sum() > LEAST:
        seen = _correlation(own[None], np.array([place]), adjacent)[0]
        by = [_correlations(own, noise, span, p, places, counts, adjacent) for p in _PERSISTENCES]
        persistence = float(np.interp(seen, np.maximum.accumulate(by), _PERSISTENCES))
    by_chance = []
    for allowed in (persistence, 0.0):
        rows = _rearranged(own, _paths(noise, allowed)[:, span])
        by_chance.append(_largest(rows, places, counts)[1])
    chances = [(1 + (f_found >= f * (1 - 1e-9)).sum()) / (_DRAWS + 1) for f_found in by_chance]
    bound = np.sort(by_chance[0])[-round(TOLD * (_DRAWS + 1)) + 1]
    return (float(chances[0]), float(chances[1]), float(bound)), persistence


def _correlations(
    own: np.ndarray,
    noise: np.ndarray,
    span: np.ndarray,
    persistence: float,
    places: np.ndarray,
    counts: bool,
    adjacent: np.ndarray,
) -> float:
    """Correlation of neighbours that a share of the rearranged series stays below."""
    rows = _rearranged(own, _paths(noise[:299], persistence)[:, span])
    best, _ = _largest(rows, places, counts)
    return float(np.quantile(_correlation(rows, places[best], adjacent), _SAFE))


def _drops(rows: np.ndarray, places: np.ndarray, counts: bool) -> tuple[np.ndarray, np.ndarray]:
    """Fall of the deviance by two means instead of one, and the dispersion around the two.

    The maximum-likelihood fit of a level on either side is the mean of that side, so that no
    model need be fitted; the tests hold this against the models of statsmodels.

    Args:
        rows: one series a row.
        places: how many values stand before each break looked at.
        counts: a Poisson law with a dispersion of its own, else a normal one.

    Returns:
        Both of shape (rows, places).
    """
    n, sums, squares = rows.shape[1], rows.cumsum(axis=1), (rows**2).cumsum(axis=1)
    sides = [
        (places, sums[:, places - 1], squares[:, places - 1]),
        (n - places, sums[:, -1:] - sums[:, places - 1], squares[:, -1:] - squares[:, places - 1]),
    ]
    whole = (n, sums[:, -1:], squares[:, -1:])
    if counts:
        explained = [_poisson(total, size) for size, total, _ in (*sides, whole)]
        with np.errstate(divide="ignore", invalid="ignore"):
            pearson = [np.where(t > 0, q * size / t - t, 0) for size, t, q in sides]
        drop, spread = 2 * (explained[0] + explained[1] - explained[2]), sum(pearson)
    else:
        left = [square - total**2 / size for size, total, square in (*sides, whole)]
        drop, spread = left[2] - left[0] - left[1], left[0] + left[1]
    # Without any spread F has no bounds, or is 0.
    return drop, np.maximum(spread / (n - 2), 1e-12)


def _poisson(total: np.ndarray, size: np.ndarray | int) -> np.ndarray:
    """Log-likelihood of a level, without what does not depend on it: total × log(mean)."""
    mean = np.where(total > 0, total / size, 1.0)
    return total * np.log(mean)


def _largest(rows: np.ndarray, places: np.ndarray, counts: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of the largest fall of each row, and its F."""
    drop, dispersion = _drops(rows, places, counts)
    best = drop.argmax(axis=1)
    row = np.arange(len(rows))
    return best, drop[row, best] / dispersion[row, best]


def _paths(noise: np.ndarray, persistence: float) -> np.ndarray:
    """Make series of first-order autocorrelation, variance 1, of independent normal draws."""
    path = noise.copy()
    for step in range(1, noise.shape[1]):
        path[:, step] = persistence * path[:, step - 1]
        path[:, step] += math.sqrt(1 - persistence**2) * noise[:, step]
    return path


def _rearranged(values: np.ndarray, paths: np.ndarray) -> np.ndarray:
    """Put the values into the order of each path: the largest where the path is highest."""
    ranks = paths.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return np.sort(values)[ranks]


def _correlation(rows: np.ndarray, before: np.ndarray, adjacent: np.ndarray) -> np.ndarray:
    """Correlation of neighbours around the two means; pairs across a gap are left out."""
    after = np.arange(rows.shape[1]) >= before[:, None]
    means = [(rows * side).sum(axis=1) / side.sum(axis=1) for side in (~after, after)]
    left = rows - np.where(after, means[1][:, None], means[0][:, None])
    products = (left[:, :-1] * left[:, 1:])[:, adjacent]
    return products.mean(axis=1) / np.maximum((left**2).mean(axis=1), 1e-12)
