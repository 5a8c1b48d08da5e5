"""Orders as commands: their names, their fields, and what each outcome means to a session."""

from __future__ import annotations

import re

import pytest

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError, RejectionKind
from forexai_core.services.clocks import ManualClock
from forexai_core.values.orders import OrderKind, OrderRequest
from forexai_mt5.platform_broker.commanding import Commanding, Names, closing_fields, opening_fields
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.trading import TradeError, TradeResult

ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:=+-]{0,63}$")


def order(client_id="o-1", **fields):
    return OrderRequest(**({"client_id": client_id, "symbol": "EURUSD", "side": 1, "volume_lots": 0.1} | fields))


@pytest.mark.parametrize("client_id", ["main-1-1-7", "my account / 3", "x" * 64, "é-1", "=1"])
def test_every_id_of_an_order_has_a_name_that_can_be_sent_and_found_again(client_id):
    names = Names()
    name = names.command_id(client_id)
    assert ID.fullmatch(name)
    assert names.client_id(name) == client_id
    assert Names().command_id(client_id) == name  # so that another process knows it again


def test_an_attempt_that_was_not_sent_is_followed_by_another_command_and_by_no_other():
    names = Names()
    first = names.command_id("o-1")
    assert names.command_id("o-1") == first
    names.was_not_sent("o-1")
    second = names.command_id("o-1")
    assert second != first
    assert ID.fullmatch(second)
    assert names.client_id(second) == "o-1"
    assert Names().client_id(second) == "o-1"


class Line:
    """A line whose connector answers as a test says."""

    fence = FenceToken(epoch=1, number=1)

    def __init__(self, outcome, kind, code=None):
        self.answer, self.commands = (outcome, kind, code), []

    async def command(self, command):
        self.commands.append(command)
        outcome, kind, code = self.answer
        error = None if kind is None else TradeError(kind=kind, message="because", code=code)
        return TradeResult(
            command_id=command.id, success=error is None, outcome=outcome, timestamp=1, error=error, ticket=5
        )


async def answered(outcome, kind, code=None):
    line = Line(outcome, kind, code)
    commanding = Commanding(line, ManualClock(10**18), ttl_s=10.0)
    try:
        return await commanding.send("o-1", opening_fields(order())), commanding, line
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is looked at
        return problem, commanding, line


@pytest.mark.parametrize(
    ("outcome", "kind", "raised"),
    [
        ("REJECTED", "gone", OrderRejectedError),
        ("REFUSED", "killed", OrderRejectedError),
        ("REFUSED", "capped", OrderRejectedError),
        ("REFUSED", "conflict", OrderRejectedError),
        ("REFUSED", "fenced", BrokerUnreachableError),
        ("REFUSED", "unreachable", BrokerUnreachableError),
        ("EXPIRED", "expired", BrokerUnreachableError),
        ("ABSENT", "absent", BrokerUnreachableError),
        ("UNKNOWN", "unknown", OrderStateUnknownError),
    ],
)
async def test_each_outcome_is_what_the_core_calls_it(outcome, kind, raised):
    problem, commanding, line = await answered(outcome, kind, 10_036)
    assert type(problem) is raised
    # Only what certainly was not sent may be tried again, by a command of its own.
    again = commanding.names.command_id("o-1") != line.commands[0].id
    assert again is (raised is BrokerUnreachableError)


async def test_a_halt_there_stops_the_account_here_and_a_brokers_kind_and_code_are_kept():
    halted, *_ = await answered("REFUSED", "killed")
    assert halted.kind is RejectionKind.HALTED
    gone, *_ = await answered("REJECTED", "gone", 10_036)
    assert (gone.kind, gone.code) == (RejectionKind.GONE, 10_036)
    odd, *_ = await answered("REJECTED", "of-a-later-version")
    assert odd.kind is RejectionKind.FINAL


async def test_a_command_has_the_fence_the_time_and_the_marks_of_its_order():
    line = Line("DONE", None)
    commanding = Commanding(line, ManualClock(10**18), ttl_s=10.0)
    request = order(kind=OrderKind.LIMIT, price=1.08, stop_loss=1.07, tag="fx", magic=7, slippage_points=2.9)
    result = await commanding.send("o-1", opening_fields(request))
    (command,) = line.commands
    assert result.ticket == 5
    assert (command.fence, command.issued_at, command.ttl_ms) == (line.fence, 10**18, 10_000)
    assert (command.order_type, str(command.price), str(command.stop_loss)) == ("BUY_LIMIT", "1.08", "1.07")
    assert (command.comment, command.magic_number, command.slippage_points) == ("fx", 7, 2)


def test_an_order_that_closes_says_its_side_and_what_a_connector_cannot_do_is_refused():
    closing = closing_fields(order(side=-1, position=9))
    assert (closing["action"], closing["order_type"], closing["ticket"]) == ("CLOSE", "SELL", 9)
    for impossible in (order(stop_loss_distance=0.001), order(group=3)):
        with pytest.raises(OrderRejectedError, match="distances"):
            opening_fields(impossible)


async def test_what_cannot_be_written_is_refused_before_it_is_sent():
    line = Line("DONE", None)
    commanding = Commanding(line, ManualClock(10**18), ttl_s=10.0)
    with pytest.raises(OrderRejectedError, match="comment"):
        await commanding.send("o-1", opening_fields(order(tag="t" * 40)))
    assert not line.commands
