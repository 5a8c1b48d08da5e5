"""A paper account follows from its commands alone: when somebody looked, and how often, changes nothing."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import attrs
import msgspec
import pytest

from reference_app.features.brokers.asked import PaperTerms, market_start
from reference_app.features.trading.asked import AccountAsked, AccountTold, Command, Wanted
from reference_app.features.trading.fold import PaperAccount
from reference_app.features.trading.telling import previewed, state_of
from reference_app.features.trading.working import PaperDesk

pytestmark = pytest.mark.kernels

SECOND_NS = 10**9
NOW_NS = 1_800_000_000 * SECOND_NS


def terms_of(**more):
    given = {
        "currency": "USD",
        "leverage": 100,
        "margin_mode": "hedging",
        "balance": Decimal(10_000),
        "instruments": ("EURUSD", "USDJPY"),
        "seed": 3,
        "pace": 60,
        "market_ns": market_start(NOW_NS),
        "begun_ns": NOW_NS,
    }
    return PaperTerms(**(given | more))


def commands_of(terms, seed):
    """Write what somebody restless does: opens, waits, moves, closes, stops, lets go on."""
    draw, scout = Random(seed), PaperAccount(terms)
    commands, time_ns = [], terms.begun_ns
    for number in range(1, 31):
        time_ns += draw.randrange(1, 2_000) * SECOND_NS
        scout.come_to(time_ns)
        held, working = scout.venue.positions(), scout.venue.working()
        quote, side = scout.venue.quote("EURUSD"), draw.choice((1, -1))
        stop = round(quote.bid - side * 0.004, 5)
        choices = [
            Wanted(kind="place", symbol="EURUSD", side=side, volume_lots=0.2, stop_loss=stop),
            Wanted(
                kind="place", symbol="EURUSD", side=side, order="limit", volume_lots=0.1,
                price=round(quote.bid - side * 0.001, 5), stop_loss=stop,
            ),
            Wanted(kind="halt", by="ada", reason="enough", flatten=draw.random() < 0.5),
            Wanted(kind="rearm", by="ada", reason="again"),
        ]  # fmt: skip
        if held:
            choices += [Wanted(kind="close", ticket=held[0].position, volume_lots=0.1)] * 2
            choices.append(Wanted(kind="modify", ticket=held[-1].position, stop_loss=0.0))
        if working:
            choices.append(Wanted(kind="cancel", ticket=working[0].order))
        command = Command(number=number, id=f"intent-{number}", time_ns=time_ns, wanted=draw.choice(choices))
        scout.take(command)
        commands.append(command)
    return commands, time_ns + 90_000 * SECOND_NS


def account_after(terms, commands, until_ns, *, looks):
    account, draw = PaperAccount(terms), Random(looks)
    for command in commands:
        for _ in range(looks):
            account.come_to(draw.randint(account.time_ns, command.time_ns))
        account.take(command)
    for _ in range(looks * 20):
        account.come_to(draw.randint(account.time_ns, until_ns))
    account.come_to(until_ns)
    return account


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_looking_changes_nothing(seed, mode):
    terms = terms_of(margin_mode=mode, seed=seed)
    commands, until_ns = commands_of(terms, seed)
    one, many = (account_after(terms, commands, until_ns, looks=looks) for looks in (0, 5))
    assert len(one.venue.deals) > 4
    assert state_of(one) == state_of(many)
    assert [attrs.asdict(each) for each in one.venue.deals] == [attrs.asdict(each) for each in many.venue.deals]
    assert one.venue.orders == many.venue.orders
    assert one.control.to_dict() == many.control.to_dict()


def test_a_desk_that_missed_a_command_asks_for_it_and_one_that_went_past_begins_anew():
    desk, terms = PaperDesk(), terms_of(instruments=("EURUSD",))
    commands, until_ns = commands_of(terms_of(instruments=("EURUSD",)), 1)

    def told(after, given, now_ns):
        asked = AccountAsked(session="x", terms=terms, after=after, commands=tuple(given), now_ns=now_ns)
        return msgspec.msgpack.decode(desk.answer(msgspec.msgpack.encode(asked), None), type=AccountTold)

    missed = told(3, commands[3:], until_ns)
    assert (missed.behind, missed.taken) == (True, 0)
    assert told(0, commands[:3], commands[2].time_ns).taken == 3
    past = told(3, (), commands[3].time_ns + 1)
    assert (past.behind, past.taken) == (False, 3)
    late = told(3, commands[3:], until_ns)  # it was given before somebody looked
    assert (late.behind, late.taken) == (True, 0)
    whole = told(0, commands, until_ns)
    assert whole.taken == len(commands)
    assert whole.state == state_of(account_after(terms, commands, until_ns, looks=0))


def test_a_market_ends_and_says_so():
    account = PaperAccount(terms_of(instruments=("EURUSD",), pace=3_600))
    account.come_to(NOW_NS + 20 * 86_400 * SECOND_NS)
    assert account.market_open is False
    outcome = account.take(
        Command(
            number=1,
            id="late",
            time_ns=account.time_ns,
            wanted=Wanted(kind="place", symbol="EURUSD", side=1, volume_lots=0.1, stop_loss=0.5),
        )
    )
    assert "has ended" in outcome.problem


def opened(mode, lots=0.5):
    """Give an account that has bought, its stop sixty pips below, and a way to command it."""
    account = PaperAccount(terms_of(margin_mode=mode))
    numbers = iter(range(1, 20))

    def command(**wanted):
        number = next(numbers)
        given = Command(number=number, id=f"c-{number}", time_ns=account.time_ns, wanted=Wanted(**wanted))
        outcome = account.take(given)
        account.come_to(account.time_ns + 3_600 * SECOND_NS // account.terms.pace)
        return outcome

    account.come_to(NOW_NS + 60 * SECOND_NS)
    stop = round(account.venue.quote("EURUSD").bid - 0.006, 5)
    outcome = command(kind="place", symbol="EURUSD", side=1, volume_lots=lots, stop_loss=stop)
    assert outcome.problem == "", outcome.problem
    (position,) = account.venue.positions()
    return account, command, position


@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_a_stop_is_moved_away_only_where_limits_bear_it(mode):
    account, command, position = opened(mode, lots=0.2)
    farther, nearer = round(position.stop_loss - 0.05, 5), round(position.stop_loss + 0.001, 5)
    refused = command(kind="modify", ticket=position.position, stop_loss=farther)
    assert "daily-loss" in refused.problem
    assert "daily-loss" in command(kind="modify", ticket=position.position, stop_loss=0.0).problem
    assert account.venue.position(position.position).stop_loss == position.stop_loss
    assert command(kind="modify", ticket=position.position, stop_loss=nearer).problem == ""
    assert account.venue.position(position.position).stop_loss == nearer

    command(kind="halt", by="ada", reason="enough")
    assert command(kind="modify", ticket=position.position, stop_loss=position.stop_loss).problem
    assert account.venue.position(position.position).stop_loss == nearer


def test_on_a_netting_account_what_only_reduces_passes_a_halt():
    account, command, position = opened("netting", lots=0.2)
    command(kind="halt", by="ada", reason="enough")
    assert command(kind="place", symbol="EURUSD", side=-1, volume_lots=0.3).problem
    shown = previewed(account, Wanted(kind="place", symbol="EURUSD", side=-1, volume_lots=0.1))
    assert (shown.allowed, shown.verdicts, shown.loss_at_stop) == (True, (), None)
    assert command(kind="place", symbol="EURUSD", side=-1, volume_lots=0.1).problem == ""
    assert account.venue.position(position.position).volume_lots == pytest.approx(0.1)


def test_a_broken_limit_of_the_day_closes_everything_and_lets_nothing_open():
    account, command, position = opened("hedging", lots=0.2)
    account.venue.modify(position.position, None, 0.0, None)  # past every limit, as no command can
    for _ in range(2_000):
        account.come_to(account.time_ns + 60 * SECOND_NS)
        if not account.venue.positions():
            break
    (limit,) = state_of(account).limits
    assert limit.broken is True
    assert account.venue.deals[-1].reason == "kill"
    stop = round(account.venue.quote("EURUSD").bid - 0.0005, 5)
    assert "daily-loss" in command(kind="place", symbol="EURUSD", side=1, volume_lots=0.01, stop_loss=stop).problem
