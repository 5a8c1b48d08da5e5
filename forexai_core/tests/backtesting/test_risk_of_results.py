"""Orders and changes are judged by what they lead to: the whole position of a netting account, and a moved stop."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import forexai_core as fx
from forexai_core.ports.risk import Verdict
from forexai_core.risk import TotalLoss

START = 1_704_844_800_000_000_000  # 10 January 2024, 00:00 UTC
NETTING = fx.Account(mode="netting")
FREE = fx.Costs(spread_points=0, commission_per_lot=0.0, swap_long_points=0.0, swap_short_points=0.0)
MODES = ("hedging", "netting")


def flat(price, count, symbol="EURUSD"):
    return series([price] * count, symbol)


def series(prices, symbol="EURUSD"):
    times = np.datetime64(START, "ns") + np.arange(len(prices)) * np.timedelta64(60, "m")
    frame = pd.DataFrame(dict.fromkeys(("open", "high", "low", "close"), prices), index=times)
    frame.index = frame.index.tz_localize("UTC")
    return fx.Bars.from_frame(frame, symbol=symbol, timeframe="H1")


class Acts(fx.Strategy):
    """Does at the n-th bar what stands there."""

    acts: tuple = ()

    def on_bar(self, ctx):
        number = len(ctx.bars.close) - 1
        if number < len(self.acts) and self.acts[number] is not None:
            self.acts[number](ctx)


@attrs.frozen(kw_only=True, eq=False)
class Recorder:
    """Allows everything, and keeps what it was shown."""

    name: str = "recorder"
    seen: list = attrs.field(factory=list)

    def judge(self, proposal):
        self.seen.append(proposal)
        return Verdict(allowed=True, rule=self.name)


@attrs.frozen(kw_only=True)
class Trusting(TotalLoss):
    """A limit of loss that lets everything pass until it is broken."""

    def judge(self, proposal):
        broken = any(floor.broken_ns for floor in proposal.floors)
        return Verdict(allowed=not (proposal.opens and broken), rule=self.name, reason="broken" if broken else "")


def run(acts, risk=None, *, prices=None, account=NETTING, costs=FREE):
    """Give the result, the positions and orders after every bar, and what a rule was shown."""
    seen, states = Recorder(), []

    def then(act):
        def do(ctx):
            states.append(
                (
                    [(each.side, each.volume_lots, each.stop_loss) for each in ctx.positions],
                    [(each.side, each.volume_lots, each.stop_loss) for each in ctx.orders],
                )
            )
            if act is not None:
                act(ctx)

        return do

    acts = tuple(map(then, (*acts, None, None)))
    limits = attrs.evolve(fx.Risk() if risk is None else risk, rules=(seen,))
    prices = flat(1.1, len(acts)) if prices is None else prices
    result = fx.backtest(Acts(acts=acts), prices, account=account, costs=costs, risk=limits, trials=None)
    return result, states[-1], seen.seen


def sell(lots, pips=None, **more):
    return lambda ctx: ctx.sell(volume_lots=lots, stop_loss_pips=pips, **more)


def buy(lots, pips=None, **more):
    return lambda ctx: ctx.buy(volume_lots=lots, stop_loss_pips=pips, **more)


def stop_at(price):
    return lambda ctx: ctx.modify((*ctx.positions, *ctx.orders)[0], stop_loss=price)


class TestAdditions:
    """A lot of EURUSD moves 10 USD a pip, and the account has 10,000 USD."""

    LIMITS = fx.Risk(max_total_loss_fraction=0.02, max_position_risk_fraction=0.05)

    @pytest.mark.parametrize(
        ("limits", "rule"),
        [
            (fx.Risk(max_total_loss_fraction=0.02), "total-loss"),
            (fx.Risk(max_position_risk_fraction=0.05), "position-risk"),
        ],
    )
    def test_a_tiny_addition_does_not_move_the_stop_of_all(self, limits, rule):
        result, (held, _), _ = run([sell(1.0, 15), sell(0.01, 500)], limits)
        assert held == [(-1, 1.0, 1.1015)]
        assert result.counts[f"refused_by_{rule}"] == 1

    def test_an_addition_is_shown_with_the_whole_position_at_the_stop_that_it_gets(self):
        _, (held, _), (_, added) = run([sell(1.0, 15), sell(0.5, 20)])
        assert held == [(-1, 1.5, 1.102)]
        assert added.entry_risk == pytest.approx(300.0)
        assert added.loss_at_stops == pytest.approx(300.0)
        assert (added.lots, added.request.volume_lots, added.holdings) == (1.5, 0.5, ())
        assert [(each.volume_lots, each.loss_at_stop) for each in added.replaces] == [(1.0, pytest.approx(150.0))]

    def test_a_nearer_stop_is_that_of_all(self):
        _, (held, _), (_, added) = run([buy(1.0, 150), buy(0.1, 15)])
        assert held == [(1, 1.1, 1.0985)]
        assert added.loss_at_stops == pytest.approx(165.0)

    def test_an_addition_without_a_stop_gets_the_one_that_is_there(self):
        result, (held, _), (_, added) = run([buy(1.0, 15), buy(0.3)], self.LIMITS)
        assert held == [(1, 1.3, 1.0985)]
        assert added.loss_at_stops == pytest.approx(195.0)
        assert result.counts["refused_by_risk"] == 0
        assert run([buy(1.0, 15), buy(0.4)], self.LIMITS)[0].counts["refused_by_total-loss"] == 1

    def test_what_one_bar_adds_counts_together(self):
        def both(ctx):
            ctx.buy(volume_lots=0.5, stop_loss_pips=15)
            ctx.buy(volume_lots=0.5, stop_loss_pips=30)

        result, (held, _), _ = run([both], self.LIMITS)  # together they would lose 300 of 200 USD
        assert held == [(1, 0.5, 1.0985)]
        assert result.counts["refused_by_total-loss"] == 1

    def test_an_order_that_waits_counts_with_what_it_will_add_to(self):
        result, (held, orders), _ = run(
            [buy(1.0, 15), lambda ctx: ctx.buy_stop(1.101, volume_lots=0.01, stop_loss=1.05)], self.LIMITS
        )
        assert (held, orders) == ([(1, 1.0, 1.0985)], [])
        assert result.counts["refused_by_total-loss"] == 1

    def test_an_order_that_waits_without_a_stop_leaves_what_it_loses_unknown(self):
        result, (_, orders), _ = run([buy(0.1, 15), lambda ctx: ctx.buy_stop(1.101, volume_lots=0.01)], self.LIMITS)
        assert orders == []
        assert result.counts["refused_by_position-risk"] == 1

    def test_an_order_beyond_the_stop_finds_nothing_to_add_to(self):
        acts = [buy(1.0, 10), lambda ctx: ctx.buy_limit(1.098, volume_lots=0.1, stop_loss=1.09)]
        result, (_, orders), (_, waiting) = run(acts, self.LIMITS)
        assert orders == [(1, 0.1, 1.09)]
        assert waiting.loss_at_stops == pytest.approx(100.0 + 80.0)
        assert waiting.replaces == ()
        assert result.counts["refused_by_risk"] == 0

    def test_an_addition_counts_with_orders_that_wait(self):
        acts = [
            lambda ctx: ctx.buy_limit(1.099, volume_lots=0.1, stop_loss=1.09),
            buy(0.5, 15),  # the order fills before this stop, and moves it to 1.0900: 500 USD of 200
        ]
        result, (held, orders), _ = run(acts, self.LIMITS)
        assert (held, orders) == ([], [(1, 0.1, 1.09)])
        assert result.counts["refused_by_total-loss"] == 1

    def test_what_becomes_one_position_counts_once(self):
        result, (held, _), _ = run([buy(0.5, 15), buy(0.5, 15)], fx.Risk(max_positions=1, max_volume_lots=1.0))
        assert held == [(1, 1.0, 1.0985)]
        assert result.counts["refused_by_risk"] == 0
        more, _, _ = run([buy(0.5, 15), buy(0.6, 15)], fx.Risk(max_volume_lots=1.0))
        assert more.counts["refused_by_max-volume"] == 1

    def test_hedged_openings_stay_positions_of_their_own(self):
        account = fx.Account(mode="hedging")
        result, (held, _), (_, second) = run([sell(1.0, 15), sell(0.01, 400)], self.LIMITS, account=account)
        assert held == [(-1, 1.0, 1.1015), (-1, 0.01, 1.14)]
        assert second.loss_at_stops == pytest.approx(190.0)
        assert (second.replaces, second.entry_lots) == ((), None)
        assert result.counts["refused_by_risk"] == 0


class TestReductions:
    TIGHT = fx.Risk(max_total_loss_fraction=0.02, max_position_risk_fraction=0.015, max_orders_per_minute=1)

    @pytest.mark.parametrize(("lots", "left"), [(0.4, [(1, 0.6, 1.0985)]), (1.0, [])])
    def test_what_only_reduces_is_asked_of_nobody(self, lots, left):
        result, (held, _), seen = run([buy(1.0, 15), sell(lots)], self.TIGHT)
        assert held == left
        assert len(seen) == 1
        assert result.counts["refused_by_risk"] == 0

    def test_a_reversal_is_judged_by_what_it_opens(self):
        _, (held, _), (_, turned) = run([buy(1.0, 15), sell(1.5, 30)], fx.Risk(max_total_loss_fraction=0.02))
        assert held == [(-1, 0.5, 1.103)]
        assert (turned.lots, turned.loss_at_stops) == (0.5, pytest.approx(150.0))
        assert [each.side for each in turned.replaces] == [1]
        for refused in (sell(2.0, 30), sell(1.5)):
            result, (held, _), _ = run([buy(1.0, 15), refused], fx.Risk(max_total_loss_fraction=0.02))
            assert held == [(1, 1.0, 1.0985)]
            assert result.counts["refused_by_total-loss"] == 1

    def test_a_reversal_binds_margin_for_what_it_opens(self):
        _, _, (_, turned) = run([buy(1.0, 15), sell(1.5, 30)])
        assert turned.account.margin + turned.entry_margin == pytest.approx(550.0)  # half a lot at 1:100
        assert turned.entry_value == pytest.approx(55_000.0)

    def test_two_orders_of_one_bar_reduce_no_more_than_there_is(self):
        def twice(ctx):
            ctx.sell(volume_lots=0.7)
            ctx.sell(volume_lots=0.7)

        result, (held, _), _ = run([buy(1.0, 15), twice], fx.Risk(max_total_loss_fraction=0.02))
        assert held == [(1, 0.3, 1.0985)]
        assert result.counts["refused_by_total-loss"] == 1

    def test_a_close_on_its_way_leaves_nothing_to_reduce_or_to_add_to(self):
        def turns(ctx):
            ctx.close()
            ctx.sell(volume_lots=0.5)

        result, (held, _), _ = run([buy(1.0, 15), turns], fx.Risk(max_total_loss_fraction=0.02))
        assert held == []
        assert result.counts["refused_by_total-loss"] == 1

    def test_an_order_of_the_other_side_that_waits_may_find_the_position_gone(self):
        acts = [buy(1.0, 15), lambda ctx: ctx.sell_limit(1.102, volume_lots=1.0)]
        result, (_, orders), _ = run(acts, fx.Risk(max_total_loss_fraction=0.02))
        assert orders == []
        assert result.counts["refused_by_total-loss"] == 1


@pytest.mark.parametrize("mode", MODES)
class TestChanges:
    LIMITS = fx.Risk(max_position_risk_fraction=0.05)

    def run(self, mode, *acts, limits=LIMITS, **more):
        return run(acts, limits, account=fx.Account(mode=mode), **more)

    @pytest.mark.parametrize("stop", [None, 1.07], ids=["removed", "widened"])
    def test_a_stop_that_was_accepted_is_not_loosened_beyond_the_limit(self, mode, stop):
        result, (held, _), _ = self.run(mode, buy(1.0, 40), stop_at(stop))
        assert held == [(1, 1.0, 1.096)]
        assert result.counts["refused_by_position-risk"] == 1

    def test_a_stop_may_be_widened_within_the_limits(self, mode):
        result, (held, _), (_, change) = self.run(mode, buy(1.0, 30), stop_at(1.095))
        assert held == [(1, 1.0, 1.095)]
        assert (change.widens, change.opens, change.lots) == (True, True, 1.0)
        assert change.entry_risk == change.loss_at_stops == pytest.approx(500.0)
        assert [each.loss_at_stop for each in change.replaces] == [pytest.approx(300.0)]
        assert (change.request.stop_loss, change.entry_margin) == (1.095, 0.0)
        assert result.counts["refused_by_risk"] == 0

    def test_what_lowers_risk_is_asked_of_nobody(self, mode):
        nearer = lambda ctx: ctx.modify(ctx.positions[0], stop_loss=1.098, take_profit=1.2)  # noqa: E731 - an act
        _, (held, _), seen = self.run(mode, buy(1.0, 30), nearer)
        assert held == [(1, 1.0, 1.098)]
        assert len(seen) == 1

    def test_a_stop_that_comes_where_none_was_is_asked_of_nobody(self, mode):
        _, (held, _), seen = self.run(mode, buy(1.0), stop_at(1.05), limits=fx.Risk(max_volume_lots=5))
        assert held == [(1, 1.0, 1.05)]
        assert len(seen) == 1

    @pytest.mark.parametrize(
        "change",
        [{"stop_loss": 1.03}, {"stop_loss": None}, {"price": 1.095}],
        ids=["stop", "no stop", "price"],
    )
    def test_an_order_that_waits_is_not_moved_beyond_the_limit(self, mode, change):
        acts = (
            lambda ctx: ctx.buy_limit(1.09, volume_lots=1.0, stop_loss=1.086),
            lambda ctx: ctx.modify(ctx.orders[0], **change),
        )
        result, (_, orders), _ = self.run(mode, *acts, limits=fx.Risk(max_position_risk_fraction=0.045))
        assert orders == [(1, 1.0, 1.086)]
        assert result.counts["refused_by_position-risk"] == 1

    def test_an_order_that_waits_moves_freely_where_it_risks_no_more(self, mode):
        acts = (
            lambda ctx: ctx.buy_limit(1.09, volume_lots=1.0, stop_loss=1.086),
            lambda ctx: ctx.modify(ctx.orders[0], price=1.08, stop_loss=1.0765),
        )
        _, (_, orders), seen = self.run(mode, *acts)
        assert orders == [(1, 1.0, 1.0765)]
        assert len(seen) == 1

    @pytest.mark.parametrize(("stop", "allowed"), [(1.0982, True), (1.0983, True), (1.0981, False), (None, False)])
    def test_a_latched_limit_lets_stops_come_nearer_and_none_go_away(self, mode, stop, allowed):
        """The limit breaks by a gap while a position is open that it leaves alone; its stop is 1.0982."""
        limit = Trusting(limit_fraction=0.02, flatten=False)
        prices = series([1.1, 1.1, 1.1, 1.1, 1.0985, 1.0985, 1.0985, 1.0985])
        seen = []

        def look(ctx):
            seen.append([each.stop_loss for each in ctx.positions])

        acts = (buy(1.0, 18), None, lambda ctx: ctx.buy(volume_lots=1.0), None, stop_at(stop), look)
        result = fx.backtest(
            Acts(acts=acts),
            prices,
            account=fx.Account(mode=mode),
            costs=FREE,
            risk=[limit],
            trials=None,
        )
        assert result.counts["risk_breaches"] == 1
        assert seen[0][0] == (stop if allowed else 1.0982)
        assert result.counts["refused_by_risk"] == (0 if allowed else 1)

    def test_a_change_on_its_way_counts_with_what_comes_after_it(self, mode):
        def both(ctx):
            ctx.modify(ctx.positions[0], stop_loss=1.0985)
            ctx.buy(volume_lots=0.3, stop_loss_pips=15)  # 150 + 45 of 200 USD; as it was before, 100 + 45

        result, (held, _), _ = self.run(mode, buy(1.0, 10), both, limits=fx.Risk(max_total_loss_fraction=0.018))
        assert held == [(1, 1.0, 1.0985)]
        assert result.counts["refused_by_total-loss"] == 1

    def test_a_rule_of_positions_counts_what_is_changed_once(self, mode):
        result, (held, _), _ = self.run(
            mode, buy(1.0, 30), stop_at(1.095), limits=fx.Risk(max_positions=1, max_volume_lots=1.0)
        )
        assert held == [(1, 1.0, 1.095)]
        assert result.counts["refused_by_risk"] == 0


class Anything(fx.Strategy):
    """Asks, at the first of two equal prices, for whatever its seed draws."""

    seed: int = 0

    def start(self, ctx):
        self.chance = np.random.default_rng(self.seed)

    def on_bar(self, ctx):
        if len(ctx.bars.close) % 2 == 0:
            return
        for _ in range(self.chance.integers(0, 3)):
            self.act(ctx)

    def act(self, ctx):
        draw, point = self.chance.random(), ctx.instrument.point
        buys = self.chance.random() < 0.5
        lots, far = self.chance.integers(1, 120) / 10, int(self.chance.integers(4, 60))
        stop = None if self.chance.random() < 0.15 else far
        if draw < 0.3:
            (ctx.buy if buys else ctx.sell)(volume_lots=lots, stop_loss_points=stop)
        elif draw < 0.6:
            away = int(self.chance.integers(1, 40)) * (1 if self.chance.random() < 0.5 else -1)
            place = {
                (True, True): ctx.buy_stop,
                (True, False): ctx.buy_limit,
                (False, True): ctx.sell_limit,
                (False, False): ctx.sell_stop,
            }[buys, away > 0]
            place(round(ctx.bid + away * point, 5), volume_lots=lots, stop_loss_points=stop)
        elif draw < 0.72 and ctx.positions:
            held = ctx.positions[int(self.chance.integers(len(ctx.positions)))]
            where = None if stop is None else round(ctx.bid - held.side * far * point, 5)
            ctx.modify(held, stop_loss=where)
        elif draw < 0.84 and ctx.orders:
            order = ctx.orders[int(self.chance.integers(len(ctx.orders)))]
            price = round(order.price + int(self.chance.integers(-20, 21)) * point, 5)
            ctx.modify(
                order, price=price, stop_loss=None if stop is None else round(price - order.side * far * point, 5)
            )
        elif draw < 0.87 and ctx.positions:
            ctx.close(ctx.positions[0])
        elif draw < 0.89 and ctx.orders:
            ctx.cancel(ctx.orders[0])


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), lasts=st.sampled_from([0.5, 0.9, 0.98]))
@example(seed=23, lasts=0.98)
@example(seed=29, lasts=0.98)
def test_whatever_is_accepted_loses_no_more_than_the_budget(mode, seed, lasts):
    """Prices go from point to point, so that every stop is hit where it lies: the equity stays above the floor."""
    draws = np.random.default_rng(seed)
    turns = np.where(draws.random(150) < lasts, 1, -1)
    steps = np.cumprod(turns)
    prices = np.repeat(np.round(1.1 + 1e-5 * np.cumsum(steps), 5), 2).tolist()
    result = fx.backtest(
        Anything(seed=seed),
        series(prices),
        account=fx.Account(mode=mode, leverage=500),
        costs=attrs.evolve(FREE, commission_per_lot=3.5),
        risk=fx.Risk(max_total_loss_fraction=0.02),
        trials=None,
    )
    assert "risk_breaches" not in result.counts
    assert result.equity["equity"].min() >= 9_800.0 - 0.05  # each of some roundings is half a cent
