"""From a ledger that has run to the result that is handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.candles import Candles
from forexai_core.backtesting.execution_choices import execution_choices
from forexai_core.backtesting.inputs import Inputs, Prices
from forexai_core.backtesting.margin_lines import margin_choices, margin_events
from forexai_core.backtesting.records import CostSource, CostUsed, DataUsed, StrategyUsed
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.preparation.contracts import CostSheet
from forexai_core.engine.preparation.spreads import brings_spread
from forexai_core.engine.state.records import REFUSALS
from forexai_core.engine.trades import fills_of, initial_risks, trades_of
from forexai_core.metrics import Figures, MarketHours, compute_from_columns
from forexai_core.values.bars import Bars
from forexai_core.values.charges import Commission
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.instruments import SwapMode
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_SECOND

if TYPE_CHECKING:
    from forexai_core.backtesting.gate import Gate
    from forexai_core.backtesting.shared import Shared

__all__ = [
    "Span",
    "choices_of",
    "cost_lines",
    "data_used",
    "engine_version",
    "figures_of",
    "hours_of",
    "parts_of",
    "refusals_of",
]

_SOURCES = {
    "prices": CostSource.DATA,
    "given": CostSource.GIVEN,
    "instrument": CostSource.GIVEN,
    "catalogue": CostSource.CATALOGUE,
    "default (none)": CostSource.NONE,
}
_PAUSE_NS = 3_600 * NS_PER_SECOND
"""A market without a tick for an hour is taken to have been closed."""

_SWAP_UNITS = {
    SwapMode.POINTS: "points a night and lot",
    SwapMode.INTEREST_CURRENT: "% a year of the price",
    SwapMode.INTEREST_OPEN: "% a year of the opening price",
    SwapMode.CURRENCY_SYMBOL: "base currency a night and lot",
    SwapMode.CURRENCY_MARGIN: "margin currency a night and lot",
    SwapMode.CURRENCY_DEPOSIT: "account currency a night and lot",
    SwapMode.DISABLED: "none",
    SwapMode.REOPEN_CURRENT: "points a night, in the price of a re-opening",
    SwapMode.REOPEN_BID: "points a night, in the price of a re-opening at the bid",
}


@cache
def engine_version() -> str:
    """Give the version of forexai-core that runs."""
    try:
        return version("forexai-core")
    except PackageNotFoundError:
        return "0+source"


def _ends(prices: Prices) -> int:
    last = prices.time_ns[-1] if isinstance(prices, Ticks) else prices.end_ns[-1]
    return int(last)


def _sides(prices: Prices) -> str:
    if isinstance(prices, Ticks) or prices.ask is not None:
        return "bid and ask"
    return "bid and spread" if prices.spread_points is not None else "bid"


def data_used(prices: Mapping[str, Prices]) -> tuple[DataUsed, ...]:
    """Describe the prices of a run."""
    return tuple(
        DataUsed(
            symbol=symbol,
            timeframe="tick" if isinstance(item, Ticks) else str(item.timeframe),
            rows=len(item),
            start_ns=int(item.time_ns[0]),
            end_ns=_ends(item),
            digits=item.digits,
            sides=_sides(item),
            crossed_quotes=int(item.provenance.get("crossed_quotes", "0")),
            trades_at_weekends=item.instrument.trades_at_weekends,
            fingerprint=item.fingerprint,
            provenance=item.provenance,
        )
        for symbol, item in prices.items()
    )


def _commission(commission: Commission, currency: str) -> tuple[float, str]:
    """Write a commission as a number and its unit; one with several parts as its first, and the rest in words."""
    if commission.is_plain:
        return commission.per_lot, f"{currency} per lot and side"
    named = f" ({commission.currency or currency})"
    for value, what in ((commission.per_lot, "per lot"), (commission.percent, "%"), (commission.per_deal, "per deal")):
        if value:
            return value, f"{what}{named}; in all: {commission}"
    return commission.minimum, f"at least, a deal{named}; in all: {commission}"


def _told(unit: str, stated: float | None) -> str:
    """Write a unit, and what was stated where it was rounded."""
    return unit if stated is None else f"{unit}, rounded up from {stated:g},"


def _spread(symbol: str, sheet: CostSheet, *, brought: bool) -> CostUsed:
    """Say which spread is charged: that of finer prices where they bring one, in the bars that have them."""
    fixed, source = sheet.spread_points, _SOURCES[sheet.sources["spread"]]
    unit = _told("points", sheet.fractions.get("spread"))
    if not brought:
        return CostUsed(symbol=symbol, name="spread", value=fixed, unit=unit, source=source)
    amount = "row by row" if fixed is None else f"{fixed:g} {unit}"
    unit = f"points, of the finer prices; in bars without any {amount} ({source})"
    return CostUsed(symbol=symbol, name="spread", value=None, unit=unit, source=CostSource.DATA)


def cost_lines(
    costs: Mapping[str, CostSheet], currency: str, finer: Mapping[str, Prices] | None = None
) -> tuple[CostUsed, ...]:
    """List every cost of a run with where it comes from.

    Parameters
    ----------
    costs : mapping of str to CostSheet
        By symbol.
    currency : str
        Of the account.
    finer : mapping of str to Bars or Ticks, optional
        Prices inside the bars; a spread that they bring is the one that is charged.
    """
    brought = {symbol for symbol, item in (finer or {}).items() if brings_spread(item)}
    lines: list[CostUsed] = []
    for symbol, sheet in costs.items():
        sources = {name: _SOURCES[source] for name, source in sheet.sources.items()}
        unit = _SWAP_UNITS[sheet.swap_mode]
        rows: tuple[tuple[str, float | None, str, str], ...] = (
            ("commission", *_commission(sheet.commission, currency), "commission"),
            ("slippage", sheet.slippage_points, "points", "slippage"),
            ("swap long", sheet.swap_long, unit, "swap"),
            ("swap short", sheet.swap_short, unit, "swap"),
        )
        lines.append(_spread(symbol, sheet, brought=symbol in brought))
        lines += [
            CostUsed(
                symbol=symbol, name=name, value=value, unit=_told(unit, sheet.fractions.get(name)), source=sources[kind]
            )
            for name, value, unit, kind in rows
        ]
    return tuple(lines)


_MODELS = {
    "open-high-low-close": "open, high, low, close",
    "open-low-high-close": "open, low, high, close",
    "adaptive": "open, low, high, close in bars that do not fall, else open, high, low, close",
    "bridge": "a path drawn like a Brownian bridge, by the seed, over open, both extremes and close",
}


def _inside(inputs: Inputs) -> str:
    """Say how the prices inside a bar are taken."""
    if not inputs.conditions.models_paths:
        return "stop before target, unless finer prices show the path"
    return (
        f"by a model of its path ({inputs.conditions.path}): {_MODELS[inputs.conditions.path]}. What came first is the "
        "model's word, not the data's, and is not marked as ambiguous"
    )


def choices_of(inputs: Inputs) -> dict[str, str]:
    """Say which rules of the run another run might choose otherwise."""
    lines = {
        "Orders": "decided on a bar's close, executed at the next price",
        "Limits and targets": (
            "filled at their price, never better"
            if inputs.limit_fill == "price"
            else "filled at the open where it gaps through them"
        ),
        "Inside a bar": _inside(inputs),
        "Jumps": f"in the worst case a stop fills up to {inputs.jump_points} points beyond its price",
    }
    if inputs.finer:
        lines["Finer prices"] = ", ".join(
            f"{symbol} {'tick' if isinstance(item, Ticks) else item.timeframe}" for symbol, item in inputs.finer.items()
        )
    lines |= _varying(inputs)
    lines |= execution_choices(inputs.conditions.execution)
    if inputs.conditions.enforces_sessions:
        lines["Sessions"] = (
            f"enforced by the clock {inputs.account.clock}: outside them orders are refused, and stops, targets and "
            "pending orders wait for the first price inside"
        )
    lines |= margin_choices(inputs.account)
    for symbol, source in inputs.rates.items():
        lines[f"Rate {symbol}"] = "from prices" if isinstance(source, Bars | Ticks) else f"constant {float(source):g}"
    return lines


def _varying(inputs: Inputs) -> dict[str, str]:
    """Say which costs follow a model or a table."""
    lines = {}
    for symbol, costs in inputs.costs.items():
        if costs.spread_model is not None:
            lines[f"Spread {symbol}"] = str(costs.spread_model)
        if costs.slippage_model is not None:
            lines[f"Slippage {symbol}"] = f"besides the fixed one, {costs.slippage_model}"
        if costs.swap_rates:
            days = ", ".join(f"from {each.day} {each.long:g} / {each.short:g}" for each in costs.swap_rates[:5])
            more = len(costs.swap_rates) - 5
            lines[f"Swap long / short {symbol}"] = days + (f" and {more} more" if more > 0 else "")
        if costs.cash_flows:
            first, last = costs.cash_flows[0], costs.cash_flows[-1]
            lines[f"Cash flows {symbol}"] = (
                f"{len(costs.cash_flows)}, {format_time_ns(first.time_ns)} to {format_time_ns(last.time_ns)}, "
                "in the trades' swap"
            )
    return lines


def refusals_of(ledger: Ledger, gate: Gate | None) -> dict[str, int]:
    """Count what happened beside trades."""
    account = ledger.account
    counts = {"dropped_decisions": int(account["dropped"])}
    refused: list[int] = account["refused"].tolist()
    counts["refused_orders"] = sum(refused)
    for name, number in zip(REFUSALS, refused, strict=True):
        if number:
            counts[f"refused_{name}"] = number
    if gate is not None:
        counts["refused_by_risk"] = gate.refused
        for rule, number in gate.reasons.items():
            counts[f"refused_by_{rule}"] = number
        if gate.breaches:
            counts["risk_breaches"] = gate.breaches
    if account["bounded"]:
        counts["partial_fills"] = int(account["partial_fills"])
    if len(ledger.market.closed):
        counts["prices_outside_sessions"] = int(ledger.market.closed.sum())
        counts["held_back"] = int(account["held_back"])
    if account["stop_outs"]:
        counts["stop_outs"] = int(account["stop_outs"])
    if account["margin_calls"]:
        counts["margin_calls"] = int(account["margin_calls"])
    return counts


def _limits(gate: Gate | None) -> dict[str, str]:
    """Say how near the account came to its limits."""
    return {} if gate is None else gate.control.report().lines()


Span = tuple[NDArray[np.int64], NDArray[np.int64] | None]
"""When each bar of a series opened and ended; of ticks when each came, and None."""


def hours_of(spans: Iterable[Span]) -> MarketHours:
    """Say when the prices of any of some series prove that a market was open."""
    hours: list[MarketHours] = []
    for time_ns, end_ns in spans:
        if end_ns is None:
            pauses = np.flatnonzero(np.diff(time_ns) > _PAUSE_NS)
            starts = time_ns[np.concatenate(([0], pauses + 1))]
            stops = time_ns[np.append(pauses, len(time_ns) - 1)]
            hours.append(MarketHours(starts, stops))
        else:
            hours.append(MarketHours(time_ns, end_ns))
    return MarketHours.union(*hours)


def figures_of(parts: Mapping[str, Any], ledger: Ledger, inputs: Inputs, shared: Shared) -> Figures:
    """Compute every metric of a run."""
    times, equity = ledger.equity_times, ledger.equity_values
    return compute_from_columns(
        parts["trades"],
        times,
        equity,
        initial_balance=inputs.account.balance,
        trades_at_weekends=shared.days.at_weekends,
        start_ns=shared.start_ns,
        lowest_equity=ledger.lowest,
        initial_risk=initial_risks(ledger.deals),
        hours=shared.hours,
        money_digits=inputs.account.digits,
        daily=shared.days.equity(times, equity) if len(times) else None,
    )


def parts_of(
    ledger: Ledger, inputs: Inputs, shared: Shared, strategies: tuple[StrategyUsed, ...], gate: Gate | None
) -> dict[str, Any]:
    """Gather the fields of a result that the ledger and the inputs give."""
    (deals, symbols), names = ledger.hand_over(), ledger.setup.symbols
    trades = trades_of(deals, names, symbols, inputs.account.digits, [each.owner for each in strategies])
    prices = inputs.prices

    def candles(at_most: int) -> dict[str, Candles]:
        return {symbol: Candles.of(item, at_most=at_most) for symbol, item in prices.items()}

    return {
        "trades": trades,
        "equity": ledger.equity_later(),
        "fills": lambda: fills_of(deals, names, symbols),
        "account": inputs.account,
        "strategies": strategies,
        "data": shared.data,
        "costs": shared.costs,
        "choices": {**shared.choices, **margin_events(ledger.account, inputs.account), **_limits(gate)},
        "counts": refusals_of(ledger, gate) | {"crossed_quotes": sum(item.crossed_quotes for item in shared.data)},
        "seed": inputs.seed,
        "engine_version": engine_version(),
        "candles": candles,
        "risk": None if gate is None else gate.control.report(),
    }
