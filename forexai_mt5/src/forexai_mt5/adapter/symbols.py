"""The symbols of a terminal: found by our names, put into the Market Watch, described and quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, RejectionKind, did_you_mean
from forexai_core.ports.broker import EVERY_SYMBOL
from forexai_core.ports.clock import Clock
from forexai_core.values.instruments import Instrument
from forexai_core.values.timeframes import NS_PER_SECOND
from forexai_mt5.adapter.instruments import instrument_of
from forexai_mt5.adapter.names import SymbolNames
from forexai_mt5.adapter.session import TerminalSession
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import Tick
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["Symbols"]

_MISSING = frozenset({c.RES_E_NOT_FOUND, c.RES_E_FAIL})
_FRESH_NS = 60 * NS_PER_SECOND
_LOOKS, _LOOK_S = 10, 0.1
_SHOWN = (True,)  # by its place: the package takes no name for it


class Symbols:
    """What can be traded there.

    Parameters
    ----------
    session : TerminalSession
        With the terminal.
    clock : Clock
        For waiting, and for how old a description may be.
    given : mapping of str to str
        The broker's name of our symbols where it differs by more than an ending.
    suffix : str or None
        The ending; None finds it.
    """

    def __init__(self, session: TerminalSession, clock: Clock, *, given: Mapping[str, str], suffix: str | None) -> None:
        self._session, self._clock, self._given, self._suffix = session, clock, given, suffix
        self._names: SymbolNames | None = None
        self._shown: tuple[str, ...] = ()
        self._infos: dict[str, tuple[int, SymbolInfo]] = {}

    async def load(self) -> None:
        """Read all symbols; names are only found among what is there.

        Raises
        ------
        BrokerUnreachableError
            If they cannot be read.
        ConfigError
            If the names do not fit the settings.
        """
        infos: Sequence[SymbolInfo] = await self._session.ask("symbols_get")
        found = {info.name: info.trade_mode != c.SYMBOL_TRADE_MODE_DISABLED for info in infos}
        self._names = SymbolNames(found, given=self._given, suffix=self._suffix)
        now_ns = self._clock.monotonic_ns()
        self._infos = {info.name: (now_ns, info) for info in infos}
        self._shown = tuple(info.name for info in infos if info.select)

    @property
    def names(self) -> SymbolNames:
        """Both kinds of names.

        Raises
        ------
        BrokerUnreachableError
            If the symbols were not read yet.
        """
        if self._names is None:
            raise BrokerUnreachableError("The terminal's symbols were not read yet. Connect first.")
        return self._names

    @property
    def watched(self) -> tuple[str, ...]:
        """The broker's names of what stood in the Market Watch."""
        return self._shown

    def ours(self, theirs: str) -> str:
        """Give our name of a broker's symbol."""
        return self.names.ours(theirs)

    def theirs(self, name: str) -> str:
        """Give the broker's name of a symbol of ours.

        Raises
        ------
        OrderRejectedError
            If there is none.
        """
        found = self.names.theirs(name)
        if found is None:
            near = did_you_mean(name, [self.ours(each) for each in self._infos])
            raise OrderRejectedError(
                f"The terminal has no symbol '{name}' (ending '{self.names.suffix}'). {near}",
                code=c.TRADE_RETCODE_INVALID,
            )
        return found

    async def info(self, theirs: str) -> SymbolInfo:
        """Describe a symbol of theirs, not older than a minute.

        Raises
        ------
        BrokerUnreachableError
            If the terminal does not answer.
        """
        kept = self._infos.get(theirs)
        if kept is not None and self._clock.monotonic_ns() - kept[0] < _FRESH_NS:
            return kept[1]
        info: SymbolInfo = await self._session.ask("symbol_info", theirs)
        self._infos[theirs] = (self._clock.monotonic_ns(), info)
        return info

    async def select(self, theirs: str) -> None:
        """Put a symbol into the Market Watch: only there it is quoted and traded.

        Raises
        ------
        BrokerUnreachableError
            If the terminal does not do it.
        """
        if not await self._session.ask("symbol_select", theirs, *_SHOWN):
            raise BrokerUnreachableError(f"The terminal does not show {theirs} in its Market Watch. Show it by hand.")
        if theirs in self._infos:  # a hidden symbol was described without its prices
            self._infos[theirs] = (-_FRESH_NS, self._infos[theirs][1])
        if theirs not in self._shown:
            self._shown += (theirs,)

    async def refresh(self) -> None:
        """Describe what is shown anew, where the description is old."""
        for name in self._shown:
            await self.info(name)

    async def last_tick(self, theirs: str) -> Tick | None:
        """Give the last tick of a symbol; None where there is none."""
        tick: Tick | None = await self._session.ask("symbol_info_tick", theirs, missing=_MISSING)
        return tick if tick is not None and tick.bid > 0.0 and tick.ask > 0.0 and tick.time_msc > 0 else None

    async def tick(self, theirs: str) -> Tick:
        """Give the last tick of a symbol; one that is not shown is put into the Market Watch first.

        Raises
        ------
        OrderRejectedError
            If no price comes.
        """
        tick = await self.last_tick(theirs)
        if tick is not None:
            return tick
        await self.select(theirs)
        for _ in range(_LOOKS):
            tick = await self.last_tick(theirs)
            if tick is not None:
                return tick
            await self._clock.sleep(_LOOK_S)
        raise OrderRejectedError(
            f"{theirs} has no price: its market has not opened since the terminal was started, or it is not quoted.",
            code=c.TRADE_RETCODE_PRICE_OFF,
            kind=RejectionKind.PRICE,
        )

    def ending_daily(self) -> tuple[frozenset[str], frozenset[str]]:
        """Name, as we do, the symbols whose orders the server removes at the end of its day, and of these stops.

        By ``SYMBOL_ORDER_GTC_MODE``: daily removes orders, stops and targets; daily without stops leaves the two.
        """
        modes = {name: info.order_gtc_mode for name, (_, info) in self._infos.items()}
        orders = [name for name, mode in modes.items() if mode != c.SYMBOL_ORDERS_GTC]
        return self._named(orders), self._named([name for name in orders if modes[name] == c.SYMBOL_ORDERS_DAILY])

    def _named(self, theirs: Sequence[str]) -> frozenset[str]:
        """Give our names of symbols; one name where it is all of them."""
        return frozenset({EVERY_SYMBOL} if theirs and len(theirs) == len(self._infos) else map(self.ours, theirs))

    def instruments(self, names: Sequence[str] = ()) -> tuple[Instrument, ...]:
        """Give the contracts of what is shown in the Market Watch, or of some names of ours."""
        wanted = [self.theirs(name) for name in names] if names else self._shown
        return tuple(instrument_of(self._infos[each][1], self.ours(each)) for each in wanted if each in self._infos)
