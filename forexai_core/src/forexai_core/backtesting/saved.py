"""Writing a result as JSON."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.attribution import Attribution
from forexai_core.backtesting.candles import Candles
from forexai_core.backtesting.face import ResultFace
from forexai_core.backtesting.files import write_whole
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account

__all__ = [
    "CANDLES_SAVED",
    "SCHEMA",
    "SCHEMA_VERSION",
    "canonical_json",
    "columns_of",
    "content_hash",
    "result_json",
    "save_result",
]

SCHEMA = "forexai.result"
"""What a saved result calls itself."""

SCHEMA_VERSION = 1
"""Version that is written; every version up to it is read."""

CANDLES_SAVED = 20_000
"""Most candles that a saved result carries, so that a report can be drawn from it."""

_BIG = ("ticket", "deal", "order", "position")


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """Write a document in the one way that is hashed: no spaces, ASCII, keys in their order."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")


def content_hash(canonical: bytes) -> str:
    """Hash canonical bytes; hex."""
    return hashlib.sha256(canonical).hexdigest()


def save_result(result: ResultFace, path: Path) -> Path:
    """Write a result to a file, wholly or not at all.

    Raises
    ------
    StorageError
        If it could not be written.
    ConfigError
        If a parameter of the strategy cannot be written as JSON.
    """
    write_whole(path, result_json(result))
    return path


def result_json(result: ResultFace) -> bytes:
    """Write a result as canonical JSON that carries the hash of all the rest of it."""
    body = canonical_json(_document(result))
    return body[:-1] + b',"content_sha256":"' + content_hash(body).encode() + b'"}\n'


def _account(account: Account) -> dict[str, Any]:
    return {
        "balance": account.balance,
        "currency": account.currency,
        "leverage": account.leverage,
        "mode": str(account.mode),
        "clock": account.clock.name,
        "margin_call": account.margin_call,
        "stop_out": account.stop_out,
        "fifo": str(account.fifo),
        "leverages": dict(account.leverages),
        "leverage_tiers": [[tier.equity, tier.leverage] for tier in account.leverage_tiers],
        "stop_out_mode": str(account.stop_out_mode),
        "stop_out_orders": str(account.stop_out_orders),
        "stop_out_hedged": account.stop_out_hedged,
        "negative_balance_protection": account.negative_balance_protection,
    }


def _document(result: ResultFace) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "engine_version": result.engine_version,
        "seed": str(result.seed),
        "account": _account(result.account),
        "strategies": [
            {
                "name": each.name,
                "form": each.form,
                "title": each.title,
                "parameters": _plain(each.parameters),
                "sleeve": each.sleeve,
                "symbol": each.symbol,
                "timeframe": each.timeframe,
            }
            for each in result.strategies
        ],
        "data": [_with_big(attrs.asdict(each), "start_ns", "end_ns") for each in result.data],
        "costs": [attrs.asdict(each) for each in result.costs],
        "choices": dict(result.choices),
        "counts": dict(result.counts),
        "assumptions": dict(result.assumptions),
        "metrics": dict(result.metrics),
        "breakdowns": {name: [attrs.asdict(part) for part in parts] for name, parts in result.breakdowns.items()},
        "interval": attrs.asdict(result.interval),
        "trials": _trials(result),
        "input_fingerprint": result.input_fingerprint,
        "result_fingerprint": result.result_fingerprint,
        "trades": columns_of(result.trades),
        "equity": columns_of(result.equity),
        "attribution": [_attribution(each) for each in result.attribution.values()] if _shared(result) else [],
        "fills": columns_of(result.fills),
        "candles": [_candles(each) for each in result.candles(CANDLES_SAVED).values()],
    }


def _shared(result: ResultFace) -> bool:
    """Whether several strategies, or a sleeve, had the account; one strategy's part of it is the whole."""
    return any(each.sleeve for each in result.strategies)


def _attribution(part: Attribution) -> dict[str, Any]:
    equity: list[float] = part.equity["equity"].tolist()
    return {"name": part.name, "net_profit": part.net_profit, "metrics": dict(part.metrics), "equity": equity}


def _trials(result: ResultFace) -> dict[str, Any] | None:
    counted = result.trials_count
    if counted is None:
        return None
    started = counted.head.started_at_ns
    return {
        "count": counted.count,
        "length": counted.head.length,
        "sha256": counted.head.sha256,
        "started_at_ns": None if started is None else str(started),
    }


def _with_big(record: dict[str, Any], *names: str) -> dict[str, Any]:
    record = {name: dict(value) if isinstance(value, Mapping) else value for name, value in record.items()}
    return record | {name: str(record[name]) for name in names}


def columns_of(rows: NDArray[np.void]) -> dict[str, list[Any]]:
    """Turn rows into lists by field, with integers that may pass 2**53 as strings."""
    columns = {}
    for name in rows.dtype.names or ():
        values = rows[name].tolist()
        columns[name] = [str(value) for value in values] if name.endswith("_ns") or name in _BIG else values
    return columns


def _candles(candles: Candles) -> dict[str, Any]:
    prices = {name: getattr(candles, name).tolist() for name in ("open", "high", "low", "close")}
    return prices | {
        "symbol": candles.symbol,
        "timeframe": candles.timeframe,
        "digits": candles.digits,
        "rows_per_candle": candles.rows_per_candle,
        "time_ns": [str(value) for value in candles.time_ns.tolist()],
    }


def _plain(value: Any) -> Any:
    """Turn a parameter into what JSON knows."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return [_plain(each) for each in sorted(value)]
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(each) for each in value]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> bool | int | float | str | None:
    match value:
        case Enum():
            plain = _plain_scalar(value.value)
        case None | bool() | str():
            plain = value
        case int() | np.integer():
            plain = int(value) if abs(int(value)) <= 2**53 else str(int(value))
        case float() | np.floating() if math.isfinite(value):
            plain = float(value)
        case Decimal() | timedelta():
            plain = str(value)
        case date():
            plain = value.isoformat()
        case _:
            raise ConfigError(
                f"The parameter {value!r} cannot be saved. Use finite numbers, texts, dates, and lists or mappings of "
                "these."
            )
    return plain
