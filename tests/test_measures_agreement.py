"""Agreement beyond chance and its intervals, on cases worked by hand and beside two libraries."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

from iran_russia.measures.agreement import (
    DRAWS,
    binned,
    by_chance,
    cross_tables,
    drawn_distances,
    identical,
    kappa,
    percentile_interval,
    pi,
    ranks,
    resampled,
    resampled_change,
    resampled_overlap,
    resampled_sums,
    titles,
    with_each,
)
from iran_russia.measures.voting import ballots, pair_overall

GWET = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
"""Gwet, Handbook of Inter-Rater Reliability (2014): 100 records read by two abstractors; its R
package irrCAC prints kappa 0.7964094 and pi 0.7962397 for them."""

ROLLS = pd.DataFrame(
    {
        "rcid": ["R1", "R2", "R3", "R4", "R5", "R6"],
        "title": ["The right to food", "RIGHT, THE: TO FOOD", "Peace", None, "Peace.", None],
    }
)
CAST = {
    "IRN": ["yes", "yes", "abstain", "no", "yes", "absent"],
    "RUS": ["yes", "no", "abstain", "no", "abstain", "no"],
    "CHN": ["yes", "yes", "no", "no", "yes", "yes"],
}


def votes_of(cast: dict[str, list[str]], rolls: pd.DataFrame) -> pd.DataFrame:
    """Ballots of states in the order of the roll calls."""
    return ballots(
        pd.DataFrame(
            [
                {"rcid": rcid, "iso3": iso3, "vote": vote}
                for iso3, own in cast.items()
                for rcid, vote in zip(rolls["rcid"], own, strict=True)
            ]
        )
    )


@pytest.fixture
def scores():
    return votes_of(CAST, ROLLS)


def test_a_table_of_ten_votes_by_hand():
    table = np.array([[5, 1, 0], [1, 1, 0], [0, 0, 2]])
    # 8 of 10 alike; by chance 0.6 * 0.6 + 0.2 * 0.2 + 0.2 * 0.2
    assert identical(table) == 0.8
    assert by_chance(table) == pytest.approx(0.44)
    assert kappa(table) == pytest.approx((0.8 - 0.44) / (1 - 0.44))
    assert pi(table) == pytest.approx(kappa(table))  # both vote alike often


def test_pi_counts_unlike_habits_of_voting_as_disagreement_and_kappa_does_not():
    table = np.array([[4, 4, 0], [0, 0, 0], [0, 0, 2]])
    # kappa: 0.8 * 0.4 + 0.2 * 0.2; pi: 0.6 ** 2 + 0.2 ** 2 + 0.2 ** 2
    assert kappa(table) == pytest.approx((0.6 - 0.36) / (1 - 0.36))
    assert pi(table) == pytest.approx((0.6 - 0.44) / (1 - 0.44))


def test_both_come_out_as_printed_for_the_table_of_a_handbook():
    assert kappa(GWET) == pytest.approx(0.7964094, abs=5e-8)
    assert pi(GWET) == pytest.approx(0.7962397, abs=5e-8)


def test_kappa_and_pi_are_those_of_statsmodels():
    tables = np.random.default_rng(1).integers(1, 40, size=(3, 3, 20))
    for n in range(tables.shape[-1]):
        table = tables[..., n]
        assert kappa(tables)[n] == pytest.approx(cohens_kappa(table).kappa)
        cells = [np.repeat([[a, b]], table[a, b], axis=0) for a in range(3) for b in range(3)]
        raters, _ = aggregate_raters(np.vstack(cells))
        assert pi(tables)[n] == pytest.approx(fleiss_kappa(raters))  # of two raters


def test_without_votes_or_with_one_kind_only_nothing_is_beyond_chance():
    assert np.isnan(identical(np.zeros((3, 3)))) and np.isnan(kappa(np.zeros((3, 3))))
    assert np.isnan(kappa(np.diag([7, 0, 0]))) and np.isnan(pi(np.diag([7, 0, 0])))


def test_an_absence_of_either_leaves_the_roll_call_out(scores):
    tables = cross_tables(scores, ROLLS, [("IRN", "RUS"), ("CHN", "IRN")])
    assert tables.shape == (3, 3, 6, 2)
    # rows yes, abstain, no of Iran; columns those of Russia
    assert tables.sum(axis=2)[..., 0].tolist() == [[1, 1, 1], [0, 1, 0], [0, 0, 1]]
    assert tables[..., 5, :].sum() == 0  # Iran is absent from R6
    with pytest.raises(KeyError, match="no votes"):
        cross_tables(scores, ROLLS, [("IRN", "FRA")])


def test_roll_calls_of_one_title_are_drawn_together_and_one_without_stands_alone():
    units = titles(ROLLS)
    assert units[0] != units[1] and units[2] == units[4] and units[3] == "R4"
    each = resampled_sums(np.eye(6, dtype=np.float32), units)
    assert each.shape == (1 + DRAWS, 6) and each[0].tolist() == [1] * 6
    assert (each[:, 2] == each[:, 4]).all() and (each[:, 0] != each[:, 1]).any()
    assert (each[1:, [0, 1, 2, 3, 5]].sum(axis=1) == 5).all()  # as many titles as there are


def test_the_samples_are_the_same_every_time():
    once, again = (resampled_sums(np.eye(6, dtype=np.float32), titles(ROLLS)) for _ in range(2))
    assert once.tobytes() == again.tobytes()


def test_the_first_sample_is_the_roll_calls_as_they_are(scores):
    drawn = resampled(scores, ROLLS, with_each(scores, "IRN"))
    whole = pair_overall(scores, ROLLS, "IRN", "RUS")["share_identical"]
    assert drawn.loc[("IRN", "RUS"), 0] == whole == 3 / 5
    assert drawn.index.tolist() == [("IRN", "CHN"), ("IRN", "RUS")]


def test_a_sample_does_not_depend_on_the_order_of_the_roll_calls():
    rows, order = np.eye(6, dtype=np.float32), [5, 2, 0, 4, 1, 3]
    units = titles(ROLLS)
    turned = resampled_sums(rows[order], units.iloc[order])
    assert (turned == resampled_sums(rows, units)).all()


def many(n: int, share: float, seed: int, repeats: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Texts on which two states agree with a chance, each voted on some times, always alike."""
    agree = np.random.default_rng(seed).random(n) < share
    rolls = pd.DataFrame(
        {
            "rcid": [f"R{t}_{s}" for t in range(n) for s in range(repeats)],
            "title": [
                chr(97 + t // 26) + chr(97 + t % 26) for t in range(n) for _ in range(repeats)
            ],
            "session": [str(s) for _ in range(n) for s in range(repeats)],
        }
    )
    own = np.repeat(np.where(agree, "yes", "no"), repeats)
    return votes_of({"IRN": ["yes"] * len(own), "RUS": [*own]}, rolls), rolls


def test_the_interval_is_that_of_scipy():
    scores, rolls = many(200, 0.7, seed=3)
    own = percentile_interval(resampled(scores, rolls, [("IRN", "RUS")])).iloc[0]
    alike = scores["RUS"].eq(1).to_numpy(float)
    scipys = bootstrap((alike,), np.mean, n_resamples=9_999, method="percentile", rng=5)
    assert own["value"] == alike.mean()
    assert own["low"] == pytest.approx(scipys.confidence_interval.low, abs=0.011)
    assert own["high"] == pytest.approx(scipys.confidence_interval.high, abs=0.011)


def test_texts_that_return_make_the_interval_wider_and_sessions_that_repeat_show_none():
    """Ten sessions with the same hundred texts tell no more than one."""
    scores, rolls = many(100, 0.7, seed=3, repeats=10)
    widths = {
        unit: resampled(scores, rolls, [("IRN", "RUS")], units=unit).loc[:, 1:].std(axis=1).iloc[0]
        for unit in ("rcid", None, "session")
    }
    share = scores["RUS"].mean()
    assert widths[None] == pytest.approx((share * (1 - share) / 100) ** 0.5, rel=0.06)
    assert widths["rcid"] == pytest.approx((share * (1 - share) / 1000) ** 0.5, rel=0.06)
    assert widths["session"] == pytest.approx(0, abs=1e-9)


def test_the_interval_holds_the_truth_in_about_95_of_100_cases():
    held = []
    for seed in range(150):
        scores, rolls = many(120, 0.7, seed)
        own = percentile_interval(resampled(scores, rolls, [("IRN", "RUS")])).iloc[0]
        held.append(own["low"] <= 0.7 <= own["high"])
    assert 0.90 <= np.mean(held) <= 0.985


def test_a_text_of_both_lists_moves_both_so_that_no_change_is_surely_none():
    scores, rolls = many(80, 0.7, seed=3, repeats=2)
    before, after = rolls[rolls["session"] == "0"], rolls[rolls["session"] == "1"]
    pair = [("IRN", "RUS")]
    assert percentile_interval(resampled_change(scores, before, after, pair)).iloc[0].tolist() == [
        0,
        0,
        0,
    ]
    apart = after.assign(title=after["title"] + " anew")
    found = percentile_interval(resampled_change(scores, before, apart, pair)).iloc[0]
    assert found["value"] == 0 and found["low"] < -0.1 and found["high"] > 0.1


def test_ranks_are_worked_out_in_each_sample_and_ties_share_the_better():
    drawn = pd.DataFrame({0: [0.9, 0.8, 0.1], 1: [0.7, 0.7, 0.1], 2: [0.7, 0.8, 0.9]})
    assert ranks(drawn).to_numpy().tolist() == [[1, 1, 3], [2, 1, 2], [3, 3, 1]]


def test_the_ends_of_a_rank_are_ranks():
    found = percentile_interval(pd.DataFrame([[8, 5, *range(6, 12), 14]]))
    assert found.iloc[0].tolist() == [8, 5, 14]


def test_a_pair_that_never_both_voted_is_left_out(scores):
    alone = scores.assign(FRA=float("nan"))
    pairs = [*itertools.combinations(alone.columns, 2)]
    assert len(pairs) == 6 and len(resampled(alone, ROLLS, pairs)) == 3
    early, late = ROLLS.iloc[:3], ROLLS.iloc[3:]
    changed = resampled_change(alone, early, late, pairs)
    assert changed.index.tolist() == [("CHN", "IRN"), ("CHN", "RUS"), ("IRN", "RUS")]


def test_a_pair_with_one_common_vote_is_kept_though_many_samples_miss_it():
    # Each of six states votes with Iran once, on a text of its own. Six texts drawn of six with
    # replacement hold them all in 720 of 46,656 samples only.
    once = {s: ["yes" if r == n else "absent" for r in range(6)] for n, s in enumerate("ABCDEF")}
    rolls = ROLLS.assign(title=list("abcdef"))
    scores = votes_of({"IRN": ["yes"] * 6} | once, rolls)
    drawn = resampled(scores, rolls, with_each(scores, "IRN"))
    assert [other for _, other in drawn.index] == list("ABCDEF")
    assert drawn.loc[:, 1:].isna().any(axis=None)
    again = rolls.assign(rcid=rolls["rcid"] + "x", title=list("ghijkl"))
    twice = votes_of(
        {s: [*v, *v] for s, v in ({"IRN": ["yes"] * 6} | once).items()}, pd.concat([rolls, again])
    )
    changed = resampled_change(twice, rolls, again, with_each(twice, "IRN"))
    assert [other for _, other in changed.index] == list("ABCDEF")


def test_the_overlap_of_sponsors_is_drawn_by_title():
    sponsored = pd.DataFrame(
        {
            "symbol": list("abcde"),
            "title": ["Food", "Food", "Peace", None, "Law"],
            "sponsors_iso3": ["IRN;RUS", "IRN;RUS", "RUS;CHN", None, "IRN"],
        }
    )
    drawn = resampled_overlap(sponsored, "IRN")
    assert drawn[0].to_dict() == pytest.approx({"CHN": 0, "RUS": 2 / 4})
    # With Food drawn k, Peace l and Law m times: 2k of 2k + l + m.
    assert set(drawn.loc["RUS", 1:].dropna().astype(float).round(4)) <= {
        round(2 * k / (2 * k + rest), 4) for k in range(5) for rest in range(5) if k + rest
    }


POINTS = pd.DataFrame(
    [("IRN", 0.0, 0.1), ("CHN", 1.0, 0.1), ("RUS", 1.2, 0.1), ("USA", 5.0, 0.0)],
    columns=["iso3", "ideal_point", "sigma"],
).assign(
    year=2023,
    ideal_point_p05=lambda f: f["ideal_point"] - 1.645 * f["sigma"],
    ideal_point_p95=lambda f: f["ideal_point"] + 1.645 * f["sigma"],
)


def test_a_distance_does_not_depend_on_where_the_scale_begins():
    moved = POINTS.assign(**{c: POINTS[c] + 3 for c in POINTS if c.startswith("ideal_point")})
    twice = pd.concat([moved, moved])
    here, there = (drawn_distances(points, "IRN", 2023) for points in (POINTS, twice))
    assert np.allclose(here, there) and here.index.equals(there.index)


def test_a_distance_has_the_errors_of_both_positions():
    drawn = drawn_distances(POINTS, "IRN", 2023)
    assert drawn[0].to_dict() == pytest.approx({"CHN": 1.0, "RUS": 1.2, "USA": 5.0})
    # Two independent errors of 0.1 each; the United States has none of its own.
    spread = drawn.loc[:, 1:].std(axis=1)
    assert spread["RUS"] == pytest.approx(0.1 * 2**0.5, rel=0.05)
    assert spread["USA"] == pytest.approx(0.1, rel=0.05)
    nearer = percentile_interval(ranks(drawn, lowest_first=True))
    assert nearer.loc["CHN"].tolist() == [1, 1, 2] and nearer.loc["USA"].tolist() == [3, 3, 3]


def test_values_are_counted_by_steps_and_an_edge_belongs_to_the_step_above():
    found = binned(pd.Series([-0.01, 0.0, 0.04, 0.15, 0.3, None]), 0.05)
    assert found["begin"].tolist() == [-0.05, 0, 0.15, 0.3]
    assert found["end"].tolist() == [0, 0.05, 0.2, 0.35]
    assert found["pairs"].tolist() == [1, 2, 1, 1]
