"""What the order desk writes down, and what it is told, in plain values."""

from __future__ import annotations

import json

import attrs
import pytest
from live_desks import QUICK

from forexai_core.errors import ConfigError, IntegrityError
from forexai_core.live import Answer, Marks, Plan, RetryPolicy
from forexai_core.live.records import decode, encode
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.ports.leases import Fence
from forexai_core.values.orders import Deal, OrderKind, OrderRequest, TimeInForce

REQUEST = OrderRequest(
    client_id="main-1-2-3",
    symbol="EURUSD",
    side=-1,
    kind=OrderKind.STOP_LIMIT,
    volume_lots=0.3,
    price=1.1,
    limit_price=1.1001,
    stop_loss=1.2,
    slippage_points=3.0,
    time_in_force=TimeInForce.UNTIL,
    expire_time_ns=2**61 + 1,
    position=2**60 + 1,
    tag="fxabc",
    magic=2**63 - 1,
)


def test_a_plan_is_read_as_it_was_written():
    plan = Plan(request=REQUEST, owner="cross", reason="unprotected", attempt=3, follows="main-1-2-2")
    assert Plan.from_bytes(plan.to_bytes()) == plan
    assert plan.to_bytes() == Plan.from_bytes(plan.to_bytes()).to_bytes()
    assert b'"magic":"9223372036854775807"' in plan.to_bytes()  # as text: other readers hold 53 bits


def test_an_answer_is_read_as_it_was_written():
    answer = Answer(
        state=IntentState.RESOLVED,
        resolution=Resolution.FILLED,
        order=2**62,
        position=7,
        filled_lots=0.1,
        average_price=1.1,
        refusal="busy",
        code=10024,
        reason="zu viele Anfragen, später",
    )
    assert Answer.from_bytes(answer.state, answer.resolution, answer.to_bytes()) == answer


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'{"kind":"order"}', b'{"kind":"order","version":1}', b'{"kind":"answer","version":1}',
     Plan(request=REQUEST).to_bytes().replace(b'"side":-1', b'"side":2'),
     Plan(request=REQUEST).to_bytes().replace(b'"magic":"9', b'"magic":"x')],
)  # fmt: skip
def test_damaged_records_are_refused(data):
    with pytest.raises(IntegrityError):
        Plan.from_bytes(data)
    with pytest.raises(IntegrityError):
        Answer.from_bytes(IntentState.FILLED, None, data)


def test_records_of_a_newer_release_are_named():
    newer = Plan(request=REQUEST).to_bytes().replace(b'"version":3', b'"version":4')
    with pytest.raises(ConfigError, match="reads up to 3"):
        Plan.from_bytes(newer)


def test_a_plan_of_the_first_version_is_still_read():
    fields = json.loads(Plan(request=REQUEST, owner="cross").to_bytes()) | {"version": 1}
    del fields["label"]
    for name in ("stop_loss_distance", "take_profit_distance", "trail_distance", "trail_start", "group", "turns"):
        del fields["request"][name]
    assert Plan.from_bytes(json.dumps(fields).encode()) == Plan(request=REQUEST, owner="cross")


def test_equal_records_are_equal_bytes_and_numbers_are_finite():
    assert encode("a", 1, {"x": 1, "b": 2.5}) == encode("a", 1, {"b": 2.5, "x": 1})
    assert decode(encode("a", 1, {"x": "é"}), "a", 1)["x"] == "é"
    for wrong in (float("nan"), float("inf"), {1, 2}, b"x"):
        with pytest.raises(ConfigError, match="cannot be written"):
            encode("a", 1, {"x": wrong})


def test_marks_follow_from_the_writer_and_differ_between_writers():
    fence = Fence(resource="account:main", epoch=1, number=2)

    def first(account="main", fence=fence, started_ns=5):
        marks = Marks(account, fence, started_ns)
        return [marks.next() for _ in range(50)]

    assert first() == first()
    others = [
        *first(),
        *first(account="other"),
        *first(fence=attrs.evolve(fence, number=3)),
        *first(fence=attrs.evolve(fence, epoch=2)),
        *first(started_ns=6),
    ]
    assert len({each.magic for each in others}) == len({each.tag for each in others}) == len(others)
    assert all(0 < each.magic < 2**63 and len(each.tag) <= 25 and each.tag.isalnum() for each in others)
    assert all(len(each.id) <= 64 for each in first(account="a" * 24))
    for wrong in ("a" * 25, "", "no spaces", "kontö"):
        with pytest.raises(ConfigError):
            Marks(wrong, fence, 1)


@pytest.mark.parametrize("magic", [-1, 2**63])
def test_a_magic_fits_a_signed_64_bit_number(magic):
    with pytest.raises(ConfigError, match="magic"):
        attrs.evolve(REQUEST, magic=magic)
    assert (
        Deal(
            deal=1, order=1, position=1, symbol="EURUSD", time_ns=1, side=1, entry="in", volume_lots=1, price=1.0
        ).magic
        == 0
    )


def test_the_retry_policy_takes_sensible_numbers_only():
    for wrong in ({"price_retries": -1}, {"busy_retries": 11}, {"busy_delay_s": float("inf")}):
        with pytest.raises(ConfigError):
            RetryPolicy(**wrong)
    with pytest.raises(ConfigError, match="no policy 'clsoe'"):
        attrs.evolve(QUICK, foreign="clsoe")
    with pytest.raises(ConfigError, match="one look alone"):
        attrs.evolve(QUICK, absence_polls=1)


@pytest.mark.parametrize("wrong", [{"position": 5}, {"kind": "limit", "price": 1.1}])
def test_only_an_opening_at_the_market_turns(wrong):
    with pytest.raises(ConfigError, match="turns belongs to market orders that open"):
        OrderRequest(client_id="a", symbol="EURUSD", side=1, volume_lots=0.1, turns=True, **wrong)
