"""The order desk: writes down, sends once, and agrees with the venue or halts."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from live_desks import QUICK, Bench, buy

from forexai_core.errors import (
    BrokerUnreachableError,
    ConfigError,
    ConflictError,
    OrderRefusedError,
    OrderRejectedError,
    OrderStateUnknownError,
    RejectionKind,
    StorageError,
)
from forexai_core.live import Answer, ForeignPolicy, Plan
from forexai_core.ports.broker import BrokerEvent
from forexai_core.ports.intents import IntentDraft, IntentState, Resolution
from forexai_core.testing import SimulatedBroker
from forexai_core.values.orders import OrderKind, OrderStatus

pytestmark = pytest.mark.asyncio


class Scripted(SimulatedBroker):
    """Answers orders by a list of exceptions or None, and then soundly."""

    script = iter(())

    async def submit(self, request):
        self.sent = [*getattr(self, "sent", []), request]
        step = next(self.script, None)
        if step is None:
            return await super().submit(request)
        if callable(step):
            return step(self, request)
        raise step


def scripted(*script):
    return type("Now", (Scripted,), {"script": iter(script)})


def executed_but(problem):
    def step(broker, request):
        broker.venue.submit(request)
        raise problem

    return step


def rejected(kind):
    return OrderRejectedError("no", code=1, kind=kind)


async def test_an_order_is_durable_before_it_is_sent_and_carries_its_marks():
    bench = Bench()
    states = []

    class Watching(SimulatedBroker):
        async def submit(self, request):
            (intent,) = await bench.services.intents.marked("main", request.magic)
            states.append((intent.state, intent.draft.id, Plan.from_bytes(intent.draft.request).request == request))
            return await super().submit(request)

    desk = await bench.desk(Watching(bench.venue))
    outcome = await bench.drive(desk.place(buy(stop_loss=1.09), owner="cross"))
    assert states == [(IntentState.SENT, outcome.intent_id, True)]
    assert outcome.answer.state is IntentState.FILLED
    (position,) = bench.venue.positions.values()
    assert (position.client_id, position.stop_loss) == (outcome.intent_id, 1.09)
    assert 0 < position.magic < 2**63
    assert len(position.tag) <= 25
    assert position.tag.isascii()
    await bench.drive(desk.reconcile())
    assert desk.owned == {position.position: "cross"}
    assert desk.reserved == ()


async def test_marks_differ_between_orders_and_between_sessions():
    bench = Bench()
    for _ in range(3):
        desk = await bench.desk()
        for _ in range(3):
            await bench.drive(desk.place(buy()))
    marks = {(each.magic, each.tag, each.client_id) for each in bench.venue.deals}
    assert len({each[0] for each in marks}) == len({each[1] for each in marks}) == len({each[2] for each in marks}) == 9


async def test_a_lost_answer_is_found_out_and_never_sent_again():
    bench = Bench(broker=scripted(executed_but(OrderStateUnknownError("lost"))))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    assert outcome.answer.state is IntentState.UNKNOWN
    assert not outcome.known
    assert desk.unknown == (outcome.intent_id,)
    assert [(each.symbol, each.volume_lots) for each in desk.reserved] == [("EURUSD", 0.1)]
    with pytest.raises(OrderRefusedError, match="nobody knows"):
        await bench.drive(desk.place(buy(symbol="GBPUSD")))
    await bench.drive(desk.reconcile())
    intent = await bench.services.intents.get(outcome.intent_id)
    assert (intent.state, intent.resolution) == (IntentState.RESOLVED, Resolution.FILLED)
    assert desk.unknown == desk.reserved == ()
    assert (await bench.drive(desk.place(buy(symbol="GBPUSD")))).answer.state is IntentState.FILLED
    assert len(bench.broker.sent) == len(bench.venue.deals) == 2


async def test_absence_takes_two_looks_a_minute_after_the_send():
    bench = Bench(broker=scripted(OrderStateUnknownError("lost")))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    seconds = 0
    while desk.unknown:
        assert (await bench.services.intents.get(outcome.intent_id)).state is IntentState.UNKNOWN
        with pytest.raises(OrderRefusedError):
            await bench.drive(desk.place(buy()))
        bench.clock.advance(1)
        seconds += 1
        await bench.drive(desk.reconcile())
    assert seconds == 65
    intent = await bench.services.intents.get(outcome.intent_id)
    assert (intent.state, intent.resolution) == (IntentState.RESOLVED, Resolution.ABSENT)
    assert bench.venue.deals == []
    assert len(bench.broker.sent) == 1


class Losing(SimulatedBroker):
    """Executes, and loses the answer."""

    async def submit(self, request):
        await super().submit(request)
        raise OrderStateUnknownError("lost")


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_that_was_set_ahead_hides_no_fill(restarted):
    bench = Bench(broker=Losing)
    desk = await bench.desk()
    bench.clock.step_to(bench.clock.now_ns() + 7_200 * 10**9)
    outcome = await bench.drive(desk.place(buy(stop_loss=1.09)))
    bench.venue.set_quote("EURUSD", 1.0890, 1.0891)  # the stop closes it: only the history tells
    assert not bench.venue.positions
    if restarted:
        desk = await bench.desk()
    await bench.look_on(desk, 400)
    intent = await bench.services.intents.get(outcome.intent_id)
    assert (intent.state, intent.resolution) == (IntentState.RESOLVED, Resolution.FILLED)


class LosesItsAnswer:
    """A store that writes an order down and fails before it says so, while it is told to."""

    def __init__(self, inner):
        self._inner, self.failing = inner, False

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def record_sent(self, draft, **terms):
        intent = await self._inner.record_sent(draft, **terms)
        if self.failing:
            raise StorageError("no answer")
        return intent


async def test_what_may_have_been_written_down_and_was_not_sent_is_settled_at_the_next_look():
    bench = Bench(intents=LosesItsAnswer)
    desk = await bench.desk()
    bench.services.intents.failing = True
    with pytest.raises(StorageError, match="no answer"):
        await bench.drive(desk.place(buy()))
    assert bench.venue.deals == []
    (intent,) = await bench.services.intents.unsettled("main")
    assert intent.state is IntentState.SENT
    bench.services.intents.failing = False
    assert await bench.drive(desk.reconcile())
    intent = await bench.services.intents.get(intent.draft.id)
    answer = Answer.from_bytes(intent.state, intent.resolution, intent.detail)
    assert (answer.state, answer.refusal) == (IntentState.REJECTED, "unreachable")
    assert desk.unknown == ()


async def test_what_an_earlier_writer_only_recorded_is_abandoned():
    bench = Bench()
    first = await bench.desk()
    draft = IntentDraft(id="i", account="main", tag="t", magic=1, request=Plan(request=buy()).to_bytes())
    await bench.services.intents.record(draft, fence=first.fence)
    second = await bench.desk()
    intent = await bench.services.intents.get("i")
    assert (intent.state, intent.resolution) == (IntentState.RESOLVED, Resolution.ABANDONED)
    assert second.unknown == ()


@pytest.mark.parametrize("wrong", ["login", "no-login", "blind"])
async def test_without_a_sound_view_a_person_decides(wrong):
    bench = Bench(broker=scripted(OrderStateUnknownError("lost")))
    if wrong == "no-login":
        bench.venue.login = ""
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    if wrong == "login":
        bench.venue.login = "2@memory"
    if wrong == "blind":
        await bench.broker.disconnect()
    await bench.look_on(desk, 400)
    assert desk.unknown == (outcome.intent_id,)
    assert desk.blocks.reasons()
    assert desk.blocks.halted == (wrong != "blind")
    with pytest.raises(ConfigError, match="who decides"):
        await desk.decide(outcome.intent_id, Resolution.ABSENT, person="")
    await bench.drive(desk.decide(outcome.intent_id, Resolution.ABSENT, person="Ada"))
    assert desk.unknown == ()
    with pytest.raises(ConfigError, match="nothing to decide"):
        await desk.decide(outcome.intent_id, Resolution.FILLED, person="Ada")
    steps = await bench.services.intents.history(outcome.intent_id)
    assert b"Decided by Ada" in steps[-1].detail


async def test_an_order_that_appears_after_it_was_called_absent_halts():
    bench = Bench(broker=scripted(OrderStateUnknownError("lost")))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    await bench.look_on(desk, 80)
    assert desk.unknown == ()
    bench.venue.submit(bench.broker.sent[0])
    await bench.drive(desk.reconcile())
    assert desk.blocks.halted
    assert any(outcome.intent_id in notice.text for notice in bench.notices)
    with pytest.raises(OrderRefusedError):
        await bench.drive(desk.place(buy()))
    (position,) = bench.venue.positions.values()
    assert (await bench.drive(desk.close(position))).answer.state is IntentState.FILLED  # closing is always allowed
    assert await desk.release(person="Ada")
    assert not desk.blocks.halted


@pytest.mark.parametrize(
    ("kind", "sent", "blocked", "halted"),
    [
        (RejectionKind.PRICE, 3, False, False),
        (RejectionKind.BUSY, 4, False, False),
        (RejectionKind.FROZEN, 4, False, False),
        (RejectionKind.FINAL, 1, False, False),
        (RejectionKind.SYMBOL, 1, True, False),
        (RejectionKind.RESOURCES, 1, True, True),
        (RejectionKind.HALTED, 1, True, True),
    ],
)
async def test_what_follows_a_refusal_goes_by_its_kind(kind, sent, blocked, halted):
    bench = Bench(broker=scripted(*[rejected(kind) for _ in range(9)]))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(), decided_price=1.1001))
    assert (outcome.attempts, len(bench.broker.sent)) == (sent, sent)
    assert len({each.magic for each in bench.broker.sent}) == sent  # each attempt is an intent of its own
    assert outcome.answer.state is IntentState.REJECTED
    assert bool(desk.blocks.reasons("EURUSD")) == blocked
    assert bool(desk.blocks.reasons("GBPUSD")) == halted == desk.blocks.halted
    last = Plan.from_bytes((await bench.services.intents.get(outcome.intent_id)).draft.request)
    assert (last.attempt, bool(last.follows)) == (sent, sent > 1)
    if kind is RejectionKind.SYMBOL:
        bench.clock.advance(QUICK.symbol_pause_s)
        assert not desk.blocks.reasons("EURUSD")


async def test_an_unreachable_venue_is_tried_again_and_an_unknown_answer_is_not():
    bench = Bench(broker=scripted(BrokerUnreachableError("down"), None))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    assert (outcome.attempts, outcome.answer.state) == (2, IntentState.FILLED)
    bench = Bench(broker=scripted(rejected(RejectionKind.BUSY), OrderStateUnknownError("lost")))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    assert (outcome.attempts, outcome.answer.state) == (2, IntentState.UNKNOWN)
    assert len(bench.broker.sent) == 2


@pytest.mark.parametrize("decided_price", [1.1001, 0.0])
@pytest.mark.parametrize(("worse_points", "limit", "sent"), [(20, None, 2), (21, None, 1), (5, 5, 2), (6, 5, 1)])
async def test_an_opening_is_not_chased_beyond_its_slippage(worse_points, limit, sent, decided_price):
    def moves(broker, _request):
        broker.venue.set_quote("EURUSD", 1.1 + worse_points * 1e-5, 1.1001 + worse_points * 1e-5)
        raise rejected(RejectionKind.PRICE)

    bench = Bench(broker=scripted(moves))
    desk = await bench.desk()
    await bench.drive(desk.place(buy(slippage_points=limit), decided_price=decided_price))
    assert len(bench.broker.sent) == sent


@pytest.mark.parametrize("broken", ["unreachable", "silent"])
async def test_nothing_opens_at_a_price_that_nobody_knows(broken):
    class Quoteless(scripted()):
        async def quote(self, symbol):
            if broken == "silent":
                await asyncio.Event().wait()
            raise BrokerUnreachableError("no prices")

    bench = Bench(broker=Quoteless, settings=attrs.evolve(QUICK, query_timeout_s=0.05))
    desk = await bench.desk()
    with pytest.raises(OrderRefusedError, match=r"EURUSD.*decided_price"):
        await bench.drive(desk.place(buy()))
    assert not hasattr(bench.broker, "sent")
    waiting = await bench.drive(desk.place(buy(kind=OrderKind.LIMIT, price=1.09)))  # its own price bounds it
    assert waiting.answer.state is IntentState.ACKNOWLEDGED


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf"), "1.1", True, None])
async def test_a_decided_price_that_is_none_is_named(wrong):
    desk = await Bench().desk()
    with pytest.raises(ConfigError, match=r"OrderDesk\.place: decided_price .*not "):
        await desk.place(buy(), decided_price=wrong)


async def test_risk_is_asked_before_an_opening_is_tried_again():
    asked = []

    def once(order):
        asked.append(order)
        if len(asked) > 1:
            raise OrderRefusedError("too late", rule="news")

    bench = Bench(broker=scripted(*[rejected(RejectionKind.PRICE) for _ in range(9)]))
    desk = await bench.desk()
    order = buy()
    outcome = await bench.drive(desk.place(order, ask_again=once))
    assert (outcome.attempts, outcome.answer.state) == (2, IntentState.REJECTED)
    assert asked == [order, order]


async def test_a_closing_is_tried_again_whatever_the_price():
    def moves(broker, _request):
        broker.venue.set_quote("EURUSD", 1.05, 1.0501)
        raise rejected(RejectionKind.PRICE)

    bench = Bench(broker=scripted(None, moves, moves))
    desk = await bench.desk()
    await bench.drive(desk.place(buy()))
    (position,) = bench.venue.positions.values()
    outcome = await bench.drive(desk.close(position))
    assert (outcome.attempts, bench.venue.positions) == (3, {})
    assert all(each.position == position.position for each in bench.broker.sent[1:])


async def test_a_close_that_races_the_stop_is_done():
    bench = Bench()
    desk = await bench.desk()
    await bench.drive(desk.place(buy(stop_loss=1.09)))
    await bench.drive(desk.reconcile())
    (position,) = desk.snapshot.positions
    bench.venue.set_quote("EURUSD", 1.08, 1.0801)
    outcome = await bench.drive(desk.close(position))
    assert (outcome.answer.state, outcome.answer.refusal) == (IntentState.REJECTED, RejectionKind.GONE)
    assert desk.snapshot.positions == ()
    assert not desk.blocks.reasons()


class SlowIntents:
    """A store that lets other tasks run while it writes."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def record_sent(self, draft, **terms):
        await asyncio.sleep(0)
        return await self._inner.record_sent(draft, **terms)


async def test_two_tasks_close_a_position_once():
    bench = Bench(broker=Scripted, intents=SlowIntents)
    desk = await bench.desk()
    await bench.drive(desk.place(buy(), owner="s"))
    (position,) = bench.venue.positions.values()
    bench.broker.sent = []

    async def both():
        return await asyncio.gather(desk.close(position), desk.close(position), return_exceptions=True)

    first, second = await bench.drive(both())
    assert first.answer.state is IntentState.FILLED
    assert isinstance(second, OrderRefusedError)
    assert first.intent_id in str(second)
    assert len(bench.broker.sent) == 1


async def test_a_position_is_not_closed_twice_while_the_first_close_is_unknown():
    bench = Bench(broker=scripted(None, OrderStateUnknownError("lost")))
    desk = await bench.desk()
    await bench.drive(desk.place(buy()))
    (position,) = bench.venue.positions.values()
    first = await bench.drive(desk.close(position))
    with pytest.raises(OrderRefusedError, match=first.intent_id):
        await bench.drive(desk.close(position))
    await bench.look_on(desk, 80)
    assert (await bench.drive(desk.close(position))).answer.state is IntentState.FILLED


async def test_an_answer_for_more_than_was_asked_halts():
    def too_much(broker, request):
        state = broker.venue.submit(attrs.evolve(request, volume_lots=0.2))
        return attrs.evolve(state, request=request)

    bench = Bench(broker=scripted(too_much))
    desk = await bench.desk()
    await bench.drive(desk.place(buy(0.1)))
    assert desk.blocks.halted
    assert any("0.2" in notice.text for notice in bench.notices)


async def test_two_orders_of_one_intent_halt():
    def doubled(broker, request):
        for _ in range(2):
            broker.venue._asked.clear()
            broker.venue.submit(request)
        raise OrderStateUnknownError("lost")

    bench = Bench(broker=scripted(doubled))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(0.1)))
    await bench.drive(desk.reconcile())
    assert desk.blocks.halted
    assert desk.unknown == (outcome.intent_id,)


async def test_an_answer_about_somebody_elses_order_is_unknown():
    def other(broker, request):
        state = broker.venue.submit(request)
        return attrs.evolve(state, request=attrs.evolve(request, client_id="other", magic=5, tag="x"))

    bench = Bench(broker=scripted(other))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    assert outcome.answer.state is IntentState.UNKNOWN
    await bench.drive(desk.reconcile())
    assert desk.unknown == ()


async def test_a_pending_order_is_followed_to_its_end():
    bench = Bench()
    desk = await bench.desk()
    limit = buy(kind=OrderKind.LIMIT, price=1.09)
    filled = await bench.drive(desk.place(limit))
    dropped = await bench.drive(desk.place(attrs.evolve(limit, price=1.08)))
    assert filled.answer.state is dropped.answer.state is IntentState.ACKNOWLEDGED
    await bench.look_on(desk, 300)
    assert not desk.blocks.reasons()
    assert desk.reserved == ()  # both are shown at work
    bench.venue.set_quote("EURUSD", 1.0895, 1.0896)
    await bench.drive(desk.cancel(dropped.answer.order))
    await bench.look_on(desk, 80)
    states = [await bench.services.intents.get(each.intent_id) for each in (filled, dropped)]
    assert [(each.state, each.resolution) for each in states] == [
        (IntentState.FILLED, None),
        (IntentState.RESOLVED, Resolution.CANCELLED),
    ]
    assert desk.reserved == ()


@pytest.mark.parametrize(
    ("status", "filled", "known", "unknown"),
    [
        (OrderStatus.FILLED, 0.1, ("filled", None), ("resolved", "filled")),
        (OrderStatus.REJECTED, 0.0, ("rejected", None), ("resolved", "rejected")),
        (OrderStatus.CANCELLED, 0.0, ("resolved", "cancelled"), ("resolved", "cancelled")),
        (OrderStatus.CANCELLED, 0.05, ("filled", None), ("resolved", "filled")),
        (OrderStatus.EXPIRED, 0.0, ("resolved", "expired"), ("resolved", "expired")),
        (OrderStatus.PLACED, 0.0, ("acknowledged", None), ("acknowledged", None)),
    ],
)
async def test_what_the_venue_says_of_an_order_settles_it(status, filled, known, unknown):
    for lost, wanted in ((False, known), (True, unknown)):
        bench = Bench(broker=scripted(executed_but(OrderStateUnknownError("lost")) if lost else None))
        desk = await bench.desk()
        outcome = await bench.drive(desk.place(buy(kind=OrderKind.LIMIT, price=1.09)))
        order = next(iter(bench.venue.orders.values()))
        word = attrs.evolve(order, status=status, filled_lots=filled, reason="so it is")
        await bench.drive(desk.hear(attrs.evolve(word, request=buy(client_id="other"))))
        assert (await bench.services.intents.get(outcome.intent_id)).state == outcome.answer.state
        for _ in range(2):  # twice is once
            await bench.drive(desk.hear(word))
        await bench.drive(desk.hear(order))  # older news
        intent = await bench.services.intents.get(outcome.intent_id)
        assert (intent.state, intent.resolution) == wanted
        assert b"so it is" in intent.detail or status is OrderStatus.PLACED


async def test_an_entry_without_its_stop_gets_it_or_is_closed():
    class Stopless(SimulatedBroker):
        refuses = False

        async def submit(self, request):
            state = await super().submit(attrs.evolve(request, stop_loss=0.0) if not request.position else request)
            return attrs.evolve(state, request=request)

        async def modify(self, ticket, *, price=None, stop_loss=None, take_profit=None):
            if self.refuses:
                raise OrderRejectedError("too near")
            await super().modify(ticket, price=price, stop_loss=stop_loss, take_profit=take_profit)

    bench = Bench(broker=Stopless)
    desk = await bench.desk()
    await bench.drive(desk.place(buy(stop_loss=1.09)))
    await bench.drive(desk.reconcile())
    await bench.drive(desk.reconcile())
    (position,) = bench.venue.positions.values()
    assert position.stop_loss == 1.09
    assert not desk.unsettled
    bench.broker.refuses = True
    await bench.drive(desk.place(buy(symbol="GBPUSD", stop_loss=1.29)))
    await bench.look_on(desk, 4, every=1)
    assert len(bench.venue.positions) == 2
    await bench.look_on(desk, 3, every=1)
    assert [each.symbol for each in bench.venue.positions.values()] == ["EURUSD"]
    assert [key for key in bench.told if key.startswith("unprotected")]
    await bench.look_on(desk, 20)
    assert len(bench.venue.deals) == 3  # closed once


@pytest.mark.parametrize("policy", ForeignPolicy)
async def test_foreign_positions_and_orders_by_policy(policy):
    bench = Bench(settings=attrs.evolve(QUICK, foreign=policy, protect_points=300.0))
    mine = bench.venue.submit(buy(0.3, client_id="hand", stop_loss=0.0))
    waiting = bench.venue.submit(buy(0.3, client_id="wait", kind=OrderKind.LIMIT, price=1.05))
    desk = await bench.desk()
    await bench.drive(desk.place(buy(), owner="cross"))
    await bench.look_on(desk, 10)
    held = bench.venue.positions
    assert sum(key.startswith("stranger:") for key in bench.told) == 2
    assert (mine.position in held) == (policy is not ForeignPolicy.CLOSE)
    assert bench.venue.orders[waiting.order].status is (
        OrderStatus.CANCELLED if policy is ForeignPolicy.CLOSE else OrderStatus.PLACED
    )
    assert desk.owned.get(mine.position) == ("" if policy is ForeignPolicy.ADOPT else None)
    if policy is ForeignPolicy.PROTECT:
        assert held[mine.position].stop_loss == 1.097
    elif mine.position in held:
        assert held[mine.position].stop_loss == 0.0
    assert "cross" in desk.owned.values()


async def test_the_stop_of_a_foreign_position_lies_on_the_grid_of_prices():
    bench = Bench(settings=attrs.evolve(QUICK, foreign=ForeignPolicy.PROTECT, protect_points=310.0))
    bench.venue.instruments["EURUSD"] = bench.venue.instruments["EURUSD"].with_values(tick_size=0.00025)
    held = bench.venue.submit(buy(0.3, client_id="hand", stop_loss=0.0)).position
    desk = await bench.desk()
    await bench.look_on(desk, 10)
    assert bench.venue.positions[held].stop_loss == 1.09675  # 310 points below 1.10000 is 1.09690


async def test_what_looks_like_ours_without_marks_goes_before_a_person():
    bench = Bench(broker=scripted(OrderStateUnknownError("lost")))
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(0.1)))
    bench.venue.submit(buy(0.1, client_id="hand"))

    class Nameless(SimulatedBroker):
        async def positions(self):
            return [attrs.evolve(each, client_id="") for each in await super().positions()]

        async def history(self, start_ns, stop_ns):
            return [attrs.evolve(each, client_id="") for each in await super().history(start_ns, stop_ns)]

    desk = await bench.desk(Nameless(bench.venue))
    await bench.look_on(desk, 200)
    assert desk.unknown == (outcome.intent_id,)
    assert desk.blocks.halted
    await bench.drive(desk.decide(outcome.intent_id, Resolution.ABSENT, person="Ada"))
    await desk.release(person="Ada")
    assert (await bench.drive(desk.place(buy()))).answer.state is IntentState.FILLED


async def test_a_position_whose_marks_were_overwritten_is_known_by_its_deals():
    class Overwriting(SimulatedBroker):
        async def positions(self):
            return [attrs.evolve(each, client_id="", magic=0, tag="[sl]") for each in await super().positions()]

    bench = Bench(broker=Overwriting)
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(), owner="cross"))
    await bench.drive(desk.reconcile())
    assert desk.owned == {outcome.answer.position: "cross"}


async def test_one_account_has_one_desk():
    bench = Bench()
    first = await bench.desk()
    await bench.drive(first.place(buy()))
    with pytest.raises(ConflictError, match="held by"):
        await type(first).open(
            "main", SimulatedBroker(bench.venue), bench.services, owner="rival", hear=bench.notices.append
        )
    second = await bench.desk()  # after its lease has ended
    with pytest.raises(StorageError, match="taken over"):
        await bench.drive(first.place(buy()))
    assert first.blocks.halted
    with pytest.raises(StorageError):
        await bench.drive(first.cancel(1))
    assert len(bench.venue.deals) == 1
    assert (await bench.drive(second.place(buy()))).answer.state is IntentState.FILLED
    await second.close_down()
    third = await type(first).open(
        "main", SimulatedBroker(bench.venue), bench.services, owner="third", hear=bench.notices.append
    )
    assert not third.blocks.reasons()


async def test_nothing_opens_before_the_venue_was_seen():
    class Blind(SimulatedBroker):
        async def orders(self):
            if getattr(self, "sees", False):
                return await super().orders()
            raise BrokerUnreachableError("no")

    bench = Bench(broker=Blind)
    desk = await bench.desk()
    with pytest.raises(OrderRefusedError, match="could not be seen"):
        await bench.drive(desk.place(buy()))
    bench.broker.sees = True
    await bench.drive(desk.reconcile())
    assert (await bench.drive(desk.place(buy()))).answer.state is IntentState.FILLED


async def test_a_venue_without_stops_gets_no_entry_with_one():
    class Bare(SimulatedBroker):
        @property
        def capabilities(self):
            return attrs.evolve(super().capabilities, stops_at_venue=False, order_kinds=frozenset({OrderKind.MARKET}))

    bench = Bench(broker=Bare)
    desk = await bench.desk()
    with pytest.raises(OrderRefusedError, match="keeps no stops"):
        await bench.drive(desk.place(buy(stop_loss=1.09)))
    with pytest.raises(OrderRefusedError, match="limit"):
        await bench.drive(desk.place(buy(kind=OrderKind.LIMIT, price=1.0)))
    assert bench.venue.orders == {}


async def test_the_upkeep_renews_the_lease_looks_and_hears():
    bench = Bench(broker=scripted(executed_but(OrderStateUnknownError("lost"))))
    desk = await bench.desk()
    upkeep = asyncio.ensure_future(desk.run())
    await asyncio.sleep(0)
    outcome = await desk.place(buy())
    for _ in range(2_000):
        await asyncio.sleep(0.001)
        following = bench.clock.next_ns()
        bench.clock.advance_to(following)
        if bench.clock.monotonic_ns() > 200e9:
            break
    assert desk.unknown == ()
    assert (await bench.services.intents.get(outcome.intent_id)).resolution is Resolution.FILLED
    lease = await bench.services.leases.current("account:main")
    assert lease is not None  # 200 s on, with a lease of 30 s
    upkeep.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upkeep


async def test_a_halt_after_a_release_is_told_again():
    bench = Bench(broker=scripted(rejected(RejectionKind.HALTED), rejected(RejectionKind.HALTED)))
    desk = await bench.desk()
    for _ in range(2):
        await bench.drive(desk.place(buy()))
        await bench.drive(desk.reconcile())
        assert desk.blocks.halted
        await desk.release(person="Ada")
    assert [key for key in bench.told if key.startswith("venue:halted")] == ["venue:halted", "venue:halted#2"]


async def test_what_a_person_has_looked_at_does_not_halt_the_account_again():
    bench = Bench(broker=scripted(executed_but(rejected(RejectionKind.FINAL))))
    desk = await bench.desk()
    await bench.drive(desk.place(buy(stop_loss=1.09)))
    await bench.drive(desk.reconcile())
    assert all("had come to nothing" in reason for reason in await desk.release(person="Ada"))
    await bench.drive(desk.reconcile())
    assert desk.blocks.reasons() == ()


async def test_a_venue_that_gives_no_quote_does_not_hold_an_order_up():
    class Silent(scripted(rejected(RejectionKind.PRICE))):
        async def quote(self, symbol):
            await asyncio.Event().wait()

    bench = Bench(broker=Silent, settings=attrs.evolve(QUICK, query_timeout_s=0.05))
    desk = await bench.desk()
    async with asyncio.timeout(5):
        outcome = await bench.drive(desk.place(buy(), decided_price=1.1001))
    assert (outcome.answer.state, outcome.attempts) == (IntentState.REJECTED, 1)


async def test_more_than_was_asked_halts_when_the_venue_says_so_by_itself():
    bench = Bench()
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(kind=OrderKind.LIMIT, price=1.09)))
    order = bench.venue.orders[outcome.answer.order]
    said = attrs.evolve(order, status=OrderStatus.FILLED, filled_lots=0.3, average_price=1.09, position=7)
    await bench.drive(desk.hear(said))
    assert bench.told == [f"person:{outcome.intent_id}"]
    assert "executed 0.3" in desk.blocks.reasons()[0]


async def test_a_start_that_fails_gives_the_account_back():
    class Down(SimulatedBroker):
        async def connect(self):
            raise BrokerUnreachableError("no")

    bench = Bench()
    with pytest.raises(BrokerUnreachableError):
        await bench.desk(Down(bench.venue))
    assert await bench.services.leases.current("account:main") is None


async def test_events_that_break_off_are_followed_anew():
    class Breaking(SimulatedBroker):
        streams = 0

        async def events(self):
            self.streams += 1
            if self.streams == 1:
                raise BrokerUnreachableError("the line broke")
            if self.streams > 2:
                await asyncio.Event().wait()
            order = next(iter(self.venue.orders.values()))
            yield BrokerEvent(kind="order", time_ns=0, order=order)

    bench = Bench(broker=Breaking)
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(kind=OrderKind.LIMIT, price=1.09)))
    order = bench.venue.orders[outcome.answer.order]
    bench.venue.orders[order.order] = attrs.evolve(order, status=OrderStatus.CANCELLED)
    running = asyncio.ensure_future(desk.run())
    for _ in range(400):
        bench.clock.advance(0.01)
        await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    assert bench.broker.streams == 3
    assert (await bench.services.intents.get(outcome.intent_id)).resolution is Resolution.CANCELLED


async def test_an_unknown_opening_of_which_a_part_is_shown_counts_in_full():
    class Partly(SimulatedBroker):
        async def submit(self, request):
            await super().submit(attrs.evolve(request, volume_lots=0.03))
            raise OrderStateUnknownError("the line broke")

    bench = Bench(broker=Partly)
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(0.1, stop_loss=1.09)))
    await bench.drive(desk.reconcile())
    assert desk.unknown == (outcome.intent_id,)
    assert [position.volume_lots for position in desk.snapshot.positions] == [0.03]
    assert [order.volume_lots for order in desk.reserved] == [0.1]
