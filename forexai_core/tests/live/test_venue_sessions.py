"""Sessions on an account that a venue keeps: armed, heard, looked after, and gone on with after a kill."""

from __future__ import annotations

import os

import pytest
from live.venue_trading import BARS, Openers, Trading, Venue, a_spec, a_venue

import forexai_core as fx
from forexai_core.errors import ConfigError, ConflictError, IntegrityError, OrderRejectedError, RejectionKind
from forexai_core.live.session.assembly import plans_of
from forexai_core.live.session.folders import newest_run, next_run, standing_run
from forexai_core.live.session.repeating import repeat
from forexai_core.live.session.specification import spec_of
from forexai_core.ports.broker import BrokerEventKind
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.services.assembly import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_core.testing.venues import SimulatedVenue

pytestmark = [pytest.mark.kernels, pytest.mark.asyncio]


async def test_what_strategies_want_is_done_at_the_venue_and_what_it_does_is_heard(tmp_path):
    broker = a_venue()
    async with Trading(broker, tmp_path) as trading:
        await trading.minutes(23)
        end, records = await trading.end()
    venue = broker.venue
    assert len(venue.deals) >= 8
    assert end.decisions == 23
    assert not any(each.entry == "in" and not order.request.stop_loss for each, order in _opened_by(venue))
    told = [(each["deal"], each["price"]) for each in records if each["kind"] == "deal"]
    assert told == [(str(each.deal), each.price) for each in venue.deals]
    assert {each["strategy"] for each in records if each["kind"] == "deal"} == {"alternating"}
    assert end.trades["net_profit"].sum() == pytest.approx(sum(d.profit + d.commission for d in _whole(venue)))
    assert len(end.trades) == sum(each.entry == "out" for each in venue.deals)
    assert end.state.balance == venue.state().balance
    assert {each.position for each in end.positions} == set(venue.positions)
    assert not end.halted
    assert not broker._connected
    with pytest.raises(ConfigError, match="forexai why"):
        await repeat(tmp_path, trading.openers)


class Clinging(Venue):
    """A venue that closes nothing once it is told so."""

    clings = False

    async def submit(self, request):
        if self.clings and request.position:
            raise OrderRejectedError("too near to the stop", code=10029, kind=RejectionKind.FINAL)
        return await super().submit(request)


async def test_the_other_side_of_a_turn_is_not_opened_where_the_venue_refuses_its_close(tmp_path):
    broker = Clinging(SimulatedVenue(account=fx.Account(balance=10_000)))
    async with Trading(broker, tmp_path, strategy=lambda: fx.strategies.SmaCross(fast=2, slow=4)) as trading:
        while not broker.venue.positions:
            await trading.minutes(1)
        (held,) = broker.venue.positions
        broker.clings = True
        await trading.minutes(25)
        assert set(broker.venue.positions) == {held}
        _, records = await trading.end()
    outcomes = [each["wishes"] for each in records if each["kind"] == "outcome" and len(each["wishes"]) == 2]
    assert outcomes
    assert all([each["state"] for each in pair] == ["rejected", "refused"] for pair in outcomes)
    assert {pair[1]["rule"] for pair in outcomes} == {"turn"}


def _opened_by(venue):
    return [(each, venue.orders[each.order]) for each in venue.deals if each.order in venue.orders]


def _whole(venue):
    """The deals of positions that are closed."""
    return [each for each in venue.deals if each.position not in venue.positions]


REAL = {"mode": "live", "login": "1@memory"}


@pytest.mark.parametrize(
    ("given", "armed", "said"),
    [
        ({}, ("main",), "mode = 'live'"),
        ({"mode": "live"}, ("main",), "login = '1@memory'"),
        (REAL, (), "--arm main"),
        (REAL | {"login": "2@memory"}, ("main",), "not '2@memory'"),
    ],
)
async def test_real_money_is_traded_only_where_it_is_meant_named_and_armed(tmp_path, given, armed, said):
    broker = a_venue(live_money=True)
    with pytest.raises(ConfigError, match=said):
        async with Trading(broker, tmp_path, spec=a_spec(**given), armed=armed):
            raise AssertionError("it has begun")
    assert broker.venue.orders == {}
    assert not broker._connected


async def test_real_money_that_is_meant_named_and_armed_is_traded(tmp_path):
    broker = a_venue(live_money=True)
    async with Trading(broker, tmp_path, spec=a_spec(**REAL), armed=("main",)) as trading:
        await trading.minutes(6)
        await trading.end()
    assert broker.venue.deals


@pytest.mark.parametrize("symbols", [{"EURUSD"}, {"*"}])
async def test_a_symbol_whose_stops_end_each_night_is_not_traded(tmp_path, symbols):
    broker = a_venue(orders_end_daily=frozenset(symbols), stops_end_daily=frozenset(symbols))
    with pytest.raises(ConfigError, match="removes stops and targets of EURUSD"):
        async with Trading(broker, tmp_path):
            raise AssertionError("it has begun")
    assert broker.venue.orders == {}
    assert not broker._connected


async def test_of_a_symbol_whose_orders_end_each_night_is_warned_once_and_of_others_never(tmp_path):
    broker = a_venue(orders_end_daily=frozenset({"EURUSD", "GBPUSD"}), stops_end_daily=frozenset({"GBPUSD"}))
    async with Trading(broker, tmp_path) as trading:
        await trading.minutes(2)
        await trading.end()
    told = [each for each in trading.notices if "end with the day" in each.title]
    assert [(each.level, "working orders of EURUSD" in each.text) for each in told] == [("warning", True)]


async def test_another_account_than_was_named_is_not_traded_without_real_money_either(tmp_path):
    with pytest.raises(ConfigError, match="'1@memory', not 'demo'"):
        async with Trading(a_venue(), tmp_path, spec=a_spec(login="demo")):
            raise AssertionError("it has begun")


async def test_a_killed_session_goes_on_with_its_positions(tmp_path):
    broker = a_venue()
    async with Trading(broker, tmp_path) as trading:
        while not broker.venue.positions:
            await trading.minutes(1)
        (ticket,) = broker.venue.positions
        at = trading.number
        # Leaving here ends the task in the midst: nothing is finished, as after a kill.
    await broker.disconnect()
    async with Trading(broker, tmp_path, first=at) as trading:
        strategy = trading.run.session.seats[0].strategy
        broker.say(
            BrokerEventKind.CONNECTED
        )  # what may have been missed is read, and what was heard before is not news
        await trading.minutes(6)
        end, records = await trading.end()
    assert [ticket] in strategy.seen
    assert ticket not in broker.venue.positions  # its own strategy closed it
    assert not end.halted
    assert not [each for each in trading.notices if "foreign" in each.title]
    assert len([each for each in records if each["kind"] == "begun"]) == 2
    assert [int(each["deal"]) for each in records if each["kind"] == "deal"] == [d.deal for d in broker.venue.deals]
    numbers = [each["decision"] for each in records if each["kind"] == "outcome"]
    assert numbers == sorted(set(numbers))
    assert end.decisions == 6


async def test_a_loss_limit_that_broke_flattens_between_prices_and_stays_broken_over_a_restart(tmp_path):
    broker, spec = a_venue(), a_spec(risk={"max_daily_loss_fraction": 0.025})
    async with Trading(broker, tmp_path, spec=spec) as trading:
        while not broker.venue.positions:
            await trading.minutes(1)
        broker.venue.balance -= 240  # a fee; 250 are allowed
        trading.price(trading.number - 1, move=-0.0050)  # 50 of 0.1 lots, before the stop
        trading.clock.advance_to(trading.clock.now_ns() + 2_000_000_000)
        await trading.until(lambda: not broker.venue.positions)
        at = trading.number
    await broker.disconnect()
    before = len(broker.venue.orders)
    async with Trading(broker, tmp_path, spec=spec, first=at) as trading:
        assert trading.run.broken() == ("daily-loss is broken",)
        await trading.minutes(8)
        end, records = await trading.end()
    assert len(broker.venue.orders) == before
    refused = [each for each in records if each["kind"] == "decision" and each.get("wishes")]
    assert any("daily-loss" in str(each["wishes"][0]["verdicts"]) for each in refused)
    assert end.halted == ("daily-loss is broken",)
    assert [each["rule"] for each in records if each["kind"] == "breach"] == ["daily-loss"]


async def test_a_state_of_risk_that_cannot_be_read_lets_nothing_be_traded(tmp_path):
    broker, spec = a_venue(), a_spec(risk={"max_daily_loss_fraction": 0.01})
    async with Trading(broker, tmp_path, spec=spec) as trading:
        await trading.minutes(2)
        trading.run.session.book.note("risk", trading.clock.now_ns(), {"state": {"version": 1}})
        await trading.run.session.book.write()
    with pytest.raises(IntegrityError, match="state of risk"):
        async with Trading(broker, tmp_path, spec=spec, first=40):
            raise AssertionError("it has begun")
    assert not broker._connected


async def test_a_venue_that_is_away_gets_no_order_and_what_was_missed_is_heard_later(tmp_path):
    broker = a_venue()
    async with Trading(broker, tmp_path) as trading:
        while not broker.venue.positions:
            await trading.minutes(1)
        (ticket,) = broker.venue.positions
        broker.mute = broker.away = True
        trading.broker.venue.time_ns += 1
        broker.venue.close(ticket, "by hand")  # by somebody else, while nobody hears it
        sent = len(broker.venue.orders)
        await trading.minutes(6)
        assert len(broker.venue.orders) == sent
        broker.mute = broker.away = False
        broker.say(BrokerEventKind.CONNECTED)
        await trading.minutes(6)
        end, records = await trading.end()
    deals = [int(each["deal"]) for each in records if each["kind"] == "deal"]
    assert deals == [each.deal for each in broker.venue.deals]
    assert len(broker.venue.orders) > sent  # it trades again
    assert not end.halted
    states = {wish["state"] for each in records if each["kind"] == "outcome" for wish in each["wishes"]}
    assert "filled" in states
    assert states & {"rejected", "refused"}


async def test_a_halt_that_flattens_closes_at_the_venue_without_a_price(tmp_path):
    broker, halts = a_venue(), MemoryHalts()
    async with Trading(broker, tmp_path, halts=halts) as trading:
        while not broker.venue.positions:
            await trading.minutes(1)
        await halts.halt(Halt(scope=HaltScope.ACCOUNT, name="main", time_ns=1, by="Ada", reason="enough", flatten=True))
        trading.session.pause(by="Ada")  # a pause is no excuse
        trading.clock.advance_to(trading.clock.now_ns() + 2_000_000_000)
        await trading.until(lambda: not broker.venue.positions)
        trading.session.resume(by="Ada")
        await trading.minutes(6)
        await trading.end()
    assert not broker.venue.positions


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"balance": 5_000}, "balance is what its venue says"),
        ({"leverage": None}, "leverage"),
        ({"clock": "replay"}, "clock = 'real'"),
        ({"live": False}, "live = true"),
        ({"mode": "netting"}, "hedging"),
    ],
)
async def test_what_does_not_fit_a_venue_is_said(tmp_path, given, said):
    spec = a_spec(**{name: value for name, value in given.items() if name != "mode"})
    if "mode" in given:
        spec = spec.model_copy(update={"accounts": (spec.accounts[0].model_copy(update=given),)})
    with pytest.raises(ConfigError, match=said):
        async with Trading(a_venue(), tmp_path, spec=spec):
            raise AssertionError("it has begun")


async def test_paper_and_venues_are_not_mixed_and_only_known_accounts_are_armed():
    document = a_spec().model_dump()
    document["accounts"] = [{"name": "one"}, {"name": "two", "broker": "simulated"}]
    with pytest.raises(ConfigError, match="some are paper"):
        spec_of(document, "a test")
    with pytest.raises(ConfigError, match="no account 'mian'"):
        plans_of(a_spec(), Openers(a_venue()), {"EURUSD": BARS}, ("mian",))


async def test_a_session_at_a_venue_has_one_folder_for_all_its_starts(tmp_path):
    assert standing_run(tmp_path) == standing_run(tmp_path)
    (standing_run(tmp_path) / "state.sqlite3").touch()
    assert newest_run(tmp_path) == standing_run(tmp_path)
    later = next_run(tmp_path)
    assert newest_run(tmp_path) == standing_run(tmp_path)
    (later / "state.sqlite3").touch()
    os.utime(later / "state.sqlite3", ns=(2**61, 2**61))
    assert newest_run(tmp_path) == later


ONE = {"name": "one", "broker": "simulated", "leverage": 30}
TWICE = {
    "same login": ({"login": "1@memory"}, {"login": " 1@Memory", "settings": {"path": "b"}}, "login = '1@memory'"),
    "other broker": ({"login": "1@memory"}, {"login": "1@memory", "broker": "far"}, "login = '1@memory'"),
    "same settings": ({"settings": {"path": "a"}}, {"settings": {"path": "a"}}, "the same settings"),
}


@pytest.mark.parametrize("case", TWICE)
async def test_one_login_by_two_names_is_refused(case):
    first, second, said = TWICE[case]
    document = {
        "session": {"clock": "real"},
        "accounts": [ONE | first, ONE | {"name": "other"} | second],
        "feeds": [{"symbol": "EURUSD", "timeframe": "M1", "live": True}],
        "strategies": [{"name": "a", "account": "one"}, {"name": "a", "account": "other"}],
    }
    with pytest.raises(ConfigError, match=f"one and other: both have .*{said}.*one account"):
        spec_of(document, "a test")
    document["accounts"][1] |= {"login": "2@memory"}
    if first.get("login"):
        assert spec_of(document, "a test").at_venue


async def test_an_account_that_another_session_trades_is_not_traded_whatever_it_is_called(tmp_path):
    shared, broker = embedded_services(tmp_path / "home"), a_venue()
    with shared:
        async with Trading(broker, tmp_path / "a", logins=shared.leases) as trading:
            await trading.minutes(2)
            before = len(broker.venue.orders)
            other = a_spec(name="second")
            with pytest.raises(ConflictError, match=r"accounts second: the venue shows '1@memory'.*'test-30/main'"):
                async with Trading(Venue(broker.venue), tmp_path / "b", spec=other, logins=shared.leases):
                    raise AssertionError("it has begun")
            assert len(broker.venue.orders) == before
            await trading.minutes(4)
            end, _ = await trading.end()
            assert not end.halted
        async with Trading(Venue(broker.venue), tmp_path / "b", spec=other, logins=shared.leases, first=40) as trading:
            await trading.minutes(1)  # the first one has let go of it


async def test_two_accounts_that_turn_out_to_be_one_are_refused_before_anything_is_sent(tmp_path):
    venue = SimulatedVenue(account=fx.Account(balance=10_000))
    spec = spec_of(
        {
            "session": {"clock": "real"},
            "accounts": [ONE | {"settings": {"path": "a"}}, ONE | {"name": "other", "settings": {"path": "b"}}],
            "feeds": [{"symbol": "EURUSD", "timeframe": "M1", "live": True}],
            "strategies": [{"name": "a", "account": "one"}, {"name": "a", "account": "other"}],
            "risk": {"none": True},
        },
        "a test",
    )
    with pytest.raises(ConflictError, match=r"accounts other: the venue shows '1@memory', which another account"):
        async with Trading(Venue(venue), tmp_path, spec=spec):
            raise AssertionError("it has begun")
    assert venue.orders == {}


async def test_a_session_that_lost_its_login_sends_nothing_any_more(tmp_path):
    shared, broker = embedded_services(tmp_path / "home"), a_venue()
    with shared:
        async with Trading(broker, tmp_path / "a", logins=shared.leases) as trading:
            await shared.leases.raise_epoch()
            assert not await trading.run.renew()
            before = len(broker.venue.orders)
            await trading.minutes(8)
            end, _ = await trading.end()
    assert len(broker.venue.orders) == before
    assert any("holds" in each or "taken" in each for each in end.halted), end.halted
