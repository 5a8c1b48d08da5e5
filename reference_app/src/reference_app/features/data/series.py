"""Bars as bytes: what a checked file is kept as."""

from __future__ import annotations

import msgspec
import numpy as np

from forexai_core.arrays import BAR, QUOTE
from forexai_core.errors import DataError
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument

__all__ = ["pack_bars", "unpack_bars"]

_BAR, _QUOTE, _NUMBER = BAR.newbyteorder("<"), QUOTE.newbyteorder("<"), np.dtype("<f8")


class _Packed(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    symbol: str
    timeframe: str
    digits: int
    data: bytes
    ask: bytes | None
    spread_points: bytes | None
    provenance: dict[str, str]


def pack_bars(bars: Bars) -> bytes:
    """Write bars as bytes; the same bars give the same bytes."""
    packed = _Packed(
        version=1,
        symbol=bars.symbol,
        timeframe=str(bars.timeframe),
        digits=bars.digits,
        data=bars.data.astype(_BAR).tobytes(),
        ask=None if bars.ask is None else bars.ask.astype(_QUOTE).tobytes(),
        spread_points=None if bars.spread_points is None else bars.spread_points.astype(_NUMBER).tobytes(),
        provenance=dict(bars.provenance),
    )
    return msgspec.msgpack.encode(packed)


def unpack_bars(content: bytes) -> Bars:
    """Read bars from bytes.

    Raises
    ------
    DataError
        If they are none, or of a later release.
    """
    try:
        packed = msgspec.msgpack.decode(content, type=_Packed)
    except msgspec.DecodeError as problem:
        raise DataError(f"These bytes are no bars: {problem}. Upload the file again.") from problem
    if packed.version != 1:
        raise DataError(f"These bars were written in form {packed.version}, of a later release. Upload the file again.")
    return Bars(
        instrument=find_instrument(packed.symbol).with_digits(packed.digits),
        timeframe=packed.timeframe,
        data=np.frombuffer(packed.data, _BAR).astype(BAR),
        ask=None if packed.ask is None else np.frombuffer(packed.ask, _QUOTE).astype(QUOTE),
        spread_points=None
        if packed.spread_points is None
        else np.frombuffer(packed.spread_points, _NUMBER).astype(np.float64),
        provenance=packed.provenance,
    )
