"""The confirmation of openings: asked within a time limit, with a default, and written down so that it repeats."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs

from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.wishes import Said
from forexai_core.ports.confirmation import Confirmation, Confirmed, Signal
from forexai_core.ports.journal import JournalRecord
from forexai_core.ports.risk import Verdict
from forexai_core.risk.judging import Judgement
from forexai_core.values.instruments import Instrument

__all__ = ["RULE", "Confirming", "Confirms", "RecordedConfirming", "shrunk", "veto"]

_GRID = 1e-9  # of a step: what binary fractions leave of whole ones

RULE = "confirmation"
"""Under which a veto stands in verdicts."""


class Confirms(Protocol):
    """Gets an answer to a signal, whatever happens."""

    async def ask(self, signal: Signal, place: int) -> Said:
        """Ask about the opening of a decision at a place among its openings."""
        ...


@attrs.frozen(kw_only=True, eq=False)
class Confirming:
    """Asks a confirmation, and puts the default in the place of an answer that it does not get.

    Attributes
    ----------
    confirmation : Confirmation
        Who is asked.
    timeout_s : float
        How long an answer may take.
    allows_unanswered : bool
        Whether an opening without an answer is sent as it is; else it is not sent.
    """

    confirmation: Confirmation
    timeout_s: float = 2.0
    allows_unanswered: bool = False

    async def ask(self, signal: Signal, place: int) -> Said:
        """Ask about an opening; never raises but when cancelled."""
        del place
        lots = signal.order.volume_lots
        try:
            async with asyncio.timeout(self.timeout_s):
                answer: object = await self.confirmation.confirm(signal)
        except TimeoutError:
            return self._unanswered(lots, "late", f"no answer within {self.timeout_s:g} s")
        except Exception as problem:  # noqa: BLE001 - one that raises has not answered, and the reason is kept
            return self._unanswered(lots, "failed", f"it failed: {type(problem).__name__}: {problem}")
        if not (isinstance(answer, Confirmed) and _is_share(answer.fraction)):
            return self._unanswered(lots, "invalid", f"it may veto or shrink, and said {answer!r}")
        return Said(
            state="answered",
            fraction=float(answer.fraction),
            asked_lots=lots,
            reason=str(answer.reason),
            author=str(answer.author),
        )

    def _unanswered(self, lots: float, state: str, why: str) -> Said:
        what = "sent as it is" if self.allows_unanswered else "not sent"
        fraction = 1.0 if self.allows_unanswered else 0.0
        return Said(state=state, fraction=fraction, asked_lots=lots, reason=f"{why}; by default it is {what}")


@attrs.define(eq=False)
class RecordedConfirming:
    """Answers as a journal says was answered then, and asks nobody about what it holds.

    Parameters
    ----------
    records : sequence of JournalRecord
        Of the account, oldest first.
    then : Confirms, optional
        Asked about what the journal does not hold; without one that is a veto.
    """

    _answers: dict[tuple[str, int, int], Said]
    _then: Confirms | None = None

    @classmethod
    def of(cls, records: Sequence[JournalRecord], then: Confirms | None = None) -> RecordedConfirming:
        """Read what was answered."""
        answers: dict[tuple[str, int, int], Said] = {}
        for record in records:
            if record.kind == "decision":
                fields = read_record(record)
                for place, said in enumerate(_confirmations(fields)):
                    answers[str(fields["strategy"]), record.time_ns, place] = said
        return cls(answers, then)

    async def ask(self, signal: Signal, place: int) -> Said:
        """Give the answer of then."""
        said = self._answers.get((signal.strategy, signal.time_ns, place))
        if said is not None:
            return said
        if self._then is not None:
            return await self._then.ask(signal, place)
        return Said(
            state="unknown", fraction=0.0, asked_lots=signal.order.volume_lots, reason="the journal holds no answer"
        )


def _confirmations(fields: Mapping[str, Any]) -> list[Said]:
    return [Said(**wish["confirmation"]) for wish in fields.get("wishes", ()) if "confirmation" in wish]


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= 1.0


def shrunk(request: Any, said: Said, instrument: Instrument) -> float:
    """Make a request of the mirror as small as was said, in whole steps of the volume; give its lots."""
    if said.fraction >= 1.0:
        return said.asked_lots
    steps = int(said.fraction * said.asked_lots / instrument.volume_step + _GRID)
    request["volume_steps"], request["risk_fraction"] = steps, 0.0
    return round(steps * instrument.volume_step, 8)


def veto(said: Said) -> Judgement:
    """Give a veto as a judgement: risk is not asked about what is not sent."""
    reason = said.reason or "It was vetoed."
    author = f"{said.author}: " if said.author else ""
    return Judgement(verdicts=(Verdict(allowed=False, rule=RULE, reason=f"{author}{reason}"),))
