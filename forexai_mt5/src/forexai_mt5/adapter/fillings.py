"""Which filling a symbol's orders get: by execution mode and mask, and tried by ``order_check`` before one is sent."""

from __future__ import annotations

from typing import Any

from forexai_core.errors import OrderRejectedError, RejectionKind
from forexai_core.values.instruments import FillingMode
from forexai_mt5.adapter.instruments import filling_modes
from forexai_mt5.adapter.session import TerminalSession
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["Fillings"]

_CODES = {
    FillingMode.FOK: c.ORDER_FILLING_FOK,
    FillingMode.IOC: c.ORDER_FILLING_IOC,
    FillingMode.RETURN: c.ORDER_FILLING_RETURN,
}


class Fillings:
    """Chooses fillings, and remembers what a server takes.

    Parameters
    ----------
    session : TerminalSession
        With the terminal.
    """

    def __init__(self, session: TerminalSession) -> None:
        self._session = session
        self._proven: dict[str, int] = {}
        self._refused: dict[str, set[int]] = {}

    def _candidates(self, info: SymbolInfo) -> list[int]:
        # A mask that allows nothing is a server's mistake as often as not: then all are tried.
        stated = filling_modes(info) or (FillingMode.FOK, FillingMode.IOC, FillingMode.RETURN)
        refused = self._refused.get(info.name, set())
        return [code for code in map(_CODES.__getitem__, stated) if code not in refused]

    async def choose(self, info: SymbolInfo, request: dict[str, Any]) -> int:
        """Give the filling of a market order; that of a pending one is always return.

        Raises
        ------
        OrderRejectedError
            If the server takes none.
        """
        if request["action"] == c.TRADE_ACTION_PENDING:
            return c.ORDER_FILLING_RETURN
        if info.name in self._proven:
            return self._proven[info.name]
        for filling in self._candidates(info):
            checked = await self._session.ask("order_check", {**request, "type_filling": filling})
            if checked.retcode == c.TRADE_RETCODE_INVALID_FILL:
                continue
            if checked.retcode == 0:
                self._proven[info.name] = filling
            return filling
        raise OrderRejectedError(
            f"{info.name}: the server takes no filling (execution {info.trade_exemode}, mask {info.filling_mode}).",
            code=c.TRADE_RETCODE_INVALID_FILL,
        )

    def refuse(self, info: SymbolInfo, filling: int) -> OrderRejectedError:
        """Take note that the server refused an order for its filling, and make the error of it.

        The same order is never sent twice. But while there is another filling, the error asks for a new one: it
        certainly was not executed.
        """
        self._proven.pop(info.name, None)
        refused = self._refused.setdefault(info.name, set())
        again = filling not in refused
        refused.add(filling)
        kind = RejectionKind.BUSY if again and self._candidates(info) else RejectionKind.FINAL
        return OrderRejectedError(
            f"{info.name}: the server refused the filling {filling} (execution {info.trade_exemode}, mask "
            f"{info.filling_mode}).",
            code=c.TRADE_RETCODE_INVALID_FILL,
            kind=kind,
        )
