"""What the arms tables say of the world, beside what SIPRI published.

Published figures are read from ``arms_published_figures``. A figure holds for the edition it came
from; where a later edition revised it, the test says by how much.
"""

import pandas as pd
import pytest

from iran_russia.datasets import load
from iran_russia.measures.arms import shares_by_period, split_over_delivery_years, tiv_between
from iran_russia.measures.deals import deal_outcomes, life_lines, realisation_rate
from iran_russia.measures.series import shares


@pytest.fixture(scope="module")
def published() -> pd.Series:
    """Published values by figure id."""
    return load("arms_published_figures").set_index("figure_id")["value"]


@pytest.fixture(scope="module")
def release_2025() -> pd.DataFrame:
    """Deliveries by deal and year in the data release of March 2025."""
    frame = load("arms_deliveries").rename(
        columns={"delivery_year": "year", "tiv_delivered_millions": "tiv_millions"}
    )
    return frame.assign(recipient=frame["recipient_iso3"].fillna(frame["recipient_name"]))


@pytest.fixture(scope="module")
def every_deal() -> pd.DataFrame:
    """All deals of Iran and of Russia in the edition of May 2026, split over delivery years."""
    deals = pd.concat([load("arms_transfers"), load("arms_transfers_context")])
    deals["recipient"] = deals["recipient_iso3"].fillna(deals["recipient_name"])
    return split_over_delivery_years(deals)


def test_iran_sent_four_fifths_of_its_arms_exports_to_russia_in_2020_24(release_2025, published):
    exports = release_2025[release_2025["supplier_iso3"] == "IRN"]
    to = 100 * shares(tiv_between(exports, 2020, 2024, "recipient"))
    assert to["RUS"] == pytest.approx(80.1, abs=0.05)
    assert to["RUS"] == pytest.approx(published["AP009"], abs=0.5)


def test_venezuela_took_eleven_per_cent_of_irans_arms_exports_in_2020_24(release_2025, published):
    exports = release_2025[release_2025["supplier_iso3"] == "IRN"]
    to = 100 * shares(tiv_between(exports, 2020, 2024, "recipient"))
    assert to["VEN"] == pytest.approx(11.0, abs=0.05)
    assert to["VEN"] == pytest.approx(published["AP010"], abs=0.5)


def test_the_2026_edition_lowers_russias_share_of_irans_exports_of_2020_24(every_deal):
    exports = every_deal[every_deal["supplier_iso3"] == "IRN"]
    assert shares(tiv_between(exports, 2020, 2024, "recipient"))["RUS"] == pytest.approx(
        0.65, abs=0.005
    )


@pytest.mark.parametrize(
    ("supplier", "recipient", "total", "first", "last"),
    [
        ("SUN", "IRN", 3_410, 1967, 1991),
        ("RUS", "IRN", 3_953, 1992, 2024),
        ("IRN", "RUS", 297, 2022, 2025),
    ],
)
def test_all_time_deliveries_between_the_two(supplier, recipient, total, first, last):
    flows = load("arms_tiv")
    flow = flows[(flows["supplier_iso3"] == supplier) & (flows["recipient_iso3"] == recipient)]
    assert flow["tiv_millions"].sum() == pytest.approx(total, abs=0.5)
    assert (flow["year"].min(), flow["year"].max()) == (first, last)


def test_the_series_by_year_and_the_register_agree_on_the_totals_of_the_pair():
    by_year, register = load("arms_tiv"), load("arms_transfers")
    for supplier, recipient in (("SUN", "IRN"), ("RUS", "IRN"), ("IRN", "RUS")):
        sums = [
            frame.loc[
                (frame["supplier_iso3"] == supplier) & (frame["recipient_iso3"] == recipient), value
            ].sum()
            for frame, value in (
                (by_year, "tiv_millions"),
                (register, "tiv_delivered_millions"),
            )
        ]
        assert sums[0] == pytest.approx(sums[1], abs=0.5)


def test_four_editions_put_deliveries_from_iran_to_russia_at_243_493_493_and_297():
    editions = load("arms_register_editions").query("supplier_iso3 == 'IRN'")
    totals = editions.groupby("edition")["tiv_delivered_millions"].sum()
    assert totals.tolist() == pytest.approx([243, 493, 493, 297])


def test_the_revision_is_the_number_of_shahed_136_times_its_value():
    shahed = load("arms_register_editions").query("designation == 'Shahed-136'")
    assert shahed["quantity_delivered"].tolist() == [1_200, 4_600, 4_600, 6_600]
    assert shahed["tiv_per_unit_millions"].tolist() == [0.2, 0.1, 0.1, 0.04]
    product = shahed["quantity_delivered"] * shahed["tiv_per_unit_millions"]
    assert product.tolist() == pytest.approx(shahed["tiv_delivered_millions"].tolist())


def test_irans_imports_of_2007_16_were_revised_upwards_since_2017(release_2025, published):
    imports = release_2025[release_2025["recipient_iso3"] == "IRN"]
    came = tiv_between(imports, 2007, 2016, "supplier_iso3")
    assert came.sum() == pytest.approx(1_142, abs=0.5)
    assert came["RUS"] == pytest.approx(850, abs=0.5)
    assert (published["AP001"], published["AP002"]) == (1_135, 804)
    assert came.sum() == pytest.approx(published["AP001"], rel=0.01)
    assert came["RUS"] == pytest.approx(published["AP002"], rel=0.06)


@pytest.mark.parametrize(
    ("recipient", "share", "figure"),
    [("IND", 47.9, "AP013"), ("CHN", 13.4, "AP014"), ("BLR", 12.3, "AP015")],
)
def test_russias_customers_of_2021_25_by_equal_split(
    every_deal, published, recipient, share, figure
):
    exports = every_deal[every_deal["supplier_iso3"] == "RUS"]
    to = 100 * shares(tiv_between(exports, 2021, 2025, "recipient"))
    assert to[recipient] == pytest.approx(share, abs=0.05)
    assert to[recipient] == pytest.approx(published[figure], abs=1)


def test_changes_in_exports_come_within_three_points_of_what_was_published(every_deal, published):
    official = load("arms_tiv_official").query("flow == 'exports'")
    deals = every_deal[every_deal["supplier_iso3"] == "RUS"]

    def change(frame, now, before):
        return 100 * (
            frame.loc[frame["year"].between(*now), "tiv_millions"].sum()
            / frame.loc[frame["year"].between(*before), "tiv_millions"].sum()
            - 1
        )

    russia, iran = (official[official["country_iso3"] == c] for c in ("RUS", "IRN"))
    assert change(russia, (2015, 2019), (2010, 2014)) == pytest.approx(published["AP004"], abs=3)
    assert change(iran, (2019, 2023), (2014, 2018)) == pytest.approx(published["AP007"], abs=3)
    assert change(deals, (2021, 2025), (2016, 2020)) == pytest.approx(published["AP012"], abs=3)


def test_deliveries_agree_with_sipris_own_annual_totals_of_irans_imports(release_2025):
    official = load("arms_tiv_official").query("country_iso3 == 'IRN' and flow == 'imports'")
    own = release_2025[release_2025["recipient_iso3"] == "IRN"].groupby("year")["tiv_millions"]
    both = pd.DataFrame(
        {"own": own.sum(), "official": official.set_index("year")["tiv_millions"]}
    ).loc[1995:2023]
    assert (both.astype("float64").fillna(0).diff(axis=1)["official"].abs() <= 10).all()
    assert len(both) == 27  # no deliveries in 2021 and 2022


def test_iran_is_sixth_among_russias_customers_since_1992(every_deal):
    exports = every_deal[every_deal["supplier_iso3"] == "RUS"]
    all_years = shares_by_period(exports, {"all": (1992, 2025)}, "recipient")
    iran = all_years.set_index("recipient").loc["IRN"]
    assert iran["rank"] == 6
    assert iran["share"] == pytest.approx(0.0245, abs=0.0005)


def test_the_ussr_armed_iraq_far_more_than_iran_in_the_war():
    flows = load("arms_tiv")
    armed = tiv_between(flows[flows["supplier_iso3"] == "SUN"], 1980, 1988, "recipient_iso3")
    assert armed["IRQ"] > 50 * armed["IRN"] > 0


def test_of_ten_announced_russian_deals_two_are_realised_and_su_35_is_open():
    lines = life_lines(load("arms_reported"))
    from_russia = lines[(lines["supplier_iso3"] == "RUS") & (lines["recipient_iso3"] == "IRN")]
    outcomes = deal_outcomes(from_russia, load("arms_transfers"))
    status = outcomes.set_index("deal")["status"]
    assert status[["s-300", "tor-m1"]].eq("realised").all()
    assert status["yak-130"] == "partly"
    assert status[["su-35", "mi-28", "verba"]].eq("open").all()
    assert status[["aircraft-upgrade", "maks-2015", "zohreh"]].eq("unknown").all()
    rate = realisation_rate(outcomes)
    assert (rate["deals"], rate["low"], rate["high"]) == (10, 0.2, 0.6)
