"""The chain itself: whatever is changed, left out, added or moved is found, and the first such record is named."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.errors import ConfigError, IntegrityError
from forexai_saas.audit.chain import Record, first_broken, first_link, link_of, written_details
from forexai_saas.audit.verifying import Head
from forexai_saas.storage.ids import new_id

TENANT = new_id()


def chain(count):
    before, made = first_link(TENANT), []
    for number in range(1, count + 1):
        bare = Record(
            number=number,
            time_ns=number * 10,
            action="sign-in.done",
            actor=f"p-{number}",
            subject="",
            details=written_details({"session": f"s{number}"}),
            sealed=bytes([number]),
            link=b"",
        )
        made.append(attrs.evolve(bare, link=link_of(before, bare)))
        before = made[-1].link
    return made


def found(records):
    broken = first_broken(records, after=0, before=first_link(TENANT))
    return None if broken is None else broken.number


FIELDS = {
    "time_ns": lambda value: value + 1,
    "action": lambda value: value + "x",
    "actor": lambda value: value + "x",
    "subject": lambda value: "p-1",
    "details": lambda value: value + " ",
    "sealed": lambda value: value + b"\0",
    "link": lambda value: bytes(32),
}


@given(st.integers(1, 8), st.sampled_from(sorted(FIELDS)), st.data())
def test_a_changed_field_is_found_where_it_is(count, field, data):
    records = chain(count)
    at = data.draw(st.integers(0, count - 1))
    assert found(records) is None
    records[at] = attrs.evolve(records[at], **{field: FIELDS[field](getattr(records[at], field))})
    assert found(records) == at + 1


@given(st.integers(2, 8), st.data())
def test_one_that_is_left_out_put_elsewhere_or_written_twice_is_found(count, data):
    at = data.draw(st.integers(0, count - 2))
    less, moved, twice = chain(count), chain(count), chain(count)
    del less[at]
    assert found(less) == at + 1
    moved[at], moved[at + 1] = moved[at + 1], moved[at]
    assert found(moved) == at + 1
    twice.insert(at, twice[at])
    assert found(twice) == at + 2


def test_text_that_moves_from_one_field_to_the_next_is_another_record():
    (record,) = chain(1)
    moved = attrs.evolve(record, action=record.action + "p", actor=record.actor[1:])
    assert link_of(b"", moved) != link_of(b"", record)


def test_a_chain_of_another_tenant_does_not_follow():
    assert first_broken(chain(2), after=0, before=first_link(new_id())).number == 1


@pytest.mark.parametrize("value", [1.5, b"bytes", ["a"], {"a": 1}])
def test_details_are_what_is_written_in_one_way_only(value):
    with pytest.raises(ConfigError, match="'amount'"):
        written_details({"amount": value})


def test_a_head_is_written_and_read():
    head = Head(tenant_id=TENANT, number=3, link=b"\1" * 32, signature=b"\2" * 32)
    assert Head.from_text(head.text()) == head
    for wrong in ("", "{}", "[]", '{"tenant": 1}', head.text()[:-9]):
        with pytest.raises(IntegrityError, match="no head"):
            Head.from_text(wrong)
