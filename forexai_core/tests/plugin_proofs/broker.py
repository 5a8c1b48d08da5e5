"""A broken broker for each rule of brokers."""

from __future__ import annotations

import attrs
from plugin_proofs.making import opening

from forexai_core.errors import OrderRejectedError
from forexai_core.ports.broker import BrokerCapabilities, BrokerEventKind, Quote
from forexai_core.testing.venues import SimulatedVenue
from forexai_core.values.orders import OrderKind, floor_volume


def on_venue(module, venue_type):
    """A sound adapter to a flawed venue."""

    def make(settings, _services):
        venue = venue_type(("EURUSD",))
        venue.set_quote("EURUSD", 1.1, 1.1001)
        return module.SoundBroker(venue)

    return opening(module.OFFER, make)


def flawed(module, **members):
    """A flawed adapter to a sound venue."""
    adapter = type("Flawed", (module.SoundBroker,), members)

    def make(_settings, _services):
        venue = SimulatedVenue(("EURUSD",))
        venue.set_quote("EURUSD", 1.1, 1.1001)
        return adapter(venue)

    return opening(module.OFFER, make)


def pays_at_every_connect(module):
    async def connect(self):
        self._venue.balance += 100.0
        return await module.SoundBroker.connect(self)

    return flawed(module, connect=connect)


def trades_unconnected(module):
    return flawed(module, _reached=lambda self: self._venue)


def can_more_than_it_says(module):
    return attrs.evolve(module.OFFER, capabilities=BrokerCapabilities(order_kinds=frozenset({OrderKind.MARKET})))


def stops_that_end_before_their_orders(module):
    ending = property(lambda _self: attrs.evolve(module.OFFER.capabilities, stops_end_daily=frozenset({"EURUSD"})))
    return flawed(module, capabilities=ending)


def quotes_in_seconds(module):
    async def quote(self, symbol):
        sound = self._reached().quote_of(symbol)
        return Quote(symbol=symbol, time_ns=sound.time_ns // 10**9, bid=sound.bid, ask=sound.ask)

    return flawed(module, quote=quote)


def lists_nothing_open(module):
    async def positions(self):
        return ()

    return flawed(module, positions=positions)


def forgets_stops(module):
    async def submit(self, request):
        if request.kind is OrderKind.MARKET:
            request = attrs.evolve(request, stop_loss=0.0, take_profit=0.0)
        answer = self._reached().submit(request)
        return attrs.evolve(answer, request=attrs.evolve(request, stop_loss=1.09, take_profit=1.11))

    return flawed(module, submit=submit)


class Forgetful(SimulatedVenue):
    """Takes every order for a new one."""

    def submit(self, request):
        self._asked.clear()
        return super().submit(request)


class Careless(SimulatedVenue):
    """Answers a used id with the first order, whatever is asked."""

    def _again(self, client_id, body):
        return self.orders[self._asked[client_id][1]]


class Rounding(SimulatedVenue):
    """Rounds volumes down."""

    def submit(self, request):
        volume = floor_volume(request.volume_lots, 0.01)
        return super().submit(attrs.evolve(request, volume_lots=volume))


class Capping(SimulatedVenue):
    """Trades as much as it can of what is too much."""

    def submit(self, request):
        return super().submit(attrs.evolve(request, volume_lots=min(request.volume_lots, 500.0)))


def raises_key_errors(module):
    async def quote(self, symbol):
        return self._reached().quotes[symbol]

    return flawed(module, quote=quote)


def closes_nothing_by_another(module):
    more = property(lambda _self: attrs.evolve(module.OFFER.capabilities, close_by=True))
    return flawed(module, capabilities=more)


def closes_what_is_not_there(module):
    async def cancel(self, order):
        try:
            return self._reached().cancel(order)
        except OrderRejectedError as problem:
            raise KeyError(order) from problem

    return flawed(module, cancel=cancel)


class Sideless(SimulatedVenue):
    """Takes stops on any side."""

    def _check_stops(self, symbol, side, wanted, entry):
        return


def takes_undeclared_kinds(module):
    few = attrs.evolve(module.SIMULATED_CAPABILITIES, order_kinds=frozenset({OrderKind.MARKET, OrderKind.LIMIT}))
    return flawed(module, capabilities=property(lambda self: few))


class Impatient(SimulatedVenue):
    """Fills a limit order at once."""

    def submit(self, request):
        order = super().submit(request)
        return self._fill(order, request.price) if request.kind is OrderKind.LIMIT else order


def forgets_the_other_stop(module):
    async def modify(self, ticket, *, price=None, stop_loss=None, take_profit=None):
        self._reached().modify(ticket, price, stop_loss or 0.0, take_profit or 0.0)

    return flawed(module, modify=modify)


def closes_all(module):
    async def close(self, position, *, client_id, volume_lots=None):
        return self._reached().close(position, client_id, None)

    return flawed(module, close=close)


def closes_under_new_names(module):
    async def close(self, position, *, client_id, volume_lots=None):
        self.number = getattr(self, "number", 0) + 1
        if position not in self._reached().positions:  # a second close opens the other side
            return self._reached().submit(
                attrs.evolve(self.last, client_id=f"{client_id}-{self.number}", side=-1, stop_loss=0.0, take_profit=0.0)
            )
        return self._reached().close(position, f"{client_id}-{self.number}", volume_lots)

    async def submit(self, request):
        self.last = request
        return self._reached().submit(request)

    return flawed(module, close=close, submit=submit)


class Opposing(SimulatedVenue):
    """Opens the other side instead of closing."""

    def submit(self, request):
        return super().submit(attrs.evolve(request, position=0))


def forgets_whose_deals_they_are(module):
    async def history(self, start_ns, stop_ns):
        deals = [deal for deal in self._reached().deals if start_ns <= deal.time_ns < stop_ns]
        return tuple(attrs.evolve(deal, client_id="") if deal.client_id == "unmarked" else deal for deal in deals)

    return flawed(module, history=history)


def reports_closes_with_the_wrong_side(module):
    async def history(self, start_ns, stop_ns):
        deals = [deal for deal in self._reached().deals if start_ns <= deal.time_ns < stop_ns]
        return tuple(attrs.evolve(deal, side=1) for deal in deals)

    return flawed(module, history=history)


def adds_commission_to_profit(module):
    async def history(self, start_ns, stop_ns):
        deals = [deal for deal in self._reached().deals if start_ns <= deal.time_ns < stop_ns]
        return tuple(attrs.evolve(deal, profit=deal.profit + 1.0, commission=-0.5) for deal in deals)

    return flawed(module, history=history)


def includes_the_stop(module):
    async def history(self, start_ns, stop_ns):
        return tuple(deal for deal in self._reached().deals if start_ns <= deal.time_ns <= stop_ns)

    return flawed(module, history=history)


def is_silent_about_deals(module):
    def hear(self, event):
        if event.kind is not BrokerEventKind.DEAL:
            module.SoundBroker._hear(self, event)

    return flawed(module, _hear=hear)


def never_ends_its_events(module):
    async def disconnect(self):
        self._connected = False

    return flawed(module, disconnect=disconnect)


BROKEN = {
    "connecting-twice-is-once": pays_at_every_connect,
    "nothing-is-sent-before-connecting": trades_unconnected,
    "capabilities-lie-within-the-offer": can_more_than_it_says,
    "stops-end-daily-with-their-orders-only": stops_that_end_before_their_orders,
    "quotes-are-sound": quotes_in_seconds,
    "a-market-order-opens-a-position": lists_nothing_open,
    "stops-are-kept-by-the-venue": forgets_stops,
    "one-client-id-is-one-order": lambda module: on_venue(module, Forgetful),
    "a-client-id-names-one-body": lambda module: on_venue(module, Careless),
    "volumes-off-the-step-are-rejected": lambda module: on_venue(module, Rounding),
    "volumes-out-of-range-are-rejected": lambda module: on_venue(module, Capping),
    "unknown-symbols-are-rejected": raises_key_errors,
    "unknown-tickets-are-rejected": closes_what_is_not_there,
    "stops-on-the-wrong-side-are-rejected": lambda module: on_venue(module, Sideless),
    "undeclared-order-kinds-are-rejected": takes_undeclared_kinds,
    "a-pending-order-waits-and-can-be-cancelled": lambda module: on_venue(module, Impatient),
    "stops-can-be-moved-and-removed": forgets_the_other_stop,
    "a-part-can-be-closed": closes_all,
    "opposite-positions-close-each-other": closes_nothing_by_another,
    "closing-closes-once": closes_under_new_names,
    "an-order-that-names-a-position-closes-it": lambda module: on_venue(module, Opposing),
    "marks-travel-with-orders": forgets_whose_deals_they_are,
    "positions-follow-from-deals": reports_closes_with_the_wrong_side,
    "money-follows-from-deals": adds_commission_to_profit,
    "history-is-half-open": includes_the_stop,
    "deals-are-reported-as-they-happen": is_silent_about_deals,
    "disconnecting-twice-is-once": never_ends_its_events,
}
SETTINGS = {}
PROBES = {"hearing_s": 0.05}
