"""How an order desk works: time-outs, intervals and policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.live.absence import Absence
from forexai_core.live.foreign import ForeignPolicy
from forexai_core.live.retries import RetryPolicy

__all__ = ["DeskSettings", "desk_settings_of"]

SettingsT = TypeVar("SettingsT")
_NS_PER_S = 1_000_000_000
_LEAST_ABSENCE_S = 60.0


def _positive(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < float("inf"):
        raise ConfigError(f"DeskSettings: {attribute.name} must be above 0 and finite, not {value}.")


def _counted(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if not 2 <= value <= 100:
        raise ConfigError(f"DeskSettings: {attribute.name} is 2 to 100, not {value}: one look alone proves no absence.")


def _policy(value: str | ForeignPolicy) -> ForeignPolicy:
    return ForeignPolicy.of(value)


@attrs.frozen(kw_only=True)
class DeskSettings:
    """How an order desk works.

    Attributes
    ----------
    send_timeout_s, query_timeout_s : float
        After which a sent order is unknown, and a question unanswered.
    lease_ttl_s : float
        How long the account's lease lasts without being renewed.
    reconcile_s : float
        Between two looks at the venue while all is well.
    unsettled_s : float
        Between two looks while an order is unknown or a stop is missing.
    absence_after_s : float
        A look earlier than this after the send proves no absence.
    absence_polls : int
        How many looks have to show nothing.
    absence_gap_s : float
        At least so far apart.
    person_after_s : float
        An order that is still unknown after this is brought before a person.
    history_margin_s : float
        How long before the send the history is read from: the venue's clock may be behind.
    stop_deadline_s : float
        An entry without its stop at the venue is closed after this.
    symbol_pause_s : float
        How long a symbol gets no openings after the venue said that it is not traded.
    retry : RetryPolicy
        After a refusal.
    foreign : ForeignPolicy
        What is done with positions and orders that are not ours.
    protect_points : float
        Distance of the stop that the policy ``protect`` gives, from the present price.
    """

    send_timeout_s: float = attrs.field(default=10.0, validator=_positive)
    query_timeout_s: float = attrs.field(default=10.0, validator=_positive)
    lease_ttl_s: float = attrs.field(default=30.0, validator=_positive)
    reconcile_s: float = attrs.field(default=30.0, validator=_positive)
    unsettled_s: float = attrs.field(default=1.0, validator=_positive)
    absence_after_s: float = attrs.field(default=60.0, validator=_positive)
    absence_polls: int = attrs.field(default=2, validator=_counted)
    absence_gap_s: float = attrs.field(default=5.0, validator=_positive)
    person_after_s: float = attrs.field(default=300.0, validator=_positive)
    history_margin_s: float = attrs.field(default=300.0, validator=_positive)
    stop_deadline_s: float = attrs.field(default=5.0, validator=_positive)
    symbol_pause_s: float = attrs.field(default=60.0, validator=_positive)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    foreign: ForeignPolicy = attrs.field(default=ForeignPolicy.FLAG, converter=_policy)
    protect_points: float = attrs.field(default=500.0, validator=_positive)

    @property
    def absence(self) -> Absence:
        """When it proves something that a look shows nothing."""
        return Absence(
            after_ns=round(self.absence_after_s * _NS_PER_S),
            gap_ns=round(self.absence_gap_s * _NS_PER_S),
            polls=self.absence_polls,
        )


def desk_settings_of(table: Mapping[str, Any], place: str) -> DeskSettings:
    """Read the settings of a desk from a table of a file.

    Parameters
    ----------
    table : mapping
        By name, with those of the retries in ``retry``; what is left out has its default.
    place : str
        Where it stands, for errors.

    Raises
    ------
    ConfigError
        If something in it is unknown or wrong, or would let an order be taken for absent too soon.
    """
    given = dict(table)
    if "retry" in given:
        given["retry"] = _read(RetryPolicy, given["retry"], f"{place}.retry")
    settings = _read(DeskSettings, given, place)
    if settings.absence_after_s < _LEAST_ABSENCE_S:
        raise ConfigError(
            f"{place}: absence_after_s is {_LEAST_ABSENCE_S:g} or more, not {settings.absence_after_s:g}: an order "
            "that is called absent too soon is sent twice."
        )
    return settings


def _read(kind: type[SettingsT], table: object, place: str) -> SettingsT:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{place} is a table, not {table!r}. Write {place.rpartition('.')[2]} = {{ … }}.")
    known = {each.name: each for each in attrs.fields(kind)}  # type: ignore[arg-type]
    for name, value in table.items():
        if name not in known:
            raise ConfigError(f"{place}: there is no '{name}'. {did_you_mean(str(name), known)}")
        default = known[name].default
        number = isinstance(value, int if isinstance(default, int) else (int, float)) and not isinstance(value, bool)
        if isinstance(default, int | float) and not number:
            raise ConfigError(f"{place}: {name} is a {'whole ' * isinstance(default, int)}number, not {value!r}.")
    try:
        return kind(**table)
    except ConfigError as problem:
        raise ConfigError(f"{place}: {str(problem).removeprefix(f'{kind.__name__}: ')}") from None
