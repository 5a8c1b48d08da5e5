"""Why an account, or a symbol of it, gets no openings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from forexai_core.errors import OrderRefusedError
from forexai_core.ports.clock import Clock

__all__ = ["Blocks"]

_NS_PER_S = 1_000_000_000


@attrs.frozen
class _Block:
    reason: str
    symbol: str
    person: bool
    until_ns: int
    kept: bool


class Blocks:
    """Reasons, by name, for which openings are refused; closing is always allowed.

    Parameters
    ----------
    clock : Clock
        For those that pass with time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._blocks: dict[str, _Block] = {}

    def set(
        self,
        name: str,
        reason: str,
        *,
        symbol: str = "",
        person: bool = False,
        for_s: float = 0.0,
        kept: bool = True,
    ) -> bool:
        """Block openings.

        Parameters
        ----------
        name : str
            Under which it can be taken back.
        reason : str
            For people.
        symbol : str
            Only of this symbol; empty is all.
        person : bool
            Only a person takes it back.
        for_s : float
            It passes after so many seconds; 0 never.
        kept : bool
            Whether one that only a person takes back outlives the process.

        Returns
        -------
        bool
            Whether it was not blocked under that name before.
        """
        until_ns = self._clock.monotonic_ns() + round(for_s * _NS_PER_S) if for_s else 0
        known = self._blocks.get(name)
        if known is not None and known.person:
            return False
        self._blocks[name] = _Block(reason, symbol, person, until_ns, kept and person)
        return known is None

    def clear(self, name: str) -> None:
        """Take a block back, unless only a person may."""
        known = self._blocks.get(name)
        if known is not None and not known.person:
            del self._blocks[name]

    @property
    def held(self) -> Mapping[str, str]:
        """What only a person may take back: reasons by name."""
        return {name: block.reason for name, block in self._blocks.items() if block.person}

    @property
    def kept(self) -> Mapping[str, str]:
        """Those of them that outlive the process."""
        return {name: block.reason for name, block in self._blocks.items() if block.kept}

    def release(self, names: Iterable[str]) -> None:
        """Take back what a person has looked at."""
        for name in names:
            self._blocks.pop(name, None)

    def reasons(self, symbol: str = "") -> tuple[str, ...]:
        """Give the reasons for which a symbol gets no openings; without a symbol those of the account."""
        now_ns = self._clock.monotonic_ns()
        self._blocks = {
            name: block for name, block in self._blocks.items() if not block.until_ns or now_ns < block.until_ns
        }
        return tuple(block.reason for block in self._blocks.values() if block.symbol in {"", symbol})

    @property
    def halted(self) -> bool:
        """Whether a person has to look."""
        return any(block.person for block in self._blocks.values())

    def check(self, symbol: str) -> None:
        """Let an opening pass.

        Raises
        ------
        OrderRefusedError
            If there is a reason against it.
        """
        reasons = self.reasons(symbol)
        if reasons:
            raise OrderRefusedError(f"No openings in {symbol} now: {' '.join(reasons)}", rule="order-desk")
