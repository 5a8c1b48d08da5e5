"""A simulated MetaTrader 5 terminal under the face of the official ``MetaTrader5`` package.

``import forexai_mt5.simulator as mt5`` gives its 32 functions, 223 constants and 11 structures, and needs neither
Windows nor a terminal. Beside them stand the parts to choose another terminal with: :func:`install` and what it takes.
"""

from __future__ import annotations

from forexai_mt5.simulator.account_settings import AccountSettings as AccountSettings
from forexai_mt5.simulator.client import Client as Client
from forexai_mt5.simulator.clocks import AcceleratedClock as AcceleratedClock
from forexai_mt5.simulator.constants import *  # noqa: F403 - 223 names, each of them meant
from forexai_mt5.simulator.face import *  # noqa: F403 - the 32 functions, `install` and `installed`
from forexai_mt5.simulator.faults import Fault as Fault
from forexai_mt5.simulator.one_liners import Buy as Buy
from forexai_mt5.simulator.one_liners import Close as Close
from forexai_mt5.simulator.one_liners import Sell as Sell
from forexai_mt5.simulator.policies import Policies as Policies
from forexai_mt5.simulator.quoted_market import QuotedMarket as QuotedMarket
from forexai_mt5.simulator.structures import *  # noqa: F403 - ten of the structures
from forexai_mt5.simulator.symbol_structure import SymbolInfo as SymbolInfo
from forexai_mt5.simulator.symbols import Symbol as Symbol
from forexai_mt5.simulator.terminal import Program as Program
from forexai_mt5.simulator.terminal import Terminal as Terminal

__version__ = "5.0.6231"
"""The version of the official package that this follows."""
