"""However a transport loses, doubles, delays and reorders messages, and whatever cuts it: each is dealt with once."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from forexai_mt5.protocol.codec import from_connector, from_platform
from forexai_mt5.protocol.link import PATIENCE_S, Link
from forexai_mt5.protocol.reports import Answer, Query

FAULTS = st.fixed_dictionaries(
    {
        "lost": st.floats(0.0, 0.6),
        "doubled": st.floats(0.0, 0.5),
        "late": st.floats(0.0, 0.7),
        "cut": st.floats(0.0, 0.15),
    }
)


class End:
    """One side, and what its owner was handed."""

    def __init__(self, name, make, read):
        self.name, self._make, self._read = name, make, read
        self.life, self.said, self.dealt = 0, 0, []
        self.link = Link(f"{name}-0")

    def say(self):
        self.said += 1
        return self.link.send(self._make(f"{self.name}.{self.said}"))

    def hear(self, text, now_s, rng):
        message = self._read(text)
        answers = self.link.hear(message, now_s)
        while (ready := self.link.inbox.next()) is not None:
            if rng.random() < 0.1:
                break  # its owner is not finished: it stays the next one
            self.dealt.append(ready.id if hasattr(ready, "id") else ready.query_id)
            self.link.inbox.done()
        return answers

    def due(self, now_s, rng):
        while (ready := self.link.inbox.next()) is not None and rng.random() < 0.7:
            self.dealt.append(ready.id if hasattr(ready, "id") else ready.query_id)
            self.link.inbox.done()
        return self.link.due(now_s)


class Wire:
    """A connection that does what a network does, and is cut."""

    def __init__(self, rng, faults):
        self.rng, self.faults = rng, faults
        self.flying = {"a": [], "b": []}

    def put(self, to, texts):
        for text in texts:
            if self.rng.random() < self.faults["lost"]:
                continue
            copies = 2 if self.rng.random() < self.faults["doubled"] else 1
            self.flying[to].extend([text] * copies)

    def take(self, to):
        waiting = self.flying[to]
        if not waiting:
            return None
        late = self.rng.random() < self.faults["late"]
        return waiting.pop(self.rng.randrange(len(waiting)) if late else 0)


def greet(one, other):
    """What HELLO and WELCOME do: each follows the other's stream, and sends again what was not acknowledged."""
    one.inbox.follow(other.outbox.stream, other.outbox.first)
    other.inbox.follow(one.outbox.stream, one.outbox.first)
    other.outbox.acknowledge(one.inbox.received)
    one.outbox.acknowledge(other.inbox.received)
    return list(one.outbox.after()), list(other.outbox.after())


def run(seed, faults, steps=80):
    rng = random.Random(seed)
    a = End("a", lambda name: Answer(query_id=name, part=0, last=True), from_platform)
    b = End("b", lambda name: Query(id=name, what="POSITIONS"), from_connector)
    wire, now_s = Wire(rng, faults), 0.0
    greet(a.link, b.link)
    for step in range(steps * 8):
        healed = step > steps
        if healed and not len(a.link.outbox) and not len(b.link.outbox):
            break
        if healed:
            wire.faults = dict.fromkeys(faults, 0.0)
        now_s += rng.random()
        if rng.random() < wire.faults["cut"]:
            wire.flying = {"a": [], "b": []}
            a.link.opened(now_s)
            b.link.opened(now_s)
            of_a, of_b = greet(a.link, b.link)
            wire.put("b", of_a)
            wire.put("a", of_b)
        for end, other in ((a, "b"), (b, "a")):
            if not healed and rng.random() < 0.4:
                wire.put(other, [end.say()])
            for _ in range(3):
                if (text := wire.take(end.name)) is not None:
                    wire.put(other, end.hear(text, now_s, rng))
            if rng.random() < 0.3:
                wire.put(other, end.due(now_s, rng))
    return a, b


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), faults=FAULTS)
def test_each_message_is_dealt_with_once_and_in_order(seed, faults):
    a, b = run(seed, faults)
    assert b.dealt == [f"a.{number}" for number in range(1, a.said + 1)]
    assert a.dealt == [f"b.{number}" for number in range(1, b.said + 1)]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), faults=FAULTS)
def test_nothing_is_dealt_with_twice_or_out_of_order_while_it_is_bad(seed, faults):
    a, b = run(seed, faults, steps=40)
    for dealt, name, said in ((b.dealt, "a", a.said), (a.dealt, "b", b.said)):
        assert dealt == [f"{name}.{number}" for number in range(1, len(dealt) + 1)]
        assert len(dealt) <= said


def test_the_wire_of_these_tests_is_as_bad_as_it_says():
    rng = random.Random(1)
    wire = Wire(rng, {"lost": 0.5, "doubled": 0.5, "late": 1.0, "cut": 0.0})
    wire.put("a", [str(number) for number in range(100)])
    arrived = [wire.take("a") for _ in range(len(wire.flying["a"]))]
    assert len(set(arrived)) < 70
    assert len(arrived) > len(set(arrived))
    assert arrived != sorted(arrived, key=int)
    assert PATIENCE_S > 0
