"""The history of the terminal that a session trades in: closed bars of a span, as the core has them."""

from __future__ import annotations

from forexai_core.values.bars import Bars
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.adapter.downloads import Downloads
from forexai_mt5.adapter.instruments import instrument_of
from forexai_mt5.adapter.prices import bars_of
from forexai_mt5.adapter.venue import Venue

__all__ = ["Candles"]

_PATIENCE_S = 20.0
"""How long the terminal may go on fetching: shorter than whoever asks waits."""


class Candles:
    """Reads closed bars over the session that trades: no second program has to be at the terminal.

    Parameters
    ----------
    venue : Venue
        Which terminal.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    async def closed(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the closed bars that open in ``[start_ns, stop_ns)``.

        Raises
        ------
        OrderRejectedError
            If there is no such symbol.
        DataGapError
            If the terminal goes on fetching.
        BrokerUnreachableError
            If it does not answer.
        """
        venue = self._venue
        theirs = venue.symbols.theirs(symbol)
        await venue.see_time()
        rows = await Downloads(venue, patience_s=_PATIENCE_S).bars(theirs, timeframe, start_ns, stop_ns)
        told = {"source": "mt5", "clock": str(venue.clock.known)}
        if venue.session.identity is not None:
            told["server"] = venue.session.identity.server
        instrument = instrument_of(await venue.symbols.info(theirs), symbol)
        made = bars_of(rows, instrument=instrument, timeframe=timeframe, clock=venue.clock, provenance=told)
        low, high = made.time_ns.searchsorted([start_ns, stop_ns]).tolist()
        return made[low : max(low, high)]
