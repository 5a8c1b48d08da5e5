"""Each thing that goes wrong with a terminal, and what the adapter and the order desk above it make of it."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest
from adapter_bench import AdapterBench, buy
from adapter_trading import Trading

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError, RejectionKind
from forexai_core.live import Outcome
from forexai_core.ports.broker import BrokerEventKind
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.ports.secrets import Secret
from forexai_core.values.orders import OrderKind, OrderStatus
from forexai_mt5.adapter.identity import Wanted
from forexai_mt5.adapter.session import LogIn, TerminalSession
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c

pytestmark = pytest.mark.usefixtures("ledger")

SECOND = AccountSettings(login=50_000_002, server="Other-Server", password="other")


async def trading_over(**given: Any) -> Trading:
    trading = Trading(AdapterBench(**given))
    await trading.begin()
    return trading


async def placed(trading: Trading, **fields: Any) -> Outcome:
    return await trading.desk.place(buy("x", **fields), decided_price=0.0)


def open_lots(trading: Trading) -> float:
    return round(sum(each.volume for each in trading.bench.package._client.positions_get()), 8)  # type: ignore[union-attr]


# --------------------------------------------------------------------------------------- answers that are lost
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "answer_lost"},
        {"kind": "answer_lost", "code": -10001},
        {"kind": "answer_lost", "code": -10000},
        {"kind": "answer_unknown", "code": 10012},
        {"kind": "answer_unknown", "code": 10031},
        {"kind": "answer_unknown", "code": 10011},
        {"kind": "ipc_receive", "calls": "order_send", "executed": True},
        {"kind": "crash", "calls": "order_send", "executed": True},
    ],
    ids=lambda fault: "-".join(str(each) for each in fault.values()),
)
async def test_an_order_whose_answer_is_lost_is_found_and_not_sent_again(fault: dict[str, Any]) -> None:
    trading = await trading_over()
    trading.bench.fault(**fault)
    outcome = await placed(trading)
    assert outcome.answer.state is IntentState.UNKNOWN
    assert trading.desk.unknown
    await trading.look_on(20)
    assert trading.desk.unknown == ()
    assert not trading.desk.blocks.halted
    intent = await trading.services.intents.get(outcome.intent_id)
    assert (intent.state, intent.resolution) == (IntentState.RESOLVED, Resolution.FILLED)
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.1)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "hang", "seconds": 600.0, "calls": "order_send"},
        {"kind": "crash", "calls": "order_send"},
        {"kind": "ipc_send", "calls": "order_send"},
        {"kind": "ipc_failed", "calls": "order_send"},
        {"kind": "restart", "calls": "order_send"},
        {"kind": "call_failed", "code": -1, "calls": "order_send"},
    ],
    ids=lambda fault: "-".join(str(each) for each in fault.values()),
)
async def test_an_order_that_never_arrived_is_found_to_be_absent(fault: dict[str, Any]) -> None:
    trading = await trading_over()
    trading.bench.fault(**fault)
    outcome = await placed(trading)
    assert outcome.answer.state is IntentState.UNKNOWN
    await trading.look_on(200)
    intent = await trading.services.intents.get(outcome.intent_id)
    assert (intent.state, intent.resolution) == (IntentState.RESOLVED, Resolution.ABSENT)
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.0)
    assert (await placed(trading)).answer.state is IntentState.FILLED  # and trading goes on
    assert open_lots(trading) == 0.1


async def test_lists_that_lag_behind_prove_no_absence() -> None:
    trading = await trading_over()
    trading.bench.fault("history_lag", seconds=40.0, until_s=trading.bench.terminal.elapsed_s + 300.0)
    trading.bench.fault("answer_lost")
    outcome = await placed(trading)
    assert outcome.answer.state is IntentState.UNKNOWN
    await trading.look_on(30)
    assert trading.desk.unknown  # nothing shows, and nothing follows from that
    await trading.look_on(40)
    intent = await trading.services.intents.get(outcome.intent_id)
    assert intent.resolution is Resolution.FILLED
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.1)


async def test_an_executed_order_is_known_by_its_answer_while_lists_lag() -> None:
    trading = await trading_over()
    trading.bench.fault("history_lag", seconds=30.0, until_s=trading.bench.terminal.elapsed_s + 120.0)
    outcome = await placed(trading)
    assert (outcome.answer.state, outcome.answer.filled_lots) == (IntentState.FILLED, 0.1)
    assert outcome.answer.position == outcome.answer.order != 0
    await trading.look_on(60)
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.1)


async def test_an_order_that_is_only_placed_is_followed_to_its_fill() -> None:
    trading = await trading_over()
    trading.bench.fault("placed")
    outcome = await placed(trading)
    assert (outcome.answer.state, outcome.answer.filled_lots) == (IntentState.FILLED, 0.1)
    assert await trading.wrong() == []


async def test_a_comment_that_was_written_over_loses_no_order() -> None:
    trading = await trading_over()
    trading.bench.fault("comment", text="broker says hello")
    trading.bench.fault("answer_lost")
    outcome = await placed(trading)
    await trading.look_on(20)
    assert (await trading.services.intents.get(outcome.intent_id)).resolution is Resolution.FILLED
    assert trading.desk.plans  # the position is still known to be ours
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.1)


# --------------------------------------------------------------------------------------------------- refusals
async def test_a_requote_is_tried_twice_again_by_intents_of_their_own() -> None:
    trading = await trading_over()
    trading.bench.fault("retcode", code=10004, times=2)
    outcome = await placed(trading)
    assert (outcome.answer.state, outcome.attempts) == (IntentState.FILLED, 3)
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.1)
    assert len(trading.sends()) == 3


async def test_a_storm_of_requotes_ends() -> None:
    trading = await trading_over()
    trading.bench.fault("retcode", code=10004, times=None)
    outcome = await placed(trading)
    assert (outcome.answer.state, outcome.answer.refusal, outcome.attempts) == (
        IntentState.REJECTED, RejectionKind.PRICE, 3,
    )  # fmt: skip
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.0)
    assert not trading.desk.blocks.halted


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ({"kind": "auto_trading_off"}, 10027),
        ({"kind": "server_disables"}, 10026),
        ({"kind": "api_disabled"}, -8),
    ],
)
async def test_a_switch_that_is_off_halts_the_account(fault: dict[str, Any], refusal: int) -> None:
    trading = await trading_over()
    trading.bench.fault(**fault)
    outcome = await placed(trading)
    assert (outcome.answer.refusal, outcome.answer.code) == (RejectionKind.HALTED, refusal)
    assert trading.desk.blocks.halted
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.0)


async def test_a_closed_session_pauses_the_symbol_and_nothing_else() -> None:
    trading = await trading_over()
    trading.bench.fault("session_closed", symbol="EURUSD", seconds=600.0)
    outcome = await placed(trading)
    assert (outcome.answer.refusal, outcome.answer.code) == (RejectionKind.SYMBOL, 10018)
    assert not trading.desk.blocks.halted
    assert (await placed(trading, symbol="USDJPY")).answer.state is IntentState.FILLED
    await trading.look_on(620)
    assert (await placed(trading)).answer.state is IntentState.FILLED


async def test_a_filling_that_the_server_refuses_is_not_used_again() -> None:
    trading = await trading_over()
    trading.bench.fault("retcode", code=10030)
    outcome = await placed(trading)
    assert (outcome.answer.state, outcome.attempts) == (IntentState.FILLED, 2)
    assert [each["type_filling"] for each in trading.bench.package.sent] == [0, 1]
    assert await trading.wrong() == []


# ----------------------------------------------------------------------------------------- terminals and accounts
@pytest.mark.parametrize("kind", ["hang", "crash", "ipc_receive", "ipc_send", "ipc_failed", "restart"])
async def test_questions_are_asked_again_over_a_new_connection(kind: str) -> None:
    bench = AdapterBench()
    broker = bench.broker()
    await broker.connect()
    for calls in ("positions_get", "history_deals_get", "symbol_info_tick", "account_info"):
        bench.fault(kind, calls=calls, seconds=600.0)
        assert await broker.positions() == ()
        assert await broker.history(0, 2**62) == ()
        assert (await broker.quote("EURUSD")).bid > 1.0
        assert (await broker.account()).login == "50000001@ForexAI-Simulator"


async def test_an_account_that_somebody_changed_gets_no_order() -> None:
    trading = await trading_over(accounts=[AccountSettings(), SECOND])
    trading.bench.fault("account_switched", login=SECOND.login)
    outcome = await placed(trading)
    assert outcome.answer.refusal == "unreachable"
    assert trading.bench.package.sent == []
    assert not await trading.desk.reconcile()
    trading.bench.terminal.switch(50_000_001)
    assert await trading.desk.reconcile()
    assert (await placed(trading)).answer.state is IntentState.FILLED
    assert await trading.wrong() == []


async def test_an_account_that_changes_while_an_order_is_under_way_makes_it_unknown() -> None:
    trading = await trading_over(accounts=[AccountSettings(), SECOND])
    terminal, client = trading.bench.terminal, trading.bench.package
    inner = client.call

    async def call(function: str, *args: Any, **kwargs: Any) -> Any:
        answer = await inner(function, *args, **kwargs)
        if function == "order_send":
            terminal.switch(SECOND.login)
        return answer

    client.call = call  # type: ignore[method-assign]
    outcome = await placed(trading)
    assert outcome.answer.state is IntentState.UNKNOWN
    assert not await trading.desk.reconcile()
    terminal.switch(50_000_001)
    await trading.look_on(20)
    assert trading.desk.unknown == ()
    assert (await trading.wrong(), open_lots(trading)) == ([], 0.1)


def _with_password(bench: AdapterBench) -> TerminalSession:
    wanted = Wanted(login=SECOND.login, server=SECOND.server)
    return TerminalSession(bench.package, LogIn(wanted=wanted, password="other"))


async def test_it_logs_in_where_it_has_to_and_fights_nobody() -> None:
    bench = AdapterBench(accounts=[AccountSettings(), SECOND], login=SECOND.login)
    with pytest.raises(BrokerUnreachableError, match="50000001@ForexAI-Simulator, and 50000002@any server is meant"):
        await bench.broker().connect()  # it knows no password
    assert bench.package.calls["login"] == 0
    session = _with_password(bench)
    assert (await session.open()).login == SECOND.login
    assert bench.package.calls["login"] == 1
    await session.open()
    bench.fault("restart", calls="account_info")
    assert (await session.account()).login == SECOND.login
    assert bench.package.calls["login"] == 1  # where it is at the right one nothing is done
    bench.terminal.switch(50_000_001)
    bench.fault("ipc_receive", calls="account_info")
    with pytest.raises(BrokerUnreachableError, match="is meant"):
        await session.account()
    assert bench.package.calls["login"] == 1  # somebody meant it
    await session.close()
    assert (await session.open()).login == SECOND.login  # and so does who opens it anew


async def test_after_a_restart_it_is_the_account_of_before_until_somebody_names_another() -> None:
    bench = AdapterBench(accounts=[AccountSettings(), SECOND])
    first = bench.broker()
    await first.connect()
    await first.disconnect()
    bench.terminal.switch(SECOND.login)
    with pytest.raises(BrokerUnreachableError, match=r"served 50000001@.*login = 50000002 and server = ") as refused:
        await bench.broker().connect()  # as another process does, which has seen nothing of this one
    assert "Nothing is sent" in str(refused.value)
    with pytest.raises(BrokerUnreachableError, match="served 50000001"):
        await bench.broker(server=SECOND.server).connect()  # of a server there are many accounts
    named = bench.broker(login=SECOND.login, server=SECOND.server)
    assert (await named.connect()).login.startswith(str(SECOND.login))
    await named.disconnect()
    again = bench.broker()
    assert (await again.connect()).login.startswith(str(SECOND.login))
    await again.disconnect()


async def test_an_account_that_cannot_be_recalled_is_not_traded() -> None:
    bench = AdapterBench()
    await bench.broker().connect()
    (name,) = [each for each in await bench.services.secrets.names() if each.startswith("mt5/account/")]
    await bench.services.secrets.set(name, Secret("{"))
    with pytest.raises(BrokerUnreachableError, match="cannot be recalled"):
        await bench.broker().connect()


async def test_no_request_slips_in_while_a_connection_is_made_anew() -> None:
    """A question that breaks beside an order connects anew; the order goes out before or after that, not meanwhile."""
    bench = AdapterBench(accounts=[AccountSettings(), SECOND])
    session = TerminalSession(bench.package, LogIn())
    await session.open()
    inner, seen = bench.package.call, []

    async def call(function: str, *args: Any, **kwargs: Any) -> Any:
        seen.append(function)
        await asyncio.sleep(0)
        return await inner(function, *args, **kwargs)

    bench.package.call = call  # type: ignore[method-assign]
    bench.fault("ipc_receive", calls="positions_total")
    tick = await session.ask("symbol_info_tick", "EURUSD")
    request = {"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "price": tick.ask, "deviation": 50}
    question = asyncio.create_task(session.ask("positions_total"))
    results = await asyncio.gather(*(session.send(dict(request)) for _ in range(3)), question, return_exceptions=True)
    assert question.result() in {0, 1, 2, 3}
    done = [each for each in results[:3] if not isinstance(each, BaseException)]
    assert len(done) == 3 or all(isinstance(each, BrokerUnreachableError) for each in results[:3] if each not in done)
    for place in (index for index, function in enumerate(seen) if function == "order_send"):
        looked = place - seen[:place][::-1].index("account_info") - 1
        assert not {"shutdown", "initialize", "login"} & set(seen[looked:place])


async def test_an_account_of_another_kind_is_refused() -> None:
    bench = AdapterBench(accounts=[AccountSettings(trade_mode=c.ACCOUNT_TRADE_MODE_REAL)])
    with pytest.raises(BrokerUnreachableError, match="is a real account, and a demo account is meant"):
        await bench.broker().connect()
    broker = bench.broker(account_kind="real")
    await broker.connect()
    assert broker.capabilities.live_money


async def test_an_investors_password_is_told_apart_from_a_lost_connection() -> None:
    broker = AdapterBench(accounts=[AccountSettings(investor=True)]).broker()
    await broker.connect()
    with pytest.raises(OrderRejectedError, match="investor") as refused:
        await broker.submit(buy("a"))
    assert refused.value.kind is RejectionKind.HALTED
    bench = AdapterBench()
    broker = bench.broker()
    await broker.connect()
    bench.fault("connection_lost", until_s=bench.terminal.elapsed_s + 60)
    with pytest.raises(BrokerUnreachableError, match="nothing was sent"):
        await broker.submit(buy("a"))
    with pytest.raises(BrokerUnreachableError, match="is past"):
        await broker.account()
    await bench.clock.sleep(61)
    assert (await broker.submit(buy("a"))).status is OrderStatus.FILLED  # the same id: nothing had been sent
    assert len(bench.package.sent) == 1


async def test_a_symbol_that_somebody_hid_is_shown_again() -> None:
    trading = await trading_over(symbols=("EURUSD",))
    trading.bench.fault("hidden", symbol="EURUSD")
    assert (await placed(trading)).answer.state is IntentState.FILLED
    assert trading.bench.package.calls["symbol_select"] == 1


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("initialize_timeout", "does not reach the state logged in"),
        ("terminal_missing", "give the path of terminal64.exe"),
    ],
)
async def test_a_terminal_that_cannot_be_reached_says_why(kind: str, said: str) -> None:
    bench = AdapterBench(faults=[{"kind": kind}])
    broker = bench.broker()
    with pytest.raises(BrokerUnreachableError, match=said):
        await broker.connect()
    assert (await broker.connect()).balance == 10_000.0  # it may be tried again


async def test_a_terminal_that_was_away_at_first_tells_no_old_deals() -> None:
    bench = AdapterBench()
    broker = bench.broker()
    await broker.connect()
    await broker.submit(buy("before"))
    bench.fault("connection_lost", until_s=bench.terminal.elapsed_s + 30)
    events = broker.events()
    for _ in range(200):
        await bench.clock.sleep(0.5)
    after = await broker.submit(buy("after"))
    async for event in events:
        if event.deal:
            assert event.deal.order == after.order
            break
    await broker.disconnect()


# -------------------------------------------------------------------------------------------------- one id, one order
async def test_an_id_whose_answer_was_lost_is_not_sent_again() -> None:
    bench = AdapterBench()
    broker = bench.broker()
    await broker.connect()
    bench.fault("answer_lost")
    order = buy("once", magic=77, tag="fx77")
    with pytest.raises(OrderStateUnknownError):
        await broker.submit(order)
    state = await broker.submit(order)  # found by its number
    assert (state.status, state.filled_lots, len(bench.package.sent)) == (OrderStatus.FILLED, 0.1, 1)
    bench.fault("crash", calls="order_send")
    other = buy("never", magic=78, tag="fx78")
    for _ in range(2):
        with pytest.raises(OrderStateUnknownError):
            await broker.submit(other)
    assert len(bench.package.sent) == 2


async def test_a_stop_loss_that_was_faster_is_no_second_close() -> None:
    trading = await trading_over()
    quote = await trading.desk._broker.quote("EURUSD")
    await placed(trading, stop_loss=round(quote.bid - 0.0020, 5))
    await trading.desk.reconcile()
    (position,) = trading.desk.snapshot.positions  # type: ignore[union-attr]
    trading.bench.fault("price_jump", symbol="EURUSD", points=-500)
    await trading.bench.clock.sleep(30)
    outcome = await trading.desk.close(position)
    assert outcome.answer.refusal == RejectionKind.GONE
    await trading.desk.reconcile()
    assert trading.desk.snapshot is not None
    assert trading.desk.snapshot.positions == ()
    assert {deal.reason for deal in trading.desk.snapshot.deals} == {"signal", "stop_loss"}
    assert await trading.wrong() == []


# ----------------------------------------------------------------------------------------------- what is told of it
async def test_events_tell_of_deals_orders_and_breaks() -> None:
    bench = AdapterBench()
    broker = bench.broker()
    await broker.connect()
    await broker.submit(buy("before"))
    events = broker.events()
    quote = await broker.quote("EURUSD")
    pending = await broker.submit(attrs.evolve(buy("wait"), kind=OrderKind.LIMIT, price=round(quote.bid - 0.01, 5)))
    deal = await broker.submit(buy("deal"))
    await broker.cancel(pending.order)
    bench.fault("connection_lost", until_s=bench.terminal.elapsed_s + 60)
    seen = []
    async for event in events:
        seen.append(event)
        if event.kind is BrokerEventKind.CONNECTED:
            break
    assert [each.deal.order for each in seen if each.deal] == [deal.order]  # and not of what was before
    told = [(each.order.order, each.order.status) for each in seen if each.order]
    assert (pending.order, OrderStatus.PLACED) in told
    assert (pending.order, OrderStatus.CANCELLED) in told
    assert [each.kind for each in seen if each.kind is BrokerEventKind.DISCONNECTED]
    assert any(each.quote and each.quote.symbol == "EURUSD" for each in seen)
    await broker.disconnect()
