"""Platform and connector together: commands pass once, whatever fails between them."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from gateway_bench import CountingBroker, Machine, Platform, connected, eventually, opening, until

from forexai_core.errors import (
    BrokerUnreachableError,
    ConflictError,
    FencedError,
    OrderRejectedError,
    OrderStateUnknownError,
)
from forexai_core.ports.halts import HaltScope
from forexai_core.values.orders import OrderRequest
from forexai_mt5.connector.credentials import NotPairedError
from forexai_mt5.connector.service import DismissedError
from forexai_mt5.gateway.routes import Inward, Outward, inward_topic, outward_topic
from forexai_mt5.platform_broker.broker import LineBroker
from forexai_mt5.platform_broker.settings import LineSettings
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.reports import Subscribe
from forexai_mt5.protocol.trading import TradeCommand


@pytest.fixture
async def platform():
    made = Platform()
    yield made
    made.services.close()


@pytest.fixture
async def machine(platform):
    made = Machine(platform)
    await made.pair()
    made.service = made.start()
    await connected(platform, made)
    yield made
    await made.kill()
    made.store.close()


async def test_a_command_goes_to_the_broker_and_its_result_comes_back(platform, machine):
    async with platform.line() as line:
        result = await line.command(opening(line, "c1", magic_number=2**60, comment="fx:1"))
        assert (result.success, result.outcome, result.status) == (True, "DONE", "filled")
        assert float(result.open_price) == 1.1001
        assert machine.broker.submitted == ["c1"]
        (position,) = (await line.query("POSITIONS"))[0].positions
        assert (position.symbol, position.type, float(position.lots)) == ("EURUSD", "BUY", 0.1)
        assert position.magic_number == 2**60


async def test_every_action_and_every_question(platform, machine):
    async with platform.line() as line:
        waiting = await line.command(opening(line, "c1", order_type="BUY_LIMIT", price=1.05))
        assert waiting.status == "placed"
        (order,) = (await line.query("ORDERS"))[0].orders
        assert (order.ticket, order.type, float(order.price)) == (waiting.ticket, "BUY_LIMIT", 1.05)
        moved = await line.command(changing(line, "c2", "MODIFY", waiting.ticket, price=1.06))
        assert moved.success
        cancelled = await line.command(changing(line, "c3", "CANCEL", waiting.ticket))
        assert cancelled.status == "cancelled"
        opened = await line.command(opening(line, "c4", lot_size=0.2))
        part = await line.command(changing(line, "c5", "CLOSE", opened.position, lot_size=0.1))
        rest = await line.command(changing(line, "c6", "CLOSE", opened.position))
        assert part.success
        assert rest.success
        assert (await line.query("POSITIONS"))[0].positions == ()
        deals = (await line.query("DEALS", start=0, stop=2**62))[0].deals
        assert [float(deal.lots) for deal in deals] == [0.2, 0.1, 0.1]
        (price,) = (await line.query("PRICE", symbol="EURUSD"))[0].prices
        assert (float(price.bid), float(price.ask)) == (1.1, 1.1001)
        with pytest.raises(OrderRejectedError, match="says"):
            await line.query("PRICE", symbol="NOSUCH")


def changing(line, command_id, action, ticket, **more):
    now_ns = line._services.clock.now_ns()
    fields = {"id": command_id, "action": action, "ticket": ticket, "issued_at": now_ns, "ttl_ms": 60_000}
    return TradeCommand.model_validate(fields | {"fence": line.fence} | more)


async def test_the_account_and_prices_are_told(platform, machine):
    heard = []
    async with platform.line() as line:
        line.listeners.append(heard.append)
        await line.say(Subscribe(symbols=("EURUSD",)))
        await until(lambda: {each.type for each in heard} == {"ACCOUNT_UPDATE", "PRICES"})
        assert float(line.latest.balance) == 10_000.0
        assert line.latest.total_positions == 0
        await line.command(opening(line, "c1"))
        await until(lambda: line.latest.total_positions == 1)


async def test_the_same_command_twice_is_one_order_and_one_answer(platform, machine):
    async with platform.line() as line:
        command = opening(line, "c1")
        first, again = await line.command(command), await line.command(command)
        assert first == again
        fifty = await asyncio.gather(*(line.command(opening(line, "c2")) for _ in range(50)))
        assert len({each.ticket for each in fifty}) == 1
    assert machine.broker.submitted == ["c1", "c2"]


async def test_another_order_under_a_used_id_is_refused(platform, machine):
    async with platform.line() as line:
        await line.command(opening(line, "c1"))
        result = await line.command(opening(line, "c1", lot_size=0.2))
        assert (result.outcome, result.error.kind) == ("REFUSED", "conflict")
    assert machine.broker.submitted == ["c1"]


async def test_another_command_of_an_id_that_is_under_way_does_not_get_its_result(platform, machine):
    machine.broker.wait_s = 0.2
    async with platform.line() as line:
        first = asyncio.ensure_future(line.command(opening(line, "c1")))
        await asyncio.sleep(0)
        with pytest.raises(ConflictError):
            await line.command(opening(line, "c1", lot_size=0.2))
        assert (await first).success


async def test_who_stops_waiting_leaves_the_command_to_others(platform, machine):
    machine.broker.wait_s = 0.2
    async with platform.line() as line:
        impatient = asyncio.ensure_future(line.command(opening(line, "c1")))
        patient = asyncio.ensure_future(line.command(opening(line, "c1")))
        await until(lambda: machine.broker.submitted)
        impatient.cancel()
        assert (await patient).success
        left = asyncio.ensure_future(line.command(opening(line, "c2")))
        await until(lambda: len(machine.broker.submitted) == 2)
    with pytest.raises(OrderStateUnknownError, match="closed"):
        await left


async def test_a_refusal_of_the_broker_comes_back_with_its_code(platform, machine):
    async with platform.line() as line:
        result = await line.command(opening(line, "c1", lot_size=0.015))
        assert (result.outcome, result.error.code) == ("REJECTED", 10014)
        assert await line.command(opening(line, "c1", lot_size=0.015)) == result


async def test_an_answer_that_the_broker_lost_is_unknown_and_stays_so(platform, machine):
    machine.broker.fail = OrderStateUnknownError("lost")
    async with platform.line() as line:
        result = await line.command(opening(line, "c1"))
        assert result.outcome == "UNKNOWN"
        assert (await line.fate("c1")).outcome == "UNKNOWN"
        assert (await line.command(opening(line, "c1"))).outcome == "UNKNOWN"
    assert machine.broker.submitted == ["c1"]


async def test_a_command_that_comes_too_late_is_not_sent(platform, machine):
    async with platform.line() as line:
        late = opening(line, "c1", issued_at=platform.services.clock.now_ns() - 3_000_000_000, ttl_ms=2_000)
        result = await line.command(late)
        assert result.outcome == "EXPIRED"
        machine.broker.wait_s = 0.5  # the second waits behind the first for longer than it lives
        _, behind = await asyncio.gather(
            line.command(opening(line, "c2")), line.command(opening(line, "c3", ttl_ms=200))
        )
        assert behind.outcome == "EXPIRED"
    assert machine.broker.submitted == ["c2"]


async def test_an_older_sender_is_refused_by_the_connector(platform, machine):
    async with platform.line() as old:
        stale = old.fence
        await old.command(opening(old, "c1"))
    async with platform.line() as new:
        await new.command(opening(new, "c2"))
        refused = await new.command(opening(new, "c3", fence=stale))
        assert (refused.outcome, refused.error.kind) == ("REFUSED", "fenced")
        restored = FenceToken(epoch=new.fence.epoch + 1, number=1)
        assert (await new.command(opening(new, "c4", fence=restored))).success
        assert (await new.command(opening(new, "c5"))).error.kind == "fenced"
    assert machine.broker.submitted == ["c1", "c2", "c4"]


async def test_one_process_at_a_time_has_the_line(platform, machine):
    async with platform.line():
        with pytest.raises(FencedError):
            await platform.line().open()
    async with platform.line():
        pass


async def test_without_a_connector_nothing_is_sent(platform):
    async with platform.line() as line:
        with pytest.raises(BrokerUnreachableError, match="not connected"):
            await line.command(opening(line, "c1"))


async def test_a_kill_stops_openings_through_restarts_and_lets_closing_pass(platform, machine):
    async with platform.line() as line:
        opened = await line.command(opening(line, "c1"))
        await line.kill("margin")
        await until(lambda: line.latest is not None and line.latest.killed)
        refused = await line.command(opening(line, "c2"))
        assert (refused.outcome, refused.error.kind) == ("REFUSED", "killed")
        await machine.kill()
        machine.start()
        await connected(platform, machine)
        assert (await line.command(opening(line, "c3"))).error.kind == "killed"
        assert (await line.command(changing(line, "c4", "CLOSE", opened.position))).success
    assert machine.broker.submitted == ["c1"]


async def all_kills_are_confirmed(platform):
    return not any("kills" in name for name in await platform.services.secrets.names())


async def is_killed(machine):
    return bool((await machine.halts.read()).halts)


async def test_a_kill_that_was_said_into_a_dead_connection_comes_with_the_next_wherever_that_is():
    platform = Platform(gateways=2)
    machine = Machine(platform)
    await machine.pair()
    machine.start()
    await connected(platform, machine)
    (wire,) = [each for each in machine.transport.sockets if not each.task.done()]

    async def nothing_comes():
        await asyncio.Event().wait()

    wire.event = nothing_comes
    await until(lambda: not wire.from_app.empty())  # what is said there piles up
    async with platform.line() as line:
        await line.kill("margin")
        await until(lambda: any('"KILL"' in event.get("text", "") for event in wire.from_app._queue))
        assert not await is_killed(machine)
        machine.gateway = 1
        machine.transport.cut()
        await machine.kill()
        machine.start()
        await until(lambda: line.latest is not None and line.latest.killed)
    assert await is_killed(machine)
    await machine.kill()
    platform.services.close()


async def test_a_kill_for_a_connector_that_is_away_waits_for_it_through_restarts_of_the_platform(tmp_path):
    platform = Platform(home=tmp_path)
    machine = Machine(platform)
    await machine.pair()
    async with platform.line() as line:
        assert not await line.kill("margin")
    platform.services.close()
    machine.platform = Platform(home=tmp_path)
    machine.transport.pick = lambda: machine.platform.gateways[0]
    machine.start()
    await eventually(lambda: is_killed(machine))
    await machine.kill()
    machine.platform.services.close()


async def test_a_kill_that_was_confirmed_is_not_said_again_after_a_person_has_lifted_it(platform, machine):
    async with platform.line() as line:
        assert await line.kill("margin")
        await until(lambda: line.latest is not None and line.latest.killed)
        await line.query("POSITIONS")  # its answer acknowledges what came before
        await eventually(lambda: all_kills_are_confirmed(platform))
        await machine.halts.rearm(HaltScope.PLATFORM, "", by="me", reason="looked at", time_ns=1)
        machine.transport.cut()
        await machine.kill()
        machine.start()
        await connected(platform, machine)
        assert (await line.command(opening(line, "c1"))).success


@pytest.mark.parametrize(
    ("caps", "change"),
    [
        ({"opens": False}, {}),
        ({"max_lots": 0.05}, {}),
        ({"symbols": ["GBPUSD"]}, {}),
        ({"max_positions": 1}, {}),
        ({"openings_per_minute": 1}, {}),
    ],
)
async def test_caps_of_the_machine_hold_whatever_the_platform_says(platform, caps, change):
    machine = Machine(platform, caps=caps)
    await machine.pair()
    machine.start()
    await connected(platform, machine)
    async with platform.line() as line:
        results = [await line.command(opening(line, f"c{number}", **change)) for number in range(2)]
        assert results[-1].error.kind == "capped"
        assert len(machine.broker.submitted) < 2
    await machine.kill()


# --------------------------------------------------------------------------------------------- what nobody has expected
async def test_a_position_at_no_price_leaves_the_connection_up_and_is_told_to_who_asks(platform, machine):
    async with platform.line() as line:
        await line.command(opening(line, "c1"))
        real = machine.broker.positions

        async def positions():
            return [attrs.evolve(each, open_price=-1.5) for each in await real()]

        machine.broker.positions = positions
        connections = len(machine.transport.sockets)
        with pytest.raises(BrokerUnreachableError, match=r"position \d+ .*open_price"):
            await line.query("POSITIONS")
        machine.broker.positions = real
        line.latest = None
        await until(lambda: line.latest is not None)
        assert len((await line.query("POSITIONS"))[0].positions) == 1
        assert len(machine.transport.sockets) == connections


@pytest.mark.parametrize("problem", [ZeroDivisionError("secret"), OSError("pipe"), ValueError("secret")])
async def test_whatever_a_plugin_raises_the_reports_go_on_and_its_words_stay_there(platform, machine, problem):
    async def fails(*_args):
        raise problem

    async with platform.line() as line:
        await line.say(Subscribe(symbols=("EURUSD",)))
        names = ("account", "positions", "quote", "history", "orders", "instruments")
        real = {name: getattr(machine.broker, name) for name in names}
        for name in names:
            setattr(machine.broker, name, fails)
        for what in ("ACCOUNT", "POSITIONS", "PRICE", "DEALS", "ORDERS", "INSTRUMENTS"):
            with pytest.raises(BrokerUnreachableError, match=type(problem).__name__) as caught:
                await line.query(what, symbol="EURUSD")
            assert "secret" not in str(caught.value)
        for name, method in real.items():
            setattr(machine.broker, name, method)
        line.latest = None
        await until(lambda: line.latest is not None)
    assert [state for state, _ in machine.states].count("connected") == 1


async def test_an_error_that_nobody_expected_ends_a_connection_and_not_the_connector(platform, machine):
    problems = []

    async def fails(_halt):
        machine.halts.halt = real
        raise OSError("no space")

    real, machine.halts.halt = machine.halts.halt, fails
    machine.service._on_problem = problems.append
    async with platform.line() as line:
        await line.kill("margin")
        await eventually(lambda: is_killed(machine))  # it was not acknowledged, and came again
    assert [type(each) for each in problems] == [OSError]
    assert not machine.task.done()


# ------------------------------------------------------------------------------------------------- cuts and restarts
async def test_a_result_that_was_lost_with_its_connection_comes_with_the_next(platform, machine):
    machine.broker.wait_s = 0.3
    async with platform.line() as line:
        waiting = asyncio.ensure_future(line.command(opening(line, "c1")))
        await until(lambda: machine.broker.submitted == ["c1"])
        machine.transport.cut()
        result = await waiting
        assert result.success
    assert machine.broker.submitted == ["c1"]


async def test_the_account_is_right_again_with_the_first_word_after_a_reconnection(platform, machine):
    async with platform.line() as line:
        await until(lambda: line.latest is not None)
        machine.transport.down = True
        machine.transport.cut()
        await until(lambda: machine.states[-1][0] == "waiting")
        machine.broker.venue.balance = 9_000.0
        line.latest = None
        machine.transport.down = False
        await connected(platform, machine)
        await until(lambda: line.latest is not None)
        assert float(line.latest.balance) == 9_000.0  # the first word after the reconnection, not the one of before


async def test_a_command_that_never_arrived_is_found_out_and_barred(platform, machine):
    async with platform.line() as line:
        lost = opening(line, "c1", ttl_ms=200)
        (device,) = await platform.admission.devices("main")

        async def swallow(_message):
            return device.id

        real, line._say = line._say, swallow  # what was published reaches nobody
        waiting = asyncio.ensure_future(line.command(lost))
        await asyncio.sleep(0.3)
        line._say = real
        result = await waiting
        assert result.outcome == "ABSENT"
        copy = opening(line, "c1", ttl_ms=60_000)
        assert (await line.command(copy)).error.kind == "conflict"
    assert machine.broker.submitted == []


async def test_a_connector_that_dies_while_it_sends_does_not_send_again(platform, machine):
    machine.broker.wait_s = 30.0
    async with platform.line() as line:
        waiting = asyncio.ensure_future(line.command(opening(line, "c1")))
        await until(lambda: machine.broker.submitted == ["c1"])
        await machine.kill()
        machine.broker.wait_s = 0.0
        machine.start()
        result = await waiting
        assert result.outcome == "UNKNOWN"
        assert (await line.command(opening(line, "c1"))).outcome == "UNKNOWN"
    assert machine.broker.submitted == ["c1"]


async def test_a_connector_that_dies_before_it_sends_never_sends(platform, machine):
    machine.broker.wait_s = 30.0
    async with platform.line() as line:
        first = asyncio.ensure_future(line.command(opening(line, "c1")))
        await until(lambda: machine.broker.submitted == ["c1"])
        second = asyncio.ensure_future(line.command(opening(line, "c2", ttl_ms=60_000)))
        await asyncio.sleep(0.2)
        await machine.kill()
        machine.broker.wait_s = 0.0
        machine.start()
        assert (await first).outcome == "UNKNOWN"
        assert (await second).outcome == "EXPIRED"
    assert machine.broker.submitted == ["c1"]


async def test_any_process_reaches_a_connector_that_another_one_holds():
    platform = Platform(gateways=3)
    machines = [Machine(platform, gateway=number) for number in range(3)]
    for number, machine in enumerate(machines):
        await machine.pair(f"account-{number}")
        machine.start()
    for number, machine in enumerate(machines):
        await connected(platform, machine)
        async with platform.line(f"account-{number}") as line:
            assert (await line.command(opening(line, "c1"))).success
        assert machine.broker.submitted == ["c1"]
    machines[0].gateway = 2
    machines[0].transport.cut()
    await until(lambda: machines[0].states[-1][0] != "connected")
    await connected(platform, machines[0])
    async with platform.line("account-0") as line:
        assert (await line.command(opening(line, "c2"))).success
    for machine in machines:
        await machine.kill()
    platform.services.close()


async def test_once_a_newer_line_has_looked_an_older_sender_changes_nothing(platform, machine):
    async with platform.line() as old:
        late = opening(old, "c1")
    async with platform.line() as new:
        assert (await new.query("POSITIONS"))[0].positions == ()
        inward = Inward(kind="message", link=await new.link(), text=late.model_dump_json(exclude_none=True))
        await platform.services.bus.publish(inward_topic("main"), inward.model_dump_json().encode())
        assert (await new.command(opening(new, "c2"))).success
        assert len((await new.query("POSITIONS"))[0].positions) == 1
    assert machine.broker.submitted == ["c2"]


# ---------------------------------------------------------------------------------------------------------- paired anew
async def commanded_many_times(platform, account="main"):
    """Open the line often, so that the numbers of its leases are far on."""
    for number in range(3):
        async with platform.line(account) as line:
            assert (await line.command(opening(line, f"c{number}"))).success


async def test_a_machine_that_is_paired_with_another_account_serves_it_without_being_started_anew(platform, machine):
    await commanded_many_times(platform)
    await machine.pair("second")
    machine.transport.cut()
    async with platform.line("second") as line:
        await eventually(lambda: is_linked(line))
        await connected(platform, machine)
        assert (await line.command(opening(line, "c1"))).success  # not what the other account calls by that id
    assert machine.broker.submitted == ["c0", "c1", "c2", "c1"]


async def is_linked(line):
    return await line.link() is not None


async def test_a_machine_that_is_paired_with_a_platform_that_was_set_up_anew_serves_it(platform, machine):
    await commanded_many_times(platform)
    await machine.kill()
    machine.platform = Platform()
    machine.transport.pick = lambda: machine.platform.gateways[0]
    machine.states.clear()
    await machine.pair()
    machine.start()
    await connected(machine.platform, machine)
    async with machine.platform.line() as line:
        assert line.fence.number == 1
        assert (await line.command(opening(line, "d1"))).success
    await machine.kill()
    machine.platform.services.close()


# ------------------------------------------------------------------------------------------------- two for one account
async def test_a_second_connector_of_an_account_waits_until_the_first_is_gone(platform, machine):
    second = Machine(platform, CountingBroker())
    await second.pair()
    second.start()
    await until(lambda: any("Another connector" in text for _, text in second.states))
    async with platform.line() as line:
        await line.command(opening(line, "c1"))
        await machine.kill()
        await connected(platform, second)
        await line.command(opening(line, "c2"))
    assert (machine.broker.submitted, second.broker.submitted) == (["c1"], ["c2"])
    await second.kill()


async def test_who_takes_over_ends_the_other_for_good(platform, machine):
    second = Machine(platform, CountingBroker(), take_over=True)
    await second.pair()
    second.start()
    with pytest.raises(DismissedError, match="fenced"):
        await machine.task
    await connected(platform, second)
    async with platform.line() as line:
        await line.command(opening(line, "c1"))
    assert (machine.broker.submitted, second.broker.submitted) == ([], ["c1"])
    await second.kill()


async def test_a_command_for_a_former_connection_reaches_no_later_one(platform, machine):
    async with platform.line() as line:
        former = await line.link()
        machine.transport.cut()
        await until(lambda: machine.states[-1][0] != "connected")
        await connected(platform, machine)
        assert await line.link() != former
        (device,) = await platform.admission.devices("main")

        async def say_to_the_former(message):
            inward = Inward(kind="message", link=former, text=message.model_dump_json(exclude_none=True))
            await platform.services.bus.publish(inward_topic("main"), inward.model_dump_json().encode())
            return device.id

        real, line._say = line._say, say_to_the_former
        waiting = asyncio.ensure_future(line.command(opening(line, "c1", ttl_ms=200)))
        await asyncio.sleep(0.4)
        line._say = real
        assert (await waiting).outcome == "ABSENT"
    assert machine.broker.submitted == []


async def say_as_an_older_sender(platform, line, command):
    """Pass a copy on as a process does that had the line before, and has not noticed that it lost it."""
    older = command.model_copy(update={"fence": FenceToken(epoch=1, number=line.fence.number - 1)})
    inward = Inward(kind="message", link=await line.link(), text=older.model_dump_json(exclude_none=True))
    await platform.services.bus.publish(inward_topic("main"), inward.model_dump_json().encode())
    return older


async def test_a_copy_of_an_older_sender_makes_no_second_order_of_the_one_under_way(platform, machine):
    async with platform.line():
        pass  # somebody had the line before
    machine.broker.wait_s = 0.3
    session = LineBroker(LineSettings(account="main"), platform.services)
    await session.connect()
    request = OrderRequest(client_id="o-1", symbol="EURUSD", side=1, volume_lots=0.1)
    sent = []
    real = session._line.command

    async def command(asked):
        sent.append(asked)
        return await real(asked)

    session._line.command = command
    waiting = asyncio.ensure_future(session.submit(request))
    await until(lambda: machine.broker.submitted == ["o-1"])
    older = await say_as_an_older_sender(platform, session._line, sent[0])
    undelivered = Outward(kind="undelivered", link=await session._line.link(), about="o-1", fence=older.fence)
    await platform.services.bus.publish(outward_topic("main"), undelivered.model_dump_json().encode())
    assert (await waiting).client_id == "o-1"
    assert (await session.submit(request)).client_id == "o-1"
    assert machine.broker.submitted == ["o-1"]
    assert len(await session.positions()) == 1
    await session.disconnect()


async def test_a_device_that_is_revoked_is_out_at_once_and_stays_out(platform, machine):
    (device,) = await platform.admission.devices("main")
    assert await platform.gateways[0].revoke(device.id)
    with pytest.raises(DismissedError, match="revoked"):
        await machine.task
    machine.start()
    with pytest.raises(NotPairedError):
        await machine.task


async def test_a_device_that_was_removed_without_a_word_is_out_with_the_next_renewal():
    platform = Platform(lease_s=1.0)
    machine = Machine(platform)
    await machine.pair()
    machine.start()
    await connected(platform, machine)
    (device,) = await platform.admission.devices("main")
    await platform.services.secrets.delete(f"connector/devices/{device.id}")
    # On a machine that stands still for a second the lease runs out first; then the next ticket is refused.
    with pytest.raises((DismissedError, NotPairedError)):
        await machine.task
    platform.services.close()


async def test_what_was_passed_on_to_one_machine_is_not_absent_because_another_one_does_not_know_it(platform, machine):
    second = Machine(platform, CountingBroker(), take_over=True)
    await second.pair()
    machine.broker.wait_s = 3_600
    async with platform.line(patience_s=6.0) as line:
        asked = asyncio.ensure_future(line.command(opening(line, "c1", ttl_ms=1_500)))
        await until(lambda: machine.broker.submitted == ["c1"])
        await machine.kill()  # what the broker made of it nobody says
        second.start()
        await connected(platform, second)
        assert (await line.fate("c1")).outcome == "ABSENT"
        with pytest.raises(OrderStateUnknownError):
            await asked
    assert second.broker.submitted == []
    await second.kill()


async def test_a_line_that_was_lost_and_is_taken_again_hears_each_message_once(platform, machine):
    async with platform.line() as line:
        lost = line._lease
        await platform.services.leases.release(lost)
        line._lease = None  # as when its renewal was refused
        with pytest.raises(FencedError):
            _ = line.fence
        await line.open()
        assert len(line._tasks) == 2
        heard = []
        line.listeners.append(heard.append)
        await until(lambda: len(heard) >= 3)
        stamps = [update.timestamp for update in heard]
        assert len(set(stamps)) == len(stamps)
        assert (await line.command(opening(line, "c1"))).success


async def test_a_line_that_ran_out_is_taken_again_and_one_that_somebody_has_taken_is_lost(platform):
    async with platform.line() as line:
        before = line.fence.number
        await platform.services.leases.release(line._lease)
        await line._take_again()
        assert line.fence.number > before
        await platform.services.leases.release(line._lease)
        async with platform.line():
            await line._take_again()
            with pytest.raises(FencedError):
                _ = line.fence
