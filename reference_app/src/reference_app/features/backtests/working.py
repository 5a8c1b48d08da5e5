"""Running a backtest, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import msgspec
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting import Result
from forexai_core.data.bundled import sample
from forexai_core.entry import backtest
from forexai_core.ports.services import Services
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.services import embedded_services
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies.rules import Rules
from forexai_core.values.accounts import Account, Costs
from reference_app.features.backtests.asked import PAGE_OF_TRADES, RunAsked, RunFound
from reference_app.features.backtests.schemas import BacktestResult, EquityPoint
from reference_app.features.data.series import unpack_bars
from reference_app.features.strategies.asked import ParametersGiven
from reference_app.features.strategies.opening import opened
from reference_app.processes.serving import Say

__all__ = ["run"]

_POINTS = 2_000
_LARGE = frozenset({"ticket", "open_time_ns", "close_time_ns"})  # a JSON number would lose digits in a browser


def run(body: bytes, say: Say) -> bytes:
    """Run a backtest."""
    asked = msgspec.msgpack.decode(body, type=RunAsked)
    # What a strategy may use is its own, in memory, and gone with the run.
    with embedded_services(None) as services:
        say(0.02, "reading prices")
        result = _result(asked, _strategy(asked, services), say)
        say(0.86, "finding between which results it lies")
        found = _found(result)
    say(0.98, "keeping")
    return msgspec.msgpack.encode(RunFound(result=found, trades=tuple(_pages(result.trades))))


def _result(asked: RunAsked, strategy: TradingStrategy, say: Say) -> Result:
    def note(done: int, of: int) -> None:
        say(0.05 + 0.8 * (done / of if of else 1.0), "running")

    prices = sample() if asked.prices is None else unpack_bars(asked.prices)
    say(0.05, "running")
    return backtest(
        strategy,
        prices,
        account=Account(**msgspec.structs.asdict(asked.account)),
        costs=Costs(**_given(msgspec.structs.asdict(asked.costs))),
        seed=asked.seed,
        trials=MemoryTrials(),
        progress=note,
    )


def _strategy(asked: RunAsked, services: Services) -> TradingStrategy:
    if asked.rules is not None:
        return Rules.from_dict(asked.rules)
    given = ParametersGiven(
        name=asked.offered, parameters=asked.parameters, disabled=asked.disabled, required=asked.required
    )
    return opened(given, services)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _found(result: Result) -> BacktestResult:
    interval = attrs.asdict(result.interval) | {"explanation": result.interval.explanation}
    return BacktestResult(
        metrics={name: None if value is None else float(value) for name, value in result.metrics.items()},
        assumptions=dict(result.assumptions),
        choices=dict(result.choices),
        costs=tuple(_plain(attrs.asdict(each)) for each in result.costs),
        data=tuple(_plain(attrs.asdict(each)) for each in result.data),
        interval=_plain(interval),
        equity=_curve(result.equity),
        trades=len(result.trades),
        engine_version=result.engine_version,
        input_fingerprint=result.input_fingerprint,
        result_fingerprint=result.result_fingerprint,
    )


def _curve(rows: NDArray[np.void]) -> tuple[EquityPoint, ...]:
    """Keep the last row of each stretch, and the lowest equity that was seen inside it."""
    if not len(rows):
        return ()
    starts = np.unique(np.linspace(0, len(rows), min(_POINTS, len(rows)) + 1)[:-1].astype(np.int64))
    lowest = np.minimum.reduceat(rows["equity"], starts)
    ends = np.append(starts[1:], len(rows)) - 1
    return tuple(
        EquityPoint(
            time_ns=str(rows["time_ns"][end]),
            balance=float(rows["balance"][end]),
            equity=float(rows["equity"][end]),
            lowest=float(low),
        )
        for end, low in zip(ends, lowest, strict=True)
    )


def _pages(trades: NDArray[np.void]) -> Iterator[bytes]:
    names = [name for name in trades.dtype.names or () if name != "doubts"]
    for start in range(0, len(trades), PAGE_OF_TRADES):
        page = trades[start : start + PAGE_OF_TRADES]
        columns = [
            [str(each) for each in page[name].tolist()] if name in _LARGE else page[name].tolist() for name in names
        ]
        yield msgspec.msgpack.encode([dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)])


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Write what JSON and MessagePack know; nanoseconds as text."""
    return {
        name: str(value) if name.endswith("_ns") else dict(value) if hasattr(value, "keys") else value
        for name, value in values.items()
    }
