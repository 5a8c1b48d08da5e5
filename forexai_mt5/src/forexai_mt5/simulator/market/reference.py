"""The symbols of the default simulated server: as they were seen on demo servers, the rest from our catalogue.

MetaQuotes-Demo: the pairs of currencies. A demo server of Axi: gold. Tickmill-Demo: the index and Bitcoin.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from forexai_core.values.catalogue import find_instrument
from forexai_core.values.instruments import AssetClass, CalculationMode, Instrument
from forexai_core.values.margin_rules import MarginRate
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.masks import FILLING_FOK, FILLING_IOC

__all__ = ["REFERENCE_SYMBOLS", "reference_symbols"]

_PAIRS = {
    "EURUSD": "Euro vs US Dollar",
    "GBPUSD": "Great Britain Pound vs US Dollar",
    "USDJPY": "US Dollar vs Yen",
    "USDCHF": "US Dollar vs Swiss Franc",
    "USDCAD": "US Dollar vs Canadian Dollar",
    "AUDUSD": "Australian Dollar vs US Dollar",
    "EURJPY": "Euro vs Yen",
    "GBPJPY": "Great Britain Pound vs Yen",
    "EURGBP": "Euro vs Great Britain Pound",
}


def _pair(name: str, description: str) -> Symbol:
    return Symbol(
        instrument=find_instrument(name).with_values(volume_max=500.0),
        path=f"Forex\\Majors\\{name}" if "USD" in name else f"Forex\\Crosses\\{name}",
        description=description,
        execution=c.SYMBOL_TRADE_EXECUTION_INSTANT,
        filling_mask=FILLING_FOK,
        book_depth=5 if name == "EURUSD" else 0,
        selected=name in {"EURUSD", "GBPUSD", "USDJPY", "USDCHF"},
    )


def _gold() -> Symbol:
    instrument = find_instrument("XAUUSD").with_values(
        calculation_mode=CalculationMode.FOREX,
        margin_currency="XAU",
        volume_max=20.0,
        stops_level_points=1,
        swap_long=-61.6,
        swap_short=40.5,
        margin_hedged=100.0,
        # By the formula of pairs, and converted by its own price as they are.
        asset_class=AssetClass.FOREX,
    )
    return Symbol(
        instrument=instrument,
        path="Metals\\XAUUSD",
        description="Gold vs US Dollar",
        filling_mask=FILLING_FOK | FILLING_IOC,
        selected=True,
    )


def _index() -> Symbol:
    contract = find_instrument("US100")
    instrument = Instrument(
        symbol="USTEC",
        title="US Tech 100",
        asset_class=contract.asset_class,
        base_currency="USD",
        profit_currency="USD",
        margin_currency="USD",
        digits=2,
        pip_size=1.0,
        tick_size=0.01,
        contract_size=1.0,
        volume_max=250.0,
        calculation_mode=CalculationMode.CFD_INDEX,
        spread_points=150.0,
        swap_mode=contract.swap_mode,
        swap_long=contract.swap_long,
        swap_short=contract.swap_short,
        triple_day=4,
        tick_value=0.01,
        margin_hedged=1.0,
        sessions=contract.sessions,
    )
    return Symbol(instrument=instrument, path="Indices\\USTEC", description="US Tech 100", filling_mask=FILLING_IOC)


def _bitcoin() -> Symbol:
    instrument = find_instrument("BTCUSD").with_values(
        calculation_mode=CalculationMode.CFD,
        volume_max=30.0,
        margin_rate=0.33,
        margin_rates=(
            MarginRate(order="buy", initial=0.33, maintenance=0.33),
            MarginRate(order="sell", initial=0.33, maintenance=0.33),
        ),
    )
    return Symbol(
        instrument=instrument, path="Crypto\\BTCUSD", description="Bitcoin vs US Dollar", filling_mask=FILLING_IOC
    )


def reference_symbols(*, suffix: str = "") -> tuple[Symbol, ...]:
    """Give the symbols of the default server.

    Parameters
    ----------
    suffix : str
        What a broker writes behind each name, such as ``m`` or ``.raw``.
    """
    plain = (*(_pair(*each) for each in _PAIRS.items()), _gold(), _index(), _bitcoin())
    return tuple(_renamed(symbol, suffix) for symbol in plain) if suffix else plain


def _renamed(symbol: Symbol, suffix: str) -> Symbol:
    name = symbol.name + suffix
    instrument = symbol.instrument.with_values(symbol=name)
    return attrs.evolve(symbol, instrument=instrument, path=symbol.path + suffix)


REFERENCE_SYMBOLS: Mapping[str, Symbol] = MappingProxyType({symbol.name: symbol for symbol in reference_symbols()})
"""The symbols of the default server by their names."""
