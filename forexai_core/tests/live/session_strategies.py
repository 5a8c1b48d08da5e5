"""Class strategies that ask for everything a venue can do, at times drawn from a seed."""

from __future__ import annotations

import numpy as np

import forexai_core as fx


class Everything(fx.Strategy):
    """Opens by distance and by price, waits, groups, trails, changes, closes in part, cancels; notes what it hears."""

    seed: int = 0

    def start(self, ctx):
        self.chance = np.random.default_rng(self.seed)
        self.heard = []

    def on_fill(self, ctx, deal):
        self.heard.append((deal.time_ns, deal.position, deal.side, str(deal.entry), deal.volume_lots, deal.price))

    def on_order(self, ctx, order):
        self.heard.append((str(order.status), order.request.price, order.request.volume_lots, order.request.tag))

    def on_bar(self, ctx):  # noqa: C901 - a list of all there is to ask for
        draw, side, pip = self.chance.random(), 1 if self.chance.random() < 0.5 else -1, ctx.instrument.pip_size
        trade = ctx.buy if side > 0 else ctx.sell
        held = ctx.positions
        if draw < 0.05:
            trade(volume_lots=0.1, stop_loss_pips=25, take_profit_pips=40, tag="plain")
        elif draw < 0.09:
            trade(volume_lots=0.2, stop_loss_pips=20, trail_pips=15, trail_start_pips=5, tag="trails")
        elif draw < 0.13:
            above, below = ctx.bid + 12 * pip, ctx.bid - 12 * pip
            first = ctx.buy_stop(above, volume_lots=0.1, stop_loss_pips=15, expiry="day")
            ctx.oco(first, ctx.sell_stop(below, volume_lots=0.1, stop_loss_pips=15, tag="other way"))
        elif draw < 0.16:
            near, far = ctx.bid - side * 8 * pip, ctx.bid - side * 15 * pip
            place = ctx.buy_limit if side > 0 else ctx.sell_limit
            place(near, volume_lots=0.1, stop_loss=round(far - side * 10 * pip, 5), tag="waits")
        elif draw < 0.19 and held:
            ctx.close(held[0], volume_lots=0.05) if held[0].volume_lots > 0.05 else ctx.close(held[0])
        elif draw < 0.22 and held:
            ctx.modify(held[-1], stop_loss=round(held[-1].open_price - held[-1].side * 50 * pip, 5))
        elif draw < 0.24 and held:
            ctx.trail(held[-1], pips=20)
        elif draw < 0.26 and ctx.orders:
            ctx.cancel(ctx.orders[0])
        elif draw < 0.27:
            ctx.close()
            ctx.cancel()
        elif draw < 0.30 and any(each.bars_held > 30 for each in held):
            ctx.close(next(each for each in held if each.bars_held > 30))
        elif draw < 0.31 and ctx.account.equity > ctx.account.balance:
            ctx.close(side=1)


class Manages(fx.Strategy):
    """Sizes by risk, in the account's money."""

    every: int = 40

    def on_bar(self, ctx):
        if len(ctx.bars.close) % self.every == 0 and ctx.side == 0:
            rises = ctx.bars.close[-1] > ctx.indicator("sma", 20)[-1]
            (ctx.buy if rises else ctx.sell)(risk_fraction=0.01, stop_loss_pips=20, take_profit_pips=30)


class Loosens(fx.Strategy):
    """Opens, adds, reduces and turns round, and moves stops and orders that wait to either side."""

    seed: int = 0

    def start(self, ctx):
        self.chance = np.random.default_rng(self.seed)

    def on_bar(self, ctx):
        draw, side, pip = self.chance.random(), 1 if self.chance.random() < 0.5 else -1, ctx.instrument.pip_size
        trade = ctx.buy if side > 0 else ctx.sell
        far = int(self.chance.integers(8, 40))
        if draw < 0.10:
            trade(volume_lots=float(self.chance.integers(1, 6)) / 10, stop_loss_pips=far)
        elif draw < 0.14:
            trade(volume_lots=0.1)
        elif draw < 0.20:
            place = ctx.buy_limit if side > 0 else ctx.sell_limit
            place(round(ctx.bid - side * 10 * pip, 5), volume_lots=0.2, stop_loss_pips=far)
        elif draw < 0.30 and ctx.positions:
            held = ctx.positions[-1]
            ctx.modify(held, stop_loss=None if far < 12 else round(ctx.bid - held.side * far * pip, 5))
        elif draw < 0.36 and ctx.orders:
            order = ctx.orders[-1]
            ctx.modify(
                order,
                price=round(order.price - order.side * 2 * pip, 5),
                stop_loss=round(order.price - order.side * far * pip, 5),
            )
        elif draw < 0.38:
            ctx.close()
            ctx.cancel()
