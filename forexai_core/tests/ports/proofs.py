"""Run one rule of a suite on fixtures of one's own, and see whether it passes."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest

from forexai_core.errors import ForexAIError
from forexai_core.testing.ports import verdicts

Fixtures = Mapping[str, Any]


@attrs.frozen
class Proof:
    """A deliberately broken implementation, and the rule that has to catch it.

    Attributes
    ----------
    rule : str
        The suite's test, without ``test_``.
    fixtures : callable
        Gives the suite's fixtures; a class stands for the implementation made by calling it.
    """

    rule: str
    fixtures: Callable[[], Fixtures]

    def __str__(self) -> str:
        return f"{self.rule}-{self.fixtures.__name__}"


class Apart:
    """Opens stores that know nothing of each other, where a suite expects one and the same."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make
        self.made: list[Any] = []

    def __call__(self) -> Any:
        self.made.append(self.make())
        return self.made[-1]

    def close(self) -> None:
        for store in self.made:
            getattr(store, "close", tuple)()


def rules_of(suite: type) -> set[str]:
    return {name.removeprefix("test_") for name in dir(suite) if name.startswith("test_")}


def verdict(suite: type, rule: str, fixtures: Fixtures) -> str | None:
    """Return what the rule says of the fixtures, None when it passes."""
    test = getattr(suite(), f"test_{rule}")
    arguments = {name: fixtures[name] for name in inspect.signature(test).parameters}
    try:
        if inspect.iscoroutinefunction(test):
            asyncio.run(test(**arguments))
        else:
            test(**arguments)
    except (pytest.fail.Exception, ForexAIError) as broken:
        return str(broken) or repr(broken)
    finally:
        for fixture in arguments.values():
            if hasattr(fixture, "close"):
                fixture.close()
    return None


def prove(suite: type, healthy: Callable[[], Fixtures], proof: Proof, patience: pytest.MonkeyPatch) -> None:
    """Show that a rule passes on the healthy fixtures and fails on the broken ones, by its own words."""
    assert verdict(suite, proof.rule, healthy()) is None
    patience.setattr(verdicts, "PATIENCE_S", 0.1)
    said = verdict(suite, proof.rule, proof.fixtures())
    assert said is not None, f"{proof} passes"


def all_rules_proven(suite: type, proofs: list[Proof]) -> None:
    assert {proof.rule for proof in proofs} == rules_of(suite)


def pause() -> None:
    """Let another thread run, so that a race is lost for sure."""
    time.sleep(1e-5)
