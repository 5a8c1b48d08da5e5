"""STRATEGY as a command names it: a name, ``module:Class``, ``file.py:Class`` or ``rules.json``."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from forexai_core.cli.given_values import checked
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.plugins import discover
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.services.assembly import default_home, embedded_services
from forexai_core.strategies import Parametric
from forexai_core.strategies.rules import Rules

__all__ = ["choose_strategy", "named_class"]


def choose_strategy(text: str, parameters: Mapping[str, Any]) -> TradingStrategy:
    """Find a strategy and give it its parameters.

    Parameters
    ----------
    text : str
        A name that ships or that a plugin offers, ``module:Class``, ``file.py:Class`` or ``rules.json``.
    parameters : mapping of str to object
        Values, or texts that stand for them.

    Raises
    ------
    PluginMissingError
        If nothing offers the name.
    ConfigError
        If there is no such class, or a parameter is wrong.
    """
    if text.endswith(".json"):
        if parameters:
            raise ConfigError(f"{text}: rules take no parameters ({', '.join(parameters)}). Edit the file instead.")
        return Rules.from_json(Path(text))
    place, colon, name = text.rpartition(":")
    if not colon:
        return _offered(text, parameters)
    module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    made: TradingStrategy = _member(module, name, place)(**parameters)
    return made


def named_class(text: str, what: str) -> type[Any]:
    """Find a class of the reader's own by ``module:Class`` or ``file.py:Class``.

    Parameters
    ----------
    text : str
        Its name.
    what : str
        What it is to be, for messages.

    Raises
    ------
    ConfigError
        If there is none.
    """
    place, _, name = text.rpartition(":")
    module = _load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    found = getattr(module, name, None)
    if not isinstance(found, type):
        raise ConfigError(f"{place}: there is no class {name}, which would be {what}.")
    return found


def _offered(name: str, parameters: Mapping[str, Any]) -> TradingStrategy:
    offer = discover(kinds={"strategy"}).strategies[name]
    settings = checked(offer.settings, parameters, name)
    return offer.open(settings, embedded_services(default_home()))


def _load_module(name: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise ConfigError(
            f"There is no module '{name}'. Write a strategy as its name, module:Class, file.py:Class or rules.json."
        ) from error


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ConfigError(f"There is no file {path}. Check its name; a strategy in a file is written file.py:Class.")
    whole = path.resolve()
    # Unlike any installed module, and the same for one file: classes are looked up by their module's name.
    name = f"forexai_user_{path.stem}_{hashlib.sha256(str(whole).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, whole)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} cannot be loaded as Python. Its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # What lies beside the file can be imported from it, as when Python runs the file.
    if str(whole.parent) not in sys.path:
        sys.path.insert(0, str(whole.parent))
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ConfigError(f"{path}, line {error.lineno}: it is no valid Python: {error.msg}.") from error
    return module


def _member(module: ModuleType, name: str, place: str) -> Any:
    known = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Parametric) and value.__module__ == module.__name__
    }
    found = getattr(module, name, None)
    if not (isinstance(found, type) and issubclass(found, Parametric)):
        what = "no strategy" if found is not None else "not there"
        raise ConfigError(f"{place}: {name} is {what}. {did_you_mean(name, known)}".rstrip())
    return found
