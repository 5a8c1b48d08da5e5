"""What every offer of a plugin carries, whatever its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import attrs

from forexai_core.errors import PluginContractError
from forexai_core.values.instruments import AssetClass

if TYPE_CHECKING:
    from pydantic import BaseModel

    from forexai_core.ports.services import Services

__all__ = ["AnyOffer", "Limits", "Offer", "Tier"]


OpenedT_co = TypeVar("OpenedT_co", covariant=True)

_NAME = re.compile(r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")


class Tier(StrEnum):
    """What a user needs before the service behind an offer answers."""

    FREE = "free"
    KEY = "key"
    PAID = "paid"


@attrs.frozen(kw_only=True)
class Limits:
    """How much the service behind an offer bears; None where it sets no limit.

    Attributes
    ----------
    requests_per_minute : int or None
        Calls in any minute.
    rows_per_request : int or None
        Rows in one answer.
    history_days : int or None
        How far back it reaches.
    concurrent : int or None
        How many may be open at once.
    timeout_s : float
        After which a call counts as failed.
    """

    requests_per_minute: int | None = None
    rows_per_request: int | None = None
    history_days: int | None = None
    concurrent: int | None = None
    timeout_s: float = 30.0


def _plain_name(instance: object, attribute: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not _NAME.match(value):
        raise PluginContractError(
            f"{type(instance).__name__}: {attribute.name} {value!r} must be small letters, digits and single "
            "'-', '_' or '.' between them, such as 'sma-cross'."
        )


def _settings_model(instance: object, attribute: attrs.Attribute[type[BaseModel]], value: object) -> None:
    from pydantic import BaseModel  # slow to load: a backtest runs without any offer

    if not (isinstance(value, type) and issubclass(value, BaseModel)):
        raise PluginContractError(
            f"{type(instance).__name__}: {attribute.name} must be a pydantic model class, not {value!r}. "
            "Derive it from forexai_core.ports.settings.Settings."
        )


def _callable(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not callable(value):
        raise PluginContractError(
            f"{type(instance).__name__}: {attribute.name} must be a function of (settings, services), not {value!r}."
        )


def _read_only(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


@attrs.frozen(kw_only=True)
class Offer(Generic[OpenedT_co]):
    """One thing that a plugin offers.

    Attributes
    ----------
    name : str
        What users write; one name of a kind exists once.
    title : str
        What people read.
    summary : str
        One sentence for lists.
    settings : type of pydantic.BaseModel
        Frozen, ``extra="forbid"``; its JSON Schema draws the form.
    open : callable
        ``open(settings, services)`` makes the thing. It connects to nothing: what connects does so
        when it is first used, or in its own ``connect``.
    api_version : int
        The version of the hook contract that the plugin was written for, as a plain number: not
        the installed core's ``API_VERSION``, which would claim to fit any core.
    asset_classes : frozenset of AssetClass
        Markets it knows; empty means any.
    tier : Tier
        What a user needs for it.
    limits : Limits
        What it bears.
    example : mapping of str to object
        Settings with which it can be tried without a secret, an account or a network.
    """

    kind: ClassVar[str] = ""

    name: str = attrs.field(validator=_plain_name)
    title: str = attrs.field(validator=attrs.validators.min_len(1))
    summary: str = ""
    settings: type[BaseModel] = attrs.field(validator=_settings_model)
    open: Callable[[Any, Services], OpenedT_co] = attrs.field(validator=_callable)
    api_version: int
    asset_classes: frozenset[AssetClass] = frozenset()
    tier: Tier = attrs.field(default=Tier.FREE, converter=Tier)
    limits: Limits = Limits()
    example: Mapping[str, Any] = attrs.field(factory=dict, converter=_read_only)


AnyOffer = Offer[Any]
"""An offer of any kind."""
