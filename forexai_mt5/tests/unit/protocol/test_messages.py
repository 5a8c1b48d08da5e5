"""Messages: what travels as text, what is refused, and the published schema."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import get_args

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError

from forexai_core.values.timeframes import Timeframe
from forexai_mt5.protocol.candles import CandleRow, CandleTimeframe
from forexai_mt5.protocol.codec import LARGEST_BYTES, ProtocolError, encode, from_connector, from_platform
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.link import WINDOW, Link, LinkFullError, Outbox
from forexai_mt5.protocol.peer_time import PeerTime
from forexai_mt5.protocol.reports import AccountUpdate, Answer, PositionRow, Query
from forexai_mt5.protocol.schema import CONNECTOR, PLATFORM, schema, schema_text
from forexai_mt5.protocol.session import Heartbeat, Resend
from forexai_mt5.protocol.trading import TradeCommand, TradeError, TradeResult

PUBLISHED = Path(__file__).parents[4] / "docs" / "schemas" / "connector-1.json"
NOW_NS = 1_788_343_200_123_456_789
FENCE = FenceToken(epoch=1, number=7)


def opening(**changes):
    fields = {
        "id": "c-1", "action": "OPEN", "symbol": "EURUSD", "order_type": "BUY", "lot_size": Decimal("0.10"),
        "stop_loss": 1.08, "take_profit": 1.1, "magic_number": 2**62, "comment": "fx:1", "issued_at": NOW_NS,
        "ttl_ms": 5_000, "fence": FENCE,
    }  # fmt: skip
    return TradeCommand(**(fields | changes))


def test_fields_of_the_product_are_there_and_large_numbers_are_text():
    told = json.loads(encode(opening()))
    wanted = ["id", "action", "symbol", "order_type", "lot_size", "stop_loss", "take_profit", "magic_number", "comment"]
    assert set(wanted) <= told.keys()
    assert told["lot_size"] == "0.1"
    assert told["magic_number"] == str(2**62)
    assert told["issued_at"] == str(NOW_NS)
    assert told["fence"] == {"epoch": "1", "number": "7"}
    result = TradeResult(command_id="c-1", success=True, outcome="DONE", ticket=2**60, open_price=1.1, timestamp=NOW_NS)
    assert {"command_id", "success", "ticket", "open_price", "timestamp"} <= json.loads(encode(result)).keys()
    update = account()
    told = json.loads(encode(update))
    assert {"balance", "equity", "margin", "free_margin", "profit", "positions"} <= told.keys()
    assert {"ticket", "symbol", "type", "lots", "open_price", "profit"} <= told["positions"][0].keys()
    assert told["positions"][0]["profit"] == "-3.5"
    assert json.loads(encode(Heartbeat(timestamp=NOW_NS)))["timestamp"] == str(NOW_NS)


def account(**changes):
    position = PositionRow(ticket=5, symbol="EURUSD", type="BUY", lots=0.1, open_price=1.1, profit=-3.5)
    fields = {
        "login": "1@Demo", "currency": "USD", "mode": "hedging", "balance": 1e4, "equity": 9996.5,
        "margin": 110.0, "free_margin": 9886.5, "profit": -3.5, "positions": (position,), "total_positions": 1,
        "timestamp": NOW_NS,
    }  # fmt: skip
    return AccountUpdate(**(fields | changes))


def test_a_part_of_an_answer_with_candles_fits_a_message_whatever_a_broker_writes():
    most = Decimal("999999999999999999.9999999999")
    row = CandleRow(time=2**63 - 1, open=most, high=most, low=most, close=most, volume=most, spread=most)
    part = Answer(query_id="q" * 64, part=100_000, last=False, candles=(row,) * 200, seq=2**63 - 1, ack=2**63 - 1)
    assert from_connector(encode(part)) == part
    with pytest.raises(ValueError, match="at most 200"):
        Answer(query_id="q", part=0, last=True, candles=(row,) * 201)


def test_candles_have_the_timeframes_of_the_core():
    assert set(get_args(CandleTimeframe)) == {each.value for each in Timeframe if each is not Timeframe.TICK}
    asked = Query(id="q-1", what="CANDLES", symbol="EURUSD", timeframe="M5", start=NOW_NS, stop=NOW_NS + 1)
    assert from_platform(encode(asked.model_copy(update={"seq": 1}))).timeframe == "M5"
    with pytest.raises(ProtocolError, match="timeframe"):
        from_platform(encode(asked.model_copy(update={"seq": 1})).replace('"M5"', '"tick"'))


def test_what_is_written_reads_back_the_same():
    for message, read in ((opening(), from_platform), (account(), from_connector)):
        assert read(encode(message)) == message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lot_size": 0.1}, "written as text"),
        ({"lot_size": "NaN"}, "written as text"),
        ({"lot_size": "1e5"}, "written as text"),
        ({"lot_size": "-1"}, "0 or above"),
        ({"lot_size": "0.12345678901"}, "written as text"),
        ({"magic_number": 7}, "written as text"),
        ({"magic_number": str(2**63)}, "64 bits"),
        ({"magic_number": "007"}, "written as text"),
        ({"ttl_ms": "5000"}, "valid integer"),
        ({"ttl_ms": 0}, "greater than 0"),
        ({"ttl_ms": True}, "valid integer"),
        ({"v": 2}, "should be 1"),
        ({"trailing": "10"}, "not permitted"),
        ({"comment": "x" * 26}, "pattern"),
        ({"comment": "é"}, "pattern"),
        ({"symbol": "EUR\nUSD"}, "pattern"),
        ({"id": "../x"}, "pattern"),
        ({"fence": None}, "an object"),
        ({"fence": {"epoch": "0", "number": "1"}}, "greater than or equal to 1"),
        ({"action": "CLOSE"}, "needs the ticket"),
        ({"action": "CLOSE", "ticket": "5"}, "no field of an OPEN"),
        ({"order_type": "BUY_LIMIT"}, "need a price"),
        ({"price": "1.1"}, "market orders take none"),
        ({"time_in_force": "UNTIL"}, "needs it"),
        ({"type": "TRADE_RESULT"}, "tag"),
        ({"action": "DROP TABLE"}, "OPEN"),
    ],
)
def test_what_is_not_exactly_a_command_is_refused_and_not_repeated(change, said):
    told = json.loads(encode(opening())) | change
    with pytest.raises(ProtocolError, match=said):
        from_platform(json.dumps(told))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"type":"ACK"',
        "\ud800",
        "[" * 50_000,
        '{"type":"ACK","seq":"1","seq":["x"]}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_message_is_refused(text):
    with pytest.raises(ProtocolError):
        from_platform(text)


def test_a_message_may_not_be_large_either_way():
    with pytest.raises(ProtocolError, match="65,536"):
        from_connector('{"type":"ACK","v":1' + " " * LARGEST_BYTES + "}")
    rows = tuple(
        PositionRow(ticket=n, symbol="EURUSD", type="BUY", lots=1, open_price=1, profit=0, comment="c" * 500)
        for n in range(100)
    )
    with pytest.raises(ProtocolError, match="65,536"):
        encode(Answer(query_id="q", part=0, last=True, positions=rows))


def test_a_result_may_not_contradict_itself():
    with pytest.raises(ValueError, match="do not agree"):
        TradeResult(command_id="c", success=True, outcome="UNKNOWN", timestamp=1)
    with pytest.raises(ValueError, match="do not agree"):
        TradeResult(command_id="c", success=True, outcome="DONE", timestamp=1, error=TradeError(kind="x", message="y"))


def test_the_published_schema_is_that_of_the_models():
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_what_the_models_write_keeps_the_schema_and_what_they_refuse_breaks_it():
    jsonschema.Draft202012Validator.check_schema(schema())
    check = jsonschema.Draft202012Validator(schema())
    told = json.loads(encode(opening()))
    assert check.is_valid(told)
    assert check.is_valid(json.loads(encode(account())))
    for change in ({"lot_size": 0.1}, {"v": 2}, {"trailing": "1"}, {"id": "../x"}, {"magic_number": 7}):
        assert not check.is_valid(told | change)


def test_numbers_of_every_kind_are_read_and_what_is_none_is_refused():
    for lots in (np.float64(0.1), np.float32(0.5), np.int64(2), 1, 0.1, Decimal("0.1")):
        assert opening(lot_size=lots).lot_size == round(Decimal(float(lots)), 6)
    assert opening(magic_number=np.int64(7)).magic_number == 7
    for wrong in (math.nan, math.inf, np.float64("nan"), Decimal("NaN"), True, "", None, 1e-11, Decimal("1e-11")):
        with pytest.raises(ValidationError):
            opening(lot_size=wrong)


def test_a_volume_or_a_price_that_is_too_small_to_be_told_does_not_become_none_and_money_is_rounded():
    with pytest.raises(ValidationError, match="too small"):
        # 0 lots of a CLOSE are all of it.
        TradeCommand(id="c", action="CLOSE", ticket=7, lot_size=1e-11, issued_at=1, ttl_ms=1, fence=FENCE)
    with pytest.raises(ValidationError, match="too small"):
        opening(stop_loss=1e-11)
    assert opening(stop_loss=0.0).stop_loss == 0
    assert account(profit=-1e-11).profit == 0


def test_every_default_of_the_schema_keeps_the_schema():
    written = schema()
    checked = 0
    for name, definition in written["$defs"].items():
        for field, told in definition.get("properties", {}).items():
            if "default" in told:
                rule = {"$defs": written["$defs"]} | told
                assert not list(jsonschema.Draft202012Validator(rule).iter_errors(told["default"])), (name, field)
                checked += 1
    assert checked > 50


@pytest.mark.parametrize("action", ["CLOSE", "CANCEL"])
@pytest.mark.parametrize("field", ["price", "stop_loss", "take_profit"])
def test_what_closes_takes_no_price(action, field):
    with pytest.raises(ValidationError, match="takes no price"):
        TradeCommand.model_validate(
            {"id": "c", "action": action, "ticket": 7, field: 1.05, "issued_at": 1, "ttl_ms": 1, "fence": FENCE}
        )


def test_every_message_is_of_one_side_or_of_both():
    names = {model.__name__ for model in (*CONNECTOR, *PLATFORM)}
    assert names <= schema()["$defs"].keys()
    assert {"HELLO", "HEARTBEAT", "TRADE_RESULT", "ACCOUNT_UPDATE"} <= _types(CONNECTOR)
    assert {"WELCOME", "HEARTBEAT", "TRADE_COMMAND", "KILL"} <= _types(PLATFORM)


def _types(models):
    return {model.model_fields["type"].default for model in models}


# ------------------------------------------------------------------------------------------------------------- streams
def test_what_is_not_acknowledged_is_bounded_by_number_and_by_size():
    box = Outbox("s", most_messages=2)
    box.add(Query(id="1", what="ORDERS"))
    box.add(Query(id="2", what="ORDERS"))
    with pytest.raises(LinkFullError):
        box.add(Query(id="3", what="ORDERS"))
    box.acknowledge(1)
    box.add(Query(id="3", what="ORDERS"))
    assert (box.first, box.newest) == (2, 3)
    with pytest.raises(LinkFullError):
        Outbox("s", most_bytes=10).add(Query(id="1", what="ORDERS"))


def test_an_acknowledgement_of_what_was_never_said_changes_nothing():
    box = Outbox("s")
    box.add(Query(id="1", what="ORDERS"))
    box.acknowledge(10**9)
    assert len(box) == 1


def test_messages_from_far_ahead_take_no_memory():
    link = Link("me")
    link.inbox.follow("you", 1)
    link.hear(Query(id="x", what="ORDERS", seq=WINDOW + 1), 0.0)
    assert not link.inbox.has_hole
    link.hear(Query(id="x", what="ORDERS", seq=WINDOW), 0.0)
    assert link.inbox.has_hole
    assert link.inbox.next() is None


def test_asking_again_and_again_is_heeded_once_in_a_while():
    link = Link("me")
    link.opened(0.0)
    for number in range(10):
        link.send(Query(id=str(number), what="ORDERS"))
    assert len(link.hear(Resend(after=0), 0.0)) == 10
    assert link.hear(Resend(after=0), 1.0) == []
    assert len(link.hear(Resend(after=5), 2.5)) == 5


def test_the_age_of_a_message_is_never_taken_for_less():
    time = PeerTime()
    time.hear(1_000, 51_000)  # took 40
    time.hear(2_000, 51_990)  # took 30 more than nothing
    assert time.age_ns(2_000, 51_990) == 0
    assert time.age_ns(2_000, 61_990) == 10_000
    time.hear(90_000, 62_000)  # their clock was set forwards: what was stamped before looks older, nothing younger
    assert time.age_ns(2_000, 62_000) >= 10_010
