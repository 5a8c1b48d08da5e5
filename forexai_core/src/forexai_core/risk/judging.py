"""Asking every rule, and adding their verdicts up."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from forexai_core.errors import OrderRefusedError
from forexai_core.ports.risk import Proposal, RiskRule, Verdict

__all__ = ["Judgement", "judge"]


@attrs.frozen(kw_only=True)
class Judgement:
    """What all rules together say of a proposal.

    Attributes
    ----------
    verdicts : tuple of Verdict
        One a rule, in the order in which they were asked.
    """

    verdicts: tuple[Verdict, ...]

    @property
    def allowed(self) -> bool:
        """Whether no rule refused."""
        return all(verdict.allowed for verdict in self.verdicts)

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The verdicts that refuse."""
        return tuple(verdict for verdict in self.verdicts if not verdict.allowed)

    def enforce(self) -> None:
        """Go on only if the order may be sent.

        Raises
        ------
        OrderRefusedError
            Carries the first refusal; the message names all of them.
        """
        if self.allowed:
            return
        first = self.refusals[0]
        reasons = " ".join(f"{each.rule}: {each.reason}" for each in self.refusals)
        raise OrderRefusedError(reasons, rule=first.rule, limit=first.limit, value=first.value)


def judge(rules: Iterable[RiskRule], proposal: Proposal) -> Judgement:
    """Ask every rule about a proposal, whatever the others say.

    Any refusal wins. A rule that raises, or that answers with anything but a verdict, has refused.

    Parameters
    ----------
    rules : iterable of RiskRule
        All are asked.
    proposal : Proposal
        The order and what is known.
    """
    return Judgement(verdicts=tuple(_ask(rule, proposal) for rule in rules))


def _ask(rule: RiskRule, proposal: Proposal) -> Verdict:
    try:
        name = str(rule.name)
    except Exception:  # noqa: BLE001 - even a rule that cannot name itself only refuses
        name = type(rule).__name__
    try:
        answer: object = rule.judge(proposal)
    except Exception as problem:  # noqa: BLE001 - a rule that raises has refused, and the reason is kept
        said = f"{type(problem).__name__}: {problem}"
        return Verdict(allowed=False, rule=name, reason=f"The rule failed ({said}), and a failure counts as refusal.")
    if not isinstance(answer, Verdict) or answer.allowed not in (True, False):
        return Verdict(
            allowed=False,
            rule=name,
            reason=f"The rule answered with {type(answer).__name__} instead of a verdict, which counts as refusal.",
        )
    return answer
