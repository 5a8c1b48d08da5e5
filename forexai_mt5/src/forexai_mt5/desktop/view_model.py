"""The state of the window, and what it shows; no Qt, no thread, no clock of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from decimal import Decimal

import attrs

from forexai_mt5.connector.service import ConnectorState
from forexai_mt5.desktop.activity import log_line
from forexai_mt5.desktop.events import (
    AccountHeard,
    Began,
    DealsCounted,
    Ended,
    Event,
    Halted,
    Happened,
    PairingEnded,
    PairingKnown,
    PasswordKept,
    Pinged,
    PlatformHeard,
    TerminalLost,
    UpdateHeard,
)
from forexai_mt5.desktop.views import AccountView, CardView, FooterView, LogLine, PositionLine, Tone, View
from forexai_mt5.desktop.words.saying import Texts
from forexai_mt5.profiles.identification import Sighting, identify
from forexai_mt5.protocol.reports import AccountUpdate, PositionRow

__all__ = ["Known", "ViewModel"]

_LONGEST_LOG = 500
_PLATFORM_TONES: dict[ConnectorState, Tone] = {
    ConnectorState.STOPPED: "off",
    ConnectorState.CONNECTING: "busy",
    ConnectorState.CONNECTED: "good",
    ConnectorState.WAITING: "bad",
}


@attrs.frozen(kw_only=True)
class Known:
    """What is known without a connection.

    Attributes
    ----------
    host : str
        Of the platform; empty where no settings are written.
    server : str
        Of the account, as the settings name it.
    account : str
        Which account this machine is paired for; empty where it is not.
    version : str
        Of this program.
    """

    host: str = ""
    server: str = ""
    account: str = ""
    version: str = ""


class ViewModel:
    """Takes events, gives views.

    Parameters
    ----------
    known : Known
        What is known without a connection; set it again when it changes.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.log_changes = 0
        """How often the log has changed."""
        self._log: deque[Happened] = deque(maxlen=_LONGEST_LOG)
        self._running_since_s: float | None = None
        self._ended = Ended()
        self._halted = False
        self._update: UpdateHeard | None = None
        self._forget()

    def _forget(self) -> None:
        self._state, self._state_text = ConnectorState.STOPPED, ""
        self._ping_ms: float | None = None
        self._account: AccountUpdate | None = None
        self._lost: str | None = None
        self._trades: int | None = None

    @property
    def running(self) -> bool:
        """Whether the connector was started and has not ended."""
        return self._running_since_s is not None

    @property
    def halted(self) -> bool:
        """Whether nothing is opened."""
        return self._halted

    # -------------------------------------------------------------------------------------------------------- taking in
    def apply(self, event: Event) -> None:
        """Take what has happened."""
        if isinstance(event, Happened):
            self._note(event)
        elif isinstance(event, Began | Ended):
            self._forget()  # figures of an account that nobody looks at would be taken for those of now
            self._running_since_s = event.monotonic_s if isinstance(event, Began) else None
            self._ended = event if isinstance(event, Ended) else Ended()
        elif isinstance(event, PlatformHeard | Pinged):
            self._hear_platform(event)
        elif isinstance(event, PairingEnded | PairingKnown):
            self._hear_pairing(event)
        elif isinstance(event, DealsCounted):
            self._trades = event.today
        elif isinstance(event, UpdateHeard):
            self._update = event
        else:
            self._hear_terminal(event)

    def _hear_platform(self, event: PlatformHeard | Pinged) -> None:
        if isinstance(event, Pinged):
            self._ping_ms = event.round_trip_ms
            return
        self._state, self._state_text = event.state, event.text
        self._ping_ms = self._ping_ms if event.state is ConnectorState.CONNECTED else None

    def _hear_terminal(self, event: AccountHeard | TerminalLost | Halted | PasswordKept) -> None:
        if isinstance(event, AccountHeard):
            self._account, self._lost, self._halted = event.update, None, event.update.killed
        elif isinstance(event, TerminalLost):
            self._lost = event.detail
        elif isinstance(event, Halted):
            self._halted = event.halted

    def _hear_pairing(self, event: PairingEnded | PairingKnown) -> None:
        if isinstance(event, PairingKnown):
            self.known = attrs.evolve(self.known, account=event.account)
        elif event.account:
            self.known, self._ended = attrs.evolve(self.known, account=event.account), Ended()

    def _note(self, event: Happened) -> None:
        self._log.append(event)
        self.log_changes += 1

    def clear_log(self) -> None:
        """Empty the log that is shown; what is remembered of commands stays."""
        self._log.clear()
        self.log_changes += 1

    # ---------------------------------------------------------------------------------------------------------- showing
    def log(self, texts: Texts) -> tuple[LogLine, ...]:
        """Give the log, the newest first."""
        return tuple(log_line(each, texts) for each in reversed(self._log))

    def view(self, texts: Texts, monotonic_s: float) -> View:
        """Give what is shown now."""
        configured, paired = bool(self.known.host), bool(self.known.account)
        return View(
            platform=self._platform(texts),
            terminal=self._terminal(texts),
            account=self._account_view(texts),
            positions=tuple(self._positions(texts)),
            positions_note=self._positions_note(texts),
            footer=self._footer(texts, monotonic_s),
            running=self.running,
            halted=self._halted,
            can_start=configured and paired and not self.running,
            can_pair=configured and not self.running,
        )

    def _platform(self, texts: Texts) -> CardView:
        known, title = self.known, texts.say("platform.title")
        if self._ended.reason:
            said = texts.say(f"failed.{self._ended.reason}")
            headline = texts.say("platform.failed")
            return CardView(title=title, tone="bad", headline=headline, detail=said, extra=self._ended.detail)
        if not known.host or not known.account:
            headline = texts.say("platform.unpaired" if known.host else "platform.none")
            return CardView(title=title, tone="off", headline=headline, detail=known.host)
        serves = texts.say("platform.account", account=known.account)
        state, tone = self._state, _PLATFORM_TONES[self._state]
        if self.running and state is ConnectorState.STOPPED:
            state, tone = ConnectorState.CONNECTING, "busy"  # it waits for the terminal
        headline = texts.say(f"platform.{state.value}")
        if state is ConnectorState.WAITING:
            return CardView(title=title, tone=tone, headline=headline, detail=known.host, extra=self._state_text)
        if self._ping_ms is not None:
            headline += " · " + texts.say("platform.ping", milliseconds=texts.number(self._ping_ms, 0))
        return CardView(title=title, tone=tone, headline=headline, detail=known.host, extra=serves)

    def _terminal(self, texts: Texts) -> CardView:
        title, server = texts.say("terminal.title"), self._server()
        detail = texts.say("terminal.server", server=server) if server else ""
        tone: Tone
        if not self.running:
            tone, code = "off", "terminal.stopped"
        elif self._lost is not None:
            tone, code = "bad", "terminal.lost"
        elif self._account is None:
            tone, code = "busy", "terminal.connecting"
        else:
            tone, code = "good", "terminal.connected"
        extra = self._broker() if self._lost is None else self._lost
        return CardView(title=title, tone=tone, headline=texts.say(code), detail=detail, extra=extra)

    def _server(self) -> str:
        _, _, server = (self._account.login if self._account else "").partition("@")
        return server or self.known.server

    def _broker(self) -> str:
        profile = identify(Sighting(server=self._server())).profile if self._server() else None
        return profile.title if profile else ""

    def _account_view(self, texts: Texts) -> AccountView:
        update = self._account
        if update is None:
            return AccountView(server=self.known.server, broker=self._broker())
        number, _, _ = update.login.partition("@")

        def money(value: Decimal) -> str:
            return texts.amount(value, update.currency)

        return AccountView(
            balance=money(update.balance),
            equity=money(update.equity),
            margin=money(update.margin),
            free=money(update.free_margin),
            profit=money(update.profit),
            profit_tone=_tone_of(update.profit),
            broker=self._broker(),
            number=number,
            server=self._server(),
            stale="" if self._lost is None else texts.say("account.stale"),
        )

    def _positions(self, texts: Texts) -> Iterator[PositionLine]:
        rows: tuple[PositionRow, ...] = self._account.positions if self._account else ()
        for row in rows:
            yield PositionLine(
                ticket=row.ticket,
                symbol=row.symbol,
                side=texts.say(f"side.{row.type}"),
                side_tone="good" if row.type == "BUY" else "bad",
                lots=texts.exact(row.lots, least=2),
                profit=texts.number(row.profit, 2),
                profit_tone=_tone_of(row.profit),
                price=texts.exact(row.open_price),
            )

    def _positions_note(self, texts: Texts) -> str:
        if self._account is None:
            return texts.say("positions.unknown")
        if not self._account.total_positions:
            return texts.say("positions.none")
        shown, total = len(self._account.positions), self._account.total_positions
        return texts.say("positions.more", shown=shown, total=total) if shown < total else ""

    def _footer(self, texts: Texts, monotonic_s: float) -> FooterView:
        since = self._running_since_s
        trades = self._trades
        return FooterView(
            version=texts.say("footer.version", version=self.known.version),
            uptime=texts.say("footer.idle") if since is None else _uptime(texts, max(0.0, monotonic_s - since)),
            update=texts.say("footer.update", version=self._update.version) if self._update else "",
            notes=self._update.notes if self._update else "",
            trades=texts.say("footer.unknown") if trades is None else texts.say("footer.trades", count=trades),
        )


def _tone_of(money: Decimal) -> Tone:
    return "off" if not money else "good" if money > 0 else "bad"


def _uptime(texts: Texts, seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3_600)
    return texts.say("footer.uptime", time=f"{hours}:{rest // 60:02}:{rest % 60:02}")
