"""From the ledger's deals to the rows that results show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS, FILL, OPEN_REASONS, TRADE
from forexai_core.engine.records import NO_PRICE

__all__ = ["fills_of", "initial_risks", "trade_sums", "trades_of"]

_ENTRIES = np.array(("in", "out", "inout", "out_by"))
_LOT_DECIMALS = 8


def _lots(deals: NDArray[np.void], symbols: NDArray[np.void]) -> NDArray[np.float64]:
    steps = symbols["volume_step"][deals["symbol"]]
    return np.round(deals["volume_steps"] * steps, _LOT_DECIMALS)


def _price(points: NDArray[np.int64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(points == NO_PRICE, 0.0, points / scale)


@kernel
def trade_sums(deals: NDArray[np.void], scale: float) -> tuple[int, int, float, float]:
    """Sum the net profit of all closing deals, exactly.

    Parameters
    ----------
    deals : (deals,) DEAL
    scale : float
        ``10 ** digits`` of the account currency.

    Returns
    -------
    count, wins : int
        Closing deals, and those with a net profit above 0.
    gains, losses : float
        In the currency's smallest unit; both positive.
    """
    count = wins = 0
    gains = losses = 0.0
    for row in range(len(deals)):
        deal = deals[row]
        if deal["closing"] == 0:
            continue
        net = np.rint((deal["profit"] + deal["commission"] + deal["entry_commission"] + deal["swap"]) * scale)
        count += 1
        if net > 0.0:
            wins += 1
            gains += net
        else:
            losses -= net
    return count, wins, gains, losses


def _labelled(names: Sequence[str], closing: NDArray[np.void]) -> NDArray[np.void]:
    """Make rows of TRADE that hold their texts and no numbers yet.

    There are few combinations of texts: a row is copied from a table of them, four times as fast as text by text.
    """
    table = np.zeros((len(names), len(OPEN_REASONS), len(CLOSE_REASONS)), TRADE)
    table["symbol"] = np.array(names)[:, None, None]
    table["open_reason"] = np.array(OPEN_REASONS)[:, None]
    table["close_reason"] = CLOSE_REASONS
    places = np.ravel_multi_index((closing["symbol"], closing["open_reason"], closing["reason"]), table.shape)
    rows: NDArray[np.void] = table.ravel()[places]
    return rows


def trades_of(
    deals: NDArray[np.void], names: Sequence[str], symbols: NDArray[np.void], money_digits: int
) -> NDArray[np.void]:
    """Make one row of each closing deal.

    Parameters
    ----------
    deals : (deals,) DEAL
        In the order in which they happened.
    names : sequence of str
        Symbols by their index.
    symbols : (symbols,) SYMBOL
        Their contracts.
    money_digits : int
        Decimals of the account currency.

    Returns
    -------
    (trades,) TRADE
    """
    closing = deals[deals["closing"] == 1]
    scale = symbols["scale"][closing["symbol"]]
    rows = _labelled(names, closing)
    rows["ticket"] = closing["position"]
    rows["side"] = -closing["side"]
    rows["volume_lots"] = _lots(closing, symbols)
    rows["open_time_ns"] = closing["open_ns"]
    rows["close_time_ns"] = closing["time_ns"]
    rows["open_price"] = closing["open_price"] / scale
    rows["close_price"] = closing["price"] / scale
    rows["stop_loss"] = _price(closing["stop_loss"], scale)
    rows["take_profit"] = _price(closing["take_profit"], scale)
    rows["commission"] = np.round(closing["commission"] + closing["entry_commission"], money_digits)
    rows["swap"] = np.round(closing["swap"], money_digits)
    rows["profit"] = closing["profit"]
    total = rows["profit"] + rows["commission"] + rows["swap"]
    rows["net_profit"] = np.round(total, money_digits)
    rows["ambiguous"] = closing["ambiguous"] == 1
    rows["intrabar"] = closing["intrabar"] == 1
    rows["mae"] = closing["mae"]
    rows["mfe"] = closing["mfe"]
    return rows


def initial_risks(deals: NDArray[np.void]) -> NDArray[np.float64]:
    """Give the money at risk at the first stop of each closing deal's volume; 0 without a stop."""
    risks: NDArray[np.float64] = deals["initial_risk"][deals["closing"] == 1]
    return risks


def fills_of(deals: NDArray[np.void], names: Sequence[str], symbols: NDArray[np.void]) -> NDArray[np.void]:
    """Make one row of each deal.

    Returns
    -------
    (deals,) FILL
    """
    rows = np.zeros(len(deals), FILL)
    for name in ("order", "position", "time_ns", "side", "profit", "commission", "swap"):
        rows[name] = deals[name]
    rows["deal"] = deals["ticket"]
    rows["symbol"] = np.array(names)[deals["symbol"]]
    rows["entry"] = _ENTRIES[deals["entry"]]
    rows["volume_lots"] = _lots(deals, symbols)
    rows["price"] = deals["price"] / symbols["scale"][deals["symbol"]]
    closed = np.array(CLOSE_REASONS)[deals["reason"]]
    opened = np.array(OPEN_REASONS)[np.minimum(deals["reason"], len(OPEN_REASONS) - 1)]
    rows["reason"] = np.where(deals["closing"] == 1, closed, opened)
    return rows
