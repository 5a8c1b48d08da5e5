"""What becomes one position on a netting account, and which stop it has then.

A fill of a position's side grows it, and the stop of the last fill that has one is the stop of all. So the stop of an
order counts for every volume that may be open when it is filled, and the stop of what is open for that alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from forexai_core.ports.risk import Holding, HoldingKind
from forexai_core.risk.costing import Stake, loss_together

__all__ = ["Joined", "join"]


@attrs.frozen(kw_only=True)
class Joined:
    """Stakes that may come to be one position.

    Attributes
    ----------
    stakes : tuple of Stake
        At least one; of one symbol and side.
    """

    stakes: tuple[Stake, ...]

    def has(self, stake: Stake) -> bool:
        """Say whether it is one of them."""
        return any(each is stake for each in self.stakes)

    @property
    def stop(self) -> float:
        """The farthest stop that any of them may get, price; 0: there may be none."""
        return _farthest(self.stakes)

    @property
    def lots(self) -> float:
        """The volume of all of them."""
        return round(sum(each.lots for each in self.stakes), 8)

    @property
    def loss(self) -> float | None:
        """What they lose in all, account currency; None where one of them may have no stop."""
        losses = [loss_together(stakes, stop) for stakes, stop in self._by_stop()]
        return None if None in losses else sum(each for each in losses if each is not None)

    def holdings(self) -> Iterator[tuple[Stake, Holding]]:
        """Give each of them as a holding, at the farthest stop that it may get."""
        for stakes, stop in self._by_stop():
            for each in stakes:
                yield each, each.holding(loss_together((each,), stop))

    def _by_stop(self) -> Iterator[tuple[tuple[Stake, ...], float]]:
        """Part them by the farthest stop that each may get: what brings a stop never gets that of what is open."""
        bring = tuple(each for each in self.stakes if each.kind is not HoldingKind.POSITION and not each.inherits)
        if not bring or _farthest(bring) == self.stop:
            yield self.stakes, self.stop
            return
        yield tuple(each for each in self.stakes if not any(each is other for other in bring)), self.stop
        yield bring, _farthest(bring)


def join(stakes: Sequence[Stake]) -> list[Joined]:
    """Find which stakes of one symbol and side may come to be one position.

    What is open takes in every order that the price can reach before it reaches the stop; such an order may bring a
    farther stop, before which the price can reach more. An order beyond the stop finds nothing left to join, and is the
    beginning of another position.

    Parameters
    ----------
    stakes : sequence of Stake
        Of one symbol and side.

    Returns
    -------
    list of Joined
        Every stake is in one of them.
    """
    left = sorted(stakes, key=lambda each: (each.kind is not HoldingKind.POSITION, -each.side * each.price))
    found: list[Joined] = []
    while left:
        together = [left.pop(0)]
        while reached := _within_reach(left, together):
            together += reached
            left = [each for each in left if not any(each is other for other in reached)]
        found.append(Joined(stakes=tuple(together)))
    return found


def _within_reach(stakes: Sequence[Stake], of: Sequence[Stake]) -> list[Stake]:
    stop = _farthest(of)
    return [each for each in stakes if not stop or each.side * (each.price - stop) > 0]


def _farthest(stakes: Sequence[Stake]) -> float:
    stops = [each.stop for each in stakes if not each.inherits]
    if not stops or not all(stops):
        return 0.0
    return min(stops) if stakes[0].side > 0 else max(stops)
