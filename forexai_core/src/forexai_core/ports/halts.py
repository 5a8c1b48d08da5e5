"""Halts: who may not open positions now, and until which person lets them again."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["Halt", "HaltBoard", "HaltRecord", "HaltScope", "Halts"]

_LONGEST = 200


class HaltScope(StrEnum):
    """What a halt stops, from the narrowest to the widest."""

    STRATEGY = "strategy"
    ACCOUNT = "account"
    TENANT = "tenant"
    PLATFORM = "platform"


def _scope(value: str | HaltScope) -> HaltScope:
    try:
        return HaltScope(value)
    except ValueError:
        raise ConfigError(f"There is no scope '{value}'. {did_you_mean(str(value), HaltScope)}") from None


def _said(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise ConfigError(
            f"{type(instance).__name__}: {attribute.name} is 1 to {_LONGEST} printable characters, not {value!r}."
        )


@attrs.frozen(kw_only=True)
class Halt:
    """An order to open nothing.

    Attributes
    ----------
    scope : HaltScope
        What is stopped.
    name : str
        Which strategy, account or tenant; empty for the platform.
    time_ns : int
        Since when, nanoseconds UTC.
    by : str
        The person, or the rule, that gave it.
    reason : str
        Why, for people.
    flatten : bool
        Whether what is open is to be closed, too. Pending orders that may open are cancelled in any case.
    """

    scope: HaltScope = attrs.field(converter=_scope)
    name: str = ""
    time_ns: int
    by: str = attrs.field(validator=_said)
    reason: str = attrs.field(validator=_said)
    flatten: bool = False

    def __attrs_post_init__(self) -> None:
        if self.name != self.name.strip() or len(self.name) > _LONGEST or not self.name.isprintable():
            raise ConfigError(
                f"A halt names its {self.scope} exactly, without spaces around it and in {_LONGEST} printable "
                f"characters at most, not {self.name[:_LONGEST]!r}: it would stop nobody."
            )
        if (self.scope is HaltScope.PLATFORM) != (self.name == ""):
            raise ConfigError(
                f"A halt of the {self.scope} "
                + ("takes no name." if self.name else f"names it: say which {self.scope} is meant.")
            )

    def covers(self, *, strategy: str, account: str, tenant: str) -> bool:
        """Say whether a strategy on an account of a tenant is stopped by it."""
        named = {HaltScope.STRATEGY: strategy, HaltScope.ACCOUNT: account, HaltScope.TENANT: tenant}
        return self.scope is HaltScope.PLATFORM or named[self.scope] == self.name


@attrs.frozen(kw_only=True)
class HaltBoard:
    """Every halt that stands.

    Attributes
    ----------
    number : int
        How many changes have been made; a later board has the larger one.
    halts : tuple of Halt
        In the order in which they were given.
    """

    number: int
    halts: tuple[Halt, ...] = ()


@attrs.frozen(kw_only=True)
class HaltRecord:
    """One change of the board.

    Attributes
    ----------
    number : int
        From 1, without holes.
    time_ns : int
        When, nanoseconds UTC.
    by, reason : str
        Who made it, and why.
    halt : Halt
        The halt that was given, or lifted.
    lifted : bool
        Whether it was lifted.
    """

    number: int
    time_ns: int
    by: str = attrs.field(validator=_said)
    reason: str = attrs.field(validator=_said)
    halt: Halt
    lifted: bool


@runtime_checkable
class Halts(Protocol):
    """Where halts are kept, for every process that trades.

    A board that cannot be read is an error, and whoever asks takes it for a halt of everything.
    """

    async def read(self) -> HaltBoard:
        """Return the board as it stands.

        Raises
        ------
        StorageError
            If it cannot be read.
        IntegrityError
            If it is not what was written.
        """
        ...

    async def halt(self, halt: Halt) -> HaltBoard:
        """Add a halt; durable on return. One of the same scope and name is replaced, and never loses its flattening."""
        ...

    async def rearm(self, scope: HaltScope, name: str, *, by: str, reason: str, time_ns: int) -> HaltBoard:
        """Lift the halt of a scope and name; a person does, and is recorded.

        Raises
        ------
        NotFoundError
            If none stands there.
        """
        ...

    async def history(self) -> Sequence[HaltRecord]:
        """Return every change ever made, oldest first."""
        ...
