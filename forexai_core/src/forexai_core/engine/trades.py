"""From the ledger's deals to the rows that results show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS, FILL, OPEN_REASONS, TRADE
from forexai_core.engine.state.records import ENTRY_INOUT, NO_PRICE

__all__ = ["fills_of", "initial_risks", "trade_sums", "trades_of", "whole_deals", "write_trades"]

_ENTRIES = np.array(("in", "out", "inout", "out_by"))
_DECIMALS = 8


def _lots(deals: NDArray[np.void], symbols: NDArray[np.void]) -> NDArray[np.float64]:
    steps = symbols["volume_step"][deals["symbol"]]
    return np.round(deals["volume_steps"] * steps, _DECIMALS)


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


def _as_bytes(texts: Sequence[str], field: str) -> NDArray[np.uint8]:
    """Give texts as they lie in a field of TRADE: (texts, bytes)."""
    return np.array(texts, TRADE[field]).view(np.uint8).reshape(len(texts), -1)


def _without_texts(dtype: np.dtype[np.void]) -> np.dtype[np.void]:
    """Give the dtype of the same rows with bytes in place of texts, which kernels copy as they are."""
    fields = [(name, dtype[name]) for name in dtype.names or ()]
    return np.dtype([(name, np.uint8, (kind.itemsize,)) if kind.kind == "U" else (name, kind) for name, kind in fields])


_ROWS = _without_texts(TRADE)
_OPENED, _CLOSED = _as_bytes(OPEN_REASONS, "open_reason"), _as_bytes(CLOSE_REASONS, "close_reason")
Texts = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]
_LOT_SCALE = 10.0**_DECIMALS


@kernel
def _copy(texts: NDArray[Any], number: int, field: NDArray[Any]) -> None:
    for place in range(len(field)):
        field[place] = texts[number, place]


@kernel
def _write_texts(deal: Any, row: Any, texts: Texts) -> None:
    names, opened, closed, owners = texts
    _copy(names, deal["symbol"], row["symbol"])
    _copy(opened, deal["open_reason"], row["open_reason"])
    _copy(closed, deal["reason"], row["close_reason"])
    _copy(owners, deal["strategy"] if len(owners) > 1 else 0, row["strategy"])


@kernel
def _write_prices(deal: Any, row: Any, scale: float) -> None:
    row["open_price"] = deal["open_price"] / scale
    row["close_price"] = deal["price"] / scale
    row["stop_loss"] = 0.0 if deal["stop_loss"] == NO_PRICE else deal["stop_loss"] / scale
    row["take_profit"] = 0.0 if deal["take_profit"] == NO_PRICE else deal["take_profit"] / scale


@kernel
def _write_money(deal: Any, row: Any, money_scale: float) -> None:
    commission = np.rint((deal["commission"] + deal["entry_commission"]) * money_scale) / money_scale
    swap = np.rint(deal["swap"] * money_scale) / money_scale
    row["commission"], row["swap"], row["profit"] = commission, swap, deal["profit"]
    row["net_profit"] = np.rint((deal["profit"] + commission + swap) * money_scale) / money_scale
    row["mae"], row["mfe"] = deal["mae"], deal["mfe"]


@kernel
def write_trades(
    deals: NDArray[Any],
    symbols: NDArray[Any],
    texts: Texts,
    money_scale: float,
    rows: NDArray[Any],
) -> None:
    """Write one row of each deal that closes a volume.

    Parameters
    ----------
    deals : (deals,) DEAL
    symbols : (symbols,) SYMBOL
    texts : four of (texts, bytes) uint8
        Names of the symbols, reasons of openings and of closings, names of the strategies; of these one stands for all.
    money_scale : float
        ``10 ** digits`` of the account currency.
    rows : (trades,) TRADE, its texts as bytes
        Overwritten.
    """
    count = 0
    for number in range(len(deals)):
        deal = deals[number]
        if deal["closing"] == 0:
            continue
        row, symbol = rows[count], symbols[deal["symbol"]]
        row["ticket"] = deal["position"]
        row["side"] = -deal["side"]
        row["volume_lots"] = np.rint(deal["volume_steps"] * symbol["volume_step"] * _LOT_SCALE) / _LOT_SCALE
        row["open_time_ns"], row["close_time_ns"] = deal["open_ns"], deal["time_ns"]
        row["ambiguous"], row["intrabar"] = deal["doubts"] != 0, deal["intrabar"] == 1
        row["doubts"] = deal["doubts"]
        _write_texts(deal, row, texts)
        _write_prices(deal, row, symbol["scale"])
        _write_money(deal, row, money_scale)
        count += 1


def trades_of(
    deals: NDArray[np.void], names: Sequence[str], symbols: NDArray[np.void], money_digits: int, owners: Sequence[str]
) -> NDArray[np.void]:
    """Make one row of each deal that closes a volume.

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
    owners : sequence of str
        Names of the strategies by their index; one name stands for all.

    Returns
    -------
    (trades,) TRADE
    """
    rows = np.empty(np.count_nonzero(deals["closing"]), TRADE)
    texts = _as_bytes(names, "symbol"), _OPENED, _CLOSED, _as_bytes(owners, "strategy")
    write_trades(deals, symbols, texts, 10.0**money_digits, rows.view(_ROWS))
    return rows


def initial_risks(deals: NDArray[np.void]) -> NDArray[np.float64]:
    """Give the money at risk at the first stop of each closing deal's volume; 0 without a stop."""
    risks: NDArray[np.float64] = deals["initial_risk"][deals["closing"] == 1]
    return risks


def whole_deals(deals: NDArray[np.void]) -> NDArray[np.void]:
    """Join the halves of each deal that reverses a netting position.

    Parameters
    ----------
    deals : (deals,) DEAL
        As the ledger has recorded them.

    Returns
    -------
    (deals,) DEAL
        Of joined halves, volume and commission are those of both, the position is the one that opens, and all else is
        of the half that closes. The same array where there are none.
    """
    opening = np.flatnonzero((deals["entry"] == ENTRY_INOUT) & (deals["closing"] == 0))
    if not len(opening):
        return deals
    whole, closing = deals.copy(), opening - 1
    whole["volume_steps"][closing] += deals["volume_steps"][opening]
    whole["commission"][closing] = np.round(deals["commission"][closing] + deals["commission"][opening], _DECIMALS)
    whole["position"][closing], whole["tag"][closing] = deals["position"][opening], deals["tag"][opening]
    return np.delete(whole, opening)


def fills_of(deals: NDArray[np.void], names: Sequence[str], symbols: NDArray[np.void]) -> NDArray[np.void]:
    """Make one row of each deal, a reversal of both its halves.

    Returns
    -------
    (fills,) FILL
    """
    deals = whole_deals(deals)
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
