"""What a user passes to a run, brought into one form, and the fingerprint of all of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import attrs

from forexai_core.backtesting.checked_inputs import (
    check_age,
    check_finer,
    check_kind,
    check_leverages,
    check_mapping,
    check_prices,
    check_rates,
    check_whole,
)
from forexai_core.engine.preparation.conditions import Conditions, holidays_of
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.execution import Execution
from forexai_core.values.numbers import is_whole
from forexai_core.values.ticks import Ticks

__all__ = ["Inputs", "InputsText", "Prices", "check_one_timeframe", "inputs_of"]

Prices = Bars | Ticks

_ValueT = TypeVar("_ValueT")

# Runs that leave something out share one object, by which they are known for the same.
_ACCOUNT = Account()
_COSTS = Costs()
_EXECUTION = Execution()


@attrs.frozen(kw_only=True, eq=False)
class Inputs:
    """Everything of a run but its strategy.

    Attributes
    ----------
    prices : mapping of str to Bars or Ticks
        By symbol, sorted: the ledger numbers them so.
    account : Account
        As it begins.
    costs : mapping of str to Costs
        By symbol.
    rates : mapping of str to Bars, Ticks or float
        Sources of conversion.
    finer : mapping of str to Bars or Ticks
        Prices inside the bars.
    limit_fill : str
        ``"price"`` or ``"open"``.
    max_age_ns : int
        A conversion rate older than this is none.
    seed : int
        Of everything random.
    conditions : Conditions
        Under which orders meet the market.
    jump_points : int
        By how much a stop may fill beyond its price, in the worst case of the interval.
    """

    prices: Mapping[str, Prices]
    account: Account
    costs: Mapping[str, Costs]
    rates: Mapping[str, Prices | float]
    finer: Mapping[str, Prices]
    limit_fill: str
    max_age_ns: int
    seed: int
    conditions: Conditions
    jump_points: int = 0

    def text(self) -> InputsText:
        """Write prices, contracts and settings as they are fingerprinted."""
        return InputsText.of(
            {
                "prices": {symbol: item.fingerprint for symbol, item in self.prices.items()},
                "instruments": {symbol: item.instrument for symbol, item in self.prices.items()},
                "account": self.account,
                "costs": dict(self.costs),
                "rates": {symbol: _of_source(item) for symbol, item in self.rates.items()},
                "finer": {symbol: item.fingerprint for symbol, item in self.finer.items()},
                "limit_fill": self.limit_fill,
                "max_age_ns": str(self.max_age_ns),
                "seed": self.seed,
                "conditions": self.conditions,
                "jump_points": self.jump_points,
            }
        )


class InputsText:
    """The inputs of runs as text, of which each run's fingerprint is taken with what else is its own.

    Parameters
    ----------
    pieces : sequence of str
        JSON of what stands before the engine's version, between it and the risk rules, and between these and the
        strategy, in the order of their names.
    """

    def __init__(self, pieces: tuple[str, str, str]) -> None:
        self._pieces = pieces
        self._begun: tuple[str, Any] = ("", None)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> InputsText:
        """Write a document whose names stand around those of a run's own parts."""
        written = {name: f'"{name}":{_ENCODER.encode(value)}' for name, value in sorted(document.items())}
        before = [text for name, text in written.items() if name < "engine"]
        middle = [text for name, text in written.items() if "engine" < name < "risk"]
        after = [text for name, text in written.items() if "risk" < name < "strategy"]
        if len(before) + len(middle) + len(after) != len(written):
            raise ConfigError(f"No name may follow 'strategy' among those that are fingerprinted: {sorted(document)}.")
        return cls((",".join(before), ",".join(middle), ",".join(after)))

    def fingerprint(self, strategy: Mapping[str, Any], risk: Any, engine_version: str) -> str:
        """Hash prices, contracts, settings, strategy, seed and engine.

        Parameters
        ----------
        strategy : mapping
            Its name, form and parameters.
        risk : object
            The rules of the run.
        engine_version : str
            Of forexai-core.

        Returns
        -------
        str
            SHA-256, hex.
        """
        before, middle, after = self._pieces
        engine, digest = self._begun
        if engine != engine_version or digest is None:
            digest = hashlib.sha256(f'{{{before},"engine":{_ENCODER.encode(engine_version)},{middle}'.encode())
            self._begun = engine_version, digest
        digest = digest.copy()
        own = f',"risk":{_ENCODER.encode(risk)},{after},"strategy":{_ENCODER.encode(strategy)},"version":1}}'
        digest.update(own.encode())
        return str(digest.hexdigest())


def _of_source(source: Prices | float) -> str:
    return source.fingerprint if isinstance(source, Bars | Ticks) else repr(float(source))


def _plain(value: Any) -> Any:
    """Write a value of ours for JSON."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.date | Clock):
        return value.isoformat() if isinstance(value, dt.date) else [value.zone, value.shift_ns]
    if isinstance(value, frozenset | set | tuple):
        plain = [_plain(item) if isinstance(item, Enum) else item for item in value]
        return plain if isinstance(value, tuple) else sorted(plain)
    if attrs.has(type(value)):
        fields = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return dict(value)
    return f"{type(value).__module__}.{type(value).__qualname__}"


_ENCODER = json.JSONEncoder(sort_keys=True, default=_plain, separators=(",", ":"))


def _by_symbol(prices: Prices | Mapping[str, Prices]) -> dict[str, Prices]:
    if isinstance(prices, Bars | Ticks):
        return {prices.symbol: prices}
    if not isinstance(prices, Mapping):
        raise ConfigError(
            f"Prices must be Bars, Ticks or a mapping of them by symbol, not {type(prices).__name__}. "
            "Bars.from_frame makes bars of a pandas frame."
        )
    return _sorted(prices)


def _sorted(given: Mapping[str, _ValueT]) -> dict[str, _ValueT]:
    """Order by symbol, so that the same prices give the same run in whatever order they were written down."""
    return dict(sorted(given.items(), key=lambda each: str(each[0])))


def check_one_timeframe(inputs: Inputs) -> None:
    """Refuse prices of different timeframes to one strategy.

    Raises
    ------
    ConfigError
        If there are such.
    """
    kinds = {"tick" if isinstance(item, Ticks) else str(item.timeframe) for item in inputs.prices.values()}
    if len(kinds) > 1:
        raise ConfigError(
            f"All symbols of a run of one strategy share one timeframe, not {', '.join(sorted(kinds))}. Resample "
            "them first; a strategy reads higher timeframes through ctx.bars('H4'). Several strategies on bars of "
            "their own are given as sleeves: [fx.Sleeve('name', strategy, symbol=…, timeframe=…), …]."
        )


def _costs(costs: Costs | Mapping[str, Costs] | None, symbols: list[str]) -> dict[str, Costs]:
    if costs is None or isinstance(costs, Costs):
        return dict.fromkeys(symbols, costs or _COSTS)
    if not isinstance(costs, Mapping):
        raise ConfigError(f"costs takes Costs, or a mapping of them by symbol, not {costs!r}. Write fx.Costs(…).")
    unknown = costs.keys() - set(symbols)
    if unknown:
        raise ConfigError(f"Costs are given for {', '.join(sorted(unknown))}, which the run has no prices of.")
    for symbol, own in costs.items():
        check_kind(f"costs['{symbol}']", own, Costs, "fx.Costs(spread_points=8)")
    return {symbol: costs.get(symbol, _COSTS) for symbol in symbols}


def _finer(finer: Prices | Mapping[str, Prices] | None, symbols: list[str]) -> dict[str, Prices]:
    if finer is None:
        return {}
    given = {finer.symbol: finer} if isinstance(finer, Bars | Ticks) else finer
    check_mapping("finer", given, "finer=bars_of_minutes, or finer={'EURUSD': bars_of_minutes}")
    unknown = given.keys() - set(symbols)
    if unknown:
        raise ConfigError(f"Finer prices are given for {', '.join(sorted(unknown))}, which the run does not trade.")
    return dict(given)


def _conditions(given: Mapping[str, Any], symbols: list[str], seed: int) -> Conditions:
    check_kind("execution", given.get("execution"), Execution, "fx.Execution(latency_ms=50)")
    execution, holidays = given.get("execution"), holidays_of(given.get("holidays"), symbols)
    own = {"seed": seed, "holidays": holidays, "execution": _EXECUTION if execution is None else execution}
    return Conditions(**{**given, **own})


def inputs_of(
    prices: Prices | Mapping[str, Prices],
    *,
    account: Account | None,
    costs: Costs | Mapping[str, Costs] | None,
    rates: Mapping[str, Prices | float] | None,
    finer: Prices | Mapping[str, Prices] | None,
    limit_fill: str,
    max_age_ns: int,
    seed: int,
    conditions: Mapping[str, Any] | None = None,
    jump_points: int = 0,
) -> Inputs:
    """Bring what a user passed into one form; ``conditions`` are fields of :class:`Conditions` as they were given.

    Raises
    ------
    ConfigError
        If something does not fit together; it is named.
    """
    series = _by_symbol(prices)
    check_prices(series)
    if limit_fill not in ("price", "open"):
        raise ConfigError(f"limit_fill is 'price' or 'open', not '{limit_fill}'.")
    if not is_whole(seed):
        raise ConfigError(f"seed must be a whole number, not {seed!r}.")
    check_whole("jump_points", jump_points)
    check_kind("account", account, Account, "fx.Account(balance=1000)")
    check_age(max_age_ns)
    check_mapping("rates", rates, "rates={'EURUSD': 1.08}")
    check_leverages(account or _ACCOUNT, [*series, *(rates or {})])
    check_rates(rates or {})
    inside = _finer(finer, list(series))
    check_finer(series, inside)
    return Inputs(
        prices=series,
        account=account or _ACCOUNT,
        costs=_costs(costs, list(series)),
        rates=_sorted(rates or {}),
        finer=inside,
        limit_fill=limit_fill,
        max_age_ns=int(max_age_ns),
        seed=int(seed),
        conditions=_conditions(conditions or {}, list(series), int(seed)),
        jump_points=int(jump_points),
    )
