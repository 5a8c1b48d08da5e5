"""The profiles that ship: a file each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import ValidationError

from forexai_core.errors import ConfigError, DataFormatError, did_you_mean
from forexai_mt5.profiles.model import BrokerProfile

__all__ = ["profile_of_text", "profiles", "the_profile"]


def profile_of_text(text: str, *, file: str) -> BrokerProfile:
    """Read a profile.

    Parameters
    ----------
    text : str
        TOML with the fields of :class:`~forexai_mt5.profiles.model.BrokerProfile`.
    file : str
        Its name, for the message.

    Raises
    ------
    DataFormatError
        If it is no TOML, or a fact of it is wrong.
    """
    try:
        return BrokerProfile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise DataFormatError(f"This is no TOML: {problem}.", file=file, remedy="Mend the line.") from problem
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DataFormatError(
            f"{place}: {first['msg']}.", file=file, remedy="The profiles that ship show how it is written."
        ) from problem


@cache
def profiles() -> Mapping[str, BrokerProfile]:
    """Give the profiles that ship, by name."""
    folder = files("forexai_mt5") / "profiles" / "data"
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    read = [profile_of_text(each.read_text(encoding="utf-8"), file=each.name) for each in found]
    return MappingProxyType({profile.name: profile for profile in read})


def the_profile(name: str) -> BrokerProfile:
    """Give a profile by its name.

    Raises
    ------
    ConfigError
        If none of that name ships.
    """
    known = profiles()
    if name.casefold() not in known:
        raise ConfigError(f"There is no profile of a broker '{name}'. {did_you_mean(name, known)}")
    return known[name.casefold()]
