"""Reading a saved result back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import EQUITY, FILL, TRADE
from forexai_core.backtesting.attribution import Attribution, own_curve
from forexai_core.backtesting.candles import Candles
from forexai_core.backtesting.proof import contradiction
from forexai_core.backtesting.records import CostUsed, DataUsed, Interval, StrategyUsed, TrialsCount
from forexai_core.backtesting.result import Reports, Result
from forexai_core.backtesting.saved import SCHEMA, SCHEMA_VERSION, canonical_json, content_hash
from forexai_core.errors import (
    ConfigError,
    DataFormatError,
    DataShapeError,
    IntegrityError,
    NotFoundError,
    StorageError,
)
from forexai_core.ports.trials import Head
from forexai_core.values.accounts import Account

if TYPE_CHECKING:
    from forexai_core.backtesting.document import CandlesPart, Document

__all__ = ["load_result"]

_UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""How a document of an older version becomes one of the next, by the older version."""


def load_result(path: str | Path, *, reports: Reports | None = None) -> Result:
    """Read a result that :meth:`Result.save` wrote, of this version or any before it.

    Parameters
    ----------
    path : str or Path
        The file.
    reports : callable, optional
        Kinds of report that the result can write.

    Returns
    -------
    Result
        Equal in trades, equity, figures and fingerprints to the one that was saved. Its prices are
        the candles that were saved for charts.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataFormatError
        If it is no saved result, or one of a newer version.
    IntegrityError
        If anything in it was changed since it was written, or a figure is not the one that its trades and equity give.
    StorageError
        If it cannot be read.
    """
    name = str(path)
    document = _verified(_parsed(_content(Path(path)), name), name)
    return _result(_schema_checked(document, name), name, reports)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"There is no file '{path}'. Save a result there first: result.save('{path}').") from None
    except OSError as problem:
        raise StorageError(f"'{path}' cannot be read: {problem.strerror or problem}.") from problem


def _refuse(problem: str, name: str, **place: Any) -> NoReturn:
    remedy = "A saved result is written by result.save(…) or `forexai backtest … --save`."
    raise DataFormatError(problem, file=name, remedy=remedy, **place)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"the constant {text} is not JSON")


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        _refuse(f"this is not JSON: {problem.msg}.", name, line=problem.lineno, column=str(problem.colno))
    except (ValueError, RecursionError) as problem:
        _refuse(f"this is not JSON: {problem}.", name)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        _refuse("this is no saved result.", name)
    return document


def _verified(document: dict[str, Any], name: str) -> dict[str, Any]:
    version = document.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        _refuse(f"schema_version is {version!r}, not a number from 1 on.", name)
    if version > SCHEMA_VERSION:
        raise DataFormatError(
            f"it has schema version {version}, and this release reads up to {SCHEMA_VERSION}.",
            file=name,
            remedy="Upgrade forexai-core to read it.",
        )
    body = {key: value for key, value in document.items() if key != "content_sha256"}
    if content_hash(canonical_json(body)) != document.get("content_sha256"):
        raise IntegrityError(
            f"'{name}' is not what was saved: its content does not match its hash. Restore it from a copy, or run the "
            "backtest again."
        )
    while version < SCHEMA_VERSION:
        body, version = _UPGRADES[version](body), version + 1
    return body


def _schema_checked(body: dict[str, Any], name: str) -> Document:
    from pydantic import ValidationError  # slow to load: only who loads a result pays

    from forexai_core.backtesting.document import Document  # slow to build, likewise

    try:
        return Document.model_validate(body)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        _refuse(f"{first['msg']}.", name, column=".".join(str(part) for part in first["loc"]))


def _result(document: Document, name: str, reports: Reports | None) -> Result:
    try:
        trades = _array(_with_later_columns(document), TRADE, "trades")
        equity = _array(document.equity, EQUITY, "equity")
        fills = _array(document.fills, FILL, "fills")
        candles = {each.symbol: _candles(each) for each in document.candles}
        account = Account(**document.account.model_dump())
        result = Result(
            trades=trades,
            equity=equity,
            fills=fills,
            account=account,
            strategies=tuple(StrategyUsed(**each.model_dump()) for each in document.strategies),
            data=tuple(_data(each.model_dump()) for each in document.data),
            costs=tuple(CostUsed(**each.model_dump()) for each in document.costs),
            choices=document.choices,
            counts=document.counts,
            seed=int(document.seed),
            engine_version=document.engine_version,
            metrics=document.metrics,
            attribution=_attribution(document, trades, equity),
            input_fingerprint=document.input_fingerprint,
            interval=Interval(**document.interval.model_dump()),
            trials=_trials(document),
            candles=lambda at_most: {symbol: each.coarser(at_most) for symbol, each in candles.items()},
            reports=reports,
        )
    except (DataShapeError, ConfigError) as problem:
        _refuse(f"{problem}", name)
    if result.result_fingerprint != document.result_fingerprint:
        raise IntegrityError(
            f"'{name}' is not what was saved: its trades and equity do not match the result fingerprint. Restore it "
            "from a copy, or run the backtest again."
        )
    _check_figures(result, name)
    return result


def _check_figures(result: Result, name: str) -> None:
    try:
        wrong = contradiction(result)
    except DataShapeError as problem:
        _refuse(f"{problem}", name)
    if wrong is not None:
        raise IntegrityError(
            f"'{name}' is not what was saved: {wrong}. Restore it from a copy, or run the backtest again."
        )


def _with_later_columns(document: Document) -> Mapping[str, list[Any]]:
    """Give the trades' columns, with what earlier releases did not write.

    Trades from before they named their strategy belong to the only one there was; why older ones are ambiguous is not
    known.
    """
    columns = document.trades
    if not columns:
        return columns
    owner = document.strategies[0].name[: TRADE["strategy"].itemsize // 4] if document.strategies else ""
    rows = len(next(iter(columns.values())))
    return {"strategy": [owner] * rows, "doubts": [0] * rows, **columns}


def _attribution(
    document: Document, trades: NDArray[np.void], equity: NDArray[np.void]
) -> Mapping[str, Attribution] | None:
    if not document.attribution:
        return None
    found = {}
    for part in document.attribution:
        if len(part.equity) != len(equity):
            raise DataShapeError(f"The curve of '{part.name}' has {len(part.equity)} rows, the account {len(equity)}.")
        curve = own_curve(equity["time_ns"], np.array(part.equity, np.float64))
        own = trades[trades["strategy"] == part.name]
        found[part.name] = Attribution(name=part.name, trades=own, equity=curve, metrics=part.metrics)
    return found


def _array(columns: Mapping[str, list[Any]], dtype: np.dtype[np.void], name: str) -> NDArray[np.void]:
    if set(columns) != set(dtype.names or ()):
        raise DataShapeError(f"{name} has the columns {', '.join(sorted(columns))}; {dtype.names} are needed.")
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise DataShapeError(f"The columns of {name} differ in length.")
    rows = np.empty(lengths.pop(), dtype)
    for column, values in columns.items():
        rows[column] = _column(values, dtype[column], f"{name}.{column}")
    return rows


def _column(values: list[Any], dtype: np.dtype[Any], name: str) -> list[Any]:
    try:
        sound = _all_sound(values, dtype)
        # Big integers are written as texts, so that readers of JSON do not round them.
        wanted = [int(value) for value in values] if dtype.kind == "i" else values
    except (ValueError, OverflowError) as problem:
        raise DataShapeError(f"{name} holds what is no {dtype}: {problem}.") from problem
    if not sound:
        raise DataShapeError(f"{name} holds what is no {dtype}.")
    return wanted


def _all_sound(values: list[Any], dtype: np.dtype[Any]) -> bool:
    match dtype.kind:
        case "i":
            low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
            return all(type(value) in (int, str) and low <= int(value) <= high for value in values)
        case "f":
            return all(type(value) in (int, float) and math.isfinite(value) for value in values)
        case "b":
            return all(type(value) is bool for value in values)
        case _:
            return all(type(value) is str and len(value) * 4 <= dtype.itemsize for value in values)


def _candles(part: CandlesPart) -> Candles:
    return Candles(
        symbol=part.symbol,
        timeframe=part.timeframe,
        digits=part.digits,
        rows_per_candle=part.rows_per_candle,
        time_ns=np.array([int(value) for value in part.time_ns], np.int64),
        open=np.array(part.open, np.float64),
        high=np.array(part.high, np.float64),
        low=np.array(part.low, np.float64),
        close=np.array(part.close, np.float64),
    )


def _data(record: dict[str, Any]) -> DataUsed:
    return DataUsed(**record | {"start_ns": int(record["start_ns"]), "end_ns": int(record["end_ns"])})


def _trials(document: Document) -> TrialsCount | None:
    part = document.trials
    if part is None:
        return None
    started = None if part.started_at_ns is None else int(part.started_at_ns)
    return TrialsCount(count=part.count, head=Head(length=part.length, sha256=part.sha256, started_at_ns=started))
