"""A script of orders, drawn from a seed, that a backtest's strategy and a venue's client give alike."""

from __future__ import annotations

from operator import attrgetter

import numpy as np

import forexai_core as fx

AGE = attrgetter("open_time_ns", "position")
"""The order in which a strategy sees its positions, of those that a venue shows."""


def decisions(close, point, held, waiting, chance):
    """Give what is asked for at a price: the same for everybody who sees the same."""
    draw = chance.random()
    side = 1 if chance.random() < 0.5 else -1
    lots = float(chance.integers(1, 40)) / 100
    reach = float(chance.integers(20, 300)) * point
    stops = {"stop_loss": round(close - side * reach, 5), "take_profit": round(close + side * 1.5 * reach, 5)}
    if draw < 0.12:
        return [("open", side, lots, {}), ("open", side, lots, stops)][draw < 0.10 :]
    if draw < 0.16:
        price = round(close - side * 0.3 * reach, 5)
        exits = {"stop_loss": round(price - side * reach, 5), "take_profit": round(price + side * reach, 5)}
        return [("limit", side, lots, price, exits)]
    if draw < 0.20 and held:
        ticket, open_side, open_lots = held[int(chance.integers(len(held)))]
        part = round(open_lots / 2, 2) if chance.random() < 0.3 and open_lots >= 0.04 else open_lots
        return [("close", ticket, part), ("open", -open_side, lots, {})]
    if draw < 0.23 and held:
        ticket, open_side, _ = held[-1]
        return [("modify", ticket, round(close - open_side * reach, 5))]
    if draw < 0.25 and waiting:
        return [("cancel", int(chance.integers(waiting)))]
    return []


class Scripted(fx.Strategy):
    """Asks for what the script says, through the context of a backtest."""

    seed: int = 0

    def start(self, ctx):
        self.chance = np.random.default_rng(self.seed)

    def on_bar(self, ctx):
        held = [(each.ticket, each.side, each.volume_lots) for each in ctx.positions]
        orders = ctx.orders
        point = ctx.instrument.point
        for act, *terms in decisions(ctx.bid, point, held, len(orders), self.chance):
            if act == "open":
                (ctx.buy if terms[0] > 0 else ctx.sell)(volume_lots=terms[1], **terms[2])
            elif act == "limit":
                (ctx.buy_limit if terms[0] > 0 else ctx.sell_limit)(terms[2], volume_lots=terms[1], **terms[3])
            elif act == "close":
                ctx.close(terms[0], volume_lots=terms[1])
            elif act == "modify":
                ctx.modify(terms[0], stop_loss=terms[1])
            else:
                ctx.cancel(orders[terms[0]])

    on_tick = on_bar
