"""The file of a connector's settings: read, checked, and written as a whole."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from forexai_core.errors import ConfigError
from forexai_core.ports.settings import Settings
from forexai_core.services.disk import Disk, storing
from forexai_mt5.connector.settings import ConnectorSettings

__all__ = ["checked", "read_settings", "toml_text", "write_toml"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_T = TypeVar("_T", bound=Settings)


def checked(kind: type[_T], values: Mapping[str, Any], source: str) -> _T:
    """Make settings from what was read, or say what is wrong and where.

    Raises
    ------
    ConfigError
        If a setting is wrong.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "settings"
        raise ConfigError(f"{source}: {place}: {first['msg']}. See the documentation of the connector.") from None


def read_settings(file: Path) -> ConnectorSettings:
    """Read the settings of a connector.

    Raises
    ------
    ConfigError
        If the file is not there, is no TOML, or a setting is wrong.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigError(f"{file} cannot be read: {problem.strerror}. Write it first; --help shows one.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{file} is no TOML: {problem}. Mend the line.") from None
    return checked(ConnectorSettings, values, str(file))


def write_toml(file: Path, values: Mapping[str, Any], *, disk: Disk | None = None) -> None:
    """Write a file as a whole, or leave the former one.

    Parameters
    ----------
    file : Path
        Its folder is made.
    values : Mapping
        Of texts, numbers, truths, lists of these, and mappings; what is None is left out.
    disk : Disk, optional
        What writes.

    Raises
    ------
    ConfigError
        If a value has no place in TOML.
    StorageError
        If it could not be written.
    """
    text = toml_text(values)
    writer = disk or Disk()
    with storing(f"Writing {file}"):
        writer.make_folder(file.parent)
        writer.replace(file, text.encode())


def toml_text(values: Mapping[str, Any]) -> str:
    """Write values as TOML; tables come after plain values, as the format wants it."""
    return "\n".join(_lines(values, ())) + "\n"


def _lines(values: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    given = {name: value for name, value in values.items() if value is not None}
    plain = {name: value for name, value in given.items() if not isinstance(value, Mapping)}
    if place and (plain or len(plain) == len(given)):
        yield f"\n[{'.'.join(map(_key, place))}]"
    for name, value in plain.items():
        yield f"{_key(name)} = {_value(value, (*place, name))}"
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from _lines(value, (*place, name))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object, place: tuple[str, ...]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each, place) for each in value) + "]"
    raise ConfigError(f"{'.'.join(place)} is a {type(value).__name__}, which TOML does not know.")
