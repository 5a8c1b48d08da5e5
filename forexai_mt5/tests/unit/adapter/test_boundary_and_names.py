"""Numbers and names at the border: real ints and floats, on the grid, by the broker's own names."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from adapter_bench import AdapterBench, buy

from forexai_core.errors import ConfigError, OrderRejectedError
from forexai_core.ports.broker import TransferBroker, TransferKind
from forexai_core.values.orders import OrderKind, OrderStatus, TimeInForce
from forexai_mt5.adapter import boundary
from forexai_mt5.adapter.names import SymbolNames, suffix_of
from forexai_mt5.adapter.retcodes import KINDS, SUCCESS
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.symbol_structure import SymbolInfo
from forexai_mt5.worker.functions import UNKNOWN_RETCODES

pytestmark = pytest.mark.usefixtures("ledger")

INFO = structure_of(
    SymbolInfo,
    {"name": "EURUSD", "digits": 5, "point": 1e-5, "trade_tick_size": 1e-5, "volume_min": 0.01, "volume_max": 500.0,
     "volume_step": 0.01},
)  # fmt: skip
COARSE = structure_of(SymbolInfo, {"name": "IDX", "digits": 2, "point": 0.01, "trade_tick_size": 0.25})


@pytest.mark.parametrize("value", [1.1, Decimal("1.1"), np.float32(1.1), np.float64(1.1), Fraction(11, 10)])
def test_numbers_of_any_kind_become_real_floats(value: Any) -> None:
    made = boundary.price(INFO, value)
    assert (type(made), made) == (float, 1.1)


@pytest.mark.parametrize("value", [True, "1.1", None, float("nan"), float("inf"), Decimal("NaN"), 1j])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError):
        boundary.real_float(value, "price")


@pytest.mark.parametrize("value", [7, np.int64(7), np.uint8(7)])
def test_whole_numbers_become_real_ints(value: Any) -> None:
    assert type(boundary.real_int(value, "magic")) is int


@pytest.mark.parametrize("value", [-1, 2**63, 1.0, True, "7", Decimal(7)])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError):
        boundary.real_int(value, "magic")


def test_prices_lie_on_the_grid() -> None:
    assert boundary.price(INFO, 0.1 + 0.2) == 0.3
    assert boundary.price(COARSE, 100.25) == 100.25
    for info, wrong in ((INFO, 1.100004), (COARSE, 100.10), (INFO, 0.0), (INFO, -1.0)):
        with pytest.raises(OrderRejectedError) as refused:
            boundary.price(info, wrong)
        assert refused.value.code == c.TRADE_RETCODE_INVALID_PRICE
    assert boundary.level(INFO, Decimal(0), "stop_loss") == 0.0
    with pytest.raises(OrderRejectedError) as refused:
        boundary.level(INFO, 1.100004, "stop_loss")
    assert refused.value.code == c.TRADE_RETCODE_INVALID_STOPS


def test_volumes_lie_on_a_step_and_are_not_rounded() -> None:
    assert boundary.lots(INFO, 0.1 + 0.2) == 0.3
    assert boundary.lots(INFO, Decimal("0.07")) == 0.07
    for wrong in (0.015, 0.0, 0.001, 500.01):
        with pytest.raises(OrderRejectedError):
            boundary.lots(INFO, wrong)
    coarse = structure_of(SymbolInfo, {**INFO._asdict(), "volume_min": 0.1})
    assert boundary.lots(coarse, 0.05, closing=True) == 0.05


def test_comments_are_not_cut_off() -> None:
    assert boundary.comment("f" * 25) == "f" * 25
    for wrong in ("f" * 26, "\N{GRINNING FACE}" * 13):
        with pytest.raises(OrderRejectedError, match="longer than 25"):
            boundary.comment(wrong)


# --------------------------------------------------------------------------------------------------------------- names
@pytest.mark.parametrize(
    ("names", "suffix"),
    [
        (["EURUSD", "GBPUSD"], ""),
        (["EURUSDm", "GBPUSDm", "XAUUSDm"], "m"),
        (["EURUSD.raw", "GBPUSD.raw", "EURUSDx"], ".raw"),
        (["EURUSD", "EURUSDm"], ""),
        (["US500", "GOLD"], ""),
    ],
)
def test_the_ending_is_found(names: list[str], suffix: str) -> None:
    assert suffix_of(names) == suffix


def test_two_endings_are_the_users_to_choose() -> None:
    names = ["EURUSDm", "EURUSDc", "GBPUSDm", "GBPUSDc"]
    with pytest.raises(ConfigError, match="several endings"):
        suffix_of(names)
    assert SymbolNames(dict.fromkeys(names, True), given={}, suffix="c").theirs("EURUSD") == "EURUSDc"
    # Of two kinds the one that the account may trade.
    traded = {name: name.endswith("m") for name in names}
    assert SymbolNames(traded, given={}, suffix=None).theirs("EURUSD") == "EURUSDm"


def test_names_are_told_both_ways() -> None:
    found = dict.fromkeys(("EURUSDm", "GBPUSDm", "GOLD", "USm"), True)
    names = SymbolNames(found, given={"XAUUSD": "GOLD"}, suffix=None)
    assert [names.theirs(each) for each in ("EURUSD", "XAUUSD", "GOLD", "US", "nothing")] == [
        "EURUSDm", "GOLD", None, "USm", None,
    ]  # fmt: skip
    assert [names.ours(each) for each in ("EURUSDm", "GOLD", "LATER")] == ["EURUSD", "XAUUSD", "LATER"]
    with pytest.raises(ConfigError, match="Did you mean"):
        SymbolNames(found, given={"XAUUSD": "GOLDD"}, suffix=None)


# ------------------------------------------------------------------------------------------------------------ retcodes
def test_every_answer_of_a_server_has_its_policy() -> None:
    known = {value for name, value in vars(c).items() if name.startswith("TRADE_RETCODE_")} | {10046}
    judged = set(KINDS) | SUCCESS | UNKNOWN_RETCODES
    assert judged == known
    assert not set(KINDS) & (SUCCESS | UNKNOWN_RETCODES)


# ------------------------------------------------------------------------------------------------------------- orders
@pytest.mark.parametrize(
    ("execution", "mask", "filling"),
    [(1, 1, 0), (0, 0, 0), (2, 1, 0), (2, 2, 1), (2, 3, 0), (3, 0, 2), (3, 2, 1), (3, 3, 0)],
)
async def test_fillings_follow_execution_and_mask(execution: int, mask: int, filling: int) -> None:
    bench = AdapterBench(symbols=("EURUSD",), changes={"execution": execution, "filling_mask": mask})
    broker = bench.broker()
    await broker.connect()
    order = await broker.submit(buy("a"))
    closed = await broker.close(order.position, client_id="b")
    quote = await broker.quote("EURUSD")
    limit = attrs.evolve(buy("c"), kind=OrderKind.LIMIT, price=round(quote.bid - 0.01, 5))
    pending = await broker.submit(limit)
    assert [each.status for each in (order, closed, pending)] == [
        OrderStatus.FILLED, OrderStatus.FILLED, OrderStatus.PLACED,
    ]  # fmt: skip
    fillings = [each["type_filling"] for each in bench.package.sent]
    assert fillings == [filling, filling, c.ORDER_FILLING_RETURN]
    assert bench.package.calls["order_check"] == (1 if mask or execution < 2 or execution == 3 else 2)


async def test_requests_are_made_of_real_ints_floats_and_texts() -> None:
    bench = AdapterBench(symbols=("EURUSD",))
    broker = bench.broker()
    await broker.connect()
    quote = await broker.quote("EURUSD")
    until_ns = bench.manual.now_ns() // 10**9 * 10**9 + 7_200 * 10**9
    order = await broker.submit(
        buy(
            "a", lots=Decimal("0.02"), kind=OrderKind.STOP_LIMIT, price=round(quote.ask + 0.01, 5),
            limit_price=round(quote.ask + 0.009, 5), stop_loss=round(quote.ask - 0.01, 5), magic=5, tag="fxa",
            time_in_force=TimeInForce.UNTIL, expire_time_ns=until_ns,
        )
    )  # fmt: skip
    (shown,) = await broker.orders()
    assert (shown.order, shown.request.expire_time_ns) == (order.order, until_ns)
    assert shown.request == attrs.evolve(order.request, client_id="a")
    await broker.modify(order.order, price=round(quote.ask + 0.02, 5))
    (shown,) = await broker.orders()
    assert shown.request.limit_price == round(quote.ask + 0.019, 5)
    for request in bench.package.sent:
        assert {type(value) for value in request.values()} <= {int, float, str}
        assert all(type(request[name]) is float for name in ("price", "sl", "tp", "stoplimit") if name in request)


async def test_in_netting_a_position_keeps_its_name_through_a_reversal() -> None:
    netting = AccountSettings(margin_mode=c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING)
    bench = AdapterBench(accounts=[netting], symbols=("EURUSD",))
    broker = bench.broker()
    await broker.connect()
    await broker.submit(buy("in", lots=0.1, magic=1))
    await broker.submit(buy("more", lots=0.1, magic=2))
    (before,) = await broker.positions()
    assert (before.side, before.volume_lots) == (1, 0.2)
    await broker.submit(buy("reverse", lots=0.5, side=-1, magic=3))
    (after,) = await broker.positions()
    assert (after.position, after.side, after.volume_lots) == (before.position, -1, 0.3)
    assert bench.package._client is not None
    assert bench.package._client.positions_get()[0].ticket != after.position  # the venue's own ticket is another one
    await broker.modify(after.position, stop_loss=round(after.open_price + 0.01, 5))
    closed = await broker.close(after.position, client_id="out")
    assert (closed.status, closed.position, await broker.positions()) == (OrderStatus.FILLED, before.position, ())
    with pytest.raises(OrderRejectedError, match="closed already"):
        await broker.close(after.position, client_id="again")


async def test_deposits_withdrawals_and_credits_are_transfers_and_no_deals() -> None:
    bench = AdapterBench(symbols=("EURUSD",))
    broker = bench.broker()
    assert isinstance(broker, TransferBroker)
    await broker.connect()
    await broker.submit(buy("in"))
    server = bench.terminal.update()
    operations = (
        (500.0, c.DEAL_TYPE_BALANCE),
        (-200.0, c.DEAL_TYPE_BALANCE),
        (50.0, c.DEAL_TYPE_CREDIT),
        (10.0, c.DEAL_TYPE_BONUS),
        (-3.0, c.DEAL_TYPE_CHARGE),
        (1.0, c.DEAL_TYPE_INTEREST),
    )
    for amount, kind in operations:
        server.books.operate(amount, server.now_ns, kind, "by hand")
    start_ns, stop_ns = server.now_ns - 3_600 * 10**9, server.now_ns + 3_600 * 10**9
    first, *moved = await broker.transfers(start_ns, stop_ns)
    assert (first.amount, first.kind) == (bench.terminal.update().settings.balance, TransferKind.BALANCE)
    assert [(each.amount, str(each.kind)) for each in moved] == [
        (500.0, "balance"), (-200.0, "balance"), (50.0, "credit"), (10.0, "balance")
    ]  # fmt: skip
    assert len({each.transfer for each in (first, *moved)}) == 5
    assert await broker.transfers(start_ns, first.time_ns) == ()
    assert [each.client_id for each in await broker.history(start_ns, stop_ns)] == ["in"]


async def test_more_than_a_position_has_is_not_closed() -> None:
    for mode in (c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING, c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING):
        bench = AdapterBench(accounts=[AccountSettings(margin_mode=mode)], symbols=("EURUSD",))
        broker = bench.broker()
        await broker.connect()
        order = await broker.submit(buy("in"))
        with pytest.raises(OrderRejectedError) as refused:
            await broker.close(order.position, client_id="out", volume_lots=0.2)
        assert refused.value.code == c.TRADE_RETCODE_INVALID_CLOSE_VOLUME
        assert len(bench.package.sent) == 1


async def test_where_the_oldest_closes_first_nothing_else_is_sent() -> None:
    bench = AdapterBench(accounts=[AccountSettings(fifo_close=True)], symbols=("EURUSD",))
    broker = bench.broker()
    await broker.connect()
    first = await broker.submit(buy("a"))
    await bench.clock.sleep(5)
    second = await broker.submit(buy("b"))
    with pytest.raises(OrderRejectedError, match="oldest") as refused:
        await broker.close(second.position, client_id="c")
    assert (refused.value.code, len(bench.package.sent)) == (c.TRADE_RETCODE_FIFO_CLOSE, 2)
    await broker.close(first.position, client_id="d")
    await broker.close(second.position, client_id="e")


async def test_instruments_have_the_venues_own_values() -> None:
    bench = AdapterBench(symbols=("EURUSD", "USDJPY", "XAUUSD", "BTCUSD"), suffix="m", trades=("XAUUSD", "BTCUSD"))
    broker = bench.broker()
    await broker.connect()
    gold, coin = await broker.instruments()
    assert (gold.symbol, gold.digits, gold.contract_size, gold.volume_max, gold.pip_size) == (
        "XAUUSD", 2, 100.0, 20.0, 0.1,
    )  # fmt: skip
    assert (coin.symbol, coin.trades_at_weekends, gold.trades_at_weekends) == ("BTCUSD", True, False)
    assert coin.tick_value > 0
    with pytest.raises(OrderRejectedError, match="Did you mean 'EURUSD'"):
        await broker.quote("EURUSDX")
