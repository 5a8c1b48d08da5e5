"""Sound plugins to break: what `forexai plugins new` writes, loaded from a folder."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from forexai_core.cli.scaffold import new_plugin

Break = Callable[[ModuleType], Any]
"""Makes a broken offer of a sound plugin's module."""


def sound_module(kind: str, folder: Path) -> ModuleType:
    """Scaffold a plugin of a kind, and load the module that holds its work and its OFFER."""
    made = new_plugin(kind, f"sound-{kind}", folder / kind)
    name = f"sound_{kind}_module"
    spec = importlib.util.spec_from_file_location(name, made.folder / "src" / made.package / f"{kind}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # attrs and annotations look the module up
    spec.loader.exec_module(module)
    return module


def opening(offer, make: Callable[..., Any]):
    """Change what an offer opens: ``make(settings, services)``."""
    return attrs.evolve(offer, open=make)


def around(offer, **members):
    """Change members of what an offer opens: each gets the sound thing first, then the arguments."""

    def make(settings, services):
        sound = offer.open(settings, services)
        return _Around(sound, members)

    return opening(offer, make)


class _Around:
    """A thing with some members replaced. Properties are given as functions of the thing, marked by `attribute`."""

    def __init__(self, sound, members):
        self.__dict__["_sound"] = sound
        self.__dict__["_members"] = members

    def __getattr__(self, name):
        members = self.__dict__["_members"]
        sound = self.__dict__["_sound"]
        if name not in members:
            return getattr(sound, name)
        replacement = members[name]
        if isinstance(replacement, attribute):
            return replacement.give(sound)
        return lambda *arguments, **options: replacement(sound, *arguments, **options)


class attribute:  # noqa: N801 - reads as a mark
    """Mark a replacement as an attribute rather than a method."""

    def __init__(self, give):
        self.give = give
