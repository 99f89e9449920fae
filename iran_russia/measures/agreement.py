"""Agreement of votes beyond chance, and how sure a share, a rank or a change of it is.

A pair of states is read from the roll calls in which both voted yes, abstained or voted no; an
absence of either leaves the roll call out. What could have been otherwise is which texts come to
a vote. Texts return from session to session under one title and get much the same votes, so that
titles are drawn, not roll calls (:func:`titles`): a session is too coarse, since sessions repeat
each other, and a day mixes in which committee reports on it.
"""

import functools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from iran_russia.measures.voting import SCORE, letters
from iran_russia.values import BETWEEN

DRAWS = 2_000
"""Samples drawn; the ends of an interval then move by about a thirtieth of its width."""

_SEED = 1946  # any number: the same samples, so the same bytes, in every build

Pairs = Sequence[tuple[str, str]]
Measure = Callable[[np.ndarray], np.ndarray]


def identical(tables: np.ndarray) -> np.ndarray:
    """Share of identical votes of two states.

    Formula: the sum of the diagonal / the sum of all cells.

    Args:
        tables: counts, the first two axes 3 by 3: votes of the one state by those of the other.

    Returns:
        Shares between 0 and 1, missing where a table is empty.
    """
    with np.errstate(invalid="ignore"):
        return np.trace(tables) / tables.sum(axis=(0, 1))


def by_chance(tables: np.ndarray) -> np.ndarray:
    """Share of identical votes to be expected where neither state’s vote depends on the other’s.

    Formula: the sum over yes, abstain and no of the share of such votes of the one state times
    that of the other, over the roll calls in which both voted.

    Args:
        tables: as for :func:`identical`.

    Returns:
        Shares between 0 and 1, missing where a table is empty.
    """
    with np.errstate(invalid="ignore"):
        return (tables.sum(axis=1) * tables.sum(axis=0)).sum(axis=0) / tables.sum(axis=(0, 1)) ** 2


def kappa(tables: np.ndarray) -> np.ndarray:
    """Cohen’s kappa of two states: agreement above chance as a share of what chance leaves.

    Formula: (identical - chance) / (1 - chance), with :func:`by_chance`; 1 is full agreement, 0
    what chance gives (Cohen 1960; for states Häge 2011). The kinds of vote have no order in it.

    Args:
        tables: as for :func:`identical`.

    Returns:
        Values up to 1, missing where chance alone gives full agreement.
    """
    return _above(identical(tables), by_chance(tables))


def pi(tables: np.ndarray) -> np.ndarray:
    """Scott’s pi of two states: as :func:`kappa`, but with one habit of voting for both.

    Formula: (identical - chance) / (1 - chance), where chance is the sum of the squared mean
    shares of yes, abstain and no of the two (Scott 1955; for states Häge 2011).

    Args:
        tables: as for :func:`identical`.

    Returns:
        Values up to 1, missing where chance alone gives full agreement.
    """
    return _above(identical(tables), by_chance(tables + np.swapaxes(tables, 0, 1)))


def _above(share: np.ndarray, chance: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return (share - chance) / (1 - chance)


def titles(rollcalls: pd.DataFrame) -> pd.Series:
    """Name what a roll call repeats: the letters of its title, or itself where it has none.

    Args:
        rollcalls: rows of ``unga_rollcalls``.
    """
    return letters(rollcalls["title"]).fillna(rollcalls["rcid"])


def with_each(scores: pd.DataFrame, country: str) -> list[tuple[str, str]]:
    """Pair a state with every other that has votes.

    Args:
        scores: what :func:`iran_russia.measures.voting.ballots` returns.
        country: the state.
    """
    return [(country, other) for other in scores.columns.drop(country)]


def cross_tables(scores: pd.DataFrame, rollcalls: pd.DataFrame, pairs: Pairs) -> np.ndarray:
    """Lay out how two states voted, roll call by roll call, for each of some pairs.

    Args:
        scores: what :func:`iran_russia.measures.voting.ballots` returns.
        rollcalls: the roll calls counted, with ``rcid``.
        pairs: pairs of states.

    Returns:
        An array of 3, 3 (yes, abstain, no of the one by those of the other), roll calls and
        pairs, with 1 in one cell where both voted; summed over roll calls the table of a pair.

    Raises:
        KeyError: a state has no votes.
    """
    cast = scores.reindex(rollcalls["rcid"])
    kinds = np.stack([cast == score for score in SCORE.values()]).astype(np.float32)
    one, other = (cast.columns.get_indexer(side) for side in zip(*pairs, strict=True))
    if min(*one, *other) < 0:
        raise KeyError("a state of the pairs has no votes")
    return kinds[:, :, one][:, None] * kinds[:, :, other]


def resampled_sums(values: np.ndarray, units: pd.Series) -> np.ndarray:
    """Sum rows over samples of units, drawn with replacement, as many as there are (Efron 1979).

    Args:
        values: one row a roll call, whole numbers.
        units: what each row belongs to; rows of one unit are drawn together.

    Returns:
        1 + :data:`DRAWS` rows: the sums of the columns of ``values`` over the rows as they are,
        then over each sample.
    """
    row_unit, known = pd.factorize(units, sort=True)
    order = np.argsort(row_unit, kind="stable")
    begins = np.searchsorted(row_unit[order], np.arange(len(known)))
    return _counts(len(known)) @ np.add.reduceat(values[order], begins, axis=0)


@functools.lru_cache(maxsize=4)  # one measure after another asks for the same
def _counts(n: int) -> np.ndarray:
    """How often each of n units is in each sample; the first sample is the units as they are."""
    drawn = np.random.default_rng(_SEED).integers(n, size=(DRAWS, n))
    drawn += n * np.arange(DRAWS)[:, None]
    # Whole numbers this small add up exactly in 32 bits, in whatever order.
    counts = np.ones((1 + DRAWS, n), np.float32)
    counts[1:] = np.bincount(drawn.ravel(), minlength=DRAWS * n).reshape(DRAWS, n)
    return counts


def resampled(
    scores: pd.DataFrame,
    rollcalls: pd.DataFrame,
    pairs: Pairs,
    measure: Measure = identical,
    units: str | None = None,
) -> pd.DataFrame:
    """Work out the agreement of pairs of states in the roll calls given and in samples of them.

    Args:
        scores: what :func:`iran_russia.measures.voting.ballots` returns.
        rollcalls: the roll calls counted: ``rcid``, ``title``.
        pairs: pairs of states; a pair that never both voted is left out.
        measure: :func:`identical`, :func:`kappa` or :func:`pi`.
        units: the column of what is drawn; none draws :func:`titles`.

    Returns:
        Indexed by the two states, ``one`` and ``other``, a column a sample: the first, 0,
        holds the roll calls as they are, the others samples of :func:`resampled_sums`.
    """
    drawn = titles(rollcalls) if units is None else rollcalls[units]
    cells = _cells(cross_tables(scores, rollcalls, pairs))
    return _measured(resampled_sums(cells, drawn), pairs, measure).dropna(subset=0)


def resampled_change(
    scores: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    pairs: Pairs,
    measure: Measure = identical,
) -> pd.DataFrame:
    """Work out by how much the agreement of pairs differs between two lists of roll calls.

    A title that is in both lists is drawn for both at once, since its votes are much alike.

    Args:
        scores: what :func:`iran_russia.measures.voting.ballots` returns.
        before: roll calls: ``rcid``, ``title``.
        after: other roll calls.
        pairs: pairs of states; a pair without common votes in either list is left out.
        measure: :func:`identical`, :func:`kappa` or :func:`pi`.

    Returns:
        As :func:`resampled`: the measure after less that before.
    """
    first, last = (_cells(cross_tables(scores, rolls, pairs)) for rolls in (before, after))
    apart = np.zeros((len(before) + len(after), 2 * first.shape[1]), np.float32)
    apart[: len(before), : first.shape[1]], apart[len(before) :, first.shape[1] :] = first, last
    sums = resampled_sums(apart, titles(pd.concat([before, after])))
    earlier, later = (_measured(half, pairs, measure) for half in np.hsplit(sums, 2))
    return (later - earlier).dropna(subset=0)


def _cells(tables: np.ndarray) -> np.ndarray:
    """Lay tables out as one row a roll call, the nine cells of all pairs side by side."""
    return np.moveaxis(tables, 2, 0).reshape(tables.shape[2], -1)


def _measured(sums: np.ndarray, pairs: Pairs, measure: Measure) -> pd.DataFrame:
    tables = np.moveaxis(sums.astype(float).reshape(len(sums), 3, 3, len(pairs)), 0, 2)
    index = pd.MultiIndex.from_tuples([*pairs], names=["one", "other"])
    return pd.DataFrame(measure(tables).T, index)


def resampled_overlap(sponsored: pd.DataFrame, country: str) -> pd.DataFrame:
    """Work out the overlap of sponsors with each other state in samples of resolutions.

    Formula: resolutions that both sponsor / resolutions that either sponsors, as in
    :func:`iran_russia.measures.voting.joint_sponsors`; drawn are titles.

    Args:
        sponsored: rows of ``unga_cosponsors``.
        country: the state compared with all others.

    Returns:
        As :func:`resampled`, indexed by the other state.
    """
    names = sponsored["sponsors_iso3"].str.get_dummies(BETWEEN).astype(np.float32)
    own = names.pop(country).to_numpy()[:, None]
    units = letters(sponsored["title"]).fillna(sponsored["symbol"])
    both, either = (
        resampled_sums(each.to_numpy(), units) for each in (names * own, np.maximum(names, own))
    )
    with np.errstate(invalid="ignore"):
        return pd.DataFrame((both / either).T, names.columns)


def binned(values: pd.Series, width: float) -> pd.DataFrame:
    """Count values by steps of even width, of which one begins at zero.

    Args:
        values: numbers; missing ones are left out.
        width: width of a step.

    Returns:
        One row a step that holds a value: ``begin``, ``end`` and ``pairs``, how many it holds; a
        value on an edge belongs to the step above.
    """
    steps = (values / width + 1e-9).floordiv(1)
    counts = steps.value_counts().sort_index()
    begin = counts.index.to_numpy() * width
    return pd.DataFrame({"begin": begin, "end": begin + width, "pairs": counts.to_numpy()}).round(9)


def drawn_distances(points: pd.DataFrame, one: str, year: int) -> pd.DataFrame:
    """Draw the distances of a state to all others on the main dimension of voting in one session.

    Each position is drawn from the normal distribution that has its 90 % interval; the errors of
    two states are taken as independent, which the published estimates do not tell.

    Args:
        points: rows of ``unga_ideal_points``.
        one: the state that distances are measured from.
        year: year in which the session opened.

    Returns:
        As :func:`resampled`, indexed by the other state; column 0 holds the estimates.
    """
    own = points[points["year"] == year].drop_duplicates("iso3").set_index("iso3").sort_index()
    sigma = (own["ideal_point_p95"] - own["ideal_point_p05"]) / (2 * _P95)
    errors = np.random.default_rng(_SEED + year).standard_normal((DRAWS, len(own)))
    drawn = (
        own["ideal_point"].to_numpy() + np.vstack([np.zeros(len(own)), errors]) * sigma.to_numpy()
    )
    placed = pd.DataFrame(drawn.T, own.index)
    return (placed.drop(index=one) - placed.loc[one]).abs()


_P95 = 1.645  # standard deviations from the middle to the 95th percentile of a normal distribution


def percentile_interval(drawn: pd.DataFrame) -> pd.DataFrame:
    """Read value and 95 % interval from the samples: the middle 95 of 100 (percentile method).

    Args:
        drawn: what :func:`resampled`, :func:`resampled_change` or :func:`ranks` returns.

    Returns:
        On its index ``value``, ``low`` and ``high``; ends of ranks are ranks.
    """
    ends = np.nanquantile(drawn.loc[:, 1:], [0.025, 0.975], axis=1, method="inverted_cdf")
    return pd.DataFrame({"value": drawn[0], "low": ends[0], "high": ends[1]}).astype(float)


def ranks(drawn: pd.DataFrame, lowest_first: bool = False) -> pd.DataFrame:
    """Rank the rows in each sample; rank 1 is the highest, ties share the better.

    The interval of a rank holds for one state at a time: for all at once it would be wider.

    Args:
        drawn: what :func:`resampled` returns.
        lowest_first: rank 1 is the lowest, as of distances.
    """
    return drawn.rank(ascending=lowest_first, method="min")
