"""ForexAI: backtesting, research and live trading of forex, in one typed library.

``import forexai_core as fx`` loads next to nothing: each name brings its module when it is first
used, so compiled kernels, data frames and file formats cost only whoever needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forexai_core import arrays, errors, indicators, strategies
    from forexai_core.backtesting import Interval, Result
    from forexai_core.backtesting.sleeves import Sleeve
    from forexai_core.backtesting.sweep import Sweep, sweep
    from forexai_core.data import (
        Library,
        export_prices,
        import_bars,
        import_ticks,
        read_bars,
        read_ticks,
        resample,
        sample,
        synthetic,
        validate,
    )
    from forexai_core.entry import backtest, load_result
    from forexai_core.plugins import discover
    from forexai_core.risk.settings import Risk
    from forexai_core.strategies import (
        Context,
        Intents,
        Management,
        Param,
        Rules,
        Strategy,
        commands,
        compiled_strategy,
        vector_strategy,
    )
    from forexai_core.values.accounts import Account, AccountMode, AccountState, Costs
    from forexai_core.values.bars import Bars
    from forexai_core.values.catalogue import catalogue, find_instrument
    from forexai_core.values.charges import CashFlow, Commission, SwapRates
    from forexai_core.values.clocks import Clock
    from forexai_core.values.execution import Execution
    from forexai_core.values.instruments import AssetClass, Holiday, Instrument, TradingSession
    from forexai_core.values.slippage import SlippageModel
    from forexai_core.values.spreads import SpreadModel
    from forexai_core.values.ticks import Ticks
    from forexai_core.values.timeframes import Timeframe

    __version__: str

_MODULES = {
    "arrays": "arrays",
    "commands": "strategies.commands",
    "errors": "errors",
    "indicators": "indicators",
    "strategies": "strategies",
}

_HOMES = {
    "Account": "values.accounts",
    "AccountMode": "values.accounts",
    "AccountState": "values.accounts",
    "AssetClass": "values.instruments",
    "Bars": "values.bars",
    "CashFlow": "values.charges",
    "Clock": "values.clocks",
    "Commission": "values.charges",
    "Context": "strategies",
    "Costs": "values.accounts",
    "Execution": "values.execution",
    "Holiday": "values.instruments",
    "Instrument": "values.instruments",
    "Intents": "strategies",
    "Interval": "backtesting",
    "Library": "data",
    "Management": "strategies",
    "Param": "strategies",
    "Result": "backtesting",
    "Risk": "risk.settings",
    "Rules": "strategies",
    "Sleeve": "backtesting.sleeves",
    "SlippageModel": "values.slippage",
    "SpreadModel": "values.spreads",
    "Strategy": "strategies",
    "SwapRates": "values.charges",
    "Sweep": "backtesting.sweep",
    "Ticks": "values.ticks",
    "Timeframe": "values.timeframes",
    "TradingSession": "values.instruments",
    "backtest": "entry",
    "catalogue": "values.catalogue",
    "compiled_strategy": "strategies",
    "discover": "plugins",
    "export_prices": "data",
    "find_instrument": "values.catalogue",
    "import_bars": "data",
    "import_ticks": "data",
    "load_result": "entry",
    "read_bars": "data",
    "read_ticks": "data",
    "resample": "data",
    "sample": "data",
    "sweep": "backtesting.sweep",
    "synthetic": "data",
    "validate": "data",
    "vector_strategy": "strategies",
}

__all__ = [
    "Account",
    "AccountMode",
    "AccountState",
    "AssetClass",
    "Bars",
    "CashFlow",
    "Clock",
    "Commission",
    "Context",
    "Costs",
    "Execution",
    "Holiday",
    "Instrument",
    "Intents",
    "Interval",
    "Library",
    "Management",
    "Param",
    "Result",
    "Risk",
    "Rules",
    "Sleeve",
    "SlippageModel",
    "SpreadModel",
    "Strategy",
    "SwapRates",
    "Sweep",
    "Ticks",
    "Timeframe",
    "TradingSession",
    "__version__",
    "arrays",
    "backtest",
    "catalogue",
    "commands",
    "compiled_strategy",
    "discover",
    "errors",
    "export_prices",
    "find_instrument",
    "import_bars",
    "import_ticks",
    "indicators",
    "load_result",
    "read_bars",
    "read_ticks",
    "resample",
    "sample",
    "strategies",
    "sweep",
    "synthetic",
    "validate",
    "vector_strategy",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name == "__version__":
        # reading the metadata of a distribution takes milliseconds: only who asks pays
        from forexai_core.backtesting.assembly import engine_version

        return engine_version()
    if name in _MODULES:
        return import_module(f"{__name__}.{_MODULES[name]}")
    home = _HOMES.get(name)
    if home is None:
        from forexai_core.errors import did_you_mean  # only for the message

        hint = did_you_mean(name, __all__)
        message = f"module '{__name__}' has no attribute '{name}'. {hint}"
        raise AttributeError(message, name=name, obj=None)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
