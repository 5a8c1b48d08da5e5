"""Under which conditions orders meet the market, where a run chooses others than the plain ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs

from forexai_core.engine.preparation.bar_paths import PATHS
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.execution import Execution
from forexai_core.values.instruments import Holiday

__all__ = ["SESSIONS", "Conditions", "Days", "holidays_of"]

SESSIONS = ("ignore", "enforce")
"""Whether a bar or tick proves that the market is open, or the instrument's sessions say when it is."""

Days = Sequence[Holiday | dt.date | str]


def _choice(_instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    known: tuple[str, ...] = attribute.metadata["known"]
    if value not in known:
        raise ConfigError(
            f"There is no {attribute.name}='{value}'. {did_you_mean(str(value), known)} Known are {', '.join(known)}."
        )


def _days(what: str, given: object) -> tuple[Holiday, ...]:
    if isinstance(given, str):
        raise ConfigError(f"{what} is a list of dates, such as ['{given}'], not one text.")
    if not isinstance(given, Iterable):
        raise ConfigError(f"{what} is a list of dates, such as ['2024-12-25'], not {given!r}.")
    return tuple(map(Holiday.of, given))


def holidays_of(given: Days | Mapping[str, Days] | None, symbols: Sequence[str]) -> dict[str, tuple[Holiday, ...]]:
    """Bring holidays into one form: those of every symbol.

    Parameters
    ----------
    given : sequence or mapping of str to sequence, optional
        Of :class:`Holiday`, dates, or dates as text; one list for all symbols, or one a symbol.
    symbols : sequence of str
        Of the run.

    Raises
    ------
    ConfigError
        If a date is none, or a symbol is not of the run.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return dict.fromkeys(symbols, _days("holidays", given))
    unknown = given.keys() - set(symbols)
    if unknown:
        raise ConfigError(f"Holidays are given for {', '.join(sorted(unknown))}, which the run has no prices of.")
    return {symbol: _days(f"holidays['{symbol}']", days) for symbol, days in given.items()}


@attrs.frozen(kw_only=True)
class Conditions:
    """Under which conditions orders meet the market. The defaults are the plain rules of the ledger.

    Attributes
    ----------
    sessions : str
        One of :data:`SESSIONS`.
    holidays : mapping of str to tuple of Holiday
        By symbol, besides those of the instruments; they count where sessions are enforced.
    path : str
        One of :data:`forexai_core.engine.preparation.bar_paths.PATHS`: how the prices inside a bar are taken.
    seed : int
        Of all that is drawn.
    execution : Execution
        How late, at whose price, and how much of them orders are executed.
    """

    sessions: str = attrs.field(default="ignore", validator=_choice, metadata={"known": SESSIONS})
    holidays: Mapping[str, tuple[Holiday, ...]] = attrs.field(factory=dict)
    path: str = attrs.field(default=PATHS[0], validator=_choice, metadata={"known": PATHS})
    seed: int = 0
    execution: Execution = attrs.field(factory=Execution, validator=attrs.validators.instance_of(Execution))

    def __attrs_post_init__(self) -> None:
        if self.holidays and not self.enforces_sessions:
            raise ConfigError("Holidays count where sessions are enforced: add sessions='enforce', or leave them out.")

    @property
    def models_paths(self) -> bool:
        """Whether a model says in which order the prices inside a bar come."""
        return self.path != PATHS[0]

    @property
    def enforces_sessions(self) -> bool:
        """Whether nothing can be done outside the sessions."""
        return self.sessions == "enforce"
