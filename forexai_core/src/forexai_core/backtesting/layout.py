"""A run that is laid out: what it reads, the ledger that it writes, and who watches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from forexai_core.backtesting.inputs import Inputs
from forexai_core.backtesting.shared import Shared, shared_by
from forexai_core.engine.ledger import Ledger
from forexai_core.errors import ConfigError

if TYPE_CHECKING:
    from forexai_core.backtesting.gate import Gate
    from forexai_core.ports.risk import RiskRule
    from forexai_core.risk.settings import Risk

__all__ = ["Run", "rules_of"]


def rules_of(risk: Risk | Sequence[RiskRule] | None) -> tuple[RiskRule, ...]:
    """Give the rules of a run, whichever way they are given."""
    if risk is None:
        return ()
    from forexai_core.risk.settings import Risk  # slow to load, and most runs set no limits

    if isinstance(risk, Risk):
        return risk.all_rules()
    if not isinstance(risk, Iterable) or isinstance(risk, str):
        raise ConfigError(f"risk takes fx.Risk, or a list of rules, not {risk!r}. Write fx.Risk(max_positions=3).")
    rules = tuple(risk)
    for number, rule in enumerate(rules):
        if isinstance(rule, type) or not (hasattr(rule, "name") and callable(getattr(rule, "judge", None))):
            raise ConfigError(
                f"risk[{number}] is {rule!r}, which is no rule: it has no name and no judge(proposal). Take one of "
                "forexai_core.risk, such as MaxPositions(limit=3), or write fx.Risk(max_positions=3)."
            )
    return rules


@attrs.frozen(kw_only=True, eq=False)
class Run:
    """A run that is laid out.

    Attributes
    ----------
    inputs : Inputs
        Everything but strategies.
    shared : Shared
        What follows from them alone.
    ledger : Ledger
        The account.
    rules : tuple of RiskRule
        Limits for openings.
    gate : Gate or None
        Who judges by them.
    """

    inputs: Inputs
    shared: Shared
    ledger: Ledger
    rules: tuple[RiskRule, ...]
    gate: Gate | None

    @classmethod
    def of(cls, inputs: Inputs, risk: Risk | Sequence[RiskRule] | None, sleeves: int = 0) -> Run:
        """Open the ledger, for one strategy or for so many sleeves."""
        shared = Shared.of(inputs, sleeves) if sleeves else shared_by(inputs)
        ledger, rules = Ledger(shared.setup(inputs)), rules_of(risk)
        gate = None
        if rules and risk is not None:
            from forexai_core.backtesting.gate import Gate  # likewise

            instruments = {symbol: item.instrument for symbol, item in inputs.prices.items()}
            gate = Gate(ledger, inputs.account, instruments, risk)
        return cls(inputs=inputs, shared=shared, ledger=ledger, rules=rules, gate=gate)
