"""What the terminal shows, as the core asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from forexai_core.errors import BrokerUnreachableError
from forexai_core.ports.broker import Quote, Transfer
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import Deal, OrderState
from forexai_core.values.positions import Position
from forexai_mt5.adapter.identity import Identity
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.terms.structures import AccountInfo

__all__ = ["Reading", "Seen"]


@attrs.frozen(kw_only=True)
class Seen:
    """The account, and whether the terminal has a connection to its server.

    Attributes
    ----------
    info : AccountInfo
        As the package gives it.
    state : AccountState
        As the core has it.
    connected : bool
        If not, everything that is shown is as old as the connection.
    """

    info: AccountInfo
    state: AccountState
    connected: bool


class Reading:
    """Reads one account.

    Parameters
    ----------
    venue : Venue
        Of which.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    async def account(self) -> Seen:
        """Look at the account, and insist that it is the one that is meant."""
        info = await self._venue.session.account()
        terminal = await self._venue.session.ask("terminal_info")
        await self._venue.see_time()
        return Seen(info=info, state=self._state(info), connected=terminal.connected)

    async def trusted(self) -> AccountState:
        """Look at the account as its server has it.

        Raises
        ------
        BrokerUnreachableError
            If the terminal has no connection to the server: what it shows may be long past.
        """
        seen = await self.account()
        if not seen.connected:
            raise BrokerUnreachableError("The terminal has no connection to the server: what it shows is past.")
        return seen.state

    def _state(self, info: AccountInfo) -> AccountState:
        return AccountState(
            time_ns=self._venue.clock.now_ns(),
            currency=info.currency.upper(),
            balance=info.balance,
            equity=info.equity,
            margin=info.margin,
            login=Identity.of(info).name,
        )

    async def positions(self) -> Sequence[Position]:
        """List what is open."""
        return tuple(self._venue.views.position(each) for each in await self._venue.positions())

    async def orders(self) -> Sequence[OrderState]:
        """List the orders that work."""
        found = [self._venue.views.order(each) for each in await self._venue.session.ask("orders_get")]
        return tuple(each for each in found if each is not None and each.status.working)

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List the deals of ``[start_ns, stop_ns)``, oldest first."""
        deals = self._venue.views.deals(await self._venue.deals(start_ns, stop_ns))
        chosen = [each for each in deals if start_ns <= each.time_ns < stop_ns]
        return tuple(sorted(chosen, key=lambda each: (each.time_ns, each.deal)))

    async def transfers(self, start_ns: int, stop_ns: int) -> Sequence[Transfer]:
        """List the deposits, withdrawals and credits of ``[start_ns, stop_ns)``, oldest first."""
        moved = self._venue.views.transfers(await self._venue.deals(start_ns, stop_ns))
        chosen = [each for each in moved if start_ns <= each.time_ns < stop_ns]
        return tuple(sorted(chosen, key=lambda each: (each.time_ns, each.transfer)))

    async def quote(self, symbol: str) -> Quote:
        """Give the last quote of a symbol of ours."""
        tick = await self._venue.symbols.tick(self._venue.symbols.theirs(symbol))
        self._venue.clock.see(tick)
        return Quote(
            symbol=symbol, time_ns=self._venue.clock.utc_ns(tick.time_msc), bid=tick.bid, ask=max(tick.ask, tick.bid)
        )
