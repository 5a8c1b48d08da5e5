"""One look at a venue: what it shows of orders, positions, deals and the account."""

from __future__ import annotations

import asyncio

import attrs

from forexai_core.errors import BrokerUnreachableError
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import Deal, OrderState
from forexai_core.values.positions import Position
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["Snapshot", "look"]


@attrs.frozen(kw_only=True)
class Snapshot:
    """What a venue showed.

    Attributes
    ----------
    began_ns : int
        When the look began, by the monotonic clock: what was sent later is not in it.
    time_ns : int
        Likewise, nanoseconds UTC.
    account : AccountState
        Of one login from the first question to the last.
    orders : tuple of OrderState
        What works.
    positions : tuple of Position
        What is open.
    deals : tuple of Deal
        From ``history_from_ns`` on, each ticket once, oldest first.
    history_from_ns : int
        How far back the deals reach.
    """

    began_ns: int
    time_ns: int
    account: AccountState
    orders: tuple[OrderState, ...]
    positions: tuple[Position, ...]
    deals: tuple[Deal, ...]
    history_from_ns: int

    @property
    def login(self) -> str:
        """Of which account it is."""
        return self.account.login


async def look(broker: Broker, clock: Clock, *, history_from_ns: int, timeout_s: float) -> Snapshot:
    """Look at a venue.

    Orders are read first and deals last: what is filled meanwhile is seen as a deal at least, never as nothing.

    Raises
    ------
    BrokerError
        If the venue does not answer, or the login changed meanwhile.
    TimeoutError
        If it takes longer than ``timeout_s``.
    """
    began_ns, time_ns = clock.monotonic_ns(), clock.now_ns()
    async with asyncio.timeout(timeout_s):
        before = await broker.account()
        orders = await broker.orders()
        positions = await broker.positions()
        # A venue's clock may be ahead of ours, and its last deals must not be cut off.
        stop_ns = max(time_ns, before.time_ns) + NS_PER_DAY
        deals = await broker.history(history_from_ns, stop_ns)
        account = await broker.account()
    if account.login != before.login:
        raise BrokerUnreachableError(
            f"The login changed from '{before.login}' to '{account.login}' during a look at the venue; look again."
        )
    return Snapshot(
        began_ns=began_ns,
        time_ns=time_ns,
        account=account,
        orders=tuple({each.order: each for each in orders}.values()),
        positions=tuple({each.position: each for each in positions}.values()),
        deals=tuple({each.deal: each for each in deals}.values()),
        history_from_ns=history_from_ns,
    )
