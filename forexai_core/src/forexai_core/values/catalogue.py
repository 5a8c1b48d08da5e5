"""A catalogue of instruments with typical contract values.

The values are what retail brokers commonly show for such symbols; each broker has its own. So each
is marked as a default (:attr:`Instrument.catalogue_defaults`) until data, a broker or the user
gives another, and results print the ones that were used.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.instruments import (
    EVERY_DAY,
    AssetClass,
    CalculationMode,
    Instrument,
    SwapMode,
)

__all__ = ["catalogue", "find_instrument"]

_FIELDS_OF_A_VENUE = frozenset(
    {
        "digits", "tick_size", "contract_size", "volume_min", "volume_max", "volume_step",
        "volume_limit", "stops_level_points", "freeze_level_points", "calculation_mode",
        "filling_modes", "spread_points", "commission_per_lot", "swap_mode", "swap_long",
        "swap_short", "triple_day", "swap_weekend", "margin_initial", "margin_maintenance",
        "margin_hedged", "margin_hedged_use_leg", "margin_rate", "margin_rates", "tick_value", "sessions",
    }
)  # fmt: skip

# Symbol: typical spread in points, swap long and short in points a night.
_FOREX: dict[str, tuple[float, float, float]] = {
    "EURUSD": (10, -7.0, 2.5),
    "GBPUSD": (13, -4.5, -2.0),
    "USDJPY": (12, 8.0, -16.0),
    "USDCHF": (14, 5.0, -11.0),
    "USDCAD": (15, 1.0, -6.0),
    "AUDUSD": (12, -3.5, -1.0),
    "NZDUSD": (16, -2.5, -1.5),
    "EURGBP": (13, -6.0, 1.0),
    "EURJPY": (18, 5.0, -14.0),
    "EURCHF": (18, 2.0, -8.0),
    "EURAUD": (22, -7.5, 1.5),
    "EURCAD": (22, -6.5, 1.0),
    "EURNZD": (28, -9.0, 2.0),
    "GBPJPY": (24, 12.0, -24.0),
    "GBPCHF": (24, 8.0, -16.0),
    "GBPAUD": (28, -4.0, -3.0),
    "GBPCAD": (28, -3.0, -4.0),
    "GBPNZD": (34, -6.0, -2.0),
    "AUDJPY": (18, 6.0, -13.0),
    "AUDCHF": (18, 3.5, -8.5),
    "AUDCAD": (20, 0.0, -5.0),
    "AUDNZD": (22, -3.5, -1.5),
    "CADJPY": (18, 5.0, -12.0),
    "CADCHF": (18, 3.0, -8.0),
    "CHFJPY": (22, 1.0, -10.0),
    "NZDJPY": (20, 5.5, -12.0),
    "NZDCHF": (22, 3.0, -8.0),
    "NZDCAD": (22, -0.5, -4.5),
}

# Pairs that settle one business day after the trade: their triple rollover is Thursday's.
_NEXT_DAY_SETTLEMENT = frozenset({"USDCAD"})


def _make(symbol: str, **fields: Any) -> Instrument:
    digits = int(fields["digits"])
    fields.setdefault("tick_size", 1.0 / float(10**digits))
    fields.setdefault("margin_hedged", fields["contract_size"])
    return Instrument(symbol=symbol, catalogue_defaults=_FIELDS_OF_A_VENUE, **fields)


def _pair(symbol: str, spread: float, swap_long: float, swap_short: float) -> Instrument:
    base, quote = symbol[:3], symbol[3:]
    in_yen = quote == "JPY"
    return _make(
        symbol,
        title=f"{base}/{quote}",
        base_currency=base,
        profit_currency=quote,
        margin_currency=base,
        digits=3 if in_yen else 5,
        pip_size=0.01 if in_yen else 0.0001,
        contract_size=100_000.0,
        spread_points=spread,
        commission_per_lot=0.0,
        swap_long=swap_long,
        swap_short=swap_short,
        triple_day=3 if symbol in _NEXT_DAY_SETTLEMENT else 2,
    )


def _rupiah() -> Instrument:
    return _make(
        "USDIDR",
        title="USD/IDR",
        base_currency="USD",
        profit_currency="IDR",
        margin_currency="USD",
        digits=0,
        pip_size=1.0,
        contract_size=100_000.0,
        spread_points=30.0,
        swap_long=-3.0,
        swap_short=-1.0,
    )


def _metal(symbol: str, title: str, **fields: Any) -> Instrument:
    return _make(
        symbol,
        title=title,
        asset_class=AssetClass.METAL,
        base_currency=symbol[:3],
        profit_currency="USD",
        margin_currency="USD",
        calculation_mode=CalculationMode.CFD_LEVERAGE,
        volume_max=100.0,
        **fields,
    )


def _index(symbol: str, title: str, currency: str, spread: float) -> Instrument:
    return _make(
        symbol,
        title=title,
        asset_class=AssetClass.INDEX,
        base_currency=currency,
        profit_currency=currency,
        margin_currency=currency,
        digits=1,
        pip_size=1.0,
        contract_size=1.0,
        volume_min=0.1,
        volume_step=0.1,
        volume_max=250.0,
        calculation_mode=CalculationMode.CFD_LEVERAGE,
        spread_points=spread,
        swap_mode=SwapMode.INTEREST_CURRENT,
        swap_long=-6.5,
        swap_short=-1.5,
        triple_day=4,
    )


def _coin(symbol: str, title: str, spread: float) -> Instrument:
    return _make(
        symbol,
        title=title,
        asset_class=AssetClass.CRYPTO,
        base_currency=symbol[:3],
        profit_currency="USD",
        margin_currency="USD",
        digits=2,
        pip_size=1.0,
        contract_size=1.0,
        volume_max=30.0,
        calculation_mode=CalculationMode.CFD_LEVERAGE,
        margin_rate=5.0,
        spread_points=spread,
        swap_mode=SwapMode.INTEREST_CURRENT,
        swap_long=-20.0,
        swap_short=-5.0,
        triple_day=-1,
        swap_weekend=True,
        sessions=EVERY_DAY,
    )


def _stock(symbol: str, title: str, spread: float) -> Instrument:
    return _make(
        symbol,
        title=title,
        asset_class=AssetClass.STOCK,
        base_currency="USD",
        profit_currency="USD",
        margin_currency="USD",
        digits=2,
        pip_size=0.01,
        contract_size=1.0,
        volume_min=1.0,
        volume_step=1.0,
        volume_max=10_000.0,
        calculation_mode=CalculationMode.CFD_LEVERAGE,
        margin_rate=20.0,
        spread_points=spread,
        commission_per_lot=0.02,
        swap_mode=SwapMode.INTEREST_CURRENT,
        swap_long=-7.0,
        swap_short=-2.0,
        triple_day=4,
    )


def _others() -> list[Instrument]:
    return [
        _rupiah(),
        _metal("XAUUSD", "Gold", digits=2, pip_size=0.1, contract_size=100.0,
               spread_points=25.0, swap_long=-40.0, swap_short=15.0),
        _metal("XAGUSD", "Silver", digits=3, pip_size=0.01, contract_size=5_000.0,
               spread_points=25.0, swap_long=-4.5, swap_short=0.5),
        _index("US500", "S&P 500", "USD", 6.0),
        _index("US100", "Nasdaq 100", "USD", 15.0),
        _index("US30", "Dow Jones 30", "USD", 25.0),
        _index("DE40", "DAX 40", "EUR", 15.0),
        _index("UK100", "FTSE 100", "GBP", 15.0),
        _index("FR40", "CAC 40", "EUR", 15.0),
        _index("JP225", "Nikkei 225", "JPY", 80.0),
        _index("AU200", "ASX 200", "AUD", 20.0),
        _coin("BTCUSD", "Bitcoin", 3_000.0),
        _coin("ETHUSD", "Ether", 250.0),
        _stock("AAPL", "Apple", 5.0),
        _stock("MSFT", "Microsoft", 8.0),
        _stock("NVDA", "Nvidia", 6.0),
        _stock("AMZN", "Amazon", 7.0),
        _stock("GOOGL", "Alphabet", 7.0),
        _stock("TSLA", "Tesla", 10.0),
    ]  # fmt: skip


@cache
def catalogue() -> Mapping[str, Instrument]:
    """Give every instrument of the catalogue by its symbol."""
    pairs = [_pair(symbol, *values) for symbol, values in _FOREX.items()]
    return MappingProxyType({item.symbol: item for item in (*pairs, *_others())})


def find_instrument(symbol: str) -> Instrument:
    """Look an instrument up by its symbol.

    Raises
    ------
    ConfigError
        If the catalogue has no such symbol.
    """
    found = catalogue().get(symbol)
    if found is None:
        raise ConfigError(
            f"The catalogue has no symbol '{symbol}'. {did_you_mean(symbol, catalogue())} "
            "For another one, pass instrument=Instrument(…)."
        )
    return found
