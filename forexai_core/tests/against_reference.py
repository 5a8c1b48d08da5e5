"""Runs a moving-average cross on the compiled engine and on the reference, over the same bars."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs
from reference import contract as plain
from reference.backtest import SmaCross, backtest, finer, whole
from reference.comparison import Outcome, differences, outcome_of
from reference.money import exact, nearest, to_points
from reference.quotes import Bar, Prices, make_bar
from reference.rates import RateSeries, RateTable

import forexai_core as fx
from forexai_core.backtesting.doubts import doubts_of
from forexai_core.backtesting.result import Result
from forexai_core.services.trials import MemoryTrials

__all__ = ["compare_cross", "outcome_of_result", "plain_account", "plain_bars", "plain_contract", "run_cross"]

SIDES = ("open", "high", "low", "close")


def plain_contract(bars: fx.Bars, costs: fx.Costs) -> plain.Contract:
    fields = {
        name: value.value if isinstance(value, Enum) else value
        for name, value in attrs.asdict(bars.instrument, recurse=False).items()
    }
    return plain.Contract.make(fields, attrs.asdict(costs))


def plain_account(account: fx.Account, *, limit_fill_open: bool = False) -> plain.Account:
    return plain.Account(
        balance=exact(account.balance),
        currency=account.currency,
        digits=account.digits,
        leverage=exact(account.leverage),
        netting=account.mode.value == "netting",
        margin_call=exact(account.margin_call),
        stop_out=exact(account.stop_out),
        clock=str(account.clock),
        limit_fill_open=limit_fill_open,
    )


def plain_bars(bars: fx.Bars, costs: fx.Costs) -> list[Bar]:
    fixed = bars.instrument.spread_points if costs.spread_points is None else costs.spread_points
    times, ends = bars.time_ns.tolist(), bars.end_ns.tolist()
    bid = list(zip(*(bars.data[side].tolist() for side in SIDES), strict=True))
    ask = None if bars.ask is None else list(zip(*(bars.ask[side].tolist() for side in SIDES), strict=True))
    column = None if bars.spread_points is None else bars.spread_points.tolist()
    made = []
    for row, time_ns in enumerate(times):
        end = min(ends[row], times[row + 1]) if row + 1 < len(times) else ends[row]
        made.append(
            make_bar(
                time_ns,
                end,
                bid[row],
                digits=bars.digits,
                ask=ask and ask[row],
                column_points=column and column[row],
                fixed_points=fixed,
            )
        )
    return made


def plain_ticks(ticks: fx.Ticks) -> list[Bar]:
    made = []
    for time_ns, bid, ask in zip(ticks.time_ns.tolist(), ticks.bid.tolist(), ticks.ask.tolist(), strict=True):
        low, high = to_points(bid, ticks.digits), to_points(ask, ticks.digits)
        made.append(Bar(time_ns, time_ns, Prices(*[low] * 4), Prices(*[max(low, high)] * 4)))
    return made


def _series(given: fx.Bars | float) -> RateSeries:
    if not isinstance(given, fx.Bars):
        return RateSeries((), [exact(given)], [exact(given)])
    bars, scale = plain_bars(given, fx.Costs()), 10**given.digits
    first = bars[0]
    known = [first.time_ns, *given.end_ns.tolist()]
    bid = [exact(first.bid.open) / scale, *(exact(bar.bid.close) / scale for bar in bars)]
    spread = exact(first.ask.close - first.bid.close) / scale
    ask = [bid[0] + spread, *(exact(bar.ask.close) / scale for bar in bars)]
    return RateSeries(known, bid, ask)


def outcome_of_result(result: Result) -> Outcome:
    trades = [{name: row[name].item() for name in result.trades.dtype.names} for row in result.trades]
    owners = [strategy.owner for strategy in result.strategies]
    for trade in trades:
        trade["strategy"] = owners.index(trade["strategy"])
        trade["doubts"] = sorted(doubts_of(trade["doubts"]))
    equity = [{name: row[name].item() for name in ("time_ns", "balance", "equity", "margin")} for row in result.equity]
    return Outcome(trades, equity, {}, {})


def run_cross(
    bars: Mapping[str, fx.Bars],
    parameters: Mapping[str, Any],
    *,
    account: fx.Account,
    costs: Mapping[str, fx.Costs],
    rates: Mapping[str, Any] | None = None,
    fine: Mapping[str, fx.Bars | fx.Ticks] | None = None,
    limit_fill: str = "price",
) -> Outcome:
    contracts = [plain_contract(item, costs[symbol]) for symbol, item in bars.items()]
    settings = plain_account(account, limit_fill_open=limit_fill == "open")
    series = {pair: _series(given) for pair, given in {**dict(bars), **(rates or {})}.items()}
    decides = []
    for item, contract in zip(bars.values(), contracts, strict=True):
        pip = exact(item.instrument.pip_size) * contract.scale
        decides.append(
            SmaCross(
                fast=parameters["fast"],
                slow=parameters["slow"],
                stop_points=nearest(exact(parameters.get("stop_loss_pips") or 0) * pip),
                target_points=nearest(exact(parameters.get("take_profit_pips") or 0) * pip),
                steps=nearest(exact(parameters["volume_lots"]) / contract.volume_step),
            )
        )
    markets = []
    for symbol, item in bars.items():
        own, inner = plain_bars(item, costs[symbol]), (fine or {}).get(symbol)
        if inner is None:
            markets.append(whole(own))
        else:
            small = plain_ticks(inner) if isinstance(inner, fx.Ticks) else plain_bars(inner, costs[symbol])
            markets.append(finer(own, small))
    table = RateTable(settings, contracts, series)
    return outcome_of(backtest(decides, markets, account=settings, contracts=contracts, rates=table))


def compare_cross(
    bars: Mapping[str, fx.Bars],
    parameters: Mapping[str, Any],
    *,
    account: fx.Account,
    costs: Mapping[str, fx.Costs],
    rates: Mapping[str, Any] | None = None,
    fine: Mapping[str, fx.Bars | fx.Ticks] | None = None,
    limit_fill: str = "price",
    **options: Any,
) -> tuple[Result, list[str]]:
    """Run both; give the compiled result and where it differs from the reference."""
    result = fx.backtest(
        fx.strategies.SmaCross(**parameters),
        dict(bars),
        account=account,
        costs=dict(costs),
        rates=rates,
        finer=fine,
        limit_fill=limit_fill,
        trials=MemoryTrials(),
        **options,
    )
    expected = run_cross(bars, parameters, account=account, costs=costs, rates=rates, fine=fine, limit_fill=limit_fill)
    return result, differences(Outcome(expected.trades, expected.equity, {}, {}), outcome_of_result(result))
