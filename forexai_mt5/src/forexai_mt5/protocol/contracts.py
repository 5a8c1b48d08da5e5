"""Instruments on their way: each field of a contract as plain JSON, read back with all checks of the core."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs

from forexai_core.errors import ConfigError
from forexai_core.values.instruments import Holiday, Instrument, TradingSession
from forexai_mt5.protocol.codec import ProtocolError

__all__ = ["contract_of", "instrument_of_contract"]

_FIELDS = frozenset(field.name for field in attrs.fields(Instrument))


def contract_of(instrument: Instrument) -> dict[str, Any]:
    """Write an instrument."""
    written = attrs.asdict(instrument, value_serializer=_plain)
    written["margin_rates"] = {
        str(rate.order): [rate.initial, rate.maintenance] for rate in instrument.margin_rates
    }  # as a mapping, which the core reads
    return {name: list(value) if isinstance(value, tuple) else value for name, value in written.items()}


def _plain(_instance: object, _field: object, value: Any) -> Any:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, set | frozenset):
        return sorted(str(each) for each in value)
    return value.isoformat() if isinstance(value, dt.date) else value


def instrument_of_contract(contract: Mapping[str, Any]) -> Instrument:
    """Read an instrument.

    Raises
    ------
    ProtocolError
        If it is none.
    """
    given = {name: value for name, value in contract.items() if name in _FIELDS}
    try:
        given["sessions"] = tuple(TradingSession(**each) for each in given.get("sessions", ()))
        given["holidays"] = tuple(Holiday(**each) for each in given.get("holidays", ()))
        given["catalogue_defaults"] = frozenset(given.get("catalogue_defaults", ())) & _FIELDS
        given["margin_rates"] = {order: tuple(pair) for order, pair in given.get("margin_rates", {}).items()}
        return Instrument(**given)
    except (ConfigError, TypeError, ValueError, AttributeError) as problem:
        raise ProtocolError(f"A contract cannot be read: {str(problem)[:200]}") from None
