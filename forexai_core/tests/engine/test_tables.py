"""The tables of hand-worked cases, on the reference ledger and on the compiled one: every figure to the cent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from compiled_programs import run_compiled
from reference.comparison import Outcome, outcome_of
from reference.programs import run
from reference.tables import TableCase, read_tables

CASES = list(read_tables(Path(__file__).parent / "cases"))

HALF_A_CENT = 0.005
LEAST = 1e-9  # prices and volumes


def run_reference(program: dict[str, Any]) -> Outcome:
    return outcome_of(run(program))


def shown(value: Any, name: str) -> Any:
    if isinstance(value, float):
        exact = name.endswith(("price", "lots", "loss")) or name == "take_profit"
        return pytest.approx(value, abs=LEAST if exact else HALF_A_CENT)
    return value


def check(case: TableCase, outcome: Outcome) -> None:
    expected, said = case.expected, f"{case.name}: {case.why}"
    if "trades" in expected:
        wanted = expected["trades"]
        found = [{name: trade[name] for name in row} for trade, row in zip(outcome.trades, wanted, strict=False)]
        assert found == [{name: shown(value, name) for name, value in row.items()} for row in wanted], said
        assert len(outcome.trades) == len(wanted), said
    if "balance" in expected:
        assert outcome.account["balance"] == pytest.approx(expected["balance"], abs=HALF_A_CENT), said
    assert outcome.refused == expected.get("refused", {}), said
    for column, field in (("margins", "margin"), ("equities", "equity")):
        if column in expected:
            rows = [row[field] for row in outcome.equity]
            assert rows == pytest.approx(expected[column], abs=HALF_A_CENT), f"{said} ({column})"
    for name, count in expected.get("counts", {}).items():
        assert outcome.account[name] == count, f"{said} ({name})"


def check_error(case: TableCase, run_one: Any) -> None:
    with pytest.raises(Exception, match=case.expected["error"]):
        run_one(case.program)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("run_one", [run_reference, run_compiled], ids=["reference", "compiled"])
def test_table(case: TableCase, run_one: Any) -> None:
    if "error" in case.expected:
        check_error(case, run_one)
    else:
        check(case, run_one(case.program))


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
    assert all(case.why.endswith((".", "!")) for case in CASES)
