"""What of a run's inputs can be told to be wrong before anything is worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.accounts import Account
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import catalogue
from forexai_core.values.instruments import AssetClass
from forexai_core.values.numbers import is_whole
from forexai_core.values.ticks import Ticks

__all__ = [
    "check_age",
    "check_finer",
    "check_kind",
    "check_leverages",
    "check_mapping",
    "check_prices",
    "check_rates",
    "check_trials",
    "check_whole",
]


def check_mapping(what: str, value: object, example: str) -> None:
    """Refuse what is no mapping by symbol, or None.

    Raises
    ------
    ConfigError
        If it is something else.
    """
    if value is not None and not isinstance(value, Mapping):
        raise ConfigError(f"{what} is a mapping by symbol, not {value!r}. Write {example}.")


def check_whole(what: str, value: Any) -> None:
    """Refuse what is no whole number, 0 or above.

    Raises
    ------
    ConfigError
        If it is none.
    """
    if not is_whole(value) or value < 0:
        raise ConfigError(f"{what} is a whole number, 0 or above, not {value!r}.")


def check_prices(prices: Mapping[str, object]) -> None:
    """Refuse prices that are none.

    Raises
    ------
    ConfigError
        If there are such.
    """
    for symbol, series in prices.items():
        if not isinstance(series, Bars | Ticks):
            raise ConfigError(f"The prices of {symbol!r} must be Bars or Ticks, not {series!r}.")


def check_kind(what: str, value: object, kind: type, example: str) -> None:
    """Refuse what is not of a kind, or None.

    Raises
    ------
    ConfigError
        If it is something else.
    """
    if value is not None and not isinstance(value, kind):
        raise ConfigError(f"{what} takes {kind.__name__}, not {value!r}. Write {example}.")


def check_age(max_age_ns: Any) -> None:
    """Refuse an age that is no number of nanoseconds.

    Raises
    ------
    ConfigError
        If it is none.
    """
    if not is_whole(max_age_ns) or max_age_ns <= 0:
        raise ConfigError(
            f"max_age_ns is a whole number of nanoseconds above 0, such as 86_400 * 10**9 a day, not {max_age_ns!r}."
        )


def check_leverages(account: Account, symbols: Iterable[str]) -> None:
    """Refuse a leverage of a name that is neither a symbol nor a class of assets: it would never count.

    Raises
    ------
    ConfigError
        If there is such.
    """
    known = {*AssetClass, *symbols, *catalogue()}
    for name, _ in account.leverages:
        if name not in known:
            raise ConfigError(
                f"Account: leverages names '{name}', which is neither a symbol of the run or the catalogue nor an "
                f"asset class ({', '.join(AssetClass)}). {did_you_mean(name, known)}"
            )


def _names(source: Bars | Ticks) -> tuple[str, str]:
    """Give the names under which a source may stand: its symbol, whatever a broker appends, and its currencies."""
    return source.symbol, source.instrument.base_currency + source.instrument.profit_currency


def check_trials(trials: object) -> None:
    """Refuse what keeps no trials.

    Raises
    ------
    ConfigError
        If it does not.
    """
    if trials is not None and not hasattr(trials, "head"):
        raise ConfigError(f"trials takes where evaluations are recorded, such as MemoryTrials(), not {trials!r}.")


def check_rates(rates: Mapping[str, Any]) -> None:
    """Refuse rates that are no prices and no number, or are of another symbol than they stand for.

    Raises
    ------
    ConfigError
        If there are such.
    """
    for symbol, source in rates.items():
        if isinstance(source, bool):
            raise ConfigError(f"rates['{symbol}'] must be Bars, Ticks or a number, not {source!r}.")
        if isinstance(source, Bars | Ticks) and symbol not in _names(source):
            raise ConfigError(
                f"rates['{symbol}'] holds prices of {source.symbol}. Give those of {symbol}, or write "
                f"rates={{'{source.symbol}': …}}."
            )


def check_finer(prices: Mapping[str, Bars | Ticks], finer: Mapping[str, Bars | Ticks]) -> None:
    """Refuse finer prices that are of no use, or of another contract, or that lack what the bars bring.

    Prices that lie in none of the bars would show nothing, and the result would name them.

    Raises
    ------
    ConfigError
        If there are such.
    """
    for symbol, fine in finer.items():
        if not isinstance(fine, Bars | Ticks):
            raise ConfigError(f"finer['{symbol}'] must be Bars or Ticks, not {fine!r}.")
        bars = prices[symbol]
        if not isinstance(bars, Bars) or not len(bars):
            continue
        if not np.any((fine.time_ns >= bars.time_ns[0]) & (fine.time_ns < bars.end_ns[-1])):
            raise ConfigError(
                f"{symbol}: none of the {len(fine):,} finer prices lies in a bar of the run. Give finer prices of the "
                "same time, or leave finer out."
            )
        _check_same_contract(symbol, bars, fine)
        _check_brings_spread(symbol, bars, fine)


def _check_same_contract(symbol: str, bars: Bars, fine: Bars | Ticks) -> None:
    """Refuse finer prices of another contract: a point, or a lot, of theirs is something else."""
    own, other = attrs.asdict(bars.instrument), attrs.asdict(fine.instrument)
    differing = [f"{name} {other[name]!r}, not {own[name]!r}" for name in own if own[name] != other[name]]
    if differing:
        raise ConfigError(
            f"finer['{symbol}'] is of another contract than the bars: {'; '.join(differing[:3])}. Give both the same "
            "instrument; Bars.from_frame and its like guess digits from the prices unless instrument= or digits= says."
        )


def _check_brings_spread(symbol: str, bars: Bars, fine: Bars | Ticks) -> None:
    """Refuse finer bars without the spread that the bars themselves bring: inside them there would be none."""
    if isinstance(fine, Ticks) or fine.ask is not None or fine.spread_points is not None:
        return
    brought = "an ask side" if bars.ask is not None else "a spread for each bar"
    if bars.ask is not None or bars.spread_points is not None:
        raise ConfigError(
            f"The bars of {symbol} bring {brought}, and finer['{symbol}'] has bid prices only. Give finer prices of "
            "both sides, or with a spread of their own, or bars without one."
        )
