"""What every broker keeps of positions, deals, money and events."""

from __future__ import annotations

import asyncio

from forexai_core.ports.broker import BrokerEvent, BrokerEventKind, CloseByBroker
from forexai_core.testing.conformance import ConformanceFailure, RuleBook, Subject
from forexai_core.testing.desk import FOREVER, desk, rejects
from forexai_core.testing.plausible import is_time_ns
from forexai_core.values.orders import DealEntry
from forexai_core.values.positions import signed_volume_lots, signed_volume_of_deals

__all__ = ["DEAL_RULES"]

BOOK = RuleBook()
_HEARING_S = 5.0


@BOOK.rule()
async def stops_can_be_moved_and_removed(subject: Subject) -> None:
    """modify() moves a position's stop, leaves what is None, and removes by 0."""
    async with desk(subject) as trading:
        order = await trading.bought("move")
        broker, ticket = trading.broker, order.position
        moved = trading.on_grid(order.request.stop_loss - trading.reach / 2)
        await broker.modify(ticket, stop_loss=moved)
        await broker.modify(ticket, take_profit=0.0)
        (position,) = [each for each in await broker.positions() if each.position == ticket]
        if position.stop_loss != moved or position.take_profit != 0.0:
            raise ConformanceFailure(
                f"stop and target are {position.stop_loss} and {position.take_profit}; {moved} and 0 were asked for.",
                "Send both as they shall stand: what is None as it is now, 0 to remove.",
            )


@BOOK.rule()
async def a_part_can_be_closed(subject: Subject) -> None:
    """Closing a part leaves the rest open under the same ticket."""
    async with desk(subject) as trading:
        broker = trading.broker
        if not broker.capabilities.partial_close:
            return
        order = await trading.bought("part")
        half = round(trading.volume / 2, 8)
        await broker.close(order.position, client_id="part-close", volume_lots=half)
        left = [each.volume_lots for each in await broker.positions() if each.position == order.position]
        if left != [round(trading.volume - half, 8)]:
            raise ConformanceFailure(
                f"{half} of {trading.volume} lots were closed, and {left} are open.", "Close no more than asked for."
            )


@BOOK.rule()
async def opposite_positions_close_each_other(subject: Subject) -> None:
    """Where it is declared, two opposite positions close each other, by the smaller volume and once for one id."""
    async with desk(subject) as trading:
        broker = trading.broker
        if not broker.capabilities.close_by:
            return
        if not isinstance(broker, CloseByBroker):
            raise ConformanceFailure("it declares close_by, and its session cannot.", "Be a CloseByBroker.")
        first, other = await trading.bought("by-first"), await trading.bought("by-other")
        half = round(trading.volume / 2, 8)
        plain = {"stop_loss": 0.0, "take_profit": 0.0, "volume_lots": half}
        opposite = await broker.submit(await trading.request("by-opposite", -1, **plain))
        await rejects(
            "closing a position by one of its own side",
            broker.close_by(first.position, other.position, client_id="by-wrong"),
        )
        await rejects("closing a position by none", broker.close_by(first.position, 10**15, client_id="by-none"))
        closed = await broker.close_by(first.position, opposite.position, client_id="by")
        again = await broker.close_by(first.position, opposite.position, client_id="by")
        left = {each.position: each.volume_lots for each in await broker.positions()}
        deals = [each for each in await broker.history(0, FOREVER) if each.entry is DealEntry.OUT_BY]
        wanted = {first.position: round(trading.volume - half, 8), other.position: trading.volume}
        both = sorted([first.position, opposite.position])
        if closed.order != again.order or left != wanted or sorted(each.position for each in deals) != both:
            raise ConformanceFailure(
                f"orders {closed.order} and {again.order} left {left}, by deals {deals}.",
                "Close the volume that both have, by a deal out_by of each; its client_id names the order.",
            )


@BOOK.rule()
async def closing_closes_once(subject: Subject) -> None:
    """A position closed twice under one id is closed once, by one deal of the other side."""
    async with desk(subject) as trading:
        broker = trading.broker
        order = await trading.bought("in")
        first = await broker.close(order.position, client_id="out")
        second = await broker.close(order.position, client_id="out")
        deals = [each for each in await broker.history(0, FOREVER) if each.position == order.position]
        outs = [each for each in deals if each.entry is DealEntry.OUT]
        still = [each for each in await broker.positions() if each.position == order.position]
        if first.order != second.order or len(outs) != 1 or outs[0].side != -1 or still:
            raise ConformanceFailure(
                f"closing gave orders {first.order} and {second.order}, deals {outs}, and left {still}.",
                "A close is an order like any other: its client_id names it.",
            )


@BOOK.rule()
async def an_order_that_names_a_position_closes_it(subject: Subject) -> None:
    """An order with a position's ticket closes that position or a part of it, and opens nothing."""
    async with desk(subject) as trading:
        broker = trading.broker
        order = await trading.bought("named")
        plain = {"stop_loss": 0.0, "take_profit": 0.0, "position": order.position}
        await broker.submit(await trading.request("named-out", -1, **plain))
        left = [each for each in await broker.positions() if each.symbol == trading.instrument.symbol]
        if any(each.position == order.position or each.side < 0 for each in left):
            raise ConformanceFailure(
                f"after an order that closes position {order.position}, {left} are open.",
                "Close the position that `OrderRequest.position` names; never open the other side.",
            )
        await rejects("closing it a second time", broker.submit(await trading.request("named-again", -1, **plain)))


@BOOK.rule()
async def marks_travel_with_orders(subject: Subject) -> None:
    """Deals carry their order's client id, or its magic and tag: by these a lost answer is found out."""
    async with desk(subject) as trading:
        broker = trading.broker
        order = await trading.broker.submit(await trading.request("marked", tag="fxmark", magic=4_711))
        await broker.submit(
            await trading.request(
                "unmarked", -1, tag="fxother", magic=4_712, stop_loss=0.0, take_profit=0.0, position=order.position
            )
        )
        known = broker.capabilities.finds_client_id
        wanted = ("marked", "unmarked") if known else ((4_711, "fxmark"), (4_712, "fxother"))
        deals = [each for each in await broker.history(0, FOREVER) if each.position == order.position]
        found = tuple(each.client_id if known else (each.magic, each.tag) for each in deals)
        if found != wanted:
            raise ConformanceFailure(
                f"the deals of orders marked {wanted} carry {found}.",
                "Hand the request's marks to the venue, and give them back with each deal.",
            )


@BOOK.rule()
async def positions_follow_from_deals(subject: Subject) -> None:
    """What is open is the sum of the deals."""
    async with desk(subject) as trading:
        broker, symbol = trading.broker, trading.instrument.symbol
        base = signed_volume_lots(await broker.positions(), symbol)
        known = {each.deal for each in await broker.history(0, FOREVER)}
        await trading.bought("sum-1")
        order = await trading.bought("sum-2")
        await broker.close(order.position, client_id="sum-3")
        deals = [each for each in await broker.history(0, FOREVER) if each.deal not in known]
        now, summed = signed_volume_lots(await broker.positions(), symbol), signed_volume_of_deals(deals, symbol)
        if round(now - base, 8) != summed:
            raise ConformanceFailure(
                f"the deals add up to {summed:g} lots, and the positions changed by {now - base:g}.",
                "Report every deal once, with its own side.",
            )


@BOOK.rule()
async def money_follows_from_deals(subject: Subject) -> None:
    """The balance changes by the profit, commission and swap of the deals, to a cent."""
    async with desk(subject) as trading:
        broker = trading.broker
        before = (await broker.account()).balance
        known = {each.deal for each in await broker.history(0, FOREVER)}
        order = await trading.bought("money")
        await broker.close(order.position, client_id="money-out")
        deals = [each for each in await broker.history(0, FOREVER) if each.deal not in known]
        booked = sum(each.profit + each.commission + each.swap for each in deals)
        changed = (await broker.account()).balance - before
        if abs(changed - booked) > 0.01 * max(1, len(deals)):
            raise ConformanceFailure(
                f"the deals book {booked:.2f}, and the balance changed by {changed:.2f}.",
                "Report profit without commission and swap, and these beside it.",
            )


@BOOK.rule()
async def history_is_half_open(subject: Subject) -> None:
    """history(start, stop) holds start <= time < stop, oldest first, in nanoseconds UTC."""
    async with desk(subject) as trading:
        broker = trading.broker
        order = await trading.bought("when")
        await broker.close(order.position, client_id="when-out")
        deals = list(await broker.history(0, FOREVER))
        times = [each.time_ns for each in deals]
        if times != sorted(times) or not all(is_time_ns(each) for each in times):
            raise ConformanceFailure(f"the deals come with times {times}.", "Sort them; nanoseconds UTC.")
        at = times[-1]
        held = [each.deal for each in await broker.history(at, at + 1)]
        after = [each.deal for each in await broker.history(at + 1, FOREVER)]
        before = [each.deal for each in await broker.history(0, at)]
        wanted = [each.deal for each in deals if each.time_ns == at]
        if held != wanted or set(after) & set(wanted) or set(before) & set(wanted):
            raise ConformanceFailure(
                f"a deal at {at} is not exactly in [{at}, {at + 1}).", "Include the start, and not the stop."
            )


@BOOK.rule()
async def deals_are_reported_as_they_happen(subject: Subject) -> None:
    """events() reports the deal of an order that is placed after it was called."""
    async with desk(subject) as trading:
        events = trading.broker.events()
        order = await trading.bought("event")

        async def hear() -> BrokerEvent:
            async for event in events:
                if event.kind is BrokerEventKind.DEAL and event.deal and event.deal.position == order.position:
                    return event
            raise ConformanceFailure("the events ended.", "Go on until disconnect().")

        try:
            async with asyncio.timeout(float(subject.probe.get("hearing_s", _HEARING_S))):
                await hear()
        except TimeoutError as problem:
            raise ConformanceFailure(
                "the deal of an order was not reported.", "Follow from the call of events() on, before orders are sent."
            ) from problem


@BOOK.rule()
async def disconnecting_twice_is_once(subject: Subject) -> None:
    """disconnect() ends the events, can be repeated, and leaves what is open as it is."""
    async with desk(subject) as trading:
        broker = trading.broker
        order = await trading.bought("stay")
        events = broker.events()
        await broker.disconnect()
        await broker.disconnect()
        try:
            async with asyncio.timeout(float(subject.probe.get("hearing_s", _HEARING_S))):
                async for _ in events:
                    pass
        except TimeoutError as problem:
            raise ConformanceFailure("events() did not end with the session.", "End it in disconnect().") from problem
        await broker.connect()
        if order.position not in [each.position for each in await broker.positions()]:
            raise ConformanceFailure("disconnecting closed a position.", "Change nothing at the venue.")


DEAL_RULES = tuple(BOOK.rules)
"""The rules of positions, deals, money and events."""
