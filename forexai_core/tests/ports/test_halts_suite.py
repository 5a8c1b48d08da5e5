"""The suite of halts catches each broken rule."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from ports.proofs import Apart, Proof, all_rules_proven, prove

from forexai_core.errors import ForexAIError
from forexai_core.ports.halts import Halt, HaltBoard, HaltScope
from forexai_core.services.halts import MemoryHalts, board_of
from forexai_core.testing.ports.halts import HaltsSuite


def stores(kind, *, apart=False):
    def fixtures():
        store = kind()
        return {"halts": store, "another": Apart(kind) if apart else (lambda: store)}

    fixtures.__name__ = kind.__name__ + ("Apart" if apart else "")
    return fixtures


class BeginsHalted(MemoryHalts):
    def __init__(self):
        super().__init__()
        asyncio.run(self.halt(Halt(scope=HaltScope.PLATFORM, time_ns=0, by="me", reason="to be safe")))


class ForgetsScopes(MemoryHalts):
    async def rearm(self, scope, name, **said):
        for halt in (await self.read()).halts:
            if halt.name == name and halt.scope != scope:
                await super().rearm(halt.scope, name, **said)
        return await super().rearm(scope, name, **said)


class KeepsTheFirst(MemoryHalts):
    async def halt(self, halt):
        standing = [(each.scope, each.name) for each in (await self.read()).halts]
        return await self.read() if (halt.scope, halt.name) in standing else await super().halt(halt)


class LosesFlattening(MemoryHalts):
    async def halt(self, halt):
        board = await super().halt(halt)
        self._records[-1] = attrs.evolve(self._records[-1], halt=halt)
        return attrs.evolve(board, halts=board_of(self._records).halts)


class SaysNotWho(MemoryHalts):
    async def rearm(self, scope, name, *, by, reason, time_ns):
        return await super().rearm(scope, name, by=by and "somebody", reason=reason, time_ns=time_ns)


class TakesNobody(MemoryHalts):
    async def rearm(self, scope, name, *, by, reason, time_ns):
        return await super().rearm(
            scope, name, by=by.strip() or "nobody", reason=reason.strip() or "none", time_ns=time_ns
        )


class LiftsAnything(MemoryHalts):
    async def rearm(self, scope, name, **said):
        try:
            return await super().rearm(scope, name, **said)
        except ForexAIError:
            return await self.read()


class ForgetsThePast(MemoryHalts):
    async def history(self):
        return tuple(each for each in self._records if not each.lifted)


class LosesRaces(MemoryHalts):
    async def halt(self, halt):
        records = list(self._records)
        await asyncio.sleep(0)
        self._records = records
        return await super().halt(halt)


class Numberless(MemoryHalts):
    async def halt(self, halt):
        return HaltBoard(number=0, halts=(await super().halt(halt)).halts)


PROOFS = [
    Proof("at_first_nothing_is_halted", stores(BeginsHalted)),
    Proof("a_halt_stands_for_everybody", stores(MemoryHalts, apart=True)),
    Proof("a_halt_stands_for_everybody", stores(Numberless)),
    Proof("scopes_and_names_are_apart", stores(ForgetsScopes)),
    Proof("a_later_halt_replaces_an_earlier_one", stores(KeepsTheFirst)),
    Proof("flattening_is_not_lost", stores(LosesFlattening)),
    Proof("a_person_arms_again", stores(SaysNotWho)),
    Proof("nobody_arms_again_namelessly", stores(TakesNobody)),
    Proof("what_is_not_halted_is_not_lifted", stores(LiftsAnything)),
    Proof("every_change_is_kept", stores(ForgetsThePast)),
    Proof("changes_at_once_are_all_kept", stores(LosesRaces)),
]


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_a_broken_store_is_caught(proof, monkeypatch):
    prove(HaltsSuite, stores(MemoryHalts), proof, monkeypatch)


def test_every_rule_catches_something():
    all_rules_proven(HaltsSuite, PROOFS)
