"""Frames, values and messages: what is written is read, and nothing else is."""

from __future__ import annotations

import datetime as dt
import enum
import io
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import OrderSendResult, Tick, TradeRequest
from forexai_mt5.wire.frames import Frame, MessageError, body_length, pack, read_frame, unpack
from forexai_mt5.wire.values import read_value, write_value
from forexai_mt5.worker.messages import Answered, Call, Start, from_frame, to_frame


class Side(enum.IntEnum):
    BUY = 0


def through(value: Any) -> Any:
    """Send a value through bytes."""
    blocks: list[bytes] = []
    head = {"value": write_value(value, blocks)}
    frame = read_frame(io.BytesIO(pack(Frame(head, blocks))))
    assert frame is not None
    return read_value(frame.head["value"], frame.blocks)


ZONE = dt.timezone(dt.timedelta(hours=3))
NAIVE = dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 - the package takes it as local time
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, -1, 2**64 - 1, 0.1, -0.0, math.inf, -math.inf, "", "\u20ac\U0001f4b6", (), (1, (2.5,)),
        {"a": 1, 2: None}, NAIVE, dt.datetime(2026, 9, 2, 10, 0, 1, 5, ZONE), NAIVE.replace(fold=1),
        np.float64(1.5), Side.BUY,
    ],
)  # fmt: skip
def test_values_arrive(value: Any) -> None:
    got = through(value)
    assert got == value
    assert isinstance(value, type(got))
    if isinstance(value, dt.datetime):
        assert (got.fold, got.tzinfo is None) == (value.fold, value.tzinfo is None)


def test_what_is_no_number_arrives() -> None:
    assert math.isnan(through(math.nan))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.tuples, max_leaves=8
    )
)
def test_any_plain_value_arrives(value: Any) -> None:
    assert through(value) == value


def test_structures_arrive_with_what_is_in_them() -> None:
    request = structure_of(TradeRequest, {"magic": 2**63, "comment": "x"})
    result = through(structure_of(OrderSendResult, {"retcode": 10009, "request": request}))
    assert type(result) is OrderSendResult
    assert type(result.request) is TradeRequest
    assert (result.retcode, result.request) == (10009, request)


def test_fields_that_only_a_newer_package_has_are_left_out() -> None:
    class Newer(tuple[Any, ...]):
        __slots__ = ()

        def _asdict(self) -> dict[str, Any]:
            return {"bid": 1.1, "colour": "red", "time": 5}

    Newer.__name__ = "Tick"
    assert through(Newer()) == structure_of(Tick, {"bid": 1.1, "time": 5})


def test_arrays_arrive_and_can_be_written_to() -> None:
    rates = np.zeros(3, [("time", "<i8"), ("open", "<f8"), ("tick_volume", "<u8"), ("spread", "<i4")])
    rates["time"], rates["open"], rates["tick_volume"] = [1, 2, 3], [1.1, math.nan, 1.3], 2**64 - 1
    got = through((rates, rates[:0]))
    assert got[0].dtype == rates.dtype
    assert got[0].tobytes() == rates.tobytes()
    assert len(got[1]) == 0
    got[0]["time"] = 7


@pytest.mark.parametrize(
    "value",
    [
        Decimal(1), np.int64(1), np.float32(1), {1}, object(), b"x", np.zeros((2, 2)), np.zeros(2),
        np.zeros(1, [("x", "O")]), ((((((((((1,),),),),),),),),),),
    ],
)  # fmt: skip
def test_what_the_package_never_takes_or_gives_is_refused(value: Any) -> None:
    with pytest.raises(MessageError):
        through(value)


@pytest.mark.parametrize(
    "written",
    [
        {"a": [[["x", "O"]], 1, 0]}, {"a": [[["x", "<i8"]], 2, 0]}, {"a": [[], 0, 0]}, {"a": [[["x", "<i8"]], 1, 5]},
        {"s": ["os", {}]}, {"f": "1"}, {"w": ["yesterday", 0]}, {"z": 1}, {}, {"t": [1], "d": []}, [1], {"t": 5},
    ],
)  # fmt: skip
def test_a_value_of_no_known_kind_is_refused(written: Any) -> None:
    with pytest.raises(MessageError):
        read_value(written, [bytes(8)])


# ------------------------------------------------------------------------------------------------------------ frames
def test_a_frame_larger_than_the_limit_is_neither_written_nor_read() -> None:
    frame = Frame({"x": "y" * 100})
    with pytest.raises(MessageError, match="larger than 64"):
        pack(frame, largest=64)
    with pytest.raises(MessageError, match="from 5 to 64"):
        read_frame(io.BytesIO(pack(frame)), largest=64)
    with pytest.raises(MessageError, match="announces 4,294,967,295"):
        body_length(b"\xff\xff\xff\xff")
    with pytest.raises(MessageError):
        body_length(bytes(4))


def test_a_frame_that_is_cut_is_the_end() -> None:
    written = pack(Frame({"x": 1}, [b"abc"]))
    assert [read_frame(io.BytesIO(written[:length])) for length in range(len(written))] == [None] * len(written)
    whole = read_frame(io.BytesIO(written))
    assert whole is not None
    assert (whole.head, list(whole.blocks)) == ({"x": 1}, [b"abc"])


@given(st.binary(min_size=5, max_size=60))
def test_bytes_that_are_no_frame_are_refused(body: bytes) -> None:
    with pytest.raises(MessageError):
        unpack(body)


# ---------------------------------------------------------------------------------------------------------- messages
def test_messages_arrive_and_show_no_secret() -> None:
    for message in (
        Call(number=3, function="login", args=(5,), kwargs={"password": "hunter2"}),
        Answered(number=3, value=None, error=(-6, "Terminal: Authorization failed")),
        Start(package="hosted", port=5, token="hunter2", largest_bytes=9),
    ):
        frame = read_frame(io.BytesIO(pack(to_frame(message))))
        assert frame is not None
        assert from_frame(frame) == message
        assert "hunter2" not in repr(message)


@pytest.mark.parametrize(
    "head", [{}, {"kind": "ping"}, {"kind": "exec", "fields": {}}, {"kind": "ping", "fields": {"n": 1}}]
)
def test_messages_of_no_known_kind_are_refused(head: dict[str, Any]) -> None:
    with pytest.raises(MessageError):
        from_frame(Frame(head))
