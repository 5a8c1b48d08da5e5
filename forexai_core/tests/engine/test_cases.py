"""Cases worked by hand, on the reference ledger and on the compiled one."""

from __future__ import annotations

import pytest
from compiled_programs import run_compiled
from reference.case import Case
from reference.comparison import Outcome, outcome_of
from reference.money_cases import MONEY_CASES
from reference.order_cases import ORDER_CASES
from reference.programs import Program, run

CASES = [*ORDER_CASES, *MONEY_CASES]


def run_reference(program: Program) -> Outcome:
    return outcome_of(run(program))


def check(case: Case, outcome: Outcome) -> None:
    shown = [{name: trade[name] for name in wanted} for trade, wanted in zip(outcome.trades, case.trades, strict=False)]
    expected = [{name: pytest.approx(value, abs=1e-9) for name, value in wanted.items()
                 if isinstance(value, float)} | {n: v for n, v in wanted.items() if not isinstance(v, float)}
                for wanted in case.trades]  # fmt: skip
    assert shown == expected, case.why
    assert len(outcome.trades) == len(case.trades), case.why
    assert outcome.account["balance"] == pytest.approx(case.balance, abs=1e-9), case.why
    assert outcome.refused == case.refused, case.why
    if case.margins is not None:
        assert [row["margin"] for row in outcome.equity] == pytest.approx(case.margins, abs=1e-9), case.why


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reference(case: Case) -> None:
    check(case, run_reference(case.program()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_compiled(case: Case) -> None:
    check(case, run_compiled(case.program()))


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
