"""What every store of halts has to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from forexai_core.errors import ConfigError, NotFoundError
from forexai_core.ports.halts import Halt, HaltBoard, Halts, HaltScope
from forexai_core.testing.ports.verdicts import refused, require, soon

__all__ = ["HaltsSuite"]

_ALL = Halt(scope=HaltScope.PLATFORM, time_ns=1, by="Ada", reason="enough")
_MAIN = Halt(scope=HaltScope.ACCOUNT, name="main", time_ns=2, by="Ada", reason="margin")
_TREND = Halt(scope=HaltScope.STRATEGY, name="main", time_ns=3, by="a rule", reason="losses", flatten=True)


async def _lift(halts: Halts, halt: Halt, *, by: str = "Bob", reason: str = "looked at") -> HaltBoard:
    return await halts.rearm(halt.scope, halt.name, by=by, reason=reason, time_ns=9)


@pytest.mark.asyncio
class HaltsSuite:
    """Rules of `forexai_core.ports.halts.Halts`."""

    @pytest.fixture
    def halts(self) -> Halts:
        """Give a store in which nothing was ever halted."""
        raise NotImplementedError("Give a fixture 'halts'.")

    @pytest.fixture
    def another(self) -> Callable[[], Halts]:
        """Give a function that opens the same store once more; one in memory may return itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    async def test_at_first_nothing_is_halted(self, halts: Halts) -> None:
        """An empty board, and no change made."""
        require(await halts.read() == HaltBoard(number=0), "a fresh board is not empty")
        require(not await halts.history(), "a fresh store has a history")

    async def test_a_halt_stands_for_everybody(self, halts: Halts, another: Callable[[], Halts]) -> None:
        """At once, and after a restart, with all that it says."""
        board = await halts.halt(_TREND)
        require(board == HaltBoard(number=1, halts=(_TREND,)), f"the answer is {board}")
        require(await halts.read() == board, "the board is not the one that was answered")
        require(await another().read() == board, "another store does not show the halt")

    async def test_scopes_and_names_are_apart(self, halts: Halts) -> None:
        """The same name in another scope is another halt; they stand in the order in which they were given."""
        for halt in (_TREND, _ALL, _MAIN):
            await halts.halt(halt)
        require((await halts.read()).halts == (_TREND, _ALL, _MAIN), "not every halt stands, in its order")
        await _lift(halts, _MAIN)
        require((await halts.read()).halts == (_TREND, _ALL), "lifting one halt lifted another")

    async def test_a_later_halt_replaces_an_earlier_one(self, halts: Halts) -> None:
        """Of the same scope and name: one of them stands, the later."""
        await halts.halt(_MAIN)
        later = Halt(scope=HaltScope.ACCOUNT, name="main", time_ns=5, by="Bob", reason="again")
        board = await halts.halt(later)
        require(board == HaltBoard(number=2, halts=(later,)), f"the board is {board}")

    async def test_flattening_is_not_lost(self, halts: Halts) -> None:
        """A later halt that would not flatten does where the one that stands does; once lifted, that is over."""
        await halts.halt(_TREND)
        mild = Halt(scope=HaltScope.STRATEGY, name="main", time_ns=6, by="Bob", reason="more")
        (halt,) = (await halts.halt(mild)).halts
        require(halt.flatten and halt.by == "Bob", "a later halt took the flattening back")
        await _lift(halts, mild)
        (halt,) = (await halts.halt(mild)).halts
        require(not halt.flatten, "a lifted halt still flattens")

    async def test_a_person_arms_again(self, halts: Halts, another: Callable[[], Halts]) -> None:
        """The halt is gone for everybody, and who lifted it is known."""
        await halts.halt(_ALL)
        board = await _lift(halts, _ALL)
        require(board == HaltBoard(number=2), f"the board is {board}")
        require(await another().read() == board, "another store still shows the halt")
        last = (await another().history())[-1]
        require(
            (last.lifted, last.halt, last.by, last.reason, last.time_ns) == (True, _ALL, "Bob", "looked at", 9),
            f"the record is {last}",
        )

    async def test_nobody_arms_again_namelessly(self, halts: Halts) -> None:
        """Who, and why, must be said; else the halt stands."""
        await halts.halt(_ALL)
        for by, reason in (("", "because"), ("Bob", " ")):
            with refused(ConfigError, f"arming again by {by!r} for {reason!r}"):
                await _lift(halts, _ALL, by=by, reason=reason)
        require((await halts.read()).halts == (_ALL,), "a refused arming lifted the halt")

    async def test_what_is_not_halted_is_not_lifted(self, halts: Halts) -> None:
        """It is an error, and no change."""
        await halts.halt(_MAIN)
        with refused(NotFoundError, "lifting a halt that nobody gave"):
            await _lift(halts, _TREND)
        await _lift(halts, _MAIN)
        with refused(NotFoundError, "lifting a halt twice"):
            await _lift(halts, _MAIN)
        require((await halts.read()).number == 2, "a refused change was counted")

    async def test_every_change_is_kept(self, halts: Halts, another: Callable[[], Halts]) -> None:
        """Numbered from 1 without holes, oldest first; the board has the number of the last."""
        await halts.halt(_ALL)
        await halts.halt(_MAIN)
        await _lift(halts, _ALL)
        board = await halts.halt(_TREND)
        history = await another().history()
        require([each.number for each in history] == [1, 2, 3, 4] and board.number == 4, "changes are not numbered")
        got = [(each.halt, each.lifted) for each in history]
        require(got == [(_ALL, False), (_MAIN, False), (_ALL, True), (_TREND, False)], f"the history is {got}")
        require([each.by for each in history] == ["Ada", "Ada", "Bob", "a rule"], "it is not said who")

    async def test_changes_at_once_are_all_kept(self, halts: Halts, another: Callable[[], Halts]) -> None:
        """Nobody's halt is lost because somebody else gave one at the same time."""
        stores = [halts, another(), another()]
        given = [
            Halt(scope=HaltScope.STRATEGY, name=f"s{number}", time_ns=number, by="Ada", reason="at once")
            for number in range(12)
        ]
        await soon(
            asyncio.gather(*(stores[number % 3].halt(halt) for number, halt in enumerate(given))), "twelve halts"
        )
        for store in stores:
            board = await store.read()
            require(board.number == 12 and set(board.halts) == set(given), f"{len(board.halts)} of twelve stand")
