"""Several strategies on one account: against the reference, by hand, and what has to hold of any of them."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import attrs
import numpy as np
import pytest
from crossing_forms import every_form
from portfolio_programs import Portfolio, Whimsical, random_portfolio, whims, whimsical
from reference.comparison import differences
from strategy_markets import MONDAY_NS, make_market, make_ticks

import forexai_core as fx
from forexai_core.arrays import BAR, TRADE
from forexai_core.backtesting import load_result
from forexai_core.engine.state.records import MAX_DEALS
from forexai_core.errors import ConfigError
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import Context, Intents, Management, Param, SmaCross, Strategy, vector_strategy

pytestmark = pytest.mark.kernels

M15 = 15 * 60 * 10**9
OWN = [name for name in TRADE.names if name not in ("ticket", "strategy")]
"""Fields of a trade that do not change with what else trades on the account."""

FREE = fx.Costs(
    spread_points=10, commission_per_lot=0.0, slippage_points=0, swap_long_points=0.0, swap_short_points=0.0
)


def run(sleeves, prices, **settings):
    settings.setdefault("trials", MemoryTrials())
    return fx.backtest(sleeves, prices, **settings)


def quarters(*bars: tuple[int, ...], symbol: str = "EURUSD", places: list[int] | None = None) -> fx.Bars:
    """Make M15 bars of points from Monday midnight on; one number is a bar that never moves."""
    rows = np.zeros(len(bars), BAR)
    rows["time_ns"] = [MONDAY_NS + place * M15 for place in places or range(len(bars))]
    for row, bar in zip(rows, bars, strict=True):
        for name, points in zip(("open", "high", "low", "close"), bar * 4 if len(bar) == 1 else bar, strict=True):
            row[name] = points / 1e5
    return fx.Bars(instrument=fx.find_instrument(symbol), timeframe="M15", data=rows)


@pytest.fixture(scope="module")
def bars():
    return make_market(1_500, 3, timeframe="M15")


class BuyOnce(Strategy):
    """Buys at the close of one of its bars."""

    bar: int = 0
    lots: float = 1.0
    side: int = Param(1, ge=-1, le=1)

    def on_bar(self, ctx: Context) -> None:
        if len(ctx.bars) == self.bar + 1:
            (ctx.buy if self.side > 0 else ctx.sell)(volume_lots=self.lots)


@vector_strategy
def restless(bars: fx.Bars) -> Intents:
    """Turns round at every bar."""
    sides = np.where(np.arange(len(bars)) % 2, 1, -1).astype(np.int8)
    return Intents.of(entry=sides, management=Management(volume_lots=0.01))


class TestAgainstReference:
    @pytest.mark.parametrize("seed", range(60))
    def test_random_portfolios_agree(self, seed):
        portfolio = random_portfolio(seed)
        assert differences(portfolio.expected(), Portfolio.outcome(portfolio.run())) == []

    @pytest.mark.compiled
    def test_they_reach_every_corner(self):
        seen: Counter[str] = Counter()
        for seed in range(60):
            portfolio = random_portfolio(seed)
            outcome = portfolio.expected()
            seen.update(trade["close_reason"] for trade in outcome.trades)
            owners = {trade["strategy"] for trade in outcome.trades if trade["close_reason"] == "stop_out"}
            seen["stopped out together"] += len(owners) > 1
            seen["one symbol"] += len(portfolio.sleeves) > len({sleeve.symbol for sleeve in portfolio.sleeves})
            seen["lengths"] += len({str(bars.timeframe) for bars in portfolio.bars.values()}) > 1
            seen[str(portfolio.account.mode)] += len(portfolio.sleeves) > 1
        wanted = {"signal", "stop_loss", "take_profit", "trailing_stop", "stop_out", "end_of_data"}
        assert wanted <= set(seen)
        assert min(seen.values()) >= 3


class TestByHand:
    def test_one_stop_out_hits_both(self):
        # 1 and 0.5 lots bought at 1.10010 bind 1,100.10 and 550.05. At 1.08000 they have lost 2,010 and 1,005 of 2,000:
        # the larger loss goes first, which leaves -10 less 1,005, so the other goes as well.
        bars = quarters((110_000,), (110_000,), (110_000,), (108_000,), (108_000,))
        both = [fx.Sleeve("small", BuyOnce(lots=0.5)), fx.Sleeve("large", BuyOnce(lots=1.0))]
        result = run(both, bars, account=fx.Account(balance=2_000), costs=FREE)
        assert result.trades["strategy"].tolist() == ["large", "small"]
        assert result.trades["close_reason"].tolist() == ["stop_out", "stop_out"]
        assert result.trades["net_profit"].tolist() == [-2_010.0, -1_005.0]
        assert result.trades["close_time_ns"].tolist() == [MONDAY_NS + 3 * M15] * 2
        assert result.counts["stop_outs"] == 2
        small, large = result.attribution["small"], result.attribution["large"]
        # after the bar in which they open: 10 points of spread on each
        assert small.equity["equity"].tolist() == [2_000.0, 1_995.0, 1_995.0, 995.0, 995.0]
        assert large.equity["equity"].tolist() == [2_000.0, 1_990.0, 1_990.0, -10.0, -10.0]
        assert result.equity["equity"].tolist() == [2_000.0, 1_985.0, 1_985.0, -1_015.0, -1_015.0]

    def test_the_larger_loss_goes_first_and_saves_the_other(self):
        # equity below half of 1,650.15 = 825.075 when 1.5 * (k + 10) > 1,174.925: 774 points below 1.10000
        bars = quarters((110_000,), (110_000,), (110_000, 110_000, 109_200, 109_200), (109_200,))
        both = [fx.Sleeve("small", BuyOnce(lots=0.5)), fx.Sleeve("large", BuyOnce(lots=1.0))]
        result = run(both, bars, account=fx.Account(balance=2_000), costs=FREE)
        assert result.trades["strategy"].tolist() == ["large", "small"]
        assert result.trades["close_reason"].tolist() == ["stop_out", "end_of_data"]
        assert result.trades["close_price"].tolist() == [1.09226, 1.092]
        assert result.trades["net_profit"].tolist() == [-784.0, -405.0]

    def test_margin_is_one(self):
        # 1 lot binds 1,100.10 of 2,000 less 10 of spread: 889.90 is free, and 0.9 lots would bind 990.09
        bars = quarters((110_000,), (110_000,), (110_000,))
        first, second = fx.Sleeve("first", BuyOnce(lots=1.0)), fx.Sleeve("second", BuyOnce(lots=0.9))
        settings = {"account": fx.Account(balance=2_000), "costs": FREE}
        result = run([first, second], bars, **settings)
        assert result.trades["strategy"].tolist() == ["first"]
        assert result.counts["refused_no_money"] == 1
        # of one instant the first of the list asks first
        assert run([second, first], bars, **settings).trades["strategy"].tolist() == ["second"]

    def test_a_higher_bar_decides_at_its_end(self):
        # the H1 bar from 00:00 ends at 01:00 although its last quarter has no price: executed at 01:15, the next one
        bars = quarters(*[(110_000 + place,) for place in (0, 1, 2, 5, 6, 7)], places=[0, 1, 2, 5, 6, 7])
        result = run([fx.Sleeve("hourly", BuyOnce(), timeframe="H1")], bars, costs=FREE)
        assert result.trades["open_time_ns"].tolist() == [MONDAY_NS + 5 * M15]
        assert result.trades["open_price"].tolist() == [1.10015]

    def test_hours_begin_at_the_midnight_of_the_clock(self):
        # H4 bars by New York + 7 h (UTC + 2 in winter) from 22:00, 02:00, 06:00 UTC on; by UTC from 00:00, 04:00
        bars = quarters(*[(110_000,)] * 40)
        for clock, quarter in (("new-york+7", 8), ("UTC", 16)):
            result = run(
                [fx.Sleeve("slow", BuyOnce(), timeframe="H4")], bars, costs=FREE, account=fx.Account(clock=clock)
            )
            assert result.trades["open_time_ns"].tolist() == [MONDAY_NS + quarter * M15]

    def test_positions_age_by_their_own_bars(self):
        bars = quarters(*[(110_000,)] * 30)
        seen = []

        class Ageing(Strategy):
            def on_bar(self, ctx: Context) -> None:
                if ctx.position is None:
                    ctx.buy(volume_lots=0.1)
                else:
                    seen.append(ctx.position.bars_held)

        run([fx.Sleeve("slow", Ageing(), timeframe="H1"), fx.Sleeve("other", BuyOnce())], bars, costs=FREE)
        assert seen == [1, 2, 3, 4, 5, 6]

    def test_each_sees_and_manages_its_own(self):
        bars = quarters(*[(110_000,)] * 6)
        seen = []

        class Meddler(Strategy):
            def on_bar(self, ctx: Context) -> None:
                seen.append((len(ctx.positions), len(ctx.orders)))
                ctx.close(1)  # the other's ticket
                ctx.close()
                ctx.cancel()

        result = run([fx.Sleeve("holder", BuyOnce()), fx.Sleeve("meddler", Meddler())], bars, costs=FREE)
        assert result.trades["close_reason"].tolist() == ["end_of_data"]
        assert seen == [(0, 0)] * 6
        assert result.counts["refused_no_position"] == 5

    def test_opposite_positions_stand_side_by_side(self):
        bars = quarters(*[(110_000,)] * 4)
        result = run([fx.Sleeve("long", BuyOnce()), fx.Sleeve("short", BuyOnce(side=-1))], bars, costs=FREE)
        assert dict(zip(result.trades["strategy"].tolist(), result.trades["side"].tolist(), strict=True)) == {
            "long": 1,
            "short": -1,
        }


class TestWhatHolds:
    @pytest.mark.parametrize("seed", range(0, 60, 3))
    def test_the_parts_add_up(self, seed):
        result = random_portfolio(seed).run()
        begun = result.account.balance
        gains = sum(part.equity["equity"] - begun for part in result.attribution.values())
        assert np.abs(begun + gains - result.equity["equity"]).max() < 1e-6
        net = sum(part.net_profit for part in result.attribution.values())
        assert net == pytest.approx(result.metrics["net_profit"] or 0.0, abs=1e-6)
        assert sum(len(part.trades) for part in result.attribution.values()) == len(result.trades)
        for part in result.attribution.values():
            assert part.metrics["net_profit"] == pytest.approx(part.equity["equity"][-1] - begun, abs=1e-6)
            assert part.metrics["max_drawdown_intrabar"] is None

    @pytest.mark.parametrize("seed", range(1, 60, 4))
    def test_with_money_for_all_each_trades_as_if_alone(self, seed):
        portfolio = random_portfolio(seed)
        rich = attrs.evolve(portfolio, account=attrs.evolve(portfolio.account, balance=1e7, mode="hedging"))
        together = rich.run()
        for sleeve in rich.sleeves:
            alone = rich.run([sleeve])
            assert (together.attribution[sleeve.name].trades[OWN] == alone.trades[OWN]).all()

    @pytest.mark.parametrize("seed", range(2, 60, 4))
    def test_batch_is_step(self, seed):
        portfolio = random_portfolio(seed, forms=("compiled", "vector"))
        batch, step = portfolio.run(drive="batch"), portfolio.run(drive="step")
        assert batch.result_fingerprint == step.result_fingerprint
        for name, part in batch.attribution.items():
            assert (part.equity == step.attribution[name].equity).all()

    def test_every_form_trades_as_if_alone(self):
        bars = {
            name: make_market(1_500, seed, symbol=name, timeframe="M15")
            for seed, name in enumerate(("EURUSD", "GBPUSD"))
        }
        rich = fx.Account(balance=1e6)
        forms = every_form(0.0001, fast=4, slow=9)
        sleeves = [fx.Sleeve(name, form, symbol="EURUSD", timeframe="H1") for name, form in forms.items()]
        other = fx.Sleeve("other", SmaCross(fast=3, slow=7), symbol="GBPUSD", timeframe="M30")
        together = run([*sleeves, other], bars, account=rich, costs=FREE)
        hourly = fx.resample(bars["EURUSD"], "H1")
        for name, form in forms.items():
            alone = run(form, hourly, finer=bars["EURUSD"], account=rich, costs=FREE)
            assert len(alone.trades) > 20
            assert (together.attribution[name].trades[OWN] == alone.trades[OWN]).all()

    def test_one_sleeve_on_the_bars_is_the_strategy(self):
        bars = make_market(800, 5)
        for strategy in (whims(seed=4, max_bars=5), whimsical(seed=4), Whimsical(seed=4)):
            plain, sleeve = run(strategy, bars), run([fx.Sleeve("only", strategy)], bars)
            assert len(plain.trades) > 50
            assert (plain.trades[OWN] == sleeve.trades[OWN]).all()
            assert (plain.equity == sleeve.equity).all()
            own = sleeve.attribution["only"]
            assert own.equity["equity"] == pytest.approx(plain.equity["equity"], abs=1e-6)
            assert own.metrics["sharpe"] == pytest.approx(plain.metrics["sharpe"])
            assert own.metrics["exposure"] == plain.metrics["exposure"]

    def test_finer_prices_lie_inside(self):
        fine = make_market(1_200, 8, timeframe="M15")
        hourly = fx.resample(fine, "H1")
        strategy = whimsical(seed=3)
        plain = run(strategy, hourly, finer=fine)
        sleeve = run([fx.Sleeve("only", strategy)], hourly, finer=fine)
        assert (plain.trades[OWN] == sleeve.trades[OWN]).all()

    @pytest.mark.compiled
    def test_ticks(self):
        ticks = make_ticks(3_000, 2)
        strategy = whimsical(seed=3)
        on_ticks, on_bars = fx.Sleeve("ticks", strategy), fx.Sleeve("minutes", whims(seed=2), timeframe="M1")
        together = run([on_ticks, on_bars], ticks, account=fx.Account(balance=1e6))
        assert len(together.attribution["minutes"].trades) > 5
        plain = run(strategy, ticks, account=fx.Account(balance=1e6))
        assert (together.attribution["ticks"].trades[OWN] == plain.trades[OWN]).all()
        alone = run([on_bars], ticks, account=fx.Account(balance=1e6))
        assert (together.attribution["minutes"].trades[OWN] == alone.trades[OWN]).all()

    def test_risk_rules_judge_all_of_them(self):
        bars = quarters(*[(110_000,)] * 6)
        sleeves = [fx.Sleeve("one", BuyOnce(bar=0)), fx.Sleeve("two", BuyOnce(bar=2))]
        result = run(sleeves, bars, risk=fx.Risk(max_positions=1), costs=FREE)
        assert result.trades["strategy"].tolist() == ["one"]
        assert result.counts["refused_by_risk"] == 1

    @pytest.mark.compiled
    def test_more_deals_than_the_book_holds(self):
        bars = make_market(34_000, 6, timeframe="M1")
        result = run([fx.Sleeve("restless", restless()), fx.Sleeve("idle", whims(seed=1), timeframe="H4")], bars)
        assert len(result.fills) > MAX_DEALS
        part = result.attribution["restless"]
        assert part.metrics["net_profit"] == pytest.approx(part.equity["equity"][-1] - 10_000, abs=1e-6)
        assert part.metrics["net_profit"] + result.attribution["idle"].net_profit == pytest.approx(
            result.metrics["net_profit"], abs=1e-6
        )


class TestRefusals:
    BARS = quarters(*[(110_000,)] * 4)

    @pytest.mark.parametrize(
        ("sleeves", "said"),
        [
            ([], "empty"),
            ([BuyOnce()], "holds sleeves"),
            (fx.Sleeve("one", BuyOnce()), "as a list"),
            ([fx.Sleeve("one", BuyOnce()), fx.Sleeve("one", BuyOnce())], "Two sleeves are called 'one'"),
            ([fx.Sleeve("one", BuyOnce(), symbol="EURUDS")], "EURUSD"),
            ([fx.Sleeve("one", BuyOnce(), timeframe="M5")], "cannot be made of M15"),
            ([fx.Sleeve("one", BuyOnce)], "not the class"),
            ([fx.Sleeve("one", 7)], "no strategy"),
        ],
    )
    def test_what_does_not_fit(self, sleeves, said):
        with pytest.raises(ConfigError, match=said):
            run(sleeves, self.BARS)

    @pytest.mark.parametrize("name", ["", "  ", "x" * 33, "a\nb", None])
    def test_names(self, name):
        with pytest.raises(ConfigError, match="name"):
            fx.Sleeve(name, BuyOnce())

    def test_which_symbol(self):
        bars = {"EURUSD": self.BARS, "GBPUSD": quarters((126_000,), symbol="GBPUSD")}
        with pytest.raises(ConfigError, match="'one': say which symbol"):
            run([fx.Sleeve("one", BuyOnce())], bars)

    def test_netting_has_one_position_a_symbol(self):
        sleeves = [fx.Sleeve("one", BuyOnce()), fx.Sleeve("two", BuyOnce())]
        with pytest.raises(ConfigError, match="'one' and 'two' both trade EURUSD on a netting account"):
            run(sleeves, self.BARS, account=fx.Account(mode="netting"))

    def test_netting_keeps_each_to_its_symbol(self):
        class Elsewhere(Strategy):
            def on_bar(self, ctx: Context) -> None:
                assert ctx.on("GBPUSD").bars.close[-1] == 1.26
                ctx.on("GBPUSD").buy(volume_lots=0.1)

        bars = {"EURUSD": self.BARS, "GBPUSD": quarters(*[(126_000,)] * 4, symbol="GBPUSD")}
        one = [fx.Sleeve("one", Elsewhere(), symbol="EURUSD")]
        with pytest.raises(ConfigError, match="its own symbol only"):
            run(one, bars, account=fx.Account(mode="netting"))
        assert set(run(one, bars).attribution["one"].trades["symbol"].tolist()) == {"GBPUSD"}

    def test_one_strategy_takes_one_timeframe(self):
        bars = {"EURUSD": self.BARS, "GBPUSD": fx.resample(quarters(*[(126_000,)] * 40, symbol="GBPUSD"), "H1")}
        with pytest.raises(ConfigError, match=r"fx\.Sleeve"):
            run(BuyOnce(), bars)

    def test_a_class_strategy_goes_by_step(self):
        with pytest.raises(ConfigError, match="'one' is a class strategy"):
            run([fx.Sleeve("one", BuyOnce())], self.BARS, drive="batch")

    def test_vector_strategies_need_bars(self):
        with pytest.raises(ConfigError, match="give it a timeframe"):
            run([fx.Sleeve("one", whims(seed=1))], make_ticks(50))

    def test_a_sweep_takes_none(self):
        with pytest.raises(ConfigError, match=r"fx\.backtest"):
            fx.sweep([fx.Sleeve("one", whims(seed=1))], self.BARS)


class TestRecords:
    SLEEVES: ClassVar = [
        fx.Sleeve("fast", SmaCross(fast=3, slow=7), symbol="EURUSD", timeframe="M30"),
        fx.Sleeve("slow", SmaCross(fast=4, slow=9), symbol="EURUSD", timeframe="H4"),
    ]

    def test_the_fingerprint_knows_the_sleeves(self, bars):
        first, second = self.SLEEVES
        lists = [
            [first, second],
            [second, first],
            [first],
            [attrs.evolve(first, name="other"), second],
            [attrs.evolve(first, timeframe="H1"), second],
            [attrs.evolve(first, strategy=SmaCross(fast=3, slow=8)), second],
        ]
        assert len({run(sleeves, bars).input_fingerprint for sleeves in lists}) == len(lists)
        assert run(lists[0], bars).input_fingerprint == run(lists[0], bars).input_fingerprint

    def test_the_result_knows_whose_trades_they_are(self, bars):
        renamed = [attrs.evolve(self.SLEEVES[0], name="other"), self.SLEEVES[1]]
        assert run(self.SLEEVES, bars).result_fingerprint != run(renamed, bars).result_fingerprint

    def test_each_idea_is_tried_and_the_combination(self, bars):
        trials = MemoryTrials()
        first = run(self.SLEEVES, bars, trials=trials)
        assert first.trials == 1
        assert trials.head().length == 3
        assert run(self.SLEEVES[::-1], bars, trials=trials).trials == 2
        # each sleeve's own idea has been tried twice by now, and now for the third time
        hourly = run([attrs.evolve(self.SLEEVES[1], name="x")], bars, trials=trials)
        assert hourly.trials_count.head.length == 8
        alone = run(self.SLEEVES[1].strategy, fx.resample(bars, "H4"), trials=trials)
        assert alone.trials == 5

    def test_the_interval_says_why_not(self, bars):
        interval = run(self.SLEEVES, bars).interval
        assert not interval.certified
        assert "2 sleeves" in interval.reason

    def test_saved_and_loaded(self, bars, tmp_path):
        result = run(self.SLEEVES, bars)
        loaded = load_result(result.save(tmp_path / "r.json"))
        assert loaded.strategies == result.strategies
        assert [each.sleeve for each in loaded.strategies] == ["fast", "slow"]
        assert list(loaded.attribution) == ["fast", "slow"]
        for name, part in result.attribution.items():
            again = loaded.attribution[name]
            assert (again.trades == part.trades).all()
            assert (again.equity == part.equity).all()
            assert dict(again.metrics) == dict(part.metrics)
        assert loaded.result_fingerprint == result.result_fingerprint

    def test_one_strategy_has_it_all(self, bars):
        result = run(SmaCross(fast=3, slow=7), bars)
        part = result.attribution["sma-cross"]
        assert len(result.attribution) == 1
        assert (part.trades == result.trades).all()
        assert set(part.trades["strategy"].tolist()) == {"sma-cross"}
        assert part.equity["equity"].tolist() == result.equity["equity"].tolist()

    def test_the_choices_are_said(self, bars):
        said = run(self.SLEEVES, bars).assumptions
        assert any("fast (EURUSD M30), slow (EURUSD H4)" in line for line in said.values())
