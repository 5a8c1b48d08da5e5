"""Sessions at a terminal that hangs, dies, loses answers and starts anew: nothing is sent twice, nothing is missed.

``--mt5-sessions 50`` makes it a long run; a seed is enough to find one again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from session_bench import TerminalBench, TerminalSession, Threads

import forexai_core as fx
from forexai_mt5.simulator.face.client import Client
from forexai_mt5.terms import constants as c

pytestmark = pytest.mark.usefixtures("ledger")

LIVES, MINUTES, CALM_MINUTES = 2, 7, 4
AT_ORDERS: tuple[dict[str, Any], ...] = (
    {"kind": "hang", "seconds": 600.0}, {"kind": "slow", "seconds": 2.0}, {"kind": "crash"},
    {"kind": "crash", "executed": True}, {"kind": "ipc_send"}, {"kind": "ipc_receive"},
    {"kind": "ipc_receive", "executed": True}, {"kind": "restart"}, {"kind": "answer_lost"},
    {"kind": "answer_unknown", "code": 10012}, {"kind": "placed"}, {"kind": "retcode", "code": 10004, "times": 2},
)  # fmt: skip
AT_QUESTIONS: tuple[dict[str, Any], ...] = (
    {"kind": "hang", "seconds": 600.0}, {"kind": "crash"}, {"kind": "ipc_receive"}, {"kind": "restart"},
)  # fmt: skip
READ = ("account_info", "positions_get", "orders_get", "history_deals_get", "symbol_info_tick", "copy_rates_from_pos")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", metafunc.config.getoption("--mt5-sessions"))


class Restless(fx.Strategy):
    """Opens whenever nothing is open, and closes what it sees a bar later."""

    def on_bar(self, ctx: fx.Context) -> None:
        if ctx.positions:
            ctx.close()
        else:
            ctx.buy(volume_lots=0.1, stop_loss_pips=20)


def go_wrong(bench: TerminalBench, chance: Random, came: Counter[str]) -> None:
    """Let something happen to the next order, and perhaps to a question."""
    drawn = []
    if chance.random() < 0.7:
        drawn.append({**chance.choice(AT_ORDERS), "calls": "order_send"})
    if chance.random() < 0.4:
        drawn.append({**chance.choice(AT_QUESTIONS), "calls": chance.choice(READ), "skip": chance.randrange(4)})
    for fault in drawn:
        came[f"fault {fault['kind']}"] += 1
        bench.fault(**fault)


async def test_sessions_end_in_the_servers_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, record_property: Callable[[str, object], None]
) -> None:
    chance, came = Random(seed), Counter({"sessions": LIVES + 1})
    bench = TerminalBench(Threads(monkeypatch), netting=chance.random() < 0.3)
    for _ in range(LIVES):
        async with TerminalSession(bench, tmp_path, Restless) as trading:
            for _ in range(MINUTES):
                go_wrong(bench, chance, came)
                await trading.minutes(1)
        bench.terminal.faults._faults.clear()  # what a session begins over is whole
    async with TerminalSession(bench, tmp_path, Restless) as trading:
        await trading.minutes(CALM_MINUTES)
        end, records = await trading.end()
    books = bench.terminal.update().books
    dealt = [str(deal.ticket) for deal in books.deals if deal.symbol]
    heard = Counter(record["deal"] for record in records if record["kind"] == "deal")
    assert heard == Counter(dealt)
    sent = Counter(each["magic"] for each in bench.package.sent if each["action"] == c.TRADE_ACTION_DEAL)
    assert max(sent.values()) == 1, sent
    assert len(dealt) >= 4
    assert {each.position for each in end.positions} == {each.identifier for each in positions_of(bench)}
    assert len(end.positions) <= 1
    came |= {"requests sent": sent.total(), "deals": len(dealt), "worker processes": bench.package.generation}
    for name, count in came.items():
        record_property(f"mt5: session {name}", count)


def positions_of(bench: TerminalBench) -> Any:
    """Give what is open at the server."""
    client = Client(bench.terminal)
    assert client.initialize()
    return client.positions_get()
