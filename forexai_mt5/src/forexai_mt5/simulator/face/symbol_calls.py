"""The functions about symbols."""

from __future__ import annotations

from typing import Any

from forexai_mt5.simulator.face.arguments import check_count, symbol_argument
from forexai_mt5.simulator.face.connection import Connection, call
from forexai_mt5.simulator.face.groups import matches
from forexai_mt5.simulator.face.symbol_views import book_view, symbol_view, tick_view
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import CallError
from forexai_mt5.terms.structures import BookInfo, Tick
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["SymbolCalls"]


class SymbolCalls(Connection):
    """Symbols, their last prices, the Market Watch and the depth of market."""

    def found(self, name: str, code: int | None = None) -> Symbol:
        """Find a symbol of the terminal.

        Raises
        ------
        CallError
            If there is none of that name; names are taken letter for letter.
        """
        terminal = self.attached()
        symbol = terminal.symbols.get(name)
        if symbol is None:
            raise CallError(terminal.policies.unknown_symbol if code is None else code)
        return symbol

    def _one(self, name: str, args: tuple[Any, ...]) -> Symbol:
        check_count(args, 1)
        asked = symbol_argument(args[0])
        self.enter(name)
        return self.found(asked)

    @call()
    def symbols_total(self, *args: Any) -> int | None:
        """Return the number of all available symbols."""
        check_count(args, 0)
        self.enter("symbols_total")
        return len(self.attached().symbols)

    def symbols_get(self, *args: Any, **kwargs: Any) -> tuple[SymbolInfo, ...] | bool | None:
        """Return all available symbols or filtered by group."""
        if len(args) > 1:
            self.error = (c.RES_E_INVALID_PARAMS, "Invalid number of arguments")
            return False  # as the library does, which gives None everywhere else
        return self._symbols(args[0] if args else kwargs.get("group"))

    @call()
    def _symbols(self, group: object) -> tuple[SymbolInfo, ...] | None:
        if group is not None and not isinstance(group, str):
            raise CallError(c.RES_E_INVALID_PARAMS, 'Invalid "group" argument')
        server, terminal = self.enter("symbols_get"), self.attached()
        chosen = [s for s in terminal.symbols.values() if group is None or matches(group, s.name)]
        return tuple(symbol_view(server, terminal.charts, s, selected=s.name in terminal.watched) for s in chosen)

    @call()
    def symbol_info(self, *args: Any) -> SymbolInfo | None:
        """Return full information for specified symbol."""
        symbol, terminal = self._one("symbol_info", args), self.attached()
        return symbol_view(terminal.server, terminal.charts, symbol, selected=symbol.name in terminal.watched)

    @call()
    def symbol_info_tick(self, *args: Any) -> Tick | None:
        """Return current prices of specified symbol."""
        symbol, terminal = self._one("symbol_info_tick", args), self.attached()
        if symbol.name not in terminal.watched and not terminal.policies.tick_of_hidden:
            raise CallError(terminal.policies.unknown_symbol)
        return tick_view(terminal.server, symbol)

    @call(failure=False)
    def symbol_select(self, *args: Any) -> bool:
        """Select symbol in Market Watch window or remove symbol from the window."""
        check_count(args, 1, 2)
        asked = symbol_argument(args[0])
        server, enable = self.enter("symbol_select"), bool(args[1]) if len(args) > 1 else True
        symbol, terminal = self.found(asked), self.attached()
        if enable:
            terminal.watched.add(symbol.name)
        elif symbol.name in server.concerned():
            raise CallError(c.RES_E_FAIL)  # it cannot go while something is open or ordered on it
        else:
            terminal.watched.discard(symbol.name)
        return True

    @call(failure=False)
    def market_book_add(self, *args: Any) -> bool:
        """Open the Depth of Market of a symbol."""
        symbol = self._one("market_book_add", args)
        if not symbol.book_depth:
            raise CallError(c.RES_E_FAIL)
        self.attached().books_open.add(symbol.name)
        return True

    @call(failure=False)
    def market_book_release(self, *args: Any) -> bool:
        """Close the Depth of Market of a symbol."""
        symbol, opened = self._one("market_book_release", args), self.attached().books_open
        if symbol.name not in opened:
            raise CallError(c.RES_E_FAIL)
        opened.discard(symbol.name)
        return True

    @call()
    def market_book_get(self, *args: Any) -> tuple[BookInfo, ...] | None:
        """Return the Depth of Market of a symbol."""
        symbol, terminal = self._one("market_book_get", args), self.attached()
        if symbol.name not in terminal.books_open:
            raise CallError(c.RES_E_FAIL)
        return book_view(terminal.server, symbol, terminal.policies.book_lots)
