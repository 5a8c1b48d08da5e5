"""Whatever is sent and whatever the market does: the account's money is the sum of its deals, and the graph holds."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_terminal import QUOTES, Bench

from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c

SYMBOLS = ("EURUSD", "USDJPY", "EURJPY", "GBPUSD")
STEPS = 40


def drawn_steps(seed: int) -> list[tuple[Any, ...]]:
    """Draw what happens: many deals, stops within reach, and quotes that reach them."""
    chance = random.Random(seed)

    def step() -> tuple[Any, ...]:
        name, side, lots = chance.choice(SYMBOLS), chance.choice((1, -1)), chance.randint(1, 40)
        near = chance.choice((0, chance.randint(1, 150)))
        return chance.choice([
            ("quote", name, chance.randint(-150, 150), chance.randint(0, 30)),
            ("quote", name, chance.randint(-2_500, 2_500), chance.randint(0, 30)),
            ("deal", name, side, lots, near, chance.choice((0, chance.randint(1, 150)))),
            ("deal", name, side, lots, 0, near),
            ("close", chance.randint(0, 3), lots),
            ("pending", name, chance.randint(2, 7), lots, chance.randint(-120, 120)),
            ("by", chance.randint(0, 4), chance.randint(0, 4)),
            ("remove", chance.randint(0, 2)),
            ("wait", chance.randint(1, 6)),
        ])  # fmt: skip

    return [step() for _ in range(STEPS)]


class Driver:
    """Turns drawn steps into requests and quotes."""

    def __init__(self, mode: int, commission: float) -> None:
        self.bench = Bench(
            account=AccountSettings(margin_mode=mode, balance=800.0),
            symbols=(*SYMBOLS,),
            changes={name: {"commission_per_lot": commission} for name in SYMBOLS},
        )
        self.bids = {name: round(QUOTES[name][0] * self.scale(name)) for name in SYMBOLS}

    def scale(self, name: str) -> int:
        return 10 ** self.bench.symbols[name].instrument.digits

    def price(self, name: str, points: int) -> float:
        return round(points / self.scale(name), self.bench.symbols[name].instrument.digits)

    def quote(self, name: str, move: int, seconds: int) -> None:
        self.bids[name] += move
        bid = self.bids[name]
        self.bench.quote(name, self.price(name, bid), self.price(name, bid + 10), after_s=seconds)

    def deal(self, name: str, side: int, lots: int, stop: int, target: int) -> None:
        bid = self.bids[name]
        levels = {"sl": self.price(name, bid - side * abs(stop) - side * 20) if stop else 0.0,
                  "tp": self.price(name, bid + side * abs(target) + side * 20) if target else 0.0}  # fmt: skip
        self.bench.deal(name, side, lots / 100, magic=lots, **levels)

    def close(self, place: int, lots: int) -> None:
        positions = self.bench.mt5.positions_get() or ()
        if place < len(positions):
            position = positions[place]
            volume = min(lots / 100, position.volume)
            self.bench.deal(position.symbol, 1 if position.type else -1, volume, position=position.ticket)

    def pending(self, name: str, kind: int, lots: int, distance: int) -> None:
        price = self.bids[name] + distance
        request: dict[str, Any] = {"action": c.TRADE_ACTION_PENDING, "symbol": name, "type": kind, "volume": lots / 100,
                                   "price": self.price(name, price)}  # fmt: skip
        if kind > 5:
            request["stoplimit"] = self.price(name, price - 30 if kind == 6 else price + 30)
        self.bench.send(request)

    def by(self, one: int, two: int) -> None:
        positions = self.bench.mt5.positions_get() or ()
        if max(one, two) < len(positions):
            self.bench.send({"action": c.TRADE_ACTION_CLOSE_BY, "position": positions[one].ticket,
                             "position_by": positions[two].ticket})  # fmt: skip

    def remove(self, place: int) -> None:
        orders = self.bench.mt5.orders_get() or ()
        if place < len(orders):
            self.bench.send({"action": c.TRADE_ACTION_REMOVE, "order": orders[place].ticket})

    def wait(self, hours: int) -> None:
        self.bench.clock.advance(hours * 3_600)


@settings(max_examples=60)
@given(mode=st.sampled_from([0, 1, 2]), commission=st.sampled_from([0.0, 3.5]), seed=st.integers(0, 2**32 - 1))
def test_money_and_graph(mode: int, commission: float, seed: int) -> None:
    driver = Driver(mode, commission)
    for name, *values in drawn_steps(seed):
        getattr(driver, name)(*values)
        check_money(driver.bench)
    check_graph(driver.bench)


def check_money(bench: Bench) -> None:
    account, positions = bench.mt5.account_info(), bench.mt5.positions_get()
    assert account is not None
    assert positions is not None
    assert round(account.balance, 2) == bench.money()
    floating = sum(position.profit + position.swap for position in positions)
    assert abs(account.equity - account.balance - floating) < 0.005
    assert account.profit == round(account.equity - account.balance, 8)
    if not positions and not bench.mt5.orders_total():
        assert (account.margin, account.margin_level) == (0.0, 0.0)


def check_graph(bench: Bench) -> None:
    deals = bench.history()[1:]
    orders = {order.ticket: order for order in bench.mt5.history_orders_get(0, 2**32 - 1) or ()}
    working = {order.ticket: order for order in bench.mt5.orders_get() or ()}
    positions = {position.identifier: position for position in bench.mt5.positions_get() or ()}
    assert not orders.keys() & working.keys()
    assert [deal.ticket for deal in deals] == sorted({deal.ticket for deal in deals})
    volumes: dict[int, float] = defaultdict(float)
    filled: dict[int, float] = defaultdict(float)
    for deal in deals:
        assert deal.order in orders | working  # each deal has its order, each with the volume that it was filled
        signed = deal.volume if deal.type == c.DEAL_TYPE_BUY else -deal.volume
        volumes[deal.position_id] = round(volumes[deal.position_id] + signed, 8)
        filled[deal.order] = round(filled[deal.order] + deal.volume, 8)
    for ticket, order in orders.items():
        times = 2 if order.type == c.ORDER_TYPE_CLOSE_BY else 1
        assert filled[ticket] == round(times * (order.volume_initial - order.volume_current), 8)
        assert (order.state == c.ORDER_STATE_FILLED) is (order.volume_current == 0.0)
    for identifier, volume in volumes.items():
        position = positions.get(identifier)
        held = 0.0 if position is None else position.volume * (1 if position.type == c.POSITION_TYPE_BUY else -1)
        assert volume == round(held, 8)
    assert positions.keys() <= volumes.keys()
