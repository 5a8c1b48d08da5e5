"""What people write as ``name=value`` and in TOML files, checked against a model."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from forexai_core.cli.remedies import LIMITS, READING
from forexai_core.data import ReadLimits
from forexai_core.data.options import FileKeywords
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.ports.settings import flags_taken_for_numbers

__all__ = ["checked", "parse_pairs", "read_toml", "reading_of"]

_EXAMPLES = {"max_file_bytes": "4_000_000_000", "max_unpacked_bytes": "8_000_000_000", "max_ratio": "500"}
ModelT = TypeVar("ModelT", bound=BaseModel)


def parse_pairs(pairs: Iterable[str], option: str) -> dict[str, Any]:
    """Read ``name=value`` options; ``none`` stands for no value.

    Raises
    ------
    ConfigError
        If one has no name or no equals sign, or a name stands twice.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name, text = name.strip(), text.strip()
        if not equals or not name:
            raise ConfigError(f"{option} {pair}: write it as name=value, such as {option} fast=20.")
        if name in values:
            raise ConfigError(f"{option} gives '{name}' twice. Give it once.")
        values[name] = None if text.casefold() == "none" else text
    return values


def checked(model: type[ModelT], values: Mapping[str, Any], what: str) -> ModelT:
    """Make settings of what was given.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        The settings.
    values : mapping of str to object
        What was given.
    what : str
        Named at the head of messages.

    Raises
    ------
    ConfigError
        If a name is unknown, missing or wrong; every problem is named.
    """
    try:
        made = model(**values)
    except ValidationError as error:
        problems = [_problem(model, each) for each in error.errors(include_url=False)]
        raise ConfigError(f"{what}: {' '.join(problems)}") from None
    flag = next(flags_taken_for_numbers(values, made), None)
    if flag is not None:
        raise ConfigError(f"{what}: {'.'.join(map(str, flag))} is true or false: it is a number. Write one.")
    return made


def _problem(model: type[BaseModel], error: Any) -> str:
    place = [str(part) for part in error["loc"]]
    name, kind, message = ".".join(place), error["type"], str(error["msg"])
    if kind == "extra_forbidden":
        return f"there is no '{name}'. {did_you_mean(place[-1], _names(model, place[:-1]))}"
    if kind == "missing":
        return f"'{name}' must be given."
    message = message.removeprefix("Value error, ")
    said = message[0].lower() + message[1:]
    return f"{name} is {error['input']!r}: {said}." if name else f"{said}."


def _names(model: type[BaseModel], place: list[str]) -> list[str]:
    """Name the fields of the model in which a name was wrong."""
    here: Any = model
    for part in place:
        field = here.model_fields.get(part) if isinstance(here, type) and issubclass(here, BaseModel) else None
        here = None if field is None else field.annotation
    if not (isinstance(here, type) and issubclass(here, BaseModel)):
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def reading_of(values: Mapping[str, Any]) -> FileKeywords:
    """Turn what was said of how a file is written into keywords of the readers.

    Raises
    ------
    ConfigError
        If a name is unknown, or a limit is no number.
    """
    keywords: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    for name, value in values.items():
        text = str(value)
        if name.startswith("columns."):
            column = int(text) if text.isdigit() else text
            keywords.setdefault("columns", {})[name.removeprefix("columns.")] = column
        elif name not in READING:
            raise ConfigError(f"--read has no '{name}'. {did_you_mean(name, (*READING, 'columns.ROLE'))}")
        elif name in LIMITS:
            limits[name] = _limit(name, text)
        else:
            keywords[name] = text.casefold() == "true" if name == "sort" else text
    if limits:
        keywords["limits"] = ReadLimits(**limits)
    return cast("FileKeywords", keywords)


def _limit(name: str, text: str) -> int:
    digits = text.replace("_", "")
    least = 1 if name == "max_ratio" else 0
    if not digits.isdecimal() or int(digits) <= least:
        raise ConfigError(
            f"--read {name}={text}: write a whole number above {least}, such as {name}={_EXAMPLES[name]}."
        )
    return int(digits)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    ConfigError
        If it is none, or cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: it is no TOML: {error}. Correct it there.") from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror or error}). Check its name and its rights."
        ) from error
