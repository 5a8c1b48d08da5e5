"""Runs under limits: what breaks closes everything at the next price, and a session on the same prices agrees."""

from __future__ import annotations

import json

import attrs
import numpy as np
import pandas as pd
import pytest

import forexai_core as fx
from forexai_core.backtesting.inputs import inputs_of
from forexai_core.backtesting.shared import prepared
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state import records
from forexai_core.errors import RateError
from forexai_core.ports.risk import Proposal, Verdict
from forexai_core.risk import (
    DailyLoss,
    RiskControl,
    Sighting,
    Terms,
    TotalLoss,
    TrailingDrawdown,
    entry_risk,
    position_holding,
)
from forexai_core.risk.nights import coming_rollover, night_per_lot
from forexai_core.values.accounts import AccountState
from forexai_core.values.instruments import SwapMode
from forexai_core.values.orders import OrderRequest
from forexai_core.values.positions import Position

START = 1_704_844_800_000_000_000  # 10 January 2024, 00:00 UTC
FREE = {"commission_per_lot": 0.0, "swap_long_points": 0.0, "swap_short_points": 0.0}


def bars(rows, *, minutes=60, symbol="EURUSD"):
    """Make bid bars of (open, high, low, close)."""
    frame = {
        "time": np.datetime64(START, "ns") + np.arange(len(rows)) * np.timedelta64(minutes, "m"),
        **{name: [row[number] for row in rows] for number, name in enumerate(("open", "high", "low", "close"))},
    }
    table = pd.DataFrame(frame).set_index("time")
    table.index = table.index.tz_localize("UTC")
    return fx.Bars.from_frame(table, symbol=symbol, timeframe="H1" if minutes == 60 else "M1")


def flat(price, count):
    return [(price, price, price, price)] * count


class Once(fx.Strategy):
    """Buys whenever it is flat, far from its stop."""

    lots: float = 1.0
    stop_pips: float = 150.0

    def on_bar(self, ctx):
        if not ctx.positions:
            ctx.buy(volume_lots=self.lots, stop_loss_pips=self.stop_pips)


def run(prices, risk, strategy=None, **changes):
    costs = fx.Costs(spread_points=0, **FREE)
    return fx.backtest(strategy or Once(), prices, costs=costs, risk=risk, trials=None, **changes)


class TestBreach:
    # A lot of EURUSD moves 10 USD a pip: 200 USD are 20 pips.
    DIP = (*flat(1.1000, 3), (1.1000, 1.1000, 1.0979, 1.0995), (1.0990, 1.0990, 1.0985, 1.0988), *flat(1.0988, 3))

    def test_a_dip_below_the_floor_closes_at_the_next_price_and_is_named(self):
        limits = fx.Risk(max_total_loss_fraction=0.02)
        result = run(bars(self.DIP), limits, Once(stop_pips=19.0 + 1.0))
        assert len(result.trades) == 1  # its stop is at 1.0980: hit inside the bar, before the floor

        result = run(bars(self.DIP), [loose(TotalLoss, limit_fraction=0.02)], Once())
        assert result.trades["close_reason"].tolist() == ["kill"]
        assert result.trades["close_price"].tolist() == [1.0990]
        assert result.counts["risk_breaches"] == 1
        assert result.counts["refused_by_total-loss"] >= 1
        assert "BROKEN" in result.choices["Limit total-loss"]
        (limit,) = result.risk.limits
        assert (limit.rule, limit.floor, limit.breaches) == ("total-loss", 9_800.0, 1)
        assert (limit.nearest, limit.distance) == (pytest.approx(-10.0), pytest.approx(100.0))

    def test_without_the_limit_nothing_is_closed(self):
        result = run(bars(self.DIP), None)
        assert result.risk is None
        assert result.trades["close_reason"].tolist() == ["end_of_data"]

    def test_a_dip_to_the_floor_itself_holds(self):
        dip = [*flat(1.1000, 3), (1.1000, 1.1000, 1.0980, 1.0995), *flat(1.0995, 3)]
        result = run(bars(dip), [loose(TotalLoss, limit_fraction=0.02)])
        assert result.trades["close_reason"].tolist() == ["end_of_data"]
        assert "0.00 above its floor" in result.choices["Limit total-loss"]

    def test_what_waits_is_cancelled(self):
        class Waits(Once):
            def on_bar(self, ctx):
                super().on_bar(ctx)
                if not ctx.orders:
                    ctx.buy_limit(1.0900, volume_lots=0.1, stop_loss_pips=10)
                self.seen = [*getattr(self, "seen", []), len(ctx.orders)]

        result = run(
            bars([*self.DIP[:-1], (1.0988, 1.0988, 1.0880, 1.0988), *flat(1.0988, 2)]),
            [loose(TotalLoss, limit_fraction=0.02)],
            Waits(),
        )
        assert len(result.trades) == 1

    def test_a_day_begins_anew(self):
        day = [*self.DIP, *flat(1.0988, 40)]
        again = fx.Risk(max_daily_loss_fraction=0.02)
        result = run(bars(day), again, Once(lots=0.1))
        assert len(result.trades) == 1  # 15 USD at risk: nothing breaks
        broken = run(bars(day), [loose(DailyLoss, limit_fraction=0.02)], Once())
        assert len(broken.trades) == 2  # the second after midnight
        assert broken.trades["close_reason"].tolist() == ["kill", "end_of_data"]


on_every_conversion = pytest.mark.parametrize(
    ("symbol", "price", "currency", "rates"),
    [
        ("EURUSD", 1.1000, "USD", None),
        ("USDJPY", 150.00, "USD", None),
        ("EURGBP", 0.8600, "USD", {"GBPUSD": 1.2713}),
        ("USDJPY", 150.00, "EUR", {"EURUSD": 1.1, "EURJPY": 165.0}),
    ],
)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("slippage", [0, 3])
@on_every_conversion
def test_what_an_order_risks_is_what_its_stop_books(  # noqa: PLR0917 - drawn by name
    symbol, price, currency, rates, slippage, side
):
    """The price stands still until the stop is hit: then the deal books what the proposal said, to the cent."""
    pip = 0.01 if symbol == "USDJPY" else 0.0001
    hit = price - side * 31 * pip
    rows = [*flat(price, 4), (price, max(price, hit), min(price, hit), hit), *flat(hit, 2)]
    seen = Recorder()
    result = fx.backtest(
        Single(side=side, lots=0.37),
        bars(rows, symbol=symbol),
        account=fx.Account(currency=currency),
        costs=fx.Costs(
            spread_points=0, commission_per_lot=3.57, slippage_points=slippage, swap_long_points=0, swap_short_points=0
        ),
        rates=rates,
        risk=fx.Risk(rules=(seen,)),
    )
    (trade,) = result.trades
    assert trade["close_reason"] == "stop_loss"
    assert seen.seen[0]["entry_risk"] == pytest.approx(-trade["net_profit"], abs=1e-9)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("kind", ["market", "limit", "stop"])
@pytest.mark.parametrize("slippage", [0, 3, 40])
@on_every_conversion
def test_what_is_sized_by_risk_passes_a_limit_of_the_same_share(  # noqa: PLR0917 - drawn by name
    symbol, price, currency, rates, slippage, kind, side
):
    """Its stop loses no more than the share, and less than a step less than it."""
    pip = 0.01 if symbol == "USDJPY" else 0.0001
    hit = price - side * 60 * pip
    rows = [
        *flat(price, 4),
        (price, price + 12 * pip, price - 12 * pip, price),
        (price, max(price, hit), min(price, hit), hit),
    ]
    result = fx.backtest(
        Sized(side=side, kind=kind, away=side * 10 * pip),
        bars(rows, symbol=symbol),
        account=fx.Account(currency=currency),
        costs=fx.Costs(
            spread_points=0, commission_per_lot=3.57, slippage_points=slippage, swap_long_points=0, swap_short_points=0
        ),
        rates=rates,
        risk=fx.Risk(max_position_risk_fraction=0.01),
    )
    (trade,) = result.trades
    assert trade["close_reason"] == "stop_loss"
    step = -trade["net_profit"] / trade["volume_lots"] * 0.01
    assert 100.0 - 1.01 * step < -trade["net_profit"] <= 100.0


@pytest.mark.parametrize("risk", [None, fx.Risk(max_daily_loss_fraction=0.02)])
@pytest.mark.parametrize("kind", ["market", "limit", "stop"])
@pytest.mark.parametrize(
    ("symbol", "missing", "commission"),
    [
        ("EURGBP", "GBPUSD", None),
        ("USDJPY", "EURUSD", fx.Commission(per_lot=3.0, currency="EUR")),
    ],
)
def test_without_a_rate_nothing_is_sized_by_risk_and_the_run_says_so(symbol, missing, commission, kind, risk):
    price, pip = (150.0, 0.01) if symbol == "USDJPY" else (0.86, 0.0001)
    late = bars(flat(1.25, 30), symbol=missing)
    late = attrs.evolve(late, data=late.data[20:].copy())  # the order is decided in the second hour
    charged = {"commission_per_lot": 0.0} if commission is None else {"commission": commission}
    with pytest.raises(RateError, match=f"{symbol}: at 2024-01-10T0.*no rate is known"):
        fx.backtest(
            Sized(kind=kind, away=10 * pip),
            bars([*flat(price, 3), (price, price + 12 * pip, price - 12 * pip, price), *flat(price, 6)], symbol=symbol),
            costs=fx.Costs(spread_points=0, swap_long_points=0, swap_short_points=0, **charged),
            rates={missing: late},
            risk=risk,
            trials=None,
        )


class Sized(fx.Strategy):
    """One order of a hundredth of the equity."""

    side: int = 1
    kind: str = "market"
    away: float = 0.001  # of a stop order's price beyond the market, of a limit order's before it

    def on_bar(self, ctx):
        if len(ctx.bars.close) == 2:
            side, away = "buy" if self.side > 0 else "sell", self.away if self.kind == "stop" else -self.away
            if self.kind == "market":
                getattr(ctx, side)(risk_fraction=0.01, stop_loss_pips=30.0)
            else:
                price = round(ctx.bars.close[-1] + away, 5)
                getattr(ctx, f"{side}_{self.kind}")(price, risk_fraction=0.01, stop_loss_pips=30.0)


class Single(fx.Strategy):
    """One order."""

    side: int = 1
    lots: float = 0.1
    pips: float = 30.0

    def on_bar(self, ctx):
        if len(ctx.bars.close) == 2:
            (ctx.buy if self.side > 0 else ctx.sell)(volume_lots=self.lots, stop_loss_pips=self.pips)


class TestLimitsInARun:
    def test_orders_of_one_bar_count_before_they_are_executed(self):
        class Greedy(fx.Strategy):
            def on_bar(self, ctx):
                for _ in range(4):
                    ctx.buy(volume_lots=0.01, stop_loss_pips=50)

        result = run(bars(flat(1.1, 6)), fx.Risk(max_positions=3), Greedy())
        assert len(result.trades) == 3

    def test_a_close_on_its_way_frees_the_budget_of_its_position(self):
        class Turns(fx.Strategy):
            def start(self, ctx):
                self.side = -1

            def on_bar(self, ctx):
                self.side = -self.side
                ctx.close()
                (ctx.buy if self.side > 0 else ctx.sell)(volume_lots=1.0, stop_loss_pips=15)

        result = run(bars(flat(1.1, 6)), fx.Risk(max_daily_loss_fraction=0.02), Turns())  # 150 of 200 USD each
        assert len(result.trades) == 5
        assert result.counts["refused_by_risk"] == 0

    @pytest.mark.parametrize("side", [1, -1])
    def test_a_trailing_floor_follows_the_best_price_of_a_bar(self, side):
        best = 1.1 + side * 0.0100
        rows = [*flat(1.1, 3), (1.1, max(1.1, best), min(1.1, best), 1.1), *flat(1.1, 3)]
        limit = loose(TrailingDrawdown, limit_fraction=0.30)
        result = run(bars(rows), [limit], Single(side=side, lots=5.0, pips=300.0))
        assert result.trades["close_reason"].tolist() == ["kill"]  # from 15,000 USD back to 10,000: more than 30 %
        held = run(bars(rows), [loose(TrailingDrawdown, limit_fraction=0.34)], Single(side=side, lots=5.0, pips=300.0))
        assert held.trades["close_reason"].tolist() == ["end_of_data"]

    def test_the_margin_level_counts_the_new_order(self):
        # A lot of EURUSD at 1.1 binds 1,100 USD at 1:100: 4 lots leave 227 %, 5 lots 182 %.
        for lots, trades in ((4.0, 1), (5.0, 0)):
            result = run(bars(flat(1.1, 5)), fx.Risk(min_margin_level_percent=200.0), Single(lots=lots))
            assert len(result.trades) == trades

    def test_correlated_symbols_count_together_and_unrelated_ones_do_not(self):
        draws = np.random.default_rng(2)
        move, other = np.cumsum(draws.normal(0, 5e-4, (2, 60)), axis=1)
        for second, refused in ((move, True), (other, False)):
            prices = {
                symbol: bars([(each, each, each, each) for each in np.round(base + path, 5).tolist()], symbol=symbol)
                for symbol, base, path in (("EURUSD", 1.1, move), ("GBPUSD", 1.3, second))
            }
            limits = fx.Risk(max_correlated_positions=1, correlation_steps=40)
            result = run(prices, limits, Late())
            assert (len(result.trades) == 1) is refused
            assert ("refused_by_correlation" in result.counts) is refused

    def test_finer_prices_are_watched_between_decisions(self):
        hours = bars([(1.1, 1.1, 1.1, 1.1), (1.1, 1.1, 1.1, 1.1), (1.1, 1.1, 1.0970, 1.1), *flat(1.1, 2)])
        minutes = []
        for hour in range(5):
            minutes += flat(1.1, 30)
            minutes += [(1.1, 1.1, 1.0970, 1.0980), (1.0985, 1.0990, 1.0980, 1.0990)] if hour == 2 else flat(1.1, 2)
            minutes += flat(1.1, 28)
        result = run(hours, [loose(TotalLoss, limit_fraction=0.02)], finer=bars(minutes, minutes=1))
        assert result.trades["close_reason"].tolist() == ["kill"]
        assert result.trades["close_price"].tolist() == [1.0985]  # the open of the next minute


@pytest.mark.parametrize("finer", [False, True])
def test_watching_changes_nothing(finer):
    """Limits that never bind leave every figure as it was, those of the lowest equity inside bars too."""
    draws = np.random.default_rng(8)
    steps = np.round(1.1 + np.cumsum(draws.normal(0, 4e-4, (40, 60)).ravel()).reshape(40, 60), 5)
    hours = bars([(row[0], row.max(), row.min(), row[-1]) for row in steps])
    minutes = [(each, each + 5e-5, each - 5e-5, each) for each in steps.ravel()] if finer else None
    given = {"finer": bars(minutes, minutes=1)} if minutes else {}
    if finer:
        hours = bars([(row[0], row.max() + 5e-5, row.min() - 5e-5, row[-1]) for row in steps])
    far = fx.Risk(max_total_loss_fraction=0.99, max_drawdown_fraction=0.99, max_positions=50)
    plain, watched = (run(hours, risk, Often(), **given) for risk in (None, far))
    assert len(plain.trades) > 5
    assert watched.result_fingerprint == plain.result_fingerprint
    assert dict(watched.metrics) == dict(plain.metrics)


class Often(fx.Strategy):
    """Opens and closes by the hour."""

    def on_bar(self, ctx):
        bar = len(ctx.bars.close)
        if bar % 4 == 1:
            (ctx.buy if bar % 8 == 1 else ctx.sell)(volume_lots=0.5, stop_loss_pips=25, take_profit_pips=40)
        elif bar % 4 == 0:
            ctx.close()


class Late(fx.Strategy):
    """Buys once, when enough prices are known."""

    def on_bar(self, ctx):
        if len(ctx.bars.close) == 50:
            ctx.buy(volume_lots=0.1, stop_loss_pips=200)


class TestTheSameInASession:
    """A session sees tick after tick, builds its proposals from values alone, and is restarted on the way."""

    TICKS = 1_500

    def test_a_session_on_the_same_ticks_gets_the_same_verdicts(self):
        ticks = fx.sample("EURUSD", "tick")[: self.TICKS]
        plan = plan_of(len(ticks))
        limits = fx.Risk(
            max_daily_loss_fraction=0.004,
            max_total_loss_fraction=0.01,
            max_drawdown_fraction=0.01,
            max_position_risk_fraction=0.003,
            max_positions=3,
            max_orders_per_minute=12,
            max_currency_exposure=4.0,
            daily_loss_clock="utc+23:43",  # its midnight is 17 minutes after the first tick
        )
        costs = fx.Costs(commission_per_lot=3.5, swap_long_points=-7.0, swap_short_points=2.0)
        batch, live = Recorder(), Recorder()
        result = fx.backtest(
            Planned(plan=tuple(map(tuple, plan))), ticks, costs=costs, risk=attrs.evolve(limits, rules=(batch,))
        )
        equity = session(ticks, plan, costs, attrs.evolve(limits, rules=(live,)))
        assert len(batch.seen) == len(live.seen) > 100
        for ours, theirs in zip(batch.seen, live.seen, strict=True):
            assert ours == theirs
        assert result.equity["equity"][-2] == equity
        refusals = {name for name in result.counts if name.startswith("refused_by_")}
        assert {"refused_by_daily-loss", "refused_by_max-positions", "refused_by_position-risk"} <= refusals


def plan_of(count):
    """Give what is wanted at each tick: (side, steps, stop points), or a close (2, 0, 0), or nothing (0, 0, 0)."""
    draws = np.random.default_rng(5)
    plan = np.zeros((count, 3), np.int64)
    for row in range(0, count - 1, 3):
        kind = draws.choice([0, 1, -1, 2], p=[0.5, 0.2, 0.2, 0.1])
        plan[row] = (kind, *((draws.integers(1, 30), draws.integers(10, 150)) if abs(kind) == 1 else (0, 0)))
    return plan.tolist()


class Planned(fx.Strategy):
    """Does what a plan says."""

    plan: tuple

    def start(self, ctx):
        self.at = -1

    def on_tick(self, ctx):
        self.at += 1
        side, steps, stop = self.plan[self.at]
        if side == 2:
            ctx.close()
        elif side:
            (ctx.buy if side > 0 else ctx.sell)(volume_lots=steps / 100, stop_loss_points=stop)


@attrs.frozen(kw_only=True, eq=False)
class Recorder:
    """Allows everything, and keeps what it was shown."""

    name: str = "recorder"
    seen: list = attrs.field(factory=list)

    def judge(self, proposal):
        request = attrs.evolve(proposal.request, client_id="x")
        self.seen.append(
            attrs.asdict(attrs.evolve(proposal, request=request, positions=(), orders=(), entry_margin=None))
        )
        return Verdict(allowed=True, rule=self.name)


def session(ticks, plan, costs, limits):
    """Trade a plan as a session would; give the equity before the last tick."""
    account = fx.Account()
    inputs = inputs_of(
        ticks,
        account=account,
        costs=costs,
        rates=None,
        finer=None,
        limit_fill="price",
        max_age_ns=10**18,
        seed=0,
    )
    ledger, instrument = Ledger(prepared(inputs)), ticks.instrument
    risk = RiskControl.of(limits, balance=account.balance, time_ns=int(ticks.time_ns[0]), clock=account.clock)
    equity = 0.0
    for number, (side, steps, stop) in enumerate(plan):
        equity = float(ledger.account["equity"])
        ledger.advance(number + 1)
        now = Sighting.at(
            int(ticks.time_ns[number]),
            balance=float(ledger.account["balance"]),
            equity=float(ledger.account["equity"]),
        )
        risk.see(now)
        if risk.watch.must_be_flat:
            flatten(ledger)
        if number % 37 == 0:
            state = json.loads(json.dumps(risk.to_dict()))
            risk = RiskControl.of(limits, balance=1.0, time_ns=now.end_ns, clock=account.clock)
            risk.restore(state)
        bid, ask = float(ticks.bid[number]), float(ticks.ask[number])
        terms = terms_at(instrument, costs, account, time_ns=now.end_ns, bid=bid, ask=ask)
        if side == 2:
            ask_for(ledger, kind=records.REQUEST_CLOSE_ALL)
        elif side:
            quote = ask if side > 0 else bid
            order = OrderRequest(
                client_id="x",
                symbol="EURUSD",
                side=side,
                volume_lots=round(steps / 100, 2),
                stop_loss=round(quote - side * stop * instrument.point, instrument.digits),
            )
            if risk.judge(propose(ledger, order, terms, now)).allowed:
                risk.note_order(now.end_ns)
                ask_for(ledger, kind=records.REQUEST_MARKET, side=side, volume_steps=steps, stop_distance=stop)
    return equity


def terms_at(instrument, costs, account, *, time_ns, bid, ask):
    """Give the terms from the instrument and the costs: the coming night is the account's next midnight."""
    _, days = coming_rollover(account.clock, time_ns, instrument.rollover_days)
    nights = {
        name: night_per_lot(
            instrument, mode=SwapMode.POINTS, rate=rate, days=days, currency="USD", price=price, profit_rate=None
        )
        for name, rate, price in (
            ("night_long", costs.swap_long_points, bid),
            ("night_short", costs.swap_short_points, ask),
        )
    }
    commission = fx.Commission(per_lot=costs.commission_per_lot)
    return Terms(instrument=instrument, currency="USD", bid=bid, ask=ask, commission=commission, **nights)


def propose(ledger, order, terms, now):
    """Describe an order from values alone."""
    account = ledger.account
    waiting = ledger.requests[: account["requests"]]
    closing = any(row["kind"] in {records.REQUEST_CLOSE_ALL, records.REQUEST_CLOSE} for row in waiting)
    held = tuple(
        Position(
            position=int(row["ticket"]),
            symbol="EURUSD",
            side=int(row["side"]),
            volume_lots=int(row["volume_steps"]) / 100,
            open_time_ns=int(row["open_ns"]),
            open_price=1.0,
            stop_loss=int(row["stop_loss"]) / 10**terms.instrument.digits,
        )
        for row in ledger.positions[: account["positions"]]
    )
    state = AccountState(
        time_ns=now.end_ns, currency="USD", balance=now.balance, equity=now.equity, margin=float(account["margin"])
    )
    return Proposal(
        time_ns=now.end_ns,
        request=order,
        instrument=terms.instrument,
        bid=terms.bid,
        ask=terms.ask,
        account=state,
        day_start_equity=0.0,
        peak_equity=0.0,
        profit_rate=1.0,
        entry_risk=entry_risk(order, terms),
        entry_night_cost=terms.night_cost(order.side, order.volume_lots),
        entry_value=terms.value(order.volume_lots),
        positions=held,
        holdings=tuple(position_holding(each, terms, closing=closing) for each in held),
    )


def ask_for(ledger, **fields):
    request = np.zeros(1, records.REQUEST)[0]
    for name in ("price", "limit_price", "stop_loss", "take_profit"):
        request[name] = records.NO_PRICE
    for name, value in fields.items():
        request[name] = value
    request["decided_ns"] = ledger.account["end_ns"]
    ledger.requests[ledger.account["requests"]] = request
    ledger.account["requests"] += 1


def flatten(ledger):
    ledger.account["requests"] = 0
    for row in ledger.positions[: ledger.account["positions"]]:
        ask_for(ledger, kind=records.REQUEST_CLOSE, ticket=int(row["ticket"]))


def loose(base, **settings):
    """Make a limit that accepts what its own budget would not, so that a price can break it."""

    @attrs.frozen(kw_only=True)
    class Loose(base):
        def judge(self, proposal):
            broken = any(floor.broken_ns for floor in proposal.floors)
            return Verdict(allowed=not (proposal.opens and broken), rule=self.name, reason="broken" if broken else "")

    return Loose(**settings)
