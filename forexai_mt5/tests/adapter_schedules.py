"""One seeded schedule of trading through the adapter while things go wrong, and what must hold after it."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import attrs
from adapter_bench import AdapterBench, buy
from adapter_trading import Trading

from forexai_core.errors import BrokerError, OrderRefusedError, StorageError
from forexai_core.values.orders import OrderKind, OrderRequest
from forexai_core.values.positions import Position
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c

READ = ("account_info", "positions_get", "orders_get", "history_deals_get", "symbol_info_tick", "order_check")
AT_ORDERS: tuple[dict[str, Any], ...] = (
    {"kind": "hang", "seconds": 600.0}, {"kind": "slow", "seconds": 2.0},
    {"kind": "crash"}, {"kind": "crash", "executed": True},
    {"kind": "ipc_send"}, {"kind": "ipc_failed"}, {"kind": "ipc_receive"}, {"kind": "ipc_receive", "executed": True},
    {"kind": "restart"}, {"kind": "call_failed", "code": -1}, {"kind": "version_mismatch"},
    {"kind": "answer_lost"}, {"kind": "answer_lost", "code": -10001},
    {"kind": "answer_unknown", "code": 10012}, {"kind": "answer_unknown", "code": 10031},
    {"kind": "answer_unknown", "code": 10011}, {"kind": "placed"},
    {"kind": "retcode", "code": 10004, "times": 2}, {"kind": "retcode", "code": 10004, "times": 5},
    {"kind": "retcode", "code": 10021}, {"kind": "retcode", "code": 10020}, {"kind": "retcode", "code": 10006},
    {"kind": "retcode", "code": 10024}, {"kind": "retcode", "code": 10028}, {"kind": "retcode", "code": 10029},
    {"kind": "retcode", "code": 10030}, {"kind": "retcode", "code": 10019}, {"kind": "retcode", "code": 10026},
    {"kind": "retcode", "code": 10036},
)  # fmt: skip
AT_QUESTIONS: tuple[dict[str, Any], ...] = (
    {"kind": "hang", "seconds": 600.0}, {"kind": "crash"}, {"kind": "ipc_send"}, {"kind": "ipc_receive"},
    {"kind": "restart"}, {"kind": "call_failed", "code": -1}, {"kind": "slow", "seconds": 1.0},
)  # fmt: skip
FOR_A_WHILE: tuple[dict[str, Any], ...] = (
    {"kind": "history_lag", "seconds": 8.0}, {"kind": "comment", "text": "overwritten"}, {"kind": "auto_trading_off"},
    {"kind": "api_disabled"}, {"kind": "server_disables"}, {"kind": "connection_lost"},
)  # fmt: skip
ON_THE_MARKET: tuple[dict[str, Any], ...] = (
    {"kind": "session_closed", "seconds": 40.0}, {"kind": "quotes_stop", "seconds": 30.0},
    {"kind": "price_jump", "points": 400}, {"kind": "price_jump", "points": -400},
    {"kind": "spread", "points": 60, "seconds": 40.0}, {"kind": "hidden"},
)  # fmt: skip
FIRST, SECOND = AccountSettings(), AccountSettings(login=50_000_002, server="Other-Server")


@attrs.define
class Tally:
    """What schedules came to."""

    schedules: int = 0
    kills: int = 0
    faults: Counter[str] = attrs.field(factory=Counter)
    ends: Counter[str] = attrs.field(factory=Counter)
    halts: Counter[str] = attrs.field(factory=Counter)
    sends: int = 0
    restarts: int = 0

    def counts(self) -> dict[str, int]:
        """Give each count by its name."""
        given = {"schedules": self.schedules, "kills of the trading process": self.kills}
        given |= {"requests sent": self.sends, "worker processes": self.restarts}
        for name, counter in (("end", self.ends), ("fault", self.faults), ("halt", self.halts)):
            given |= {f"{name} {key}": count for key, count in counter.items()}
        return given


class Schedule:
    """A few minutes of trading, drawn from a seed."""

    def __init__(self, seed: int, tally: Tally) -> None:
        self.chance, self.tally = Random(seed), tally
        netting = self.chance.random() < 0.3
        mode = c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING if netting else c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING
        self.bench = AdapterBench(
            accounts=[attrs.evolve(FIRST, margin_mode=mode), SECOND],
            seed=seed,
            suffix=self.chance.choice(("", "", "m")),
            changes=self.chance.choice((None, {"execution": 2, "filling_mask": 2}, {"execution": 3})),
        )
        self.trading = Trading(self.bench)

    async def run(self) -> None:
        """Trade, with something wrong most of the time, and come to rest."""
        await self.trading.begin()
        for _ in range(self.chance.randrange(3, 9)):
            self.go_wrong()
            await self.live(self.request())
            await self.bench.clock.sleep(self.chance.choice((0.0, 0.5, 3.0, 20.0, 70.0)))
            await self.live(self.trading.desk.reconcile())
            if self.chance.random() < 0.3:
                await self.live(self.trading.desk.release(person="the schedule"))
            if self.chance.random() < 0.15:
                await self.die()
        await self.calm_down()

    def go_wrong(self) -> None:
        """Let something happen to the next order, to questions, for a while, or to the market."""
        now = self.bench.terminal.elapsed_s
        drawn = []
        if self.chance.random() < 0.6:
            drawn.append(
                {**self.chance.choice(AT_ORDERS), "calls": "order_send", "skip": self.chance.choice((0, 0, 1))}
            )
        if self.chance.random() < 0.2:
            skip = self.chance.randrange(6)
            drawn.append({**self.chance.choice(AT_QUESTIONS), "calls": self.chance.choice(READ), "skip": skip})
        if self.chance.random() < 0.15:
            drawn.append({**self.chance.choice(FOR_A_WHILE), "until_s": now + self.chance.choice((5.0, 60.0))})
        if self.chance.random() < 0.15:
            name = self.bench.symbols[0].name
            drawn.append({**self.chance.choice(ON_THE_MARKET), "symbol": name})
        if self.chance.random() < 0.05:
            drawn.append({"kind": "account_switched", "login": SECOND.login})
        for fault in drawn:
            self.tally.faults[str(fault["kind"])] += 1
            self.bench.fault(**fault)

    async def live(self, work: Any) -> None:
        """Do something with the desk; what it refuses or cannot do is judged at the end."""
        try:
            await work
        except (OrderRefusedError, BrokerError, StorageError, TimeoutError):
            return

    async def die(self) -> None:
        """End the trading process without a word, and start another one."""
        self.tally.kills += 1
        self.come_home()
        await self.trading.begin()

    def come_home(self) -> None:
        """Log the terminal in to the first account again, as its owner does."""
        self.bench.terminal.update()
        self.bench.terminal.switch(FIRST.login)

    def request(self) -> Any:
        """Ask for a close, a change, a cancellation, or an order."""
        desk = self.trading.desk
        shown = desk.snapshot
        act = self.chance.random()
        if shown is not None and shown.positions and act < 0.4:
            return self.about(self.chance.choice(shown.positions))
        if shown is not None and shown.orders and act < 0.5:
            return desk.cancel(self.chance.choice(shown.orders).order)
        return desk.place(self.order(), owner="schedule", decided_price=1.1)

    def about(self, position: Position) -> Any:
        act = self.chance.random()
        desk = self.trading.desk
        if act < 0.25:
            stop = round(position.open_price * (1.0 - 0.02 * position.side), 5)
            return desk.modify(position.position, stop_loss=stop)
        part = 0.01 if act < 0.5 else position.volume_lots
        return desk.close(position, volume_lots=part, owner="schedule")

    def order(self) -> OrderRequest:
        """Make an order at the market, or a limit far away, or one near enough to be filled by and by."""
        side, lots = self.chance.choice((1, -1)), round(self.chance.randrange(1, 30) / 100, 2)
        if self.chance.random() < 0.25:
            away = self.chance.choice((0.0003, 0.01))
            bid = self.bid()
            return buy("x", lots=lots, side=side, kind=OrderKind.LIMIT, price=round(bid - side * away, 5))
        if self.chance.random() < 0.5:
            return buy("x", lots=lots, side=side, stop_loss=round(self.bid() - side * 0.01, 5))
        return buy("x", lots=lots, side=side)

    def bid(self) -> float:
        """Give the last bid, as the server has it."""
        symbol = self.bench.symbols[0]
        return symbol.price(self.bench.terminal.update().feed.last[symbol.name].bid)

    async def calm_down(self) -> None:
        """Let everything come to rest: nothing new goes wrong, and there is time for what is late."""
        self.come_home()
        self.bench.terminal.faults._faults.clear()
        await self.trading.look_on(400)
        assert await self.trading.desk.reconcile()

    async def verdict(self) -> list[str]:
        """Hold what the desk knows against the server's books; give what is wrong."""
        found = await self.trading.wrong(self.tally.ends)
        self.tally.sends += len(self.bench.package.sent)
        self.tally.restarts += self.bench.package.generation
        if self.trading.desk.blocks.halted:
            keys = {str(notice.key).split(":")[1] for notice in self.trading.notices}
            self.tally.halts.update(keys & {"venue", "excess", "person", "contradiction", "login", "store"})
        return found


async def trade(seed: int, tally: Tally) -> list[str]:
    """Run a schedule; give what is wrong after it."""
    schedule = Schedule(seed, tally)
    tally.schedules += 1
    await schedule.run()
    found = await schedule.verdict()
    schedule.trading.services.close()
    return found
