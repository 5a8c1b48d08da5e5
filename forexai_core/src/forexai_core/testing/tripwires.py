"""Ports that nobody may touch: they tell if somebody does."""

from __future__ import annotations

from typing import Any, NoReturn

from forexai_core.errors import StorageError

__all__ = ["Tripwire"]


class Tripwire:
    """Stand-ins for services that act.

    Parameters
    ----------
    *names : str
        Names of ports, such as ``intents``.

    Attributes
    ----------
    ports : dict
        The stand-ins, for ``attrs.evolve(services, **wire.ports)``.
    touched : list of str
        What was reached for, also where the error was swallowed.
    """

    def __init__(self, *names: str) -> None:
        self.touched: list[str] = []
        self.ports: dict[str, Any] = {name: _Wired(name, self.touched) for name in names}


class _Wired:
    def __init__(self, name: str, touched: list[str]) -> None:
        self._name = name
        self._touched = touched

    def __getattr__(self, member: str) -> NoReturn:
        self._touched.append(f"{self._name}.{member}")
        raise StorageError(f"Nothing may be done through {self._name} here.")
