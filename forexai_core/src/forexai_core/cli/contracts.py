"""An instrument of one's own, out of a TOML or JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from forexai_core.cli.given_values import checked, read_toml
from forexai_core.errors import ConfigError
from forexai_core.ports.settings import Settings
from forexai_core.values.catalogue import catalogue
from forexai_core.values.instruments import (
    AssetClass,
    CalculationMode,
    FillingMode,
    Instrument,
    SwapMode,
    TradingSession,
)

__all__ = ["read_instrument"]


class _Session(Settings):
    """Hours of one weekday."""

    weekday: int = Field(ge=0, le=6)
    open_minute: int = Field(default=0, ge=0, lt=1440)
    close_minute: int = Field(default=1440, gt=0, le=1440)


class _Contract(Settings):
    """Fields of :class:`Instrument` that a file may give; what is left out is the catalogue's or the default."""

    symbol: str = Field(min_length=1)
    title: str | None = None
    asset_class: AssetClass | None = None
    base_currency: str | None = None
    profit_currency: str | None = None
    margin_currency: str | None = None
    digits: int | None = None
    pip_size: float | None = None
    tick_size: float | None = None
    contract_size: float | None = None
    volume_min: float | None = None
    volume_max: float | None = None
    volume_step: float | None = None
    volume_limit: float | None = None
    stops_level_points: int | None = None
    freeze_level_points: int | None = None
    calculation_mode: CalculationMode | None = None
    filling_modes: frozenset[FillingMode] | None = None
    spread_points: float | None = None
    commission_per_lot: float | None = None
    swap_mode: SwapMode | None = None
    swap_long: float | None = None
    swap_short: float | None = None
    triple_day: int | None = None
    swap_weekend: bool | None = None
    swap_days: tuple[float, ...] | None = None
    margin_initial: float | None = None
    margin_maintenance: float | None = None
    margin_hedged: float | None = None
    margin_hedged_use_leg: bool | None = None
    margin_rate: float | None = None
    margin_rates: Mapping[str, tuple[float, float]] | None = None
    tick_value: float | None = None
    sessions: tuple[_Session, ...] | None = None


_NEEDED = ("base_currency", "profit_currency", "digits", "pip_size", "contract_size")


def read_instrument(path: Path) -> Instrument:
    """Read a contract.

    Parameters
    ----------
    path : Path
        ``.toml`` or ``.json`` with the fields of :class:`~forexai_core.Instrument`. Of a symbol that the catalogue
        has, those that are given replace the catalogue's. Another symbol needs its currencies, digits, size of a pip
        and of a contract; then the margin's currency is the base's, a tick is a point, and covered volume counts by
        the contract's size, unless said otherwise.

    Raises
    ------
    ConfigError
        If the file cannot be read, or a field is unknown, missing or wrong.
    """
    document = _read_json(path) if path.suffix.casefold() == ".json" else read_toml(path)
    contract = checked(_Contract, document, str(path))
    given = {name: value for name in document if (value := getattr(contract, name)) is not None}
    if contract.sessions is not None:
        given["sessions"] = tuple(TradingSession(**each.model_dump()) for each in contract.sessions)
    known = catalogue().get(contract.symbol)
    try:
        if known is not None:
            return known.with_values(**_sized(given) if "digits" in given else given)
        return _new(given)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    except ValueError as error:  # of attrs' own validators
        raise ConfigError(f"{path}: {error}. Correct it there.") from None


def _new(given: Mapping[str, Any]) -> Instrument:
    lacking = [name for name in _NEEDED if name not in given]
    if lacking:
        raise ConfigError(f"the catalogue does not know {given['symbol']}, so give {', '.join(lacking)} too.")
    defaults = {
        "margin_currency": given["base_currency"],
        "margin_hedged": given.get("margin_initial") or given["contract_size"],
    }
    return Instrument(**(defaults | _sized(given)))


def _sized(given: Mapping[str, Any]) -> dict[str, Any]:
    """Let a tick be a point, unless it is said."""
    digits = given["digits"]
    return {"tick_size": 1.0 / float(10 ** min(max(digits, 0), 8)), **given}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: it is no JSON: {error}. Correct it there.") from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror or error}). Check its name and its rights."
        ) from error
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: it must be one JSON object with the fields of a contract.")
    return document
