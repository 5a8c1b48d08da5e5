"""What the window shows in each moment; without Qt."""

from __future__ import annotations

import pytest
from desktop_scenes import HOST, KNOWN, NOW_NS, SCENES, happened, scene, update, working

from forexai_mt5.connector.service import ConnectorState
from forexai_mt5.desktop.events import (
    AccountHeard,
    Began,
    Ended,
    Halted,
    PairingEnded,
    Pinged,
    PlatformHeard,
    TerminalLost,
)
from forexai_mt5.desktop.view_model import Known, ViewModel
from forexai_mt5.desktop.words.saying import LANGUAGES

EN, ID = LANGUAGES["en"], LANGUAGES["id"]


def shown(name, texts=EN):
    return scene(name).view(texts, 4_725.0)


def test_nothing_can_be_done_before_a_platform_is_set():
    view = shown("new")
    assert (view.can_start, view.can_pair, view.running) == (False, False, False)
    assert view.platform.headline == "No platform set"
    assert (view.account.balance, view.positions) == ("", ())
    assert view.positions_note == "Not known: the terminal is not connected"


def test_a_machine_is_paired_and_then_it_can_start():
    model = ViewModel(Known(host=HOST))
    before = model.view(EN, 0)
    assert (before.platform.headline, before.can_start, before.can_pair) == ("Not paired", False, True)
    model.apply(PairingEnded("", "unpaired", "wrong code"))
    assert not model.view(EN, 0).can_start
    model.apply(PairingEnded("main"))
    after = model.view(EN, 0)
    assert (after.can_start, after.platform.extra) == (True, "Serves account “main”")


def test_a_connector_at_work():
    view = shown("connected")
    assert (view.platform.tone, view.platform.headline) == ("good", "Connected · Ping 38 ms")
    assert (view.terminal.tone, view.terminal.detail) == ("good", "Server Exness-MT5Trial7")
    account = view.account
    assert (account.balance, account.equity) == ("12,480.55 USD", "12,504.85 USD")
    assert (account.margin, account.free) == ("402.13 USD", "12,102.72 USD")
    assert (account.broker, account.number, account.server) == ("Exness", "5012345", "Exness-MT5Trial7")
    rows = [(row.symbol, row.side, row.lots, row.price, row.profit, row.profit_tone) for row in view.positions]
    assert rows[0] == ("EURUSDm", "Buy", "0.10", "1.10012", "42.50", "good")
    assert rows[1] == ("XAUUSDm", "Sell", "0.02", "3,412.85", "\N{MINUS SIGN}18.00", "bad")
    assert rows[2][-1] == "off"
    assert (view.footer.uptime, view.footer.trades) == ("Running for 1:02:05", "Trades today: 4")
    assert (view.running, view.can_start, view.can_pair) == (True, False, False)


def test_a_cut_is_said_and_the_terminal_still_shown():
    view = shown("disconnected")
    assert (view.platform.tone, view.platform.headline) == ("bad", "Connection lost, trying again")
    assert "Network is unreachable" in view.platform.extra
    assert (view.terminal.tone, view.account.stale) == ("good", "")
    assert view.running


def test_figures_of_a_lost_terminal_are_marked_as_old():
    view = shown("terminal-lost")
    assert (view.terminal.tone, view.account.stale) == ("bad", "As last seen")
    assert "IPC timeout" in view.terminal.extra
    model = scene("terminal-lost")
    model.apply(AccountHeard(update()))
    assert model.view(EN, 0).account.stale == ""


def test_what_ended_the_connector_is_said_and_its_figures_are_gone():
    view = shown("error")
    assert (view.platform.tone, view.platform.headline) == ("bad", "Stopped")
    assert view.platform.detail.startswith("This machine is not paired")
    assert (view.positions, view.account.balance) == ((), "")
    assert (view.running, view.can_pair, view.can_start) == (False, True, True)
    model = scene("error")
    model.apply(Began(1.0))
    assert model.view(EN, 1.0).platform.tone == "busy"


def test_a_stop_by_a_person_is_no_error():
    model = scene("connected")
    model.apply(Ended())
    view = model.view(EN, 0)
    assert (view.platform.tone, view.platform.headline) == ("off", "Not connected")


@pytest.mark.parametrize("event", [Halted(True), AccountHeard(update(killed=True))])
def test_the_kill_switch_shows_however_it_is_heard_of(event):
    model = ViewModel(KNOWN)
    model.apply(event)
    assert model.view(EN, 0).halted
    model.apply(Halted(False))
    assert not model.view(EN, 0).halted


def test_a_ping_of_a_former_connection_is_not_shown():
    model = scene("connected")
    model.apply(PlatformHeard(ConnectorState.WAITING, "cut"))
    model.apply(PlatformHeard(ConnectorState.CONNECTED, HOST))
    assert "Ping" not in model.view(EN, 0).platform.headline
    model.apply(Pinged(7.6))
    assert model.view(EN, 0).platform.headline == "Connected · Ping 8 ms"


def test_more_positions_than_are_told_are_said():
    model = ViewModel(KNOWN)
    model.apply(AccountHeard(update(total_positions=120)))
    assert model.view(EN, 0).positions_note == "3 of 120 positions are shown"
    model.apply(AccountHeard(update(positions=0)))
    assert model.view(EN, 0).positions_note == "No open position"


def test_the_terminal_is_waited_for_before_the_first_account():
    model = ViewModel(KNOWN)
    model.apply(Began(1.0))
    assert (model.view(EN, 1).terminal.tone, model.view(EN, 1).platform.tone) == ("busy", "busy")
    model.apply(TerminalLost("no terminal"))
    assert model.view(EN, 1).terminal.tone == "bad"


def test_the_log_speaks_the_language_and_can_be_cleared():
    model = scene("connected")
    english, indonesian = model.log(EN), model.log(ID)
    assert len(english) == len(indonesian)
    assert english[0].text == "The broker refused: Market closed (10018)."
    assert indonesian[0].text == "Ditolak broker: Market closed (10018)."
    texts = [line.text for line in english]
    assert "Open Buy 0.10 EURUSDm" in texts
    assert "Open Sell limit 5.00 XAUUSDm" in texts
    assert "Beli" in " ".join(line.text for line in indonesian)
    assert {line.direction for line in english} == {"from the platform", "to the platform", "on this machine"}
    changes = model.log_changes
    model.clear_log()
    assert (model.log(EN), model.log_changes) == ((), changes + 1)


def test_the_log_holds_the_newest_only():
    model = ViewModel(KNOWN)
    for number in range(600):
        model.apply(happened(number, "in", "cancel", ticket=str(number)))
    log = model.log(EN)
    assert (len(log), log[0].text) == (500, "Cancel order 599")


@pytest.mark.parametrize("name", sorted(SCENES))
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_scene_is_shown_in_every_language(name, language):
    texts = LANGUAGES[language]
    view = scene(name).view(texts, 4_725.0)
    assert view.platform.title == texts.say("platform.title")
    assert "{" not in repr(view)
    assert "{" not in repr(scene(name).log(texts))


def test_events_are_of_one_time():
    assert all(event.time_ns >= NOW_NS for event in working() if hasattr(event, "time_ns"))
