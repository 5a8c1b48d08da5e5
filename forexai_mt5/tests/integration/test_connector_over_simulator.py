"""The whole way: platform, gateway, connector, adapter and the simulated terminal's own server."""

from __future__ import annotations

import pytest
from adapter_bench import AdapterBench
from gateway_bench import Machine, Platform, connected, opening

from forexai_mt5.protocol.trading import TradeCommand

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
async def way():
    bench, platform = AdapterBench(), Platform()
    machine = Machine(platform, bench.broker(), report_s=5.0)
    await machine.pair()
    machine.start()
    await connected(platform, machine)
    async with platform.line() as line:
        yield bench, machine, line
    await machine.kill()
    platform.services.close()


async def test_a_position_is_opened_and_closed_at_the_server(way):
    bench, _, line = way
    opened = await line.command(opening(line, "c1", magic_number=77))
    assert (opened.outcome, opened.status) == ("DONE", "filled")
    assert bench.held() == {77: 0.1}
    (row,) = (await line.query("POSITIONS"))[0].positions
    assert (row.ticket, row.magic_number) == (opened.position, 77)
    closing = {"id": "c2", "action": "CLOSE", "ticket": row.ticket, "ttl_ms": 60_000}
    now_ns = line._services.clock.now_ns()
    closed = await line.command(TradeCommand.model_validate(closing | {"issued_at": now_ns, "fence": line.fence}))
    assert closed.success
    assert (await line.query("POSITIONS"))[0].positions == ()


async def test_an_order_whose_answer_was_lost_is_at_the_server_once_however_often_it_is_commanded(way):
    bench, machine, line = way
    bench.fault("answer_lost")
    command = opening(line, "c1", magic_number=78)
    first = await line.command(command)
    assert first.outcome in {"UNKNOWN", "DONE"}
    await machine.kill()
    machine.start()
    await connected(line, machine)
    assert (await line.command(command)).outcome == first.outcome
    assert bench.held() == {78: 0.1}
    assert sum(each["magic"] == 78 for each in bench.package.sent) == 1
