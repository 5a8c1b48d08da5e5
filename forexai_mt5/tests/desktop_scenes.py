"""Moments in the life of a window, as the events that lead to them: for tests and for pictures."""

from __future__ import annotations

from collections.abc import Iterator

from forexai_mt5.connector.service import ConnectorState
from forexai_mt5.desktop.events import (
    AccountHeard,
    Began,
    DealsCounted,
    Ended,
    Halted,
    Happened,
    PairingEnded,
    Pinged,
    PlatformHeard,
    TerminalLost,
)
from forexai_mt5.desktop.view_model import Known, ViewModel
from forexai_mt5.protocol.reports import AccountUpdate

HOST = "trade.example.org"
NOW_NS = 1_788_343_200_000_000_000  # 2026-09-02 10:00 UTC
KNOWN = Known(host=HOST, server="Exness-MT5Trial7", account="main", version="0.1.0")


def update(*, killed=False, positions=3, **changes):
    """Make an account as a connector tells it."""
    rows = [
        {"ticket": 501, "symbol": "EURUSDm", "type": "BUY", "lots": "0.10", "open_price": "1.10012", "profit": "42.5"},
        {"ticket": 502, "symbol": "XAUUSDm", "type": "SELL", "lots": "0.02", "open_price": "3412.85", "profit": "-18"},
        {"ticket": 503, "symbol": "USDJPYm", "type": "BUY", "lots": "1.5", "open_price": "148.203", "profit": "0"},
    ][:positions]  # fmt: skip
    fields = {
        "login": "5012345@Exness-MT5Trial7", "currency": "USD", "mode": "hedging", "balance": "12480.55",
        "equity": "12504.85", "margin": "402.13", "free_margin": "12102.72", "profit": "24.3", "killed": killed,
        "positions": tuple(rows), "total_positions": positions, "timestamp": NOW_NS,
    }  # fmt: skip
    return AccountUpdate.model_validate(fields | changes, strict=False)


def happened(seconds, direction, code, **values):
    """Make a line of the log."""
    return Happened(NOW_NS + seconds * 1_000_000_000, direction, code, values)


def working() -> Iterator[object]:
    """Everything up to a connector that works."""
    yield Began(1_000.0)
    yield happened(0, "here", "started")
    yield happened(1, "here", "terminal", login="5012345@Exness-MT5Trial7")
    yield PlatformHeard(ConnectorState.CONNECTING, HOST)
    yield PlatformHeard(ConnectorState.CONNECTED, HOST)
    yield happened(1, "here", "connected", host=HOST)
    yield Pinged(38.4)
    yield AccountHeard(update())
    yield DealsCounted(4)
    yield happened(62, "in", "open", order="BUY", lots="0.10", symbol="EURUSDm")
    yield happened(62, "out", "done", filled="0.10", price="1.10012", ticket="501")
    yield happened(340, "in", "open", order="SELL_LIMIT", lots="5", symbol="XAUUSDm")
    yield happened(340, "out", "refused", detail="5 lots are more than the 1 that this machine allows.")
    yield happened(512, "in", "close", ticket="498")
    yield happened(513, "out", "rejected", detail="Market closed (10018).")


def scene(name: str) -> ViewModel:
    """Give a view model at one of the moments of `SCENES`."""
    model = ViewModel(START.get(name, KNOWN))
    for event in SCENES[name]():
        model.apply(event)
    return model


def _new() -> Iterator[object]:
    yield from ()


def _paired() -> Iterator[object]:
    yield happened(0, "here", "paired", account="main")
    yield PairingEnded("main")


def _disconnected() -> Iterator[object]:
    yield from working()
    detail = f"The platform at {HOST} does not answer: [Errno 101] Network is unreachable."
    yield PlatformHeard(ConnectorState.WAITING, detail)
    yield happened(900, "here", "lost", detail=detail)


def _terminal_lost() -> Iterator[object]:
    yield from working()
    detail = "The terminal does not answer: IPC timeout (-10005). Start it, and log in there."
    yield TerminalLost(detail)
    yield happened(905, "here", "terminalLost", detail=detail)


def _error() -> Iterator[object]:
    yield from working()
    detail = "The platform does not know this device. Pair it again."
    yield happened(1_200, "here", "failed", reason="unpaired", detail=detail)
    yield happened(1_200, "here", "stopped")
    yield Ended("unpaired", detail)


def _halted() -> Iterator[object]:
    yield from working()
    yield happened(1_000, "here", "halted")
    yield Halted(True)
    yield AccountHeard(update(killed=True))


START = {"new": Known(version="0.1.0"), "paired": Known(host=HOST, server="Exness-MT5Trial7", version="0.1.0")}
"""What is known before them, where that is not all."""

SCENES = {
    "new": _new,
    "paired": _paired,
    "connected": working,
    "disconnected": _disconnected,
    "terminal-lost": _terminal_lost,
    "error": _error,
    "halted": _halted,
}
