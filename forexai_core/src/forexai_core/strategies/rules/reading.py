"""Reading a rules document: every error says where in the JSON it is, and what was perhaps meant."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from forexai_core import indicators
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.strategies.rules.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Count,
    Crosses,
    Negation,
    SessionWindow,
    TimeWindow,
    Trend,
)
from forexai_core.strategies.rules.document import (
    AtrDistance,
    BreakEven,
    Care,
    Distance,
    FixedVolume,
    RiskFraction,
    RiskMultiple,
    RulesDocument,
    Trailing,
)
from forexai_core.strategies.rules.operands import Arithmetic, IndicatorValue, PriceValue
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import Timeframe

__all__ = ["load", "located", "parse", "parts", "read_text"]

_MAX_BYTES = 1_000_000
_MODELS: tuple[type[BaseModel], ...] = (
    *(PriceValue, IndicatorValue, Arithmetic),
    *(Compare, Crosses, Between, Trend, Count, AllOf, AnyOf, Negation, TimeWindow, SessionWindow),
    *(Distance, AtrDistance, RiskMultiple, FixedVolume, RiskFraction),
)
_BY_KIND: Mapping[Any, type[BaseModel]] = {
    kind: model for model in _MODELS for kind in get_args(model.model_fields["kind"].annotation)
}
_BY_PLACE: Mapping[str, type[BaseModel]] = {"management": Care, "break_even": BreakEven, "trailing": Trailing}


class located:  # noqa: N801 - a context manager, used like a function
    """Say at which place in the document a ConfigError came up."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Put the place before the message."""
        if isinstance(error, ConfigError):
            raise ConfigError(f"{self._place}: {error}") from None


def read_text(source: str | Path) -> tuple[str, str]:
    """Take a path, or the JSON itself.

    Returns
    -------
    text, origin : str
        The JSON, and what to call it in messages.

    Raises
    ------
    ConfigError
        If there is no such file, or it is too large to be rules.
    """
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return source, "rules"
    path = Path(source)
    if not path.is_file():
        raise ConfigError(f"There is no file of rules '{path}'. Give a path, or the JSON itself.")
    if path.stat().st_size > _MAX_BYTES:
        raise ConfigError(f"{path}: {path.stat().st_size:,} bytes are too many for rules; at most {_MAX_BYTES:,}.")
    try:
        return path.read_text(encoding="utf-8-sig"), str(path)
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: it is not UTF-8 text. Rules are JSON.") from None


def load(text: str, origin: str) -> Any:
    """Read JSON; a key given twice is an error, and so is a number that JSON does not know."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise ConfigError(f"{origin}: the key '{key}' is given twice in one object. Remove one.")
            found[key] = value
        return found

    def refuse(constant: str) -> float:
        raise ConfigError(f"{origin}: {constant} is no number of JSON.")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{origin}, line {error.lineno}, column {error.colno}: it is not JSON: {error.msg}."
        ) from None
    except RecursionError:
        raise ConfigError(f"{origin}: the conditions are nested too deep.") from None


def parse(data: Any, origin: str = "rules") -> RulesDocument:
    """Check a document.

    Raises
    ------
    ConfigError
        Naming every problem by its place in the JSON.
    """
    if not isinstance(data, Mapping):
        raise ConfigError(f"{origin}: rules are a JSON object, not {type(data).__name__}.")
    try:
        document = RulesDocument.model_validate(data)
    except ValidationError as error:
        problems = [_problem(data, each) for each in error.errors()]
        raise ConfigError(f"{origin}: " + " · ".join(problems)) from None
    for place, part in parts(document):
        with located(f"{origin}: {place}"):
            _check(part)
    return document


def parts(model: BaseModel, place: str = "") -> Iterator[tuple[str, BaseModel]]:
    """Yield every part of a document with its place: ``entry_long.conditions[0].left``."""
    for field in type(model).model_fields:
        value = getattr(model, field)
        inner = f"{place}.{field}" if place else field
        for index, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(each, BaseModel):
                here = inner if index is None else f"{inner}[{index}]"
                yield here, each
                yield from parts(each, here)


def _check(part: BaseModel) -> None:
    timeframe = getattr(part, "timeframe", None)
    if timeframe is not None:
        Timeframe.of(timeframe)
    if isinstance(part, TimeWindow):
        Clock.of(part.clock)
        if part.start == part.end:
            raise ConfigError(f"the window starts and ends at {part.start}, so it is empty. 00:00 to 24:00 is all day.")
    if isinstance(part, IndicatorValue):
        spec = indicators.find_indicator(part.name)
        spec.open(source=part.source, **part.parameters)
        spec.check_output(part.output)


def _place(data: Any, loc: tuple[int | str, ...]) -> tuple[str, Any]:
    """Turn pydantic's location into a place of the document: tags of unions are no keys of it."""
    place, current = "", data
    for number, part in enumerate(loc):
        last = number == len(loc) - 1
        if isinstance(current, Mapping) and isinstance(part, str) and (part in current or last):
            if part not in current and part == current.get("kind"):
                continue
            place += f".{part}" if place else part
            current = current.get(part)
        elif isinstance(current, list) and isinstance(part, int) and part < len(current):
            place += f"[{part}]"
            current = current[part]
    return place or "the document", current


def _problem(data: Any, error: Any) -> str:
    place, value = _place(data, error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        outer, _, name = place.rpartition(".")
        known = _fields_at(data, error["loc"])
        return f"{outer or 'the document'}: there is no '{name}'. {did_you_mean(name, known)}"
    if kind == "missing":
        return f"{place} is missing."
    if kind == "union_tag_invalid":
        expected = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
        return f"{place}: there is no kind '{context['tag']}'. {did_you_mean(context['tag'], expected)}"
    if kind == "union_tag_not_found":
        return f"{place}: it needs a 'kind', or must be a number where a value is meant."
    if kind == "literal_error" and isinstance(value, str):
        expected = [each.strip(" '") for each in context["expected"].replace(" or ", ", ").split(",")]
        return f"{place}: '{value}' is not known. {did_you_mean(value, expected)}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}."


def _fields_at(data: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Name the keys that the object at a location may have."""
    place, outer = _place(data, loc[:-1])
    kind = outer.get("kind") if isinstance(outer, Mapping) else None
    model = _BY_KIND.get(kind) or _BY_PLACE.get(place.rpartition(".")[2]) or RulesDocument
    return [field for field in model.model_fields if field != "kind"]
