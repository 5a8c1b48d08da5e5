"""History of an account behind a connector: closed bars, asked for over the protocol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forexai_core.arrays import BAR
from forexai_core.errors import DataError, DataGapError, OrderRejectedError
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.gateway.questions import ConnectorQuestions
from forexai_mt5.protocol.candles import MOST_CANDLES, CandleRow
from forexai_mt5.protocol.contracts import instrument_of_contract

__all__ = ["LineCandles"]


class LineCandles:
    """Closed bars of one account.

    Parameters
    ----------
    questions : ConnectorQuestions
        Open.
    query_s, history_s : float
        How long an answer may take, and one with candles.
    """

    def __init__(self, questions: ConnectorQuestions, *, query_s: float, history_s: float) -> None:
        self._questions, self._query_s, self._history_s = questions, query_s, history_s
        self._instruments: dict[str, Instrument] = {}
        self._told = False

    async def symbols(self) -> tuple[str, ...]:
        """Name what the broker there shows.

        Raises
        ------
        BrokerUnreachableError
            If the connector does not answer.
        """
        return tuple(each.symbol for each in await self._ask_instruments(""))

    async def _ask_instruments(self, symbol: str) -> tuple[Instrument, ...]:
        answers = await self._questions.query("INSTRUMENTS", symbol=symbol, timeout_s=3 * self._query_s)
        found = tuple(instrument_of_contract(row.contract) for answer in answers for row in answer.instruments)
        self._instruments |= {each.symbol: each for each in found}
        return found

    async def instrument(self, symbol: str) -> Instrument:
        """Give the contract of a symbol.

        Raises
        ------
        DataError
            If the broker there does not show it.
        BrokerUnreachableError
            If the connector does not answer.
        """
        if symbol not in self._instruments:
            await self._ask_instruments(symbol)
        found = self._instruments.get(symbol)
        if found is None:
            shown = ", ".join((await self.symbols())[:20]) or "nothing"
            raise DataError(
                f"The broker behind the connector of '{self._questions.account}' does not show '{symbol}'; it shows "
                f"{shown}. Show it in the terminal's Market Watch, or name another one."
            )
        return found

    async def _check_able(self) -> None:
        """Ask, once, whether the connector has candles: one of another version takes the question for no message."""
        if self._told:
            return
        (answer,) = await self._questions.query("ACCOUNT", timeout_s=self._query_s)
        if answer.account is None or not answer.account.abilities.candles:
            raise DataError(
                f"The connector of '{self._questions.account}' tells no history: its broker has none, or it is of an "
                "older version. Update it, or take prices from another source."
            )
        self._told = True

    async def closed(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the closed bars that open in ``[start_ns, stop_ns)``, in as many questions as that needs.

        Raises
        ------
        DataError
            If there is no such symbol, or the connector tells no history.
        DataGapError
            If the broker there says no, or what came is not in order.
        BrokerUnreachableError
            If the connector does not answer.
        """
        await self._check_able()
        instrument = await self.instrument(symbol)
        rows: list[CandleRow] = []
        step_ns = MOST_CANDLES * timeframe.nominal_ns
        for from_ns in range(start_ns, max(start_ns, stop_ns), step_ns):
            rows.extend(await self._asked(symbol, timeframe, from_ns, min(from_ns + step_ns, stop_ns)))
        return self._bars(instrument, timeframe, rows)

    async def _asked(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> list[CandleRow]:
        span = {"timeframe": timeframe.value, "start": start_ns, "stop": stop_ns}
        try:
            answers = await self._questions.query("CANDLES", symbol=symbol, timeout_s=self._history_s, **span)
        except OrderRejectedError as problem:
            raise DataGapError(f"{symbol} {timeframe}: {problem}") from problem
        return [row for answer in answers for row in answer.candles if start_ns <= row.time < stop_ns]

    def _bars(self, instrument: Instrument, timeframe: Timeframe, rows: Sequence[CandleRow]) -> Bars:
        data = np.zeros(len(rows), BAR)
        data["time_ns"] = [row.time for row in rows]
        for name in ("open", "high", "low", "close", "volume"):
            data[name] = [float(getattr(row, name)) for row in rows]
        spreads = [row.spread for row in rows]
        known = [float(each) for each in spreads if each is not None]
        return Bars(
            instrument=instrument,
            timeframe=timeframe,
            data=data,
            spread_points=np.array(known, np.float64) if len(known) == len(rows) else None,
            provenance={"source": "connector", "account": self._questions.account},
        )
