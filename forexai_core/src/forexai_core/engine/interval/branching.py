"""Every path through one bar: a graph of the states that prices can lead to, explored by the ledger itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.interval.axes import HIGH, LOW, Axis, Bar, axes_of
from forexai_core.engine.interval.bench import Bench
from forexai_core.engine.interval.forks import Branch, Fork, Sameness, money_of, with_money
from forexai_core.engine.interval.jumps import Jumps
from forexai_core.engine.state.records import NO_PRICE
from forexai_core.errors import ForexAIError

__all__ = ["BarPaths", "Doubts", "TooManyPathsError"]

_BOTH = HIGH | LOW
_NO_MONEY = 4  # index into records.REFUSALS


class TooManyPathsError(ForexAIError):
    """More may have happened than the search follows."""


@attrs.define
class Doubts:
    """What makes the bounds of a search an estimate, as far as it has come."""

    money: bool = False
    """A stop-out or the margin of an order may turn on money that differs from path to path."""
    entries: bool = False
    """A jump may move the price at which something opens, and what follows depends on it."""
    compensated: bool = False
    """A negative balance was made good, which depends on how negative it is."""


@attrs.frozen
class _Node:
    """A state at a place of the bar."""

    fork: Fork
    at: tuple[int, ...]  # price on each axis
    flags: tuple[int, ...]  # extremes touched on each axis
    worst: float  # equity at the worst prices of the bar, less the state's money


class BarPaths:
    """The graph of one bar, from the state after its open.

    Parameters
    ----------
    bench : Bench
        Where states are tried.
    event : int
        The bar.
    fixed_spread : int or None
        Points by which the ask always lies above the bid; None where it moves by itself.
    sameness : Sameness
        When two states are one.
    jumps : Jumps
        What a price that jumps may cost.
    limit : int
        How many states of the bar are followed.
    alone : bool
        Whether no other symbol binds margin of the account.
    """

    def __init__(
        self,
        bench: Bench,
        event: int,
        *,
        fixed_spread: int | None,
        sameness: Sameness,
        jumps: Jumps,
        limit: int,
        alone: bool,
    ) -> None:
        self._bench, self._event, self._sameness, self._jumps, self._limit = bench, event, sameness, jumps, limit
        self._exact = alone and jumps.points == 0
        self._bar = Bar(*bench.quotes(event))
        self._axes = axes_of(self._bar, fixed_spread)
        self._nodes: list[_Node] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self._edges: list[list[tuple[int, float, float]]] = []
        self._margins: list[tuple[int, float]] = []  # from which node, and what free margin an order left
        self._refusals: list[int] = []  # from which node an order was refused for want of margin
        self._ends: dict[bytes, tuple[Fork, list[tuple[int, float]]]] = {}
        self._closed: dict[bytes, tuple[bytes, float]] = {}
        self._end_ns = int(bench.market.end_ns[event])

    def outcomes(self, branch: Branch, doubts: Doubts) -> list[Branch]:
        """Follow every path from a state after the bar's open to its close.

        Raises
        ------
        TooManyPathsError
            If there are more states than the limit.
        """
        at = tuple(axis.open for axis in self._axes)
        flags = tuple(axis.touched(axis.open, 0) for axis in self._axes)
        self._bench.load(branch.fork)
        worst = self._tick(at) - money_of(branch.fork)
        self._add(_Node(self._bench.save(), at, flags, worst))
        done = 0
        while done < len(self._nodes):
            self._expand(done, doubts)
            done += 1
        return self._settle(branch, doubts)

    def _quotes(self, at: tuple[int, ...]) -> tuple[int, int]:
        spread = self._axes[0].ask_offset
        return (at[0], at[1]) if spread is None else (at[0], at[0] + spread)

    def _tick(self, at: tuple[int, ...]) -> float:
        return self._bench.tick(self._event, *self._quotes(at))

    def _add(self, node: _Node) -> int:
        """Give the number of a node, a new one where it is new."""
        key = (self._sameness.key(node.fork), node.at, node.flags)
        number = self._numbers.get(key)
        if number is not None:
            return number
        if len(self._nodes) >= self._limit:
            raise TooManyPathsError("one bar allows more outcomes than are followed")
        self._numbers[key] = len(self._nodes)
        self._nodes.append(node)
        self._edges.append([])
        return len(self._nodes) - 1

    def _expand(self, number: int, doubts: Doubts) -> None:
        """Find every way on from a node."""
        node = self._nodes[number]
        symbol = node.fork.symbols[self._bench.symbol]
        zones = [axis.zone(symbol) for axis in self._axes]
        active = [low >= axis.low or high <= axis.high for axis, (low, high) in zip(self._axes, zones, strict=True)]
        for place, axis in enumerate(self._axes):
            if active[place]:
                for price in self._goals(node, axis, place, zones[place]):
                    self._move(number, place, price, zones, active, doubts)
        due = self._wait(number)
        ready = not due and all(
            not active[place] or (node.flags[place] == _BOTH and zones[place][0] < axis.close < zones[place][1])
            for place, axis in enumerate(self._axes)
        )
        if ready:
            self._end(number)

    def _goals(self, node: _Node, axis: Axis, place: int, zone: tuple[int, int]) -> Iterator[int]:
        """Give the prices to which an axis can go next: the nearest at which something happens, and the extremes."""
        here, (low, high) = node.at[place], zone
        for bound, extreme, mark, way in ((high, axis.high, HIGH, 1), (low, axis.low, LOW, -1)):
            if way * (extreme - bound) < 0:
                if not node.flags[place] & mark:
                    yield extreme
                continue
            first = max(here, bound) if way > 0 else min(here, bound)
            yield from self._onwards(node, axis, first, extreme, way, touched=bool(node.flags[place] & mark))

    def _onwards(self, node: _Node, axis: Axis, first: int, extreme: int, way: int, *, touched: bool) -> Iterator[int]:
        """Give the prices from the first at which something happens: it, and what is reached in one go beyond it."""
        index = self._bench.symbol
        levels = sorted({way * level for level, rising in axis.levels(node.fork, index) if rising == (way > 0)})
        ahead = [way * level for level in levels if level > way * first and level <= way * extreme]
        peaks = None
        # What opened after the extreme was touched need not see it: the peak it leaves the bar with may be any between.
        if not touched and way * first not in levels and not self._sameness.money:
            peaks = _peaks(node.fork, index, axis, first, ahead[0] if ahead else extreme, way)
        yield from [first] if peaks is None else peaks
        reach = way * first + self._jumps.points
        yield from (level for level in ahead if way * level <= reach)

    def _move(
        self,
        number: int,
        place: int,
        price: int,
        zones: list[tuple[int, int]],
        active: list[bool],
        doubts: Doubts,
    ) -> None:
        """Let an axis go to a price, wherever in its zone the other one stands."""
        node, bench = self._nodes[number], self._bench
        flags = list(node.flags)
        flags[place] = self._axes[place].touched(price, flags[place])
        before = money_of(node.fork)
        refused = int(node.fork.account["refused"][0][_NO_MONEY])
        for other in self._elsewhere(node, place, price, zones):
            at = tuple(price if each == place else other for each in range(len(self._axes)))
            bench.load(node.fork)
            worst = self._tick(at)
            fork, deals = bench.save(), bench.deals
            opened = bool((deals["closing"] == 0).any()) if len(deals) else False
            if int(fork.account["refused"][0][_NO_MONEY]) > refused:
                self._refusals.append(number)
            if len(self._axes) > 1 and opened and not active[1 - place]:
                flags[1 - place] = _BOTH  # where it has been meanwhile was not followed: it may have been anywhere
            self._note_opened(number, opened, worst, deals, doubts)
            penalty = self._jumps.penalty(deals, node.fork, self._bar, node.fork.symbols)
            change = money_of(fork) - before
            doubts.compensated |= bool(fork.account["compensated"][0] > node.fork.account["compensated"][0])
            target = self._add(_Node(fork, at, tuple(flags), worst - money_of(fork)))
            self._edges[number].append((target, change - penalty, change))

    def _note_opened(self, number: int, opened: bool, worst: float, deals: NDArray[np.void], doubts: Doubts) -> None:
        """Note what an order that filled left of free margin, and whether a jump may have moved its price."""
        bench, node = self._bench, self._nodes[number]
        slack = bench.slack
        if self._jumps.points and opened:  # it may have filled elsewhere, at other quotes
            margin = float(bench.account["margin"])
            slack -= bench.equity - worst + margin * self._jumps.points / self._jumps.lowest
        if np.isfinite(slack):
            self._margins.append((number, slack - money_of(node.fork)))
        if opened and self._jumps.entry_moves(deals, node.fork):
            trails = bool((node.fork.orders["trail_distance"] > 0).any())
            doubts.entries |= trails or self._sameness.entries

    def _elsewhere(self, node: _Node, place: int, price: int, zones: list[tuple[int, int]]) -> list[int]:
        """Give where the other axis may stand: with orders about, all places that can make a difference."""
        if len(self._axes) == 1:
            return [0]
        axis, other = self._axes[1 - place], 1 - place
        if not len(node.fork.orders) or zones[place][0] < price < zones[place][1]:
            return [node.at[other]]
        jump = self._jumps.points  # at one instant both sides may arrive where something happens, and beyond by a jump
        low, high = max(zones[other][0] - jump, axis.low), min(zones[other][1] + jump, axis.high)
        if low > high:
            return [node.at[other]]
        found = {low, high, node.at[other]}
        for name in ("stop_loss", "take_profit", "price", "limit_price"):
            for level in node.fork.orders[name]:
                found |= {each for each in (level - 1, level, level + 1) if low <= each <= high}
        return sorted(int(each) for each in found)

    def _wait(self, number: int) -> bool:
        """Let time bring what it brings inside the bar: a rollover, an expiry; say whether a rollover must come yet."""
        node, bench = self._nodes[number], self._bench
        account, rollovers = node.fork.account, bench.market.rollovers
        taken = int(account["rollover"][0])
        comes = taken < len(rollovers) and int(rollovers[taken]["time_ns"]) < self._end_ns
        # without a position it charges nothing, but what opens before it is charged, and what opens after it is not
        due = comes and (len(node.fork.positions) > 0 or len(node.fork.orders) > 0)
        if due:
            changes, fork = self._charged(node)
            self._edges[number].append((self._add(attrs.evolve(node, fork=fork)), min(changes), max(changes)))
        expiries = node.fork.orders["expiry_ns"]
        expiring = (expiries > 0) & (expiries < self._end_ns)
        if expiring.any():
            bench.load(node.fork)
            bench.expire(int(expiries[expiring].min()))
            self._edges[number].append((self._add(attrs.evolve(node, fork=bench.save())), 0.0, 0.0))
        return due

    def _charged(self, node: _Node) -> tuple[list[float], Fork]:
        """Let a rollover come; give what it may change, and the state after it.

        A swap that follows the price does so one way or the other with each side, so that its bounds lie at the corners
        of the bar: the price has had time to be anywhere.
        """
        bar, bench = self._bar, self._bench
        corners = {(bid, ask) for bid in (bar.bid_low, bar.bid_high) for ask in (bar.ask_low, bar.ask_high)}
        changes = []
        for bid, ask in sorted(corners) if len(node.fork.positions) else [(bar.bid_open, bar.ask_open)]:
            bench.load(node.fork)
            bench.charge_next(bid, ask)
            changes.append(money_of(bench.save()) - money_of(node.fork))
        return changes, bench.save()

    def _end(self, number: int) -> None:
        """Close the bar at a node from which its close is reached undisturbed."""
        node = self._nodes[number]
        before = self._sameness.key(node.fork)
        if before not in self._closed:
            self._bench.load(node.fork)
            self._bench.close(self._event)
            fork = self._bench.save()
            self._closed[before] = self._sameness.key(fork), money_of(fork) - money_of(node.fork)
            self._ends.setdefault(self._closed[before][0], (fork, []))
        key, change = self._closed[before]
        self._ends[key][1].append((number, change))

    def _settle(self, branch: Branch, doubts: Doubts) -> list[Branch]:
        """Carry least and most money along every way, and note the lowest equity."""
        least = np.full(len(self._nodes), np.inf)
        most = np.full(len(self._nodes), -np.inf)
        least[0] = most[0] = 0.0
        waiting = deque([0])
        while waiting:
            number = waiting.popleft()
            for target, low, high in self._edges[number]:
                lower, higher = round(least[number] + low, 6), round(most[number] + high, 6)
                if lower < least[target] or higher > most[target]:
                    least[target], most[target] = min(lower, least[target]), max(higher, most[target])
                    waiting.append(target)
        money = money_of(branch.fork)
        self._note(money, least)
        for number in self._refusals:  # with more money it might have opened
            known = self._exact and branch.width == 0.0 and most[number] == least[number]
            doubts.money |= not known
        found = []
        for fork, ways in self._ends.values():
            low = min(least[number] + change for number, change in ways)
            high = max(most[number] + change for number, change in ways)
            found.append(Branch(with_money(fork, money + low), round(branch.width + high - low, 6)))
        return found

    def _note(self, money: float, least: NDArray[np.float64]) -> None:
        event, marks = self._event, self._bench.marks
        for node, low in zip(self._nodes, least, strict=True):
            marks.lows[event] = min(marks.lows[event], money + low + node.worst)
            marks.margins[event] = max(marks.margins[event], float(node.fork.account["margin"][0]))
        for number, slack in self._margins:
            marks.slacks[event] = min(marks.slacks[event], money + least[number] + slack)


def _peaks(fork: Fork, index: int, axis: Axis, first: int, last: int, way: int) -> list[int] | None:
    """Give the peaks to follow of a lone trailing stop: where its exits begin, and where they end.

    The exits from the peaks between lie between theirs, in price and so in money; what follows an exit is the same.
    What no exit ends goes on to the extreme, which the bar has yet to touch: it leaves the bar with one peak.
    None where each peak has to be followed, since others could tell them apart.
    """
    positions = fork.positions[fork.positions["symbol"] == index]
    if len(positions) != 1 or len(fork.orders) or positions[0]["trail_distance"] == 0:
        return None
    if fork.symbols[index]["commission_rule"] != 0:
        return None  # a commission rounded by itself may make a cent of a price between them
    if fork.symbols[index]["tick"] > 1:
        return None  # levels on a coarser grid do not follow each peak
    side, distance = int(positions[0]["side"]), int(positions[0]["trail_distance"])
    offset = axis.offset_of(side > 0)
    if side != way or offset is None:
        return None
    against = axis.low if way > 0 else axis.high
    stop, target = int(positions[0]["stop_loss"]), int(positions[0]["take_profit"])
    goals = {last}
    if stop == NO_PRICE or way * (stop - offset - against) < 0:
        goals.add(way * max(way * first, way * (against + way * distance)))  # the first whose stop the bar reaches
    if target != NO_PRICE:
        goals.add(target - offset - way)
    return [goal for goal in sorted(goals) if way * first <= way * goal <= way * last]
