"""One client id is one order: what was asked for under it, and what became of that."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

import attrs

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError
from forexai_core.values.orders import OrderState

__all__ = ["Submissions"]

_KEPT = 20_000


@attrs.frozen(eq=False)
class _Submission:
    body: Hashable
    work: asyncio.Task[OrderState]


class Submissions:
    """Lets each id through once."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Submission] = OrderedDict()

    async def once(
        self,
        client_id: str,
        body: Hashable,
        send: Callable[[], Awaitable[OrderState]],
        find: Callable[[OrderState | None], Awaitable[OrderState | None]],
    ) -> OrderState:
        """Do something under an id, the first time; later tell how that stands.

        Parameters
        ----------
        client_id : str
            The id.
        body : hashable
            What is asked for: another one under the same id is refused.
        send : callable
            Does it. It goes on when who asked gives up waiting: the id is used up from its beginning on.
        find : callable
            ``await find(state)`` looks how the order stands, where it was answered before, or for an order of which
            nothing is known (None).

        Raises
        ------
        OrderRejectedError
            If the id was used for something else, or what it was used for was refused.
        BrokerUnreachableError
            If it certainly was not sent: the id may be used again.
        OrderStateUnknownError
            If nobody knows.
        """
        known = self._known.get(client_id)
        if known is None or _was_not_sent(known.work):
            known = _Submission(body, asyncio.ensure_future(_run(send)))
            known.work.add_done_callback(_look_at)
            self._known[client_id] = known
            self._forget()
            return await asyncio.shield(known.work)
        if known.body != body:
            raise OrderRejectedError(f"The id '{client_id}' was used for another order. Give each order its own.")
        try:
            state = await asyncio.shield(known.work)
        except OrderStateUnknownError:
            found = await find(None)
            if found is None:
                raise
            return found
        return await find(state) or state

    def _forget(self) -> None:
        while len(self._known) > _KEPT and next(iter(self._known.values())).work.done():
            self._known.popitem(last=False)

    async def settle(self) -> None:
        """Wait until everything that was begun has come to its end."""
        await asyncio.gather(*(each.work for each in self._known.values()), return_exceptions=True)


async def _run(send: Callable[[], Awaitable[OrderState]]) -> OrderState:
    return await send()


def _was_not_sent(work: asyncio.Task[OrderState]) -> bool:
    return work.done() and not work.cancelled() and isinstance(work.exception(), BrokerUnreachableError)


def _look_at(work: asyncio.Task[OrderState]) -> None:
    """Look at an error that nobody may be left to hear: the desk has written down that the order is unknown."""
    if not work.cancelled():
        work.exception()
