"""From the live feeds of a session file to prices that come."""

from __future__ import annotations

from forexai_core.errors import ConfigError
from forexai_core.live.alerts import Alerts
from forexai_core.live.growth.merging import LivePrices
from forexai_core.live.growth.subscriptions import LiveFeed
from forexai_core.live.session.assembly import Openers, instant_of
from forexai_core.live.session.specification import SessionSpec
from forexai_core.ports.clock import Clock
from forexai_core.ports.notifier import NoticeLevel
from forexai_core.values.timeframes import Timeframe

__all__ = ["live_prices_of"]


def live_prices_of(spec: SessionSpec, openers: Openers, clock: Clock, alerts: Alerts) -> LivePrices | None:
    """Open the live feeds of a session; ``begin`` them before its plans are made.

    Parameters
    ----------
    spec : SessionSpec
        The session.
    openers : Openers
        For sources.
    clock : Clock
        The system's.
    alerts : Alerts
        Where people are told of feeds that break off.

    Returns
    -------
    LivePrices or None
        None where no feed is live.

    Raises
    ------
    ConfigError
        If sources of the present are mixed with others, or with a clock that is not real.
    """
    if not spec.live:
        return None
    opened = {feed.symbol: openers.source(feed) for feed in spec.feeds}
    presents = {at_once for _, at_once in opened.values()}
    if len(presents) > 1:
        raise ConfigError("[[feeds]]: some sources tell prices of the present, some recorded ones. Use one kind.")
    at_once = presents == {True}
    if at_once and spec.session.clock != "real":
        raise ConfigError(
            "[session]: prices of the present come at their own pace: write clock = 'real', not "
            f"'{spec.session.clock}'."
        )
    traded = {each.symbol or spec.feeds[0].symbol for each in spec.strategies}

    def tell(key: str, title: str, text: str) -> None:
        alerts.tell(key, title, text, level=NoticeLevel.WARNING)

    feeds = [
        LiveFeed(
            symbol=feed.symbol,
            timeframe=Timeframe.of(feed.timeframe),
            source=opened[feed.symbol][0],
            at_once=at_once,
            history=feed.history,
            stale_s=feed.stale_s,
        )
        for feed in spec.feeds
    ]
    return LivePrices(feeds, traded, clock, tell, stop_ns=instant_of(spec.session.stop))
