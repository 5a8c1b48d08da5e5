"""Loss limits: where their floors stand over days, deposits, daylight saving and restarts; and what they accept."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from risk.accounts import holding, opening, utc_ns

from forexai_core.errors import ConfigError, IntegrityError, NotFoundError
from forexai_core.ports.halts import Halt
from forexai_core.risk import DailyLoss, RiskControl, Sighting, TotalLoss, TrailingDrawdown
from forexai_core.risk.marks import LossMark
from forexai_core.values.clocks import Clock

START = utc_ns("2024-01-10 12:00")
HOUR = 3_600 * 10**9


def control(*rules, balance=10_000.0, start=START, clock="new-york+7"):
    return RiskControl(rules, balance=balance, time_ns=start, clock=Clock.of(clock))


def see(risk, time_ns, equity, balance=None):
    return risk.see(Sighting.at(time_ns, balance=equity if balance is None else balance, equity=equity))


def floor_of(risk, name):
    return {floor.rule: floor.equity for floor in risk.watch.floors}[name]


class TestDailyLoss:
    @pytest.mark.parametrize(
        ("reference", "of", "floor"),
        [
            ("larger", "reference", 10_300 - 206),
            ("balance", "reference", 10_100 - 202),
            ("equity", "reference", 10_300 - 206),
            ("larger", "initial", 10_300 - 200),
            ("balance", "initial", 10_100 - 200),
        ],
    )
    def test_the_reference_is_taken_at_midnight(self, reference, of, floor):
        risk = control(DailyLoss(reference=reference, of=of))
        assert floor_of(risk, "daily-loss") == 9_800
        see(risk, utc_ns("2024-01-10 21:59"), 10_300.0, balance=10_100.0)
        assert floor_of(risk, "daily-loss") == 9_800
        see(risk, utc_ns("2024-01-10 22:00"), 10_250.0, balance=10_100.0)  # midnight by New York + 7 h
        assert floor_of(risk, "daily-loss") == pytest.approx(floor)

    def test_a_balance_above_the_equity_is_the_larger(self):
        risk = control(DailyLoss())
        see(risk, utc_ns("2024-01-10 21:59"), 9_900.0, balance=10_400.0)
        see(risk, utc_ns("2024-01-11 03:00"), 9_900.0, balance=10_400.0)
        assert floor_of(risk, "daily-loss") == pytest.approx(10_400 * 0.98)
        assert risk.watch.broken == ("daily-loss",)

    def test_a_bar_that_ends_at_midnight_gives_the_reference_and_belongs_to_the_day_before(self):
        risk = control(DailyLoss())
        end = utc_ns("2024-01-10 22:00")
        bar = Sighting(
            start_ns=end - HOUR, end_ns=end, balance=10_000.0, equity=10_500.0, lowest=9_801.0, highest=10_500.0
        )
        assert risk.see(bar) == ()
        assert floor_of(risk, "daily-loss") == pytest.approx(10_500 * 0.98)

    def test_a_price_at_the_floor_holds_and_below_it_breaks_once(self):
        risk = control(DailyLoss())
        assert see(risk, START + 1, 9_800.0) == ()
        (breach,) = see(risk, START + 2, 9_799.99)
        assert (breach.rule, breach.time_ns, breach.equity, breach.floor) == ("daily-loss", START + 2, 9_799.99, 9_800)
        assert breach.flatten
        assert see(risk, START + 3, 9_000.0) == ()
        see(risk, START + 4, 10_500.0)
        assert risk.watch.must_be_flat
        assert not risk.judge(opening(10_500.0, 1.0)).allowed

    def test_a_day_latch_ends_with_the_day_and_a_person_latch_with_the_person(self):
        by_day, by_person = control(DailyLoss()), control(DailyLoss(latch="person"))
        for risk in (by_day, by_person):
            see(risk, START + 1, 9_700.0)
            see(risk, utc_ns("2024-01-11 10:00"), 9_700.0)
        assert by_day.watch.broken == ()
        assert by_person.watch.broken == ("daily-loss",)
        assert not by_person.judge(opening(9_700.0, 1.0)).allowed
        record = by_person.rearm("daily-loss", by="Ada", reason="reviewed", time_ns=START + HOUR)
        assert (record.by, record.reason, by_person.rearmings) == ("Ada", "reviewed", (record,))
        assert by_person.judge(opening(9_700.0, 1.0)).allowed

    def test_arming_again_needs_a_person_a_reason_and_a_broken_limit(self):
        risk = control(DailyLoss())
        with pytest.raises(NotFoundError, match="No limit 'daily-loss' is broken"):
            risk.rearm("daily-loss", by="Ada", reason="r", time_ns=1)
        see(risk, START + 1, 9_000.0)
        for by, reason in (("", "r"), ("Ada", " ")):
            with pytest.raises(ConfigError, match="name and a reason"):
                risk.rearm("daily-loss", by=by, reason=reason, time_ns=1)

    def test_a_limit_armed_below_its_floor_breaks_again(self):
        risk = control(TotalLoss(limit_fraction=0.1))
        see(risk, START + 1, 8_999.0)
        risk.rearm("total-loss", by="Ada", reason="r", time_ns=START + 2)
        (breach,) = see(risk, START + 3, 8_998.0)
        assert breach.rule == "total-loss"


# Each pair: the last price before, and the first after the midnight that begins the day after the change.
CHANGES = [
    ("new-york+7", "2024-03-08 21:59:59", "2024-03-08 22:00", "2024-03-11 20:59:59", "2024-03-11 21:00"),
    ("new-york+7", "2024-11-01 20:59:59", "2024-11-01 21:00", "2024-11-04 21:59:59", "2024-11-04 22:00"),
    ("eet", "2024-03-29 21:59:59", "2024-03-29 22:00", "2024-04-01 20:59:59", "2024-04-01 21:00"),
    ("eet", "2024-10-25 20:59:59", "2024-10-25 21:00", "2024-10-28 21:59:59", "2024-10-28 22:00"),
    ("Europe/Prague", "2024-03-29 22:59:59", "2024-03-29 23:00", "2024-04-01 21:59:59", "2024-04-01 22:00"),
    ("Europe/Prague", "2024-10-25 21:59:59", "2024-10-25 22:00", "2024-10-28 22:59:59", "2024-10-28 23:00"),
]


@pytest.mark.parametrize(("zone", "before", "at", "later_before", "later_at"), CHANGES)
def test_days_begin_at_the_zones_midnight_on_both_sides_of_daylight_saving(zone, before, at, later_before, later_at):
    start = utc_ns(before) - 12 * HOUR
    risk = control(DailyLoss(clock=zone), start=start, clock="UTC")
    see(risk, utc_ns(before), 11_000.0)
    assert floor_of(risk, "daily-loss") == 9_800
    see(risk, utc_ns(at), 11_500.0)
    assert floor_of(risk, "daily-loss") == pytest.approx(11_000 * 0.98)
    see(risk, utc_ns(later_before), 12_000.0)
    first = floor_of(risk, "daily-loss")
    see(risk, utc_ns(later_at), 12_500.0)
    assert floor_of(risk, "daily-loss") == pytest.approx(12_000 * 0.98)
    assert first != pytest.approx(12_000 * 0.98)


@pytest.mark.parametrize("zone", ["new-york+7", "eet", "Europe/London", "America/New_York", "America/Santiago"])
def test_a_year_has_a_midnight_for_each_of_its_days(zone):
    clock = Clock.of(zone)
    start = utc_ns("2024-01-01 12:00")
    risk = control(DailyLoss(clock=zone), start=start, clock="UTC")
    turns, equity = 0, 10_000.0
    for hour in range(366 * 24):
        equity += 1.0
        before = floor_of(risk, "daily-loss")
        see(risk, start + hour * HOUR, equity)
        turns += floor_of(risk, "daily-loss") != before
    assert turns == len(clock.midnights_ns(start, start + (366 * 24 - 1) * HOUR))


class TestTotalLoss:
    def test_it_stands_still(self):
        risk = control(TotalLoss(limit_fraction=0.1))
        see(risk, START + HOUR * 40, 20_000.0)
        assert floor_of(risk, "total-loss") == 9_000
        assert see(risk, START + HOUR * 80, 8_999.0)[0].rule == "total-loss"


class TestTrailingDrawdown:
    def test_it_rises_with_every_price_and_never_falls(self):
        risk = control(TrailingDrawdown(limit_fraction=0.1))
        for step, (equity, floor) in enumerate([(10_500, 9_450), (10_100, 9_450), (11_000, 9_900)]):
            see(risk, START + step, float(equity))
            assert floor_of(risk, "trailing-drawdown") == pytest.approx(floor)
        assert see(risk, START + 9, 9_899.0)

    def test_the_highest_of_a_bar_counts_before_its_lowest(self):
        risk = control(TrailingDrawdown(limit_fraction=0.1))
        bar = Sighting(
            start_ns=START, end_ns=START + HOUR, balance=10_000.0, equity=10_500.0, lowest=9_850.0, highest=11_000.0
        )
        (breach,) = risk.see(bar)
        assert breach.floor == pytest.approx(9_900)

    def test_by_the_end_of_the_day_it_rises_at_midnights_alone_and_locks(self):
        rule = TrailingDrawdown(
            limit_fraction=0.06, of="initial", trails="end_of_day", measure="balance", lock_fraction=0.0
        )
        risk = control(rule)
        see(risk, utc_ns("2024-01-10 20:00"), 10_900.0, balance=10_000.0)
        assert floor_of(risk, rule.name) == 9_400
        see(risk, utc_ns("2024-01-10 21:00"), 10_400.0)
        see(risk, utc_ns("2024-01-10 22:00"), 10_300.0)
        assert floor_of(risk, rule.name) == 9_800
        see(risk, utc_ns("2024-01-11 21:00"), 11_500.0)
        see(risk, utc_ns("2024-01-11 22:00"), 11_500.0)
        assert floor_of(risk, rule.name) == 10_000


@pytest.mark.parametrize("amount", [5_000.0, -2_000.0])
def test_deposits_and_withdrawals_are_neither_profit_nor_loss(amount):
    rules = DailyLoss(), TotalLoss(), TrailingDrawdown(lock_fraction=0.0, of="initial")
    risk = control(*rules)
    see(risk, START + 1, 9_900.0)
    left = {floor.rule: 9_900.0 - floor.equity for floor in risk.watch.floors}
    risk.move_money(amount)
    assert see(risk, START + 2, 9_900.0 + amount) == ()
    assert {floor.rule: 9_900.0 + amount - floor.equity for floor in risk.watch.floors} == pytest.approx(left)


def test_an_equity_that_cannot_be_read_stops_openings_until_it_can():
    risk = control(DailyLoss())
    see(risk, START + 1, math.nan)
    answer = risk.judge(opening(10_000.0, 1.0))
    assert [verdict.rule for verdict in answer.refusals] == ["blind"]
    see(risk, START + 2, 10_000.0)
    assert risk.judge(opening(10_000.0, 1.0)).allowed


def test_a_halt_refuses_openings_and_nothing_else():
    risk = control()
    halt = Halt(scope="account", name="main", time_ns=START, by="Ada", reason="holiday")
    order = opening(10_000.0, 1.0)
    answer = risk.judge(order, [halt])
    assert not answer.allowed
    assert "halted by Ada" in answer.refusals[0].reason
    closing = opening(
        10_000.0,
        1.0,
        request=order.request.__class__(client_id="c", symbol="EURUSD", side=-1, volume_lots=0.01, position=7),
    )
    assert risk.judge(closing, [halt]).allowed


def test_two_limits_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="Two loss limits are named 'daily-loss'"):
        control(DailyLoss(), DailyLoss(limit_fraction=0.01))


class TestBudget:
    def test_what_is_open_and_waits_counts_with_the_new_order(self):
        risk = control(DailyLoss())  # 200 may be lost
        assert risk.judge(opening(10_000.0, 100.0, holdings=(holding(60.0), holding(40.0, kind="order")))).allowed
        refused = risk.judge(opening(10_000.0, 100.01, holdings=(holding(60.0), holding(40.0, kind="order"))))
        assert [each.rule for each in refused.refusals] == ["daily-loss"]
        assert refused.refusals[0].facts["budget_left"] == pytest.approx(200.0)

    def test_the_coming_swap_counts(self):
        risk = control(DailyLoss())
        assert risk.judge(
            opening(10_000.0, 190.0, entry_night_cost=4.0, holdings=(holding(5.0, night_cost=1.0),))
        ).allowed
        assert not risk.judge(
            opening(10_000.0, 190.0, entry_night_cost=4.1, holdings=(holding(5.0, night_cost=1.0),))
        ).allowed

    def test_what_has_no_stop_leaves_no_budget(self):
        risk = control(DailyLoss())
        assert not risk.judge(opening(10_000.0, None)).allowed
        assert not risk.judge(opening(10_000.0, 1.0, holdings=(holding(None),))).allowed

    def test_a_position_that_nothing_describes_leaves_no_budget(self):
        from forexai_core.values.positions import Position

        unknown = Position(position=1, symbol="EURUSD", side=1, volume_lots=0.5, open_time_ns=1, open_price=1.1)
        assert not control(DailyLoss()).judge(opening(10_000.0, 1.0, positions=(unknown,))).allowed

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_no_sequence_of_accepted_orders_can_lose_more_than_any_budget(self, data):
        """Hit every stop after any accepted order: the equity stays at or above every floor, in exact arithmetic."""
        cents = st.integers(1, 40_000)
        risk = control(DailyLoss(limit_fraction=0.02), TotalLoss(limit_fraction=0.05), TrailingDrawdown())
        equity, open_losses, time_ns = Fraction(10_000), [], START
        for _ in range(data.draw(st.integers(1, 12))):
            time_ns += data.draw(st.integers(1, 30 * HOUR))
            if open_losses and data.draw(st.booleans()):
                # a price moves towards a stop, as far as the stop at most
                number = data.draw(st.integers(0, len(open_losses) - 1))
                part = open_losses[number] * Fraction(data.draw(st.integers(0, 100)), 100)
                equity, open_losses[number] = equity - part, open_losses[number] - part
            see(risk, time_ns, float(equity))
            loss = Fraction(data.draw(cents), 100)
            night = Fraction(data.draw(st.integers(0, 500)), 100)
            held = tuple(holding(float(each)) for each in open_losses)
            proposal = opening(float(equity), float(loss), entry_night_cost=float(night), holdings=held)
            if risk.judge(proposal).allowed:
                open_losses.append(loss + night)
                worst = equity - sum(open_losses)
                for floor in risk.watch.floors:
                    assert worst >= Fraction(floor.equity) - Fraction(1, 10**5)


class TestRestart:
    RULES = (
        DailyLoss(latch="person"),
        TotalLoss(),
        TrailingDrawdown(trails="end_of_day", lock_fraction=0.0, of="initial"),
    )

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 20 * HOUR), st.integers(8_900, 11_500)), min_size=1, max_size=30))
    def test_a_control_that_is_restored_at_every_price_decides_the_same(self, prices):
        through, restarted = control(*self.RULES), control(*self.RULES)
        time_ns = utc_ns("2024-03-08 12:00")
        for step, equity in prices:
            time_ns += step
            assert see(through, time_ns, float(equity)) == see(restarted, time_ns, float(equity))
            order = opening(float(equity), 50.0)
            assert through.judge(order) == restarted.judge(order)
            text = json.dumps(restarted.to_dict(), allow_nan=False)
            restarted = control(*self.RULES, balance=1.0, start=time_ns)
            restarted.restore(json.loads(text))
        assert through.to_dict() == restarted.to_dict()

    def test_the_state_is_small(self):
        risk = control(*self.RULES)
        for step in range(5_000):
            risk.note_order(START + step * 10**9)
            see(risk, START + step * 10**9, 10_000.0)
        assert len(json.dumps(risk.to_dict())) < 5_000

    def test_a_changed_fraction_takes_the_new_one_and_keeps_the_reference(self):
        old = control(TotalLoss(limit_fraction=0.1))
        old.move_money(1_000.0)
        new = control(TotalLoss(limit_fraction=0.05), balance=10_500.0)
        new.restore(old.to_dict())
        assert floor_of(new, "total-loss") == 11_000 - 500

    @pytest.mark.parametrize("damage", [{"version": 2}, {"marks": {"total-loss": {}}}, {"sent": None}, {"peak": "x"}])
    def test_a_state_that_cannot_be_read_is_an_error(self, damage):
        risk = control(TotalLoss())
        with pytest.raises(IntegrityError):
            risk.restore(risk.to_dict() | damage)


@pytest.mark.parametrize("field", ["base", "fraction", "share_of", "lock", "broken_equity", "breaches"])
@pytest.mark.parametrize("value", ["x", [1], math.nan])
def test_a_mark_of_something_else_than_money_is_not_read(field, value):
    plain = LossMark(base=1_000.0, fraction=0.1, share_of=1_000.0).to_dict()
    assert LossMark.from_dict(plain).to_dict() == plain
    with pytest.raises(IntegrityError):
        LossMark.from_dict(plain | {field: value})


@pytest.mark.parametrize("field", ["base", "fraction", "share_of", "broken_equity"])
def test_a_mark_without_an_amount_is_not_read(field):
    plain = LossMark(base=1_000.0, fraction=0.1, share_of=1_000.0).to_dict()
    with pytest.raises(IntegrityError):
        LossMark.from_dict(plain | {field: None})


@pytest.mark.parametrize("field", ["balance", "equity", "peak", "day_start", "initial"])
def test_a_state_whose_money_is_no_number_is_not_restored(field):
    risk = control(DailyLoss())
    before = risk.to_dict()
    with pytest.raises(IntegrityError):
        risk.restore(before | {field: math.nan})
    risk.restore(before)
    assert risk.to_dict() == before
