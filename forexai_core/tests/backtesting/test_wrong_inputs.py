"""Inputs that cannot be meant: each is refused by an error that names it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
from crossing_forms import rules_cross
from strategy_markets import make_market

import forexai_core as fx
from forexai_core.arrays import QUOTE
from forexai_core.engine.preparation.contracts import cost_sheet
from forexai_core.engine.preparation.rates import rate_source
from forexai_core.engine.preparation.spreads import modelled_spread
from forexai_core.errors import ConfigError, DataShapeError, OrderRefusedError
from forexai_core.services.trials import MemoryTrials
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.charges import CashFlow, Commission, SwapRates
from forexai_core.values.clocks import NEW_YORK_CLOSE
from forexai_core.values.execution import Execution
from forexai_core.values.instruments import Instrument
from forexai_core.values.slippage import SlippageModel
from forexai_core.values.spreads import SpreadModel

EURUSD = find_instrument("EURUSD")
VALUES: dict[str, tuple[Callable[..., Any], dict[str, Any], str]] = {
    "balance": (fx.Account, {"balance": "abc"}, "balance must be a number above 0, not 'abc'"),
    "stop out": (fx.Account, {"stop_out": "50"}, "stop_out must be a number, not '50'"),
    "clock": (fx.Account, {"clock": None}, "clock is a Clock or the name of a time zone"),
    "currency": (fx.Account, {"currency": 5}, "'5' is no currency code"),
    "tiers": (fx.Account, {"leverage_tiers": [1, 2]}, "leverage_tiers holds 1"),
    "leverages": (fx.Account, {"leverages": {"EURUSD": "50"}}, "leverages['EURUSD'] must be a number"),
    "protection": (fx.Account, {"negative_balance_protection": "no"}, "negative_balance_protection is True or False"),
    "spread": (fx.Costs, {"spread_points": "10"}, "spread_points must be a number"),
    "much spread": (fx.Costs, {"spread_points": 1e19}, "spread_points must be a number of points, 0 to 1e+09"),
    "much slippage": (fx.Costs, {"slippage_points": 2e9}, "slippage_points must be a number of points, 0 to 1e+09"),
    "swap": (fx.Costs, {"swap_long_points": "-7"}, "swap_long_points must be a finite number"),
    "commission": (fx.Costs, {"commission": 3.5}, "Write commission_per_lot=3.5"),
    "spread model": (fx.Costs, {"spread_model": 5}, "spread_model takes SpreadModel, not 5"),
    "slippage model": (fx.Costs, {"slippage_model": 5}, "slippage_model takes SlippageModel, not 5"),
    "cash flows": (fx.Costs, {"cash_flows": [1]}, "cash_flows takes CashFlow, not 1"),
    "swap rates": (fx.Costs, {"swap_rates": 1}, "swap_rates is a list of SwapRates, not 1"),
    "triple day": (EURUSD.with_values, {"triple_day": -5}, "EURUSD: triple_day must be a weekday"),
    "volumes": (EURUSD.with_values, {"volume_min": 10, "volume_max": 1}, "volume_min (10) lies above volume_max (1)"),
    "swap text": (EURUSD.with_values, {"swap_long": "-7"}, "swap_long must be a finite number, not '-7'"),
    "swap nan": (EURUSD.with_values, {"swap_long": float("nan")}, "swap_long must be a finite number"),
    "contract": (
        EURUSD.with_values,
        {"contract_size": float("inf")},
        "contract_size must be a number above 0, not inf",
    ),
    "swap mode": (EURUSD.with_values, {"swap_mode": "pts"}, "there is no swap_mode 'pts'"),
    "calculation": (EURUSD.with_values, {"calculation_mode": "forx"}, "there is no calculation_mode 'forx'"),
    "asset class": (EURUSD.with_values, {"asset_class": "forx"}, "there is no asset_class 'forx'"),
    "trail start": (fx.Management, {"trail_start": 0.002}, "trail_start is 0.002, and there is no trail_distance"),
    "bars": (fx.synthetic, {"symbol": "EURUSD", "timeframe": "H1", "bars": 1.5}, "bars must be a whole number"),
}


CLASSES: dict[str, tuple[Callable[..., Any], type[Any], dict[str, Any]]] = {
    "Account": (fx.Account, fx.Account, {}),
    "Costs": (fx.Costs, fx.Costs, {}),
    "Commission": (Commission, Commission, {}),
    "SwapRates": (SwapRates, SwapRates, {"day": "2024-05-13", "long": -7.0, "short": 2.0}),
    "CashFlow": (CashFlow, CashFlow, {"time_ns": 0}),
    "SlippageModel": (SlippageModel, SlippageModel, {}),
    "SpreadModel": (SpreadModel, SpreadModel, {}),
    "Execution": (Execution, Execution, {}),
    "Management": (fx.Management, fx.Management, {}),
    "Instrument": (EURUSD.with_values, Instrument, {}),
}
ANY_TEXT = {"symbol", "title", "base_currency", "profit_currency", "margin_currency"}
OFF = {"maximum", "points", "filling", "currency", "swap_days"}  # fields of which None means none
FIELDS = [
    (name, field.name)
    for name, (_, kind, _) in CLASSES.items()
    for field in attrs.fields(kind)
    if field.name != "catalogue_defaults"
]


@pytest.mark.parametrize(
    "given",
    ["five", "5", None, [1], {"a": "b"}, float("nan"), object()],
    ids=["word", "digits", "None", "list", "dict", "nan", "object"],
)
@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_every_field_refuses_what_it_cannot_take(name: str, field: str, given: Any) -> None:
    make, _, needed = CLASSES[name]
    text = isinstance(given, str) and field in ANY_TEXT
    optional = given is None and (field in OFF or name in {"Costs", "Execution"})
    if text or optional:
        return
    with pytest.raises(ConfigError) as refused:
        make(**{**needed, field: given})
    said = str(refused.value)
    assert field in said or repr(given) in said or str(given) in said
    assert len(said) > 20


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_refused_where_it_is_made(name: str) -> None:
    make, given, said = VALUES[name]
    with pytest.raises(ConfigError, match=re.escape(said)):
        make(**given)


def test_names_of_modes_are_taken_as_text() -> None:
    given = EURUSD.with_values(swap_mode="interest_current", calculation_mode="cfd", asset_class="metal")
    assert (given.swap_mode.name, given.calculation_mode.name, given.asset_class.name) == (
        "INTEREST_CURRENT",
        "CFD",
        "METAL",
    )


def run(**settings: Any) -> fx.Result:
    strategy = settings.pop("strategy", fx.strategies.SmaCross(fast=2, slow=5))
    bars = settings.pop("bars", None)
    prices = make_market(30) if bars is None else bars
    return fx.backtest(strategy, prices, **{"trials": MemoryTrials(), **settings})


def care(stop: Any = 0.0, management: Any = None, **distances: float) -> Any:
    """Give a strategy whose management is given, or made of distances."""

    @fx.vector_strategy
    def always(bars: fx.Bars) -> fx.Intents:
        given = fx.Management(**distances) if management is None else management
        return fx.Intents.of(entry=np.ones(len(bars), np.int8), stop=stop, management=given)

    return always()


RUNS: dict[str, tuple[dict[str, Any], str]] = {
    "rate that is true": ({"rates": {"USDJPY": True}}, "rates['USDJPY'] must be Bars, Ticks or a number, not True"),
    "rates of another": ({"rates": {"GBPUSD": make_market(30)}}, "rates['GBPUSD'] holds prices of EURUSD"),
    "empty finer": ({"finer": make_market(30)[:0]}, "none of the 0 finer prices lies in a bar"),
    "misspelt symbol": ({"account": fx.Account(leverages={"EURUSDD": 50})}, "leverages names 'EURUSDD'"),
    "misspelt class": ({"account": fx.Account(leverages={"forx": 10})}, "leverages names 'forx'"),
    "age": ({"max_age_ns": "1d"}, "max_age_ns is a whole number of nanoseconds"),
    "account": ({"account": 1000}, "account takes Account, not 1000"),
    "costs": ({"costs": {"EURUSD": 5}}, "costs['EURUSD'] takes Costs, not 5"),
    "one cost": ({"costs": 5}, "costs takes Costs, or a mapping"),
    "risk": ({"risk": 0.02}, "risk takes fx.Risk"),
    "trials": ({"trials": 5}, "trials takes where evaluations are recorded"),
    "execution": ({"execution": {"latency_ms": 5}}, "execution takes Execution"),
    "a rule of risk": ({"risk": [0.02]}, "risk[0] is 0.02, which is no rule"),
    "a class of rules": ({"risk": [fx.Risk]}, "risk[0] is <class"),
    "rates in a list": ({"rates": [1.08]}, "rates is a mapping by symbol, not [1.08]"),
    "finer in a list": ({"finer": [make_market(3)]}, "finer is a mapping by symbol, not [<Bars"),
    "limit fill": ({"limit_fill": ["open"]}, "limit_fill is 'price' or 'open', not '['open']'"),
    "holidays": ({"holidays": 5, "sessions": "enforce"}, "holidays is a list of dates, such as ['2024-12-25'], not 5"),
    "own holidays": ({"holidays": {"EURUSD": 5}, "sessions": "enforce"}, "holidays['EURUSD'] is a list of dates"),
    "a holiday": ({"holidays": [5], "sessions": "enforce"}, "'5' is no date of a holiday"),
    "seed": ({"seed": True}, "seed must be a whole number, not True"),
    "jump": ({"jump_points": 1.5}, "jump_points is a whole number, 0 or above, not 1.5"),
    "prices": ({"bars": {"EURUSD": 5}}, "The prices of 'EURUSD' must be Bars or Ticks, not 5"),
    "no prices": ({"bars": 5}, "Prices must be Bars, Ticks or a mapping"),
    "break-even": ({"strategy": care(break_even_start=4e-6)}, "break_even_start = 4e-06 rounds to no point"),
    "lock": (
        {"strategy": care(break_even_start=0.001, break_even_lock=4e-6)},
        "EURUSD: Management: break_even_lock = 4e-06 rounds to no point",
    ),
    "trailing": ({"strategy": care(trail_distance=4e-6)}, "trail_distance = 4e-06 rounds to no point"),
    "stop of a text": ({"strategy": care(stop="x")}, "stop must be numbers, 0 (none) or above"),
    "care": ({"strategy": care(management=5)}, "management is fx.Management(…), not 5"),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_refuses(name: str) -> None:
    given, said = RUNS[name]
    with pytest.raises((ConfigError, DataShapeError), match=re.escape(said)):
        run(**given)


def test_finer_prices_of_another_time_are_refused() -> None:
    late = make_market(30)
    data = late.data.copy()
    data["time_ns"] += 1_000 * 86_400 * 10**9
    with pytest.raises(ConfigError, match="none of the 30 finer prices"):
        run(finer=attrs.evolve(late, data=data))


def test_finer_prices_of_another_contract_are_refused() -> None:
    gold = make_market(30)
    fine = attrs.evolve(gold, instrument=gold.instrument.with_values(digits=6, tick_size=1e-6))
    with pytest.raises(ConfigError, match="another contract than the bars: digits 6, not 5"):
        run(finer=fine)


@pytest.mark.parametrize("brought", ["ask", "spread_points"])
def test_finer_prices_without_the_spread_that_the_bars_bring_are_refused(brought: str) -> None:
    plain = make_market(30)
    asked = np.empty(30, QUOTE)
    for field in QUOTE.names or ():
        asked[field] = plain.data[field]
    column = asked if brought == "ask" else np.full(30, 50.0)
    bars = attrs.evolve(plain, **{"ask": None, "spread_points": None, brought: column})
    bid_only = attrs.evolve(plain, ask=None, spread_points=None)
    with pytest.raises(ConfigError, match="has bid prices only"):
        fx.backtest(fx.strategies.SmaCross(fast=2, slow=4), bars, finer=bid_only, trials=MemoryTrials())
    fx.backtest(fx.strategies.SmaCross(fast=2, slow=4), bid_only, finer=bars, trials=MemoryTrials())


def test_leverages_of_known_names_are_taken() -> None:
    run(account=fx.Account(leverages={"EURUSD": 50, "metal": 20, "XAUUSD": 10}))


@pytest.mark.parametrize(
    ("volume", "said"),
    [
        (
            0.015,
            "EURUSD: volume_lots = 0.015 does not lie on its volume step of 0.01, so every order would be refused.",
        ),
        (0.025, "Nearest: 0.02 and 0.03."),
        (0.004, "Nearest: 0.01."),
        (501.0, "EURUSD: volume_lots = 501 is not between 0.01 and 500"),
    ],
)
def test_a_fixed_volume_that_no_order_can_have_ends_the_run_before_it(volume: float, said: str) -> None:
    for strategy in (
        fx.strategies.SmaCross(fast=2, slow=5, volume_lots=volume),
        care(volume_lots=volume),
        rules_cross(fast=2, slow=5, volume_lots=volume),
    ):
        with pytest.raises(ConfigError, match=re.escape(said)):
            run(strategy=strategy)
        with pytest.raises(ConfigError, match=re.escape(said)):
            fx.sweep([strategy], make_market(30), workers=1, trials=MemoryTrials())


def test_volumes_that_lie_on_the_step_are_taken_however_they_are_written() -> None:
    for volume in (0.07, 0.1 + 0.2, 0.01 * 29, 500.0, 0.01):
        assert "refused_invalid_volume" not in run(strategy=care(volume_lots=volume)).counts
    # a volume that nothing uses is none that could be wrong
    assert run(strategy=care(stop=0.01, volume_lots=0.015, risk_fraction=0.01)).counts["refused_orders"] == 0


class Asks(fx.Strategy):
    """Asks for one thing at its first bar."""

    def on_bar(self, ctx: fx.Context) -> None:
        ORDERS[NOW[0]][0](ctx)


NOW = [""]
ORDERS: dict[str, tuple[Callable[[fx.Context], Any], type[Exception], str]] = {
    "side": (lambda ctx: ctx.close(side=7), ConfigError, "side is +1 (longs)"),
    "expiry": (lambda ctx: ctx.buy_limit(1.0, volume_lots=0.1, expiry_ns=-5), ConfigError, "expiry_ns is an instant"),
    "day": (lambda ctx: ctx.buy_limit(1.0, volume_lots=0.1, expiry_ns=-1), ConfigError, "expiry='day'"),
    "text": (lambda ctx: ctx.buy(volume_lots="0.1"), ConfigError, "volume_lots must be a number"),
    "huge": (lambda ctx: ctx.buy(volume_lots=1e18), OrderRefusedError, "more than any venue takes"),
    "far": (lambda ctx: ctx.sell_limit(1e300, volume_lots=0.1), ConfigError, "price must be a price above 0"),
    "ticket": (lambda ctx: ctx.close(1.5), ConfigError, "a whole number, not 1.5"),
    "risk": (lambda ctx: ctx.buy(risk_fraction="x"), ConfigError, "risk_fraction is a share of the equity"),
    "true risk": (lambda ctx: ctx.buy(risk_fraction=True), ConfigError, "up to 1, not True"),
    "tag": (lambda ctx: ctx.buy(volume_lots=0.1, tag=5), ConfigError, "tag is a short text"),
    "part": (lambda ctx: ctx.close(volume_lots="x"), ConfigError, "0 positions are open"),
    "group": (lambda ctx: ctx.oco(1, 2), ConfigError, "An OCO group takes what ctx.buy_limit(…)"),
    "stop": (lambda ctx: ctx.buy(volume_lots=0.1, stop_loss="x"), ConfigError, "stop_loss must be a price above 0"),
    "start": (
        lambda ctx: ctx.buy(volume_lots=0.1, trail_start_pips=5),
        ConfigError,
        "a trail_start is given, and no distance",
    ),
    "later start": (lambda ctx: ctx.trail(7, start_points=50), ConfigError, "and no distance at which the stop is"),
    "pips": (lambda ctx: ctx.buy(volume_lots=0.1, stop_loss_pips="3"), ConfigError, "stop_loss_pips must be above 0"),
}


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_that_cannot_be_is_refused(name: str) -> None:
    NOW[0] = name
    with pytest.raises(ORDERS[name][1], match=re.escape(ORDERS[name][2])):
        run(strategy=Asks())


@pytest.mark.parametrize(("stated", "charged"), [(0.4, 1), (0.5, 1), (2.5, 3), (2, 2), (0, 0), (3.0000000000001, 3)])
def test_a_fraction_of_a_point_is_charged_as_a_whole_one(stated: float, charged: int) -> None:
    bars = attrs.evolve(make_market(30), spread_points=None, ask=None)
    sheet = cost_sheet(bars, fx.Costs(spread_points=stated, slippage_points=stated))
    assert (sheet.spread_points, sheet.slippage_points) == (charged, charged)


def test_a_modelled_spread_is_rounded_up_and_that_of_a_rate_too() -> None:
    bars = attrs.evolve(make_market(5), spread_points=None, ask=None)
    modelled = [modelled_spread(bars, SpreadModel(points=points), NEW_YORK_CLOSE).tolist() for points in (0.4, 2.5, 3)]
    assert modelled == [[1] * 5, [3] * 5, [3] * 5]
    source = rate_source("EURUSD", bars, 0.4)
    assert (source.ask - source.bid).round(9).tolist() == [1e-5] * 6


def test_a_result_says_what_was_rounded() -> None:
    bars = attrs.evolve(make_market(30), spread_points=None, ask=None)
    costs = fx.Costs(spread_points=0.4, slippage_points=2)
    result = fx.backtest(fx.strategies.SmaCross(fast=2, slow=5), bars, costs=costs, trials=MemoryTrials())
    said = {cost.name: (cost.value, cost.unit) for cost in result.costs}
    assert said["spread"] == (1, "points, rounded up from 0.4,")
    assert said["slippage"] == (2, "points")


def test_a_result_says_that_no_slippage_was_assumed() -> None:
    bars = attrs.evolve(make_market(30), spread_points=None, ask=None)
    said = {cost.name: str(cost.source) for cost in run(bars=bars).costs}
    assert said["slippage"] == "none assumed"
    assert "slippage 0 points (none assumed)" in run(bars=bars).assumptions["Costs EURUSD"]
    given = run(bars=bars, costs=fx.Costs(slippage_points=0))
    assert "slippage 0 points (given)" in given.assumptions["Costs EURUSD"]


@pytest.mark.parametrize(("costs", "elsewhere"), [(None, "10 points (catalogue default)"), (3.0, "3 points (given)")])
def test_a_result_says_that_the_finer_spread_was_charged(costs: float | None, elsewhere: str) -> None:
    plain = make_market(30)
    dear = attrs.evolve(plain, spread_points=np.full(30, 70.0))
    bars = attrs.evolve(plain, ask=None, spread_points=None)
    settings = {"strategy": care(), "bars": bars, "costs": None if costs is None else fx.Costs(spread_points=costs)}
    cheap, result = run(**settings), run(**settings, finer=dear)
    assert float(result.trades["open_price"][0] - cheap.trades["open_price"][0]) > 0.0005
    line = result.assumptions["Costs EURUSD"]
    assert f"spread row by row points, of the finer prices; in bars without any {elsewhere} (data)" in line
    without = run(**settings, finer=attrs.evolve(dear, spread_points=None)).assumptions["Costs EURUSD"]
    assert without == cheap.assumptions["Costs EURUSD"]
