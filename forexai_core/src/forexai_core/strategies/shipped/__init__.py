"""Strategies that ship: well-known ideas with parameters, each written once and on one set of stops."""

from __future__ import annotations

from forexai_core.strategies.shipped.breakouts import DonchianBreakout, SessionBreakout
from forexai_core.strategies.shipped.crosses import EmaCross, MacdCross, SmaCross
from forexai_core.strategies.shipped.reversions import BollingerReversion, RsiReversion
from forexai_core.strategies.shipped.template import Template
from forexai_core.strategies.shipped.volatility import AtrTrend

__all__ = [
    "AtrTrend",
    "BollingerReversion",
    "DonchianBreakout",
    "EmaCross",
    "MacdCross",
    "RsiReversion",
    "SessionBreakout",
    "SmaCross",
    "Template",
    "templates",
]


def templates() -> tuple[type[Template], ...]:
    """List the templates that ship, in the order in which they are shown."""
    return (
        SmaCross,
        EmaCross,
        MacdCross,
        RsiReversion,
        BollingerReversion,
        DonchianBreakout,
        SessionBreakout,
        AtrTrend,
    )
