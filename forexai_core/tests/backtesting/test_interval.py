"""The honest interval holds whatever the bars allow: every path on tiny grids, and the ticks that bars were made of.

``--intervals 400`` makes it a long run.
"""

from __future__ import annotations

from itertools import product

import attrs
import numpy as np
import pytest
from interval_markets import (
    CROSS,
    FIXED_LOTS,
    HOURLY,
    KINDS,
    MINUTE_NS,
    START_NS,
    bracket,
    coarse_and_fine,
    dip,
    joined,
    longest_step,
    martingale,
    minutes_of,
    random_ticks,
    reentry,
    ticks_of,
    without_ask,
)

import forexai_core as fx
from forexai_core.arrays import BAR, QUOTE
from forexai_core.backtesting.reading import reads_of
from forexai_core.data import resample
from forexai_core.engine.interval import find_bounds
from forexai_core.engine.interval.branching import TooManyPathsError
from forexai_core.errors import ConfigError
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument

pytestmark = pytest.mark.kernels

LEVEL = 110_000
HOUR_NS = 60 * MINUTE_NS
FREE = Costs(commission_per_lot=0.0, slippage_points=0)


def run(strategy, prices, **settings):
    settings.setdefault("costs", FREE)
    return fx.backtest(strategy, prices, trials=MemoryTrials(), **settings)


def bars_of(bid, ask=None):
    """Give minutes of points: each row open, high, low, close above 1.1."""
    scale = 1e5
    data = np.zeros(len(bid), BAR)
    data["time_ns"] = START_NS + np.arange(len(bid)) * MINUTE_NS
    quotes = None if ask is None else np.zeros(len(ask), QUOTE)
    for place, name in enumerate(("open", "high", "low", "close")):
        data[name] = (LEVEL + np.array(bid)[:, place]) / scale
        if quotes is not None:
            quotes[name] = (LEVEL + np.array(ask)[:, place]) / scale
    return Bars(instrument=find_instrument("EURUSD"), timeframe="M1", data=data, ask=quotes)


def ways(bar, longest):
    """Give every path of single points through a bar, up to a length."""
    start, high, low, stop = bar
    found = []
    waiting = [(start,)]
    while waiting:
        path = waiting.pop()
        if path[-1] == stop and max(path) == high and min(path) == low:
            found.append(path)
        if len(path) < longest:
            waiting += [(*path, to) for to in (path[-1] - 1, path[-1] + 1) if low <= to <= high]
    return found


def rounded(interval):
    """Give worst and best to the cent: sums of binary fractions differ beyond it."""
    return round(interval.worst, 2), round(interval.best, 2)


def profits(strategy, bars, sides):
    """Give the net profit of each choice of paths: one pair of bid and ask for each bar."""
    found = []
    for choice in sides:
        times, bids, asks = [], [], []
        for number, (bid, ask) in enumerate(choice):
            times += [START_NS + number * MINUTE_NS + step for step in range(len(bid))]
            bids += bid
            asks += ask
        ticks = ticks_of(LEVEL + np.array(bids), LEVEL + np.array(asks), np.array(times))
        found.append(run(strategy, bars, finer=ticks).metrics["net_profit"])
    return np.round(found, 2)


FLAT = (0, 0, 0, 0)
GRIDS = {
    "one position": (reentry(stop=0.00003, target=0.00001), [FLAT, FLAT, (0, 2, -2, 0)], 13),
    "re-entry": (
        reentry(stop=0.00003, target=0.00001),
        [FLAT, FLAT, (0, 2, -2, 1), (1, 2, -1, 0), FLAT],
        10,
    ),
    "a turn": (reentry(stop=0.00003, target=0.00001, every=2), [FLAT, FLAT, (0, 2, -2, 1), (1, 2, -1, 0)], 10),
    "trailing": (
        reentry(stop=0.00006, target=0.0, trail=0.00003),
        [FLAT, FLAT, (0, 3, -2, 1), (1, 1, 1, 1)],
        14,
    ),
    "bracket": (bracket(away=0.00001, stop=0.00002, target=0.00001), [FLAT, (0, 3, -3, 0), FLAT], 17),
    "trailing from a dip": (dip(away=0.00002, trail=0.00004), [FLAT, (0, 3, -2, 0), (0, 1, -3, 1), (1, 1, 1, 1)], 15),
}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_no_path_of_a_tiny_grid_lies_outside(grid):
    """With a fixed spread every path of single points is enumerated, up to a length; some reach both bounds."""
    strategy, rows, longest = grid
    bars = bars_of(rows)
    pairs = [[(list(way), [price + 1 for price in way]) for way in ways(row, longest)] for row in rows]
    choices = list(product(*pairs))
    assert len(choices) > 20
    chosen = [choices[place] for place in np.random.default_rng(5).permutation(len(choices))[:500]]
    found = profits(strategy, without_ask(bars_of(rows, np.array(rows) + 1)), chosen)
    interval = run(strategy, bars, costs=attrs.evolve(FREE, spread_points=1)).interval
    assert interval.certified, interval.reason
    assert len(np.unique(found)) > 1
    assert rounded(interval) == (found.min(), found.max())


def test_no_pair_of_paths_of_both_sides_lies_outside():
    """Bid and ask move for themselves: every pair of short paths, the ask never below the bid."""
    bid, ask = [FLAT, (0, 1, -1, 0), FLAT], [(1, 1, 1, 1), (1, 2, 0, 1), (1, 1, 1, 1)]
    both = []
    for one in ways(bid[1], 7):
        for two in ways(ask[1], 7):
            size = max(len(one), len(two))
            pair = [list(way) + [way[-1]] * (size - len(way)) for way in (one, two)]
            if all(b <= a for b, a in zip(*pair, strict=True)):
                both.append(tuple(pair))
    assert len(both) > 20
    choices = [[([0], [1]), pair, ([0], [1])] for pair in both]
    for strategy in (reentry(stop=0.00002, target=0.00001), bracket(away=0.00001, stop=0.00002, target=0.00001)):
        bars = bars_of(bid, ask)
        found = profits(strategy, bars, choices)
        interval = run(strategy, bars).interval
        assert interval.certified, interval.reason
        worst, best = rounded(interval)
        assert worst <= found.min()
        assert found.max() <= best


@pytest.mark.compiled
@pytest.mark.parametrize("step", [1, 4], ids=["points", "jumps"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_ticks_of_the_bars_lie_inside(kind, step, pytestconfig, record_property):
    """The same decisions at the same closes on the ticks themselves end inside every certified interval."""
    number = pytestconfig.getoption("--intervals")
    certified, widths = 0, []
    for seed in range(number):
        coarse, fine = coarse_and_fine(kind, seed, step)
        interval, net = coarse.interval, fine.metrics["net_profit"]
        assert interval.worst <= coarse.metrics["net_profit"] <= interval.best
        widths.append(interval.best - interval.worst)
        certified += interval.certified
        assert interval.certified == (interval.reason == "")
        if interval.certified:
            worst, best = rounded(interval)
            assert worst <= round(net, 2) <= best, f"seed {seed}"
            assert worst <= round(interval.expected, 2) <= best
    record_property("certified", f"{certified} of {number}")
    print(f"{kind}, step {step}: certified {certified} of {number}, mean width {np.mean(widths):.2f}")
    if kind in FIXED_LOTS:
        assert certified >= 0.95 * number


@pytest.mark.compiled
@pytest.mark.parametrize("strategy", [fx.strategies.SmaCross(**CROSS), reentry(), reentry(trail=0.00006)])
def test_finer_bars_give_a_narrower_interval(strategy, pytestconfig):
    """With the strategy's timeframe fixed, what minutes allow is among what quarters of an hour allow."""
    narrowed = 0
    for seed in range(pytestconfig.getoption("--intervals")):
        ticks = random_ticks(seed, 9_000, 2)
        minutes = resample(ticks, "M1")
        minutes = minutes[: len(minutes) // 15 * 15]
        quarters, jump = joined(minutes, 15, "M15"), longest_step(ticks)
        wide = run(strategy, quarters, jump_points=jump).interval
        close = run(strategy, quarters, finer=minutes, jump_points=jump).interval
        assert wide.certified
        assert close.certified
        assert rounded(wide)[0] <= rounded(close)[0]
        assert rounded(close)[1] <= rounded(wide)[1]
        narrowed += close.best - close.worst < wide.best - wide.worst
    assert narrowed > 0


@pytest.mark.compiled
@pytest.mark.parametrize("kind", HOURLY)
def test_minutes_give_a_narrower_interval_than_hours(kind, pytestconfig):
    """The strategy decides on hours that are made of minutes of both sides: what those allow is among what these do."""
    widths, closer = [], []
    for seed in range(pytestconfig.getoption("--intervals")):
        minutes = minutes_of(kind, seed)
        hours = {symbol: resample(each, "H1") for symbol, each in minutes.items()}
        wide, close = (run(HOURLY[kind], hours, finer=finer).interval for finer in ({}, minutes))
        assert wide.certified, wide.reason
        assert close.certified, close.reason
        assert rounded(wide)[0] <= rounded(close)[0], f"seed {seed}"
        assert rounded(close)[1] <= rounded(wide)[1], f"seed {seed}"
        widths.append(wide.best - wide.worst)
        closer.append(close.best - close.worst)
    print(f"{kind}: mean width {np.mean(widths):.2f} on hours, {np.mean(closer):.2f} on their minutes")
    assert sum(closer) < 0.5 * sum(widths)


@fx.compiled_strategy(params={"away": 0.0001, "trail": 0.0003})
def one_dip(row, state, params, out):
    """Buy below the market once, and trail what that opens."""
    if row["index"] == 0:
        point = row["point"]
        asked = commands.buy_limit(out, round((row["ask"] - params["away"]) / point) * point, 1.0, 0.0, 0.0)
        out[asked]["trail_distance"] = params["trail"]


@pytest.mark.parametrize("jump_points", [0, 1])
@pytest.mark.parametrize("peak", [95, 100, 107, 109, 110])
def test_what_opens_after_the_extreme_may_end_the_bar_with_any_peak(peak, jump_points):
    """A trailing stop that a dip fills sees the bar's high only where the price comes back to it."""
    walks = [(100,), (100, 110, 85, peak, 95), (95, 96, 77, 90), (90, 120), (120,)]
    bid, time_ns = [], []
    for place, stations in enumerate(walks):
        path = [stations[0]]
        for each in stations[1:]:
            way = 1 if each > path[-1] else -1
            path += range(path[-1] + way, each + way, way)
        bid += path
        time_ns += [START_NS + place * 60 * MINUTE_NS + row * MINUTE_NS // 4 for row in range(len(path))]
    ticks = ticks_of(np.array(bid) + LEVEL, np.array(bid) + LEVEL + 1, np.array(time_ns, np.int64))
    bars = resample(ticks, "H1")
    assert bars.data["high"][1] == pytest.approx((LEVEL + 110) / 1e5)

    within = run(one_dip(), bars, jump_points=jump_points).interval
    truth = run(one_dip(), bars, finer=ticks).metrics["net_profit"]
    assert within.certified
    assert round(within.worst, 2) <= round(truth, 2) <= round(within.best, 2)
    if jump_points == 0:
        assert round(within.worst, 2) == -14.0  # by a peak of 107: its stop at 77 meets the next bar's low
        assert round(within.best, 2) == 29.0


class TestSharesAtRisk:
    """Sizes follow the equity, of which only the least and the most are known."""

    SMALL = Account(balance=300, leverage=1_000, stop_out=0.0)

    def runs(self, seed, step):
        ticks = random_ticks(seed, 4_000, step)
        settings = {"account": self.SMALL, "jump_points": 0 if step == 1 else longest_step(ticks)}
        bars = resample(ticks, "M5")
        return [run(reentry(risk=0.02), bars, finer=finer, **settings) for finer in ({}, ticks)]

    @pytest.mark.compiled
    def test_the_ticks_lie_inside_whatever_jumps_make_of_the_sizes(self, pytestconfig):
        sizes = set()
        for seed in range(pytestconfig.getoption("--intervals")):
            coarse, fine = self.runs(seed, 4)
            assert coarse.interval.certified, coarse.interval.reason
            worst, best = rounded(coarse.interval)
            assert worst <= round(fine.metrics["net_profit"], 2) <= best, f"seed {seed}"
            sizes |= set(np.round(fine.trades["volume_lots"], 2))
        assert len(sizes) > 5

    def test_spans_of_money_hold_what_single_amounts_give(self):
        """Where states of different money may go on as one, the bounds can only be wider, and are by little."""
        task = self.runs(1, 1)[0]._interval.task()
        exact, spans = task._questions(task.programs())
        one, other = find_bounds(exact), find_bounds(spans)
        assert not any(attrs.astuple(one.doubts) + attrs.astuple(other.doubts))
        assert other.worst <= one.worst < one.best <= other.best
        assert other.best - other.worst < 1.5 * (one.best - one.worst)

    @pytest.mark.compiled
    def test_too_many_amounts_are_followed_as_spans(self):
        """Of a longer run, money differs by path in more ways than are followed one by one."""
        bars = resample(random_ticks(1, 12_000, 2), "M5")
        result = run(reentry(risk=0.02), bars, account=self.SMALL)
        task = result._interval.task()
        alone, _ = task._questions(task.programs())
        with pytest.raises(TooManyPathsError):
            find_bounds(alone)
        assert result.interval.certified, result.interval.reason
        assert result.interval.worst < result.metrics["net_profit"] < result.interval.best

    def test_decisions_by_money_are_not(self):
        ticks = random_ticks(1, 4_000, 4)
        found = run(martingale(), resample(ticks, "M5"), jump_points=longest_step(ticks)).interval
        assert not found.certified


class TestReasons:
    def bars(self):
        return resample(random_ticks(1, 2_000, 1), "M5")

    def test_a_column_of_spreads_hides_the_ask(self):
        found = run(reentry(), without_ask(self.bars(), column=5)).interval
        assert not found.certified
        assert "bars of EURUSD have one spread each" in found.reason

    def test_a_fixed_spread_is_known(self):
        found = run(reentry(), without_ask(self.bars()), costs=attrs.evolve(FREE, spread_points=5)).interval
        assert found.certified
        assert found.best > found.worst

    @pytest.mark.parametrize(
        "model",
        [
            fx.SlippageModel(range_fraction=0.5),
            fx.SlippageModel(atr_fraction=0.5),
            fx.SlippageModel(random_points=3, seed=4),
        ],
        ids=str,
    )
    def test_slippage_that_the_prices_inside_would_change(self, model):
        ticks = random_ticks(1, 2_000, 1)
        costs = attrs.evolve(FREE, slippage_model=model)
        found = run(reentry(), resample(ticks, "M5"), costs=costs).interval
        assert not found.certified
        assert f"the slippage of EURUSD is modelled from each bar ({model})" in found.reason
        assert run(reentry(), resample(ticks, "M5"), finer=ticks, costs=costs).interval.certified

    def test_slippage_by_volume_is_the_same_on_any_prices(self):
        costs = attrs.evolve(FREE, slippage_model=fx.SlippageModel(impact_points=4))
        assert run(reentry(), self.bars(), costs=costs).interval.certified

    def test_a_class_strategy_is_not_forked(self):
        class Always(fx.Strategy):
            def on_bar(self, ctx):
                if not ctx.positions:
                    ctx.buy(volume_lots=0.1, stop_loss_pips=0.7, take_profit_pips=0.9)

        found = run(Always(), self.bars()).interval
        assert not found.certified
        assert "class strategy" in found.reason

    def test_a_trailing_exit_in_doubt_is_not_taken_for_certain(self):
        class Trails(fx.Strategy):
            def on_bar(self, ctx):
                if not ctx.positions:
                    ctx.buy(volume_lots=0.1, trail_pips=0.6)

        result = run(Trails(), self.bars())
        found = result.interval
        open_ones = result.trades[result.trades["ambiguous"]]
        assert len(open_ones) > 2
        lost = np.minimum(open_ones["mae"] - open_ones["profit"], 0.0).sum()
        won = np.maximum(open_ones["mfe"] - open_ones["profit"], 0.0).sum()
        assert found.worst == pytest.approx(result.metrics["net_profit"] + lost)
        assert found.best == pytest.approx(result.metrics["net_profit"] + won)
        assert found.worst < result.metrics["net_profit"] < found.best

    def test_risk_rules_are_not_asked_again(self):
        found = run(reentry(), self.bars(), risk=fx.Risk(max_positions=3)).interval
        assert not found.certified
        assert "risk rules" in found.reason

    def test_a_rate_that_changes_inside_bars(self):
        bars = resample(random_ticks(1, 2_000, 1, symbol="EURGBP", price=85_000), "M5")
        rate = resample(random_ticks(2, 2_000, 1, symbol="GBPUSD", price=127_000), "M1")
        found = run(reentry(), bars, rates={"GBPUSD": rate}).interval
        assert not found.certified
        assert "changes inside its bars" in found.reason
        assert run(reentry(), bars, rates={"GBPUSD": 1.27, "EURUSD": 1.1}).interval.certified

    def test_more_paths_than_are_followed(self):
        result = run(reentry(trail=0.00006), resample(random_ticks(3, 4_000, 2), "M5"))
        task = result._interval.task()
        assert result.interval.certified
        for limit, said in (("states", "more states are alive"), ("bar_states", "one bar"), ("ticks", "more outcomes")):
            found = attrs.evolve(task, limits=attrs.evolve(task.limits, **{limit: 0}))()
            assert not found.certified
            assert said in found.reason

    def test_jump_points_are_whole(self):
        with pytest.raises(ConfigError, match="jump_points"):
            run(reentry(), self.bars(), jump_points=-1)

    def test_jumps_cost_in_the_worst_case_only(self):
        still, jumping = (run(reentry(), self.bars(), jump_points=points).interval for points in (0, 3))
        assert jumping.worst < still.worst
        assert jumping.best == still.best
        assert (still.jump_points, jumping.jump_points) == (0, 3)


def test_ticks_leave_nothing_open():
    ticks = random_ticks(4, 4_000, 1)
    result = run(reentry(), resample(ticks, "M5"), finer=ticks)
    interval, net = result.interval, result.metrics["net_profit"]
    assert interval.certified
    assert interval.worst == interval.expected == interval.best == net


def test_the_expectation_is_seeded():
    bars = resample(random_ticks(4, 4_000, 2), "M15")
    one, same, other = (run(reentry(), bars, seed=seed).interval for seed in (7, 7, 8))
    assert one == same
    assert one.expected != other.expected
    assert one.expected_error > 0
    assert (one.worst, one.best) == (other.worst, other.best)


@fx.compiled_strategy(params={"kind": 0})
def over_midnight(row, state, params, out):
    if row["index"] == 0:
        if params["kind"] == 0:
            commands.sell_limit(out, 1.10005, 1.0)
        elif params["kind"] == 1:
            commands.buy_limit(out, 1.09998, 1.0)
        elif params["kind"] == 2:
            commands.buy(out, 1.0, 0.00003)
        else:
            number = commands.sell_limit(out, 1.10005, 1.0)
            out[number]["expiry_ns"] = row["time_ns"] + 2 * HOUR_NS


def _hours_over_midnight():
    """Four hours each; the second holds 17:00 in New York, when the account's day ends, at a quarter of its time."""
    data = np.zeros(4, BAR)
    data["time_ns"] = np.datetime64("2024-05-13T16:00", "ns").astype(np.int64) + np.arange(4) * 4 * HOUR_NS
    quotes = np.array([FLAT, (0, 8, -3, 2), (2, 2, 2, 2), (2, 2, 2, 2)])
    for place, name in enumerate(("open", "high", "low", "close")):
        data[name] = (LEVEL + quotes[:, place]) / 1e5
    return Bars(instrument=find_instrument("EURUSD"), timeframe="H4", data=data)


@pytest.mark.parametrize("kind", [0, 1, 2, 3], ids=["opens, credit", "opens, debit", "stopped, debit", "expires"])
def test_what_falls_due_inside_a_bar_comes_inside_it_on_some_paths_of_the_expectation(kind):
    """On each path an order fills, or a stop is hit, before that or after it; each makes one end of the interval."""
    costs = Costs(
        spread_points=0, commission_per_lot=0.0, slippage_points=0, swap_long_points=-7.0, swap_short_points=2.5
    )
    interval = run(over_midnight(kind=kind), _hours_over_midnight(), costs=costs).interval
    assert interval.certified
    assert rounded(interval) == {0: (3.0, 5.5), 1: (-3.0, 4.0), 2: (-10.0, -3.0), 3: (0.0, 5.5)}[kind]
    assert interval.worst < interval.expected < interval.best
    assert interval.expected_error > 0


def test_a_step_that_reads_money_is_found():
    bars = resample(random_ticks(1, 300, 1), "M5")
    for strategy, reads in ((bracket(), False), (martingale(), True), (reentry(), False), (reentry(risk=0.01), True)):
        assert reads_of(strategy, [strategy.program(bars)]).reads_money is reads
