"""What every broker keeps of sessions and orders: ids, volumes, stops and refusals."""

from __future__ import annotations

import math
from typing import Any

import attrs

from forexai_core.errors import BrokerUnreachableError
from forexai_core.ports.broker import Broker, BrokerOffer
from forexai_core.testing.conformance import ConformanceFailure, RuleBook, Subject
from forexai_core.testing.desk import FOREVER, desk, rejects
from forexai_core.testing.plausible import is_time_ns
from forexai_core.values.orders import OrderKind, OrderStatus

__all__ = ["ORDER_RULES"]

BOOK = RuleBook()


@BOOK.rule()
async def connecting_twice_is_once(subject: Subject) -> None:
    """A second connect changes nothing, and both tell a sound account."""
    broker: Broker = subject.open()
    first = await broker.connect()
    second = await broker.connect()
    await broker.disconnect()
    for state in (first, second):
        money = (state.balance, state.equity, state.margin)
        if not all(math.isfinite(each) for each in money) or not state.currency.isupper():
            raise ConformanceFailure(f"connect() answered with {state}.", "Give finite money and an ISO currency.")
        if not is_time_ns(state.time_ns):
            raise ConformanceFailure(
                f"the account's time {state.time_ns} is not nanoseconds UTC.", "Convert the server's clock first."
            )
    if first.balance != second.balance:
        raise ConformanceFailure(
            f"the balance went from {first.balance} to {second.balance} by connecting.", "Connect once."
        )


@BOOK.rule()
async def nothing_is_sent_before_connecting(subject: Subject) -> None:
    """Without a session an order is not sent: BrokerUnreachableError says that it may be tried again."""
    async with desk(subject) as trading:
        request = await trading.request("before")
    try:
        await subject.open().submit(request)
    except BrokerUnreachableError:
        return
    raise ConformanceFailure(
        "an order was taken without a session.", "Raise BrokerUnreachableError until connect() has succeeded."
    )


@BOOK.rule()
async def capabilities_lie_within_the_offer(subject: Subject) -> None:
    """An account can do no more than its offer declares."""
    async with desk(subject) as trading:
        own = trading.broker.capabilities
    offer = subject.offer
    if not isinstance(offer, BrokerOffer):
        raise ConformanceFailure(f"the offer is a {type(offer).__name__}.", "Offer a BrokerOffer.")
    declared = offer.capabilities
    beyond = sorted(str(kind) for kind in own.order_kinds - declared.order_kinds)
    flags = [
        name
        for name in ("stops_at_venue", "partial_close", "close_by", "finds_client_id", "live_money")
        if getattr(own, name) and not getattr(declared, name)
    ]
    if beyond or flags:
        raise ConformanceFailure(
            f"the account can do {', '.join(beyond + flags)}, which its offer does not declare.",
            "Declare in BrokerOffer.capabilities the most that any account can do.",
        )


@BOOK.rule()
async def stops_end_daily_with_their_orders_only(subject: Subject) -> None:
    """A symbol whose stops the venue removes at the end of its day is one whose working orders it removes, too."""
    async with desk(subject) as trading:
        own = trading.broker.capabilities
    alone = sorted(symbol for symbol in own.stops_end_daily if not own.ends_orders_daily(symbol))
    if alone:
        raise ConformanceFailure(
            f"of {', '.join(alone[:5])} stops are said to end daily, and orders to last.",
            "Name it in orders_end_daily, too.",
        )


@BOOK.rule()
async def quotes_are_sound(subject: Subject) -> None:
    """A quote has bid <= ask, both above 0, and a time in nanoseconds UTC."""
    async with desk(subject) as trading:
        quote = await trading.broker.quote(trading.instrument.symbol)
        if not 0 < quote.bid <= quote.ask < math.inf:
            raise ConformanceFailure(f"{quote.symbol} is quoted {quote.bid} / {quote.ask}.", "Give bid <= ask.")
        if not is_time_ns(quote.time_ns):
            raise ConformanceFailure(
                f"the quote's time {quote.time_ns} is not nanoseconds UTC.", "Convert the server's clock first."
            )


@BOOK.rule()
async def a_market_order_opens_a_position(subject: Subject) -> None:
    """A market order becomes one position of its side and volume."""
    async with desk(subject) as trading:
        order = await trading.bought("open")
        found = [each for each in await trading.broker.positions() if each.position == order.position]
        if len(found) != 1 or found[0].side != 1 or found[0].volume_lots != trading.volume:
            raise ConformanceFailure(
                f"a buy of {trading.volume} lots is open as {found}.", "List each position once, as the venue has it."
            )


@BOOK.rule()
async def stops_are_kept_by_the_venue(subject: Subject) -> None:
    """The stop and target of an order stand on its position, so that they hold when we are gone."""
    async with desk(subject) as trading:
        if not trading.broker.capabilities.stops_at_venue:
            return
        order = await trading.bought("stops")
        (position,) = [each for each in await trading.broker.positions() if each.position == order.position]
        asked = (order.request.stop_loss, order.request.take_profit)
        if (position.stop_loss, position.take_profit) != asked:
            raise ConformanceFailure(
                f"stop and target {asked} were asked for; the position has "
                f"{(position.stop_loss, position.take_profit)}.",
                "Send them with the order, not after it.",
            )


@BOOK.rule()
async def one_client_id_is_one_order(subject: Subject) -> None:
    """The same request twice is one order."""
    async with desk(subject) as trading:
        request = await trading.request("twice")
        first = await trading.broker.submit(request)
        second = await trading.broker.submit(request)
        deals = [each for each in await trading.broker.history(0, FOREVER) if each.client_id == "twice"]
        if first.order != second.order or len(deals) > 1:
            raise ConformanceFailure(
                f"one client_id became orders {first.order} and {second.order} with {len(deals)} deals.",
                "Look the id up before sending; answer with the order as it stands.",
            )


@BOOK.rule()
async def a_client_id_names_one_body(subject: Subject) -> None:
    """Another request under a used id is rejected, and changes nothing."""
    async with desk(subject) as trading:
        await trading.bought("name")
        before = len(await trading.broker.history(0, FOREVER))
        other = await trading.request("name", side=-1)
        await rejects("another order under a used client_id", trading.broker.submit(other))
        if len(await trading.broker.history(0, FOREVER)) != before:
            raise ConformanceFailure("the rejected order was executed.", "Compare the requests before sending.")


@BOOK.rule()
async def volumes_off_the_step_are_rejected(subject: Subject) -> None:
    """A volume between two steps is rejected, never rounded."""
    async with desk(subject) as trading:
        wrong = trading.volume + trading.instrument.volume_step / 2
        await rejects(
            f"a volume of {wrong} lots", trading.broker.submit(await trading.request("odd", volume_lots=wrong))
        )


@BOOK.rule()
async def volumes_out_of_range_are_rejected(subject: Subject) -> None:
    """A volume above the instrument's largest is rejected."""
    async with desk(subject) as trading:
        instrument = trading.instrument
        wrong = round(instrument.volume_max + instrument.volume_step, 8)
        await rejects(
            f"a volume of {wrong} lots", trading.broker.submit(await trading.request("big", volume_lots=wrong))
        )


@BOOK.rule()
async def unknown_symbols_are_rejected(subject: Subject) -> None:
    """An order and a quote for an unknown symbol are rejected."""
    async with desk(subject) as trading:
        request = attrs.evolve(await trading.request("where"), symbol="NO-SUCH-SYMBOL")
        await rejects("an order for an unknown symbol", trading.broker.submit(request))
        await rejects("a quote of an unknown symbol", trading.broker.quote("NO-SUCH-SYMBOL"))


@BOOK.rule()
async def unknown_tickets_are_rejected(subject: Subject) -> None:
    """Cancelling, closing and modifying what does not exist is rejected."""
    async with desk(subject) as trading:
        broker, ticket = trading.broker, 987_654_321
        await rejects("cancelling an unknown order", broker.cancel(ticket))
        await rejects("closing an unknown position", broker.close(ticket, client_id="nothing"))
        await rejects("modifying an unknown ticket", broker.modify(ticket, stop_loss=1.0))


@BOOK.rule()
async def stops_on_the_wrong_side_are_rejected(subject: Subject) -> None:
    """A buy with its stop above the market is rejected."""
    async with desk(subject) as trading:
        quote = await trading.broker.quote(trading.instrument.symbol)
        above = trading.on_grid(quote.ask + trading.reach)
        await rejects(
            "a buy with its stop above the market",
            trading.broker.submit(await trading.request("side", stop_loss=above, take_profit=0.0)),
        )


@BOOK.rule()
async def undeclared_order_kinds_are_rejected(subject: Subject) -> None:
    """An order of a kind that the account's capabilities lack is rejected."""
    async with desk(subject) as trading:
        broker = trading.broker
        quote = await broker.quote(trading.instrument.symbol)
        far = trading.on_grid(quote.ask + 3 * trading.reach)
        stop, target = trading.on_grid(far - trading.reach), trading.on_grid(far + trading.reach)
        above: dict[str, Any] = {"stop_loss": stop, "take_profit": target}
        prices = {
            OrderKind.LIMIT: await trading.limit("kind-limit"),
            OrderKind.STOP: await trading.request("kind-stop", kind=OrderKind.STOP, price=far, **above),
            OrderKind.STOP_LIMIT: await trading.request(
                "kind-both", kind=OrderKind.STOP_LIMIT, price=far, limit_price=far, **above
            ),
        }
        for kind, request in prices.items():
            if kind not in broker.capabilities.order_kinds:
                await rejects(f"a {kind} order, which is not among its capabilities,", broker.submit(request))


@BOOK.rule()
async def a_pending_order_waits_and_can_be_cancelled(subject: Subject) -> None:
    """A limit order away from the market works until it is cancelled, once."""
    async with desk(subject) as trading:
        broker = trading.broker
        if OrderKind.LIMIT not in broker.capabilities.order_kinds:
            return
        order = await broker.submit(await trading.limit("wait"))
        working = [each.order for each in await broker.orders()]
        if not order.status.working or order.order not in working:
            raise ConformanceFailure(
                f"a limit order far from the market is {order.status}, and {working} work.",
                "List in orders() what still works.",
            )
        cancelled = await broker.cancel(order.order)
        left = [each.order for each in await broker.orders()]
        if cancelled.status is not OrderStatus.CANCELLED or order.order in left:
            raise ConformanceFailure(
                f"after cancel() it is {cancelled.status}, and {left} work.", "Answer once the venue has cancelled it."
            )
        await rejects("cancelling it a second time", broker.cancel(order.order))


ORDER_RULES = tuple(BOOK.rules)
"""The rules of sessions and orders."""
