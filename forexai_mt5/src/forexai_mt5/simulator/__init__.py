"""A simulated MetaTrader 5 terminal under the face of the official ``MetaTrader5`` package.

``import forexai_mt5.simulator as mt5`` gives its 32 functions, 223 constants and 11 structures, and needs neither
Windows nor a terminal. Beside them stand the parts to choose another terminal with: :func:`install` and what it takes.

Four folders, each of which imports only those before it: ``market`` (symbols and prices), ``server`` (the broker:
accounts on the one ledger), ``terminal`` (the program, its clock, its faults) and ``face`` (the package's functions).
Constants and structures, which everything about MetaTrader 5 needs, lie beside the simulator in ``forexai_mt5.terms``.
"""

from __future__ import annotations

from forexai_mt5.simulator.face.client import Client as Client
from forexai_mt5.simulator.face.functions import *  # noqa: F403 - the 32 functions, `install` and `installed`
from forexai_mt5.simulator.face.one_liners import Buy as Buy
from forexai_mt5.simulator.face.one_liners import Close as Close
from forexai_mt5.simulator.face.one_liners import Sell as Sell
from forexai_mt5.simulator.market.quoted_market import QuotedMarket as QuotedMarket
from forexai_mt5.simulator.market.reference import reference_symbols as reference_symbols
from forexai_mt5.simulator.market.symbols import Symbol as Symbol
from forexai_mt5.simulator.server.account_settings import AccountSettings as AccountSettings
from forexai_mt5.simulator.server.policies import Policies as Policies
from forexai_mt5.simulator.terminal.clocks import AcceleratedClock as AcceleratedClock
from forexai_mt5.simulator.terminal.faults import Fault as Fault
from forexai_mt5.simulator.terminal.terminal import Program as Program
from forexai_mt5.simulator.terminal.terminal import Terminal as Terminal
from forexai_mt5.terms.constants import *  # noqa: F403 - 223 names, each of them meant
from forexai_mt5.terms.structures import *  # noqa: F403 - ten of the structures
from forexai_mt5.terms.symbol_structure import SymbolInfo as SymbolInfo

__version__ = "5.0.6231"
"""The version of the official package that this follows."""
