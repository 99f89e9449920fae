"""What the home page says in words holds in the tables."""

import pytest
from conftest import ROOT

from iran_russia.datasets import catalogue, load
from iran_russia.measures.events import attested, per_year
from iran_russia.measures.series import before_and_after
from iran_russia.measures.trade import trade_balance


def _arms_to_russia():
    arms = load("arms_tiv").query("supplier_iso3 == 'IRN' and recipient_iso3 == 'RUS'")
    return arms.groupby("year")["tiv_millions"].sum().reindex(range(2010, 2026), fill_value=0)


def _stated_turnover():
    totals = load("trade_totals").query("period_type != 'partial' and reporter == 'RUS'")
    return trade_balance(totals.dropna(subset="value_usd")).groupby("year")["turnover"].mean()


def _contacts():
    presidents = load("leader_contacts").query("level == 'presidents'")
    return per_year(presidents).set_index("year")["events"]


@pytest.mark.parametrize("values", [_arms_to_russia, _stated_turnover, _contacts])
def test_turnover_arms_to_russia_and_contacts_stand_higher_after_2022(values):
    mean = before_and_after(values(), [2022]).set_index("side")["mean"]
    assert mean["after"] > mean["before"]


PLANS = {"nuclear_milestones", "corridor_schedule", "corridor_freight"}  # hold days to come


def test_the_home_page_names_the_newest_datum_of_the_book():
    held = catalogue().query("table not in @PLANS and table != 'events'")
    days = held["last"].astype("str")
    newest = attested(load("events"))["date"].max().date().isoformat()
    assert newest == max(newest, *days[days.str.fullmatch(r"20\d\d-\d\d-\d\d")])
    home = (ROOT / "index.md").read_text(encoding="utf-8")
    assert "{glue:text}`overview_newest`" in home
