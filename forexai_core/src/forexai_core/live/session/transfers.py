"""Money that is moved to an account or from it while a session trades there: neither a gain nor a loss."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from forexai_core.errors import BrokerUnreachableError, IntegrityError
from forexai_core.live.session.decisions import DecisionBook
from forexai_core.ports.broker import Broker, Transfer, TransferBroker, TransferKind
from forexai_core.risk.control import RiskControl
from forexai_core.values.accounts import AccountState

__all__ = ["Transfers", "follow"]

AnswerT = TypeVar("AnswerT")
_ROUNDS = 3  # of asking anew: money that keeps moving is taken note of at the next question


class Ask(Protocol):
    """Asks the venue in time."""

    async def __call__(self, question: Awaitable[AnswerT]) -> AnswerT | None:
        """Give its answer; None where it does not answer."""
        ...


def follow(moved: Iterable[Transfer], control: RiskControl, book: DecisionBook, new_limits: Iterable[str]) -> None:
    """Let risk follow what was moved, and note it in the account's journal.

    Parameters
    ----------
    moved : iterable of Transfer
        Not told before.
    control : RiskControl
        Of the account.
    book : DecisionBook
        Where it is noted.
    new_limits : iterable of str
        Limits that began after it was moved, with what the account has now: they do not move with it.
    """
    for each in moved:
        control.move_money(each.amount, credit=each.kind is TransferKind.CREDIT)
        for name in new_limits:
            control.watch.marks[name].move(-each.amount)
        book.note(
            "transfer",
            each.time_ns,
            {"transfer": str(each.transfer), "amount": each.amount, "as": str(each.kind)},
        )


class Transfers:
    """Tells each deposit, withdrawal and credit once, over restarts too.

    Parameters
    ----------
    broker : Broker
        One that is no :class:`TransferBroker` tells nothing: there they count as gains and losses.
    ask : callable
        How it is asked.
    margin_ns : int
        By how much the venue's clock may differ, nanoseconds.
    """

    def __init__(self, broker: Broker, ask: Ask, margin_ns: int) -> None:
        self._broker, self._ask, self._margin_ns = broker, ask, margin_ns
        self._since_ns = 0
        self._known: set[int] = set()  # all of them: they are few, and a clock that is set back shows old ones again

    @property
    def begun(self) -> bool:
        """Whether it is known what the account began with."""
        return bool(self._since_ns)

    async def begin(self, now_ns: int) -> None:
        """Take what was moved so far for known: the account begins with it.

        Raises
        ------
        BrokerUnreachableError
            If the venue does not answer.
        """
        self._since_ns = now_ns
        found = await self._read(now_ns)
        if found is None:
            raise BrokerUnreachableError("The venue does not say what was deposited and withdrawn. Start again later.")
        self._known = {each.transfer for each in found}

    async def fresh(self, now_ns: int) -> list[Transfer]:
        """Give what was moved and not told yet, oldest first; nothing where the venue cannot be asked."""
        read = await self._read(now_ns)
        if read is None:
            return []
        found = {each.transfer: each for each in read if each.transfer not in self._known}
        self._known |= found.keys()
        self._since_ns = now_ns
        return sorted(found.values(), key=lambda each: (each.time_ns, each.transfer))

    async def with_state(self, state: AccountState, now_ns: int) -> tuple[AccountState, list[Transfer]]:
        """Give what was moved, and how the account stands with all of that in it.

        Parameters
        ----------
        state : AccountState
            Read before.
        now_ns : int
            Nanoseconds UTC.
        """
        moved: list[Transfer] = []
        for _ in range(_ROUNDS):
            fresh = await self.fresh(now_ns)
            if not fresh:
                break
            moved += fresh
            state = await self._ask(self._broker.account()) or state  # read before, it may be without them
        return state, moved

    async def _read(self, now_ns: int) -> Sequence[Transfer] | None:
        if not isinstance(self._broker, TransferBroker):
            return ()
        start_ns, stop_ns = min(self._since_ns, now_ns), max(self._since_ns, now_ns)
        return await self._ask(self._broker.transfers(start_ns - self._margin_ns, stop_ns + self._margin_ns))

    def to_dict(self) -> dict[str, Any]:
        """Write what is known as plain values for JSON."""
        return {"since_ns": str(self._since_ns), "known": [str(each) for each in sorted(self._known)]}

    def restore(self, plain: Mapping[str, Any]) -> None:
        """Go on from what :meth:`to_dict` wrote.

        Raises
        ------
        IntegrityError
            If it is something else.
        """
        try:
            self._since_ns = int(plain["since_ns"])
            self._known = {int(each) for each in plain["known"]}
        except (KeyError, TypeError, ValueError) as problem:
            raise IntegrityError(
                f"What was deposited and withdrawn cannot be read ({problem!r}). Restore the journal from a backup."
            ) from problem
